"""The tokens of this provider and what it checks in those of others. Signing itself is `identity.tokens`.

Every token has a type of its own in the header and keys of its own purpose, so that none passes for another: an ID
token opens no door, an access token of this package none under `/api/`.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from identity import keys, tokens
from identity.errors import SigningKeyMissing, TokenRefused
from identity.keys import Keys
from identity.openid import rules, subjects
from identity.openid.models import OpenIDClient, OpenIDGrant
from identity.tokens import Signer, Verifiers
from storage.database import Session

PURPOSES = {tokens.ALGORITHM: "openid", tokens.RSA_ALGORITHM: "openid-rs256"}
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
CLOCK_SKEW = timedelta(seconds=60)
"""How far another system's clock may be ahead."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a verified access token says. Whether its grant is still in force is asked of the database."""

    grant_id: UUID
    client_id: str
    subject: str
    scopes: tuple[str, ...]


async def signing_keys(session: Session, algorithm: str, *, at: datetime) -> Keys:
    """The keys for clients that want `algorithm`, made when first needed."""
    return await keys.ensure(session, PURPOSES[algorithm], at=at, algorithm=algorithm)


async def published(session: Session, *, at: datetime) -> dict[str, tokens.Verifier]:
    """Every key that verifies at present, by `kid`: the replaced ones too, until what they signed is of no use."""
    known: dict[str, tokens.Verifier] = {}
    for purpose in PURPOSES.values():
        try:
            known |= (await keys.load(session, purpose, at=at)).verifiers
        except SigningKeyMissing:
            continue
    return known


def access_audience(issuer: str) -> str:
    """Access tokens are for the userinfo endpoint and nothing else."""
    return f"{issuer}/openid/userinfo"


def id_token(
    key: Signer,
    grant: OpenIDGrant,
    client: OpenIDClient,
    *,
    issuer: str,
    access: str,
    fresh: bool,
    at: datetime,
) -> str:
    """The ID token (Core 2). `fresh`: of the code itself, so that the nonce is repeated."""
    claims = {
        "iss": issuer,
        "sub": subjects.subject(grant.person_id, client.sector),
        "aud": client.id,
        "exp": _seconds(at + rules.ID_LIFE),
        "iat": _seconds(at),
        "auth_time": _seconds(grant.auth_time),
        "acr": grant.acr,
        "sid": subjects.remote_session(grant.session_id, client.sector),
        "at_hash": tokens.digest_claim(access),
    }
    if fresh and grant.nonce is not None:
        claims["nonce"] = grant.nonce
    return tokens.sign_claims(claims, key, tokens.ID_TYPE)


def access_token(
    key: Signer,
    grant: OpenIDGrant,
    client: OpenIDClient,
    scopes: Sequence[str],
    *,
    issuer: str,
    at: datetime,
) -> str:
    """An access token (RFC 9068) for the userinfo endpoint; it names the person by the pairwise identifier only."""
    claims = {
        "iss": issuer,
        "sub": subjects.subject(grant.person_id, client.sector),
        "aud": access_audience(issuer),
        "client_id": client.id,
        "scope": " ".join(scopes),
        "jti": secrets.token_urlsafe(16),
        "grant": str(grant.id),
        "iat": _seconds(at),
        "exp": _seconds(at + rules.ACCESS_LIFE),
    }
    return tokens.sign_claims(claims, key, tokens.ACCESS_TYPE)


def read_access(compact: str, known: Verifiers, *, issuer: str, at: datetime) -> Access:
    """Raises TokenRefused."""
    claims = tokens.read_claims(
        compact, known, types=[tokens.ACCESS_TYPE], issuer=issuer, audience=access_audience(issuer)
    )
    tokens.check_times(claims, at)
    try:
        return Access(
            UUID(text(claims, "grant")),
            text(claims, "client_id"),
            text(claims, "sub"),
            tuple(text(claims, "scope").split()),
        )
    except ValueError:
        raise TokenRefused("claims") from None


