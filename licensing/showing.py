"""A code that is checked without a network: what the holder agrees to show, signed by the portal, for two minutes.

It is a JWT under the keys that are published for status lists. Whoever photographs it can show it as long as it
lives, unlike a one-time code: it is for places without a network, and it says where the licence's status stands.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from identity import tokens
from identity.actor import Actor
from identity.errors import TokenRefused
from identity.tokens import Signer, Verifiers
from licensing import presenting, status
from licensing.types import Names
from storage import ledger
from storage.database import Session

LIFE = timedelta(minutes=2)
KIND, AUDIENCE = "licence-shown+jwt", "licence-shown"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a code says: as of `at`, until `until`. `status` is where later news of the licence are published."""

    type_name: Names
    identifier: str
    number: str
    holder: str
    issuer: str
    valid_until: date | None
    at: datetime
    until: datetime
    status: tuple[str, int]
    fields: tuple[tuple[Names, str], ...] = ()


async def sign(
    session: Session,
    actor: Actor,
    identifier: str,
    *,
    key: Signer,
    public_url: str,
    at: datetime,
    shown: Sequence[str] | None = None,
) -> str:
    """A code for a valid licence of the party the actor acts for. Raises LicenceNotFound, MoveNotOpen."""
    licence = await presenting.presentable(session, actor, identifier, at=at)
    seen = presenting.presented(licence, presenting.agreed(licence, shown), at)
    claims: dict[str, Any] = {
        "iss": public_url.rstrip("/"),
        "aud": AUDIENCE,
        "sub": seen.identifier,
        "iat": int(at.timestamp()),
        "exp": int((at + LIFE).timestamp()),
        "licence": {
            "type": _both(seen.type_name),
            "number": seen.number,
            "holder": seen.holder,
            "issuer": seen.issuer,
            "until": seen.valid_until.isoformat() if seen.valid_until else None,
            "fields": [[_both(name), text] for name, text in seen.fields],
        },
        "status": status.reference(public_url, licence.status_place or 0),
    }
    await ledger.append(
        session,
        chain=f"licence:{licence.id}",
        deed="offline code made",
        subject=licence.identifier,
        actor=str(actor.person_id),
        on_behalf_of=actor.behalf,
        at=at,
    )
    return tokens.sign_claims(claims, key, KIND)


def _both(names: Names) -> dict[str, str]:
    return {"zh": names.zh, "en": names.en}


def read(code: str, keys: Verifiers, *, public_url: str, at: datetime) -> Shown:
    """What a code says, checked with nothing but the published keys. Raises TokenRefused: forged, too old, another's."""
    claims = tokens.read_claims(
        code.strip(), keys, types=(KIND,), issuer=public_url.rstrip("/"), audience=AUDIENCE
    )
    until = tokens.check_times(claims, at)
    try:
        told: Mapping[str, Any] = claims["licence"]
        where = status.referred(json.dumps({"status": claims["status"]}).encode())
        return Shown(
            type_name=Names(**told["type"]),
            identifier=str(claims["sub"]),
            number=str(told["number"]),
            holder=str(told["holder"]),
            issuer=str(told["issuer"]),
            valid_until=date.fromisoformat(told["until"]) if told["until"] else None,
            at=until - LIFE,
            until=until,
            status=where or ("", 0),
            fields=tuple((Names(**name), str(text)) for name, text in told["fields"]),
        )
    except (KeyError, TypeError, ValueError):
        raise TokenRefused("claims") from None
