"""Presentation (亮证): a code that lives 60 seconds and works once, made by the holder, redeemed by a checker."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from licensing import queries, types
from licensing.errors import CodeRefused, MoveNotOpen
from licensing.models import Licence, Presentation
from licensing.rules import PRESENTATION_LIFE, State
from licensing.types import Names
from storage import ledger
from storage.database import Session

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 characters nobody confuses: five bits each."""
CODE_LENGTH = 12
CHECK_CODE_LENGTH = 8
"""Characters of the check code that stands in a licence's QR code."""


@dataclass(frozen=True, slots=True)
class Presented:
    """What the checker sees: the holder agreed by making the code."""

    identifier: str
    type_name: Names
    number: str
    holder: str
    issuer: str
    state: State
    issued_on: date
    valid_until: date | None
    presented_at: datetime


def draw_code(length: int, chance: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A random code of `LETTERS`; `chance` returns that many random bytes."""
    return "".join(LETTERS[byte % 32] for byte in chance(length))


async def present(
    session: Session,
    actor: Actor,
    identifier: str,
    *,
    at: datetime,
    chance: Callable[[int], bytes] = secrets.token_bytes,
) -> str:
    """A fresh code for a valid licence of the party the actor acts for; earlier ones stop working.

    Raises LicenceNotFound, MoveNotOpen for one that is not valid now.
    """
    licence = await queries.locked(session, queries.held_by(actor), identifier)
    state = queries.state_of(licence, at)
    if state is not State.VALID:
        raise MoveNotOpen(state, "present")
    earlier = sa.delete(Presentation).where(
        col(Presentation.licence_id) == licence.id, col(Presentation.used_at).is_(None)
    )
    await session.execute(earlier)
    code = draw_code(CODE_LENGTH, chance)
    made = Presentation(
        code_hash=_hash(code),
        licence_id=licence.id,
        made_by=actor.person_id,
        made_at=at,
        expires_at=at + PRESENTATION_LIFE,
    )
    session.add(made)
    await session.flush()
    await ledger.append(
        session,
        chain=f"licence:{licence.id}",
        deed="presentation code made",
        subject=licence.identifier,
        actor=str(actor.person_id),
        on_behalf_of=actor.behalf,
        at=at,
    )
    return code


async def redeem(session: Session, code: str, *, at: datetime) -> Presented:
    """Use a code up and see the licence. Raises CodeRefused for one unknown, used or older than 60 seconds."""
    used = (
        sa.update(Presentation)
        .where(col(Presentation.code_hash) == _hash(code))
        .where(col(Presentation.used_at).is_(None), col(Presentation.expires_at) > at)
        .values(used_at=at)
        .returning(col(Presentation.licence_id))
    )
    licence_id = await session.scalar(used)
    licence = await session.get(Licence, licence_id) if licence_id else None
    if licence is None:
        raise CodeRefused
    await ledger.append(
        session,
        chain=f"licence:{licence.id}",
        deed="licence presented",
        subject=licence.identifier,
        actor="system:presentation",
        at=at,
    )
    return _presented(licence, at)


def _presented(licence: Licence, at: datetime) -> Presented:
    return Presented(
        identifier=licence.identifier,
        type_name=types.get(licence.type_code).name,
        number=licence.number,
        holder=licence.holder_name,
        issuer=licence.issuer_name,
        state=queries.state_of(licence, at),
        issued_on=queries.issued_on(licence),
        valid_until=licence.valid_until,
        presented_at=at,
    )


def _hash(code: str) -> str:
    plain = "".join(char for char in code.upper() if char in LETTERS)
    return hashlib.sha256(plain.encode()).hexdigest()