def read_hint(compact: str, known: Verifiers, *, issuer: str, client_id: str | None) -> dict[str, Any]:
    """The claims of an ID token of ours, also of an old one (RP-Initiated Logout 1.0, 4). Raises TokenRefused.

    Without `client_id` the token says whose it is.
    """
    audience = client_id or tokens.claimed(compact, "aud")
    return tokens.read_claims(compact, known, types=[tokens.ID_TYPE], issuer=issuer, audience=audience)


def logout_token(
    key: Signer, client: OpenIDClient, person: UUID, ended: UUID, *, issuer: str, at: datetime
) -> str:
    """The news that a session ended (Back-Channel Logout 1.0, 2.4): never with a nonce."""
    claims = {
        "iss": issuer,
        "sub": subjects.subject(person, client.sector),
        "aud": client.id,
        "iat": _seconds(at),
        "exp": _seconds(at + rules.LOGOUT_LIFE),
        "jti": secrets.token_urlsafe(16),
        "events": {LOGOUT_EVENT: {}},
        "sid": subjects.remote_session(ended, client.sector),
    }
    return tokens.sign_claims(claims, key, tokens.LOGOUT_TYPE)


def read_logout(
    compact: str, known: Verifiers, *, issuer: str, client_id: str, at: datetime
) -> tuple[str | None, str | None]:
    """`sub` and `sid` of another issuer's logout token (Back-Channel Logout 1.0, 2.6). Raises TokenRefused."""
    types = (tokens.LOGOUT_TYPE, tokens.ID_TYPE, None)
    claims = tokens.read_claims(compact, known, types=types, issuer=issuer, audience=client_id)
    tokens.check_times(claims, at, skew=CLOCK_SKEW)
    events = claims.get("events")
    told = isinstance(events, dict) and isinstance(events.get(LOGOUT_EVENT), dict)
    sub, sid = claims.get("sub"), claims.get("sid")
    named = [one for one in (sub, sid) if one is not None]
    if not told or "nonce" in claims or not named or not all(isinstance(one, str) for one in named):
        raise TokenRefused("claims")
    return sub, sid


def read_assertion(
    compact: str, jwks: Mapping[str, Any], *, client_id: str, audiences: Sequence[str], at: datetime
) -> tuple[str, datetime]:
    """`jti` and end of a client's signed assertion (private_key_jwt, Core 9; RFC 7523, 3). Raises TokenRefused."""
    known = foreign_keys(jwks)
    for audience in audiences:
        try:
            claims = tokens.read_claims(
                compact, known, types=(tokens.ID_TYPE, None), issuer=client_id, audience=audience
            )
            break
        except TokenRefused as refused:
            if refused.why != "audience":
                raise
    else:
        raise TokenRefused("audience")
    ends = tokens.check_times(claims, at, skew=CLOCK_SKEW)
    if ends > at + rules.ASSERTION_LIFE + CLOCK_SKEW or claims.get("sub") != client_id:
        raise TokenRefused("claims")
    return text(claims, "jti")[:200], ends


def read_id_token(
    compact: str, jwks: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, at: datetime
) -> dict[str, Any]:
    """The claims of another issuer's ID token, by every check of Core 3.1.3.7. Raises TokenRefused."""
    claims = tokens.read_claims(
        compact, foreign_keys(jwks), types=(tokens.ID_TYPE, None), issuer=issuer, audience=client_id
    )
    tokens.check_times(claims, at, skew=CLOCK_SKEW)
    told = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if claims.get("azp", client_id) != client_id or (len(told) > 1 and "azp" not in claims):
        raise TokenRefused("audience")
    if "iat" not in claims or claims.get("nonce") != nonce or len(text(claims, "sub")) > 255:
        raise TokenRefused("claims")
    return claims


def foreign_keys(jwks: Mapping[str, Any]) -> dict[str, tokens.Verifier]:
    """The keys of a published set that we can use, by `kid`; others are passed over (RFC 7517, 5)."""
    listed = jwks.get("keys")
    known: dict[str, tokens.Verifier] = {}
    for public in listed if isinstance(listed, list) else ():
        try:
            each = tokens.foreign_verifier(public)
        except (TokenRefused, AttributeError):
            continue
        known[each.kid] = each
    return known


def text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise TokenRefused("claims")
    return value


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
