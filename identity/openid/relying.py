"""The relying party: this portal as a client of one other issuer (a national platform, a city's own directory).

Authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1; RFC 7636; RFC 9207). What the browser
carries meanwhile is one sealed cookie; nothing is stored here before somebody has come back.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from identity.errors import TokenRefused
from identity.openid import calls, rules, signed, tickets
from identity.openid.errors import ArrivalRefused, CounterpartUnusable, TicketRefused

SCOPE = "openid real_name id_number"
BARE = "openid"
"""Only who it is: nothing else is asked for, so nothing is fetched."""
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
METADATA_FRESH, KEYS_FRESH = timedelta(minutes=10), timedelta(minutes=1)
WAY = timedelta(minutes=15)
TICKET = "departure"


@dataclass
class Counterpart:
    """The other issuer and who we are to it. It remembers for minutes what the issuer published."""

    issuer: str
    client_id: str
    secret: str
    address: str
    """Where people come back to: our registered redirect URI."""
    name: Mapping[str, str] = field(default_factory=dict)
    """How people know it, `{zh, en}`."""
    second_factor: bool = False
    """Whether the issuer is believed when it says that somebody showed two factors."""
    scope: str = SCOPE
    transport: calls.Transport | None = None
    held: dict[str, tuple[datetime, dict[str, Any]]] = field(default_factory=dict)

    async def metadata(self, at: datetime) -> dict[str, Any]:
        """What the issuer says of itself (Discovery 1.0, 4). Raises CounterpartUnusable."""
        found = await self._fresh(
            f"{self.issuer.rstrip('/')}/.well-known/openid-configuration", METADATA_FRESH, at
        )
        if found.get("issuer") != self.issuer:
            raise CounterpartUnusable("names another issuer")
        if not all(rules.address_fits(str(found.get(name, ""))) for name in ENDPOINTS):
            raise CounterpartUnusable("names no usable endpoints")
        return found

    async def keys(self, at: datetime) -> dict[str, Any]:
        """The issuer's key set. Raises CounterpartUnusable."""
        return await self._fresh((await self.metadata(at))["jwks_uri"], KEYS_FRESH, at)

    async def _fresh(self, address: str, lasting: timedelta, at: datetime) -> dict[str, Any]:
        read_at, content = self.held.get(address, (None, {}))
        if read_at is None or at - read_at >= lasting:
            content = await calls.get_json(address, transport=self.transport)
            self.held[address] = (at, content)
        return content


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came back, as the issuer vouches. `id_number` only if the issuer verified it itself.

    `acr` and `amr` are what it said of how it recognised them (Core 2; RFC 8176), believed or not.
    """

    issuer: str
    subject: str
    remote_session: str | None
    assurance: int
    id_number: str | None
    acr: str = ""
    amr: frozenset[str] = frozenset()


async def depart(party: Counterpart, *, place: str | None, at: datetime) -> tuple[str, str]:
    """Where to send the browser, and the sealed text it keeps until it comes back. Raises CounterpartUnusable."""
    metadata = await party.metadata(at)
    kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    address = rules.with_parameters(
        metadata["authorization_endpoint"],
        response_type="code",
        client_id=party.client_id,
        redirect_uri=party.address,
        scope=party.scope,
        state=kept["state"],
        nonce=kept["nonce"],
        code_challenge=rules.challenge_of(kept["verifier"]),
        code_challenge_method="S256",
    )
    return address, tickets.seal(TICKET, kept | {"place": place}, at=at, lasting=WAY)


async def come_back(
    party: Counterpart, given: Mapping[str, str], kept: str | None, *, at: datetime
) -> tuple[Arrival, str | None]:
    """Who came back, and where they were going. Raises ArrivalRefused, CounterpartUnusable."""
    try:
        own = tickets.unseal(TICKET, kept, at=at)
    except TicketRefused:
        raise ArrivalRefused("state") from None
    if not hmac.compare_digest(own["state"].encode(), given.get("state", "").encode()):
        raise ArrivalRefused("state")
    if given.get("iss", party.issuer) != party.issuer:  # RFC 9207, 2.4
        raise ArrivalRefused("issuer")
    if "error" in given or "code" not in given:
        raise ArrivalRefused("denied")
    answer = await _redeem(party, given["code"], own["verifier"], at)
    try:
        claims = signed.read_id_token(
            str(answer.get("id_token", "")),
            await party.keys(at),
            issuer=party.issuer,
            client_id=party.client_id,
            nonce=own["nonce"],
            at=at,
        )
    except TokenRefused:
        raise ArrivalRefused("token") from None
    told = await _told(party, claims, answer, at)
    return _arrival(party, claims, told), own["place"]


async def _redeem(party: Counterpart, code: str, verifier: str, at: datetime) -> dict[str, Any]:
    metadata = await party.metadata(at)
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": party.address,
        "code_verifier": verifier,
    }
    basic = (quote(party.client_id, safe=""), quote(party.secret, safe=""))  # RFC 6749, 2.3.1
    status, answer = await calls.post_form(
        metadata["token_endpoint"], fields, basic=basic, transport=party.transport
    )
    if status >= 500:
        raise CounterpartUnusable(f"answered {status}")
    if status != 200:
        raise ArrivalRefused("code")
    return answer


async def _told(
    party: Counterpart, claims: Mapping[str, Any], answer: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    """The userinfo answer, only if it is about the same person (Core 5.3.2); nothing where there is no such endpoint."""
    if party.scope == BARE:
        return {}
    address, bearer = (await party.metadata(at)).get("userinfo_endpoint"), answer.get("access_token")
    if not (isinstance(address, str) and isinstance(bearer, str) and rules.address_fits(address)):
        return {}
    told = await calls.get_json(address, bearer=bearer, transport=party.transport)
    if told.get("sub") != claims["sub"]:
        raise ArrivalRefused("userinfo")
    return told


def _arrival(party: Counterpart, claims: Mapping[str, Any], told: Mapping[str, Any]) -> Arrival:
    verified = told.get("real_name_level") in ("registry", "in-person")
    number, sid = told.get("id_number"), claims.get("sid")
    acr, amr = claims.get("acr"), claims.get("amr")
    return Arrival(
        issuer=party.issuer,
        subject=claims["sub"],
        remote_session=sid if isinstance(sid, str) else None,
        assurance=rules.assurance_of(claims.get("acr")) if party.second_factor else 1,
        id_number=number if verified and isinstance(number, str) else None,
        acr=acr if isinstance(acr, str) else "",
        amr=frozenset(one for one in amr if isinstance(one, str)) if isinstance(amr, list) else frozenset(),
    )
