"""Status lists (IETF Token Status List): which licences count, for checkers who tell nobody whom they check.

A list holds two bits for each of `SIZE` licences in the order of their places, least significant bits first, packed
with zlib and signed as a JWT (`statuslist+jwt`). Everybody fetches the same file, so nobody learns whose licence
was looked at; `iat` tells how old it is, `ttl` for how long it may be kept.
"""

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from identity import tokens
from identity.errors import TokenRefused
from identity.tokens import Signer, Verifiers
from licensing.models import Licence
from licensing.rules import State, local_day, standing, status_value
from storage.database import Session

BITS = 2
SIZE = 2**16
"""Places of one list."""
KIND = "statuslist+jwt"
MEDIA = "application/statuslist+jwt"
AUDIENCE = "licence-status"
KEYS = "licence-status"
"""The purpose of the keys that sign lists and codes shown without a network."""
LIVES = timedelta(seconds=30)
"""For how long a list may be kept before it is asked for again."""
COUNTS = timedelta(days=1)
"""For how long a list is believed by one who cannot ask again."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a licence's status stands: in which list, and where in it."""

    number: int
    index: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a published list says of one licence, and how old the list is."""

    value: int
    published_at: datetime
    expires_at: datetime

    @property
    def state(self) -> State:
        return {0: State.VALID, 2: State.SUSPENDED}.get(self.value, State.REVOKED)


def place_of(status_place: int) -> Place:
    """A licence's place as list and index. Neighbours in time lie apart: the index tells nothing of the order."""
    number, within = divmod(status_place, SIZE)
    return Place(number, within * SCATTER % SIZE)


SCATTER = 40_503
"""Odd, so that every index is met once."""


def packed(values: Mapping[int, int]) -> bytes:
    """The byte array of a list with these values by index, all others 0, packed (draft 4.1)."""
    octets = bytearray(SIZE * BITS // 8)
    for index, value in values.items():
        octets[index * BITS // 8] |= value << (index * BITS % 8)
    return zlib.compress(bytes(octets), 9)


async def values(session: Session, number: int, *, at: datetime) -> dict[int, int]:
    """What a list says of all that are not plainly valid, by index."""
    today = local_day(at)
    query = sa.select(col(Licence.status_place), col(Licence.state), col(Licence.valid_until)).where(
        col(Licence.status_place).between(number * SIZE, (number + 1) * SIZE - 1),
        sa.or_(col(Licence.state).not_in((State.VALID, State.INTENDED)), col(Licence.valid_until) < today),
    )
    return {
        place_of(place or 0).index: status_value(standing(state, until, today))
        for place, state, until in await session.execute(query)
    }


async def count(session: Session) -> int:
    """How many lists there are."""
    last = await session.scalar(sa.select(sa.func.max(col(Licence.status_place))))
    return (last or 0) // SIZE + 1


def address(public_url: str, number: int) -> str:
    """Where a list is published: also what it says of itself."""
    return f"{public_url.rstrip('/')}/licences/status/{number}"


def signed(told: Mapping[int, int], key: Signer, *, uri: str, at: datetime) -> str:
    """A list as a JWT (draft 5.1)."""
    claims = {
        "iss": _issuer(uri),
        "aud": AUDIENCE,
        "sub": uri,
        "iat": int(at.timestamp()),
        "exp": int((at + COUNTS).timestamp()),
        "ttl": int(LIVES.total_seconds()),
        "status_list": {"bits": BITS, "lst": base64.urlsafe_b64encode(packed(told)).decode().rstrip("=")},
    }
    return tokens.sign_claims(claims, key, KIND)


def _issuer(uri: str) -> str:
    return uri.rpartition("/licences/status/")[0]


def reference(public_url: str, status_place: int) -> dict[str, Any]:
    """What a licence says of where its status stands (draft 6.1)."""
    place = place_of(status_place)
    return {"status_list": {"idx": place.index, "uri": address(public_url, place.number)}}


def read(token: str, keys: Verifiers, *, uri: str, index: int, at: datetime) -> Told:
    """What a signed list says of one place. Raises TokenRefused for another list, a wrong signature, one too old."""
    claims = tokens.read_claims(token, keys, types=(KIND,), issuer=_issuer(uri), audience=AUDIENCE)
    if claims.get("sub") != uri:
        raise TokenRefused("subject")
    expires_at = tokens.check_times(claims, at)
    try:
        told, packed_list = claims["status_list"]["bits"], claims["status_list"]["lst"]
        octets = zlib.decompress(base64.urlsafe_b64decode(packed_list + "=" * (-len(packed_list) % 4)))
        value = octets[index * told // 8] >> (index * told % 8) & (1 << told) - 1
        published = datetime.fromtimestamp(claims["iat"], UTC)
    except (KeyError, TypeError, ValueError, IndexError, zlib.error):
        raise TokenRefused("claims") from None
    return Told(value, published, expires_at)


def referred(record: bytes) -> tuple[str, int] | None:
    """Address and index a licence's embedded record names, if it names them."""
    try:
        found = json.loads(record)["status"]["status_list"]
        return str(found["uri"]), int(found["idx"])
    except (ValueError, KeyError, TypeError):
        return None


def known_keys(jwks: Mapping[str, Any]) -> Verifiers:
    """The keys of a published set. Raises TokenRefused for one that is none of ours."""
    keys: Iterable[Mapping[str, Any]] = jwks.get("keys", [])
    found = (tokens.verifier(each) for each in keys)
    return {each.kid: each for each in found}
