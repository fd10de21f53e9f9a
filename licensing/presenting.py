"""Presentation (亮证): a code that lives 60 seconds and works once, made by the holder, redeemed by a checker."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity import pressure
from identity.actor import Actor, PartyKind
from identity.numbers import mask_name
from identity.rules import Bucket, network
from licensing import queries, types
from licensing.errors import CodeRefused, CodesCrowded, MoveNotOpen
from licensing.kinds.reading import met
from licensing.models import CodeRefusal, Licence, Presentation
from licensing.rules import PRESENTATION_LIFE, Refusal, State
from licensing.types import FieldKind, Names
from storage import cipher, ledger
from storage.database import Session

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 characters nobody confuses: five bits each."""
CODE_LENGTH = 12
CHECK_CODE_LENGTH = 8
"""Characters of the check code that stands in a licence's QR code."""


HOLDER, NUMBER = USUAL = ("CZZT", "ZZBH")
"""What a checker sees whole only where the holder agreed."""
HIDDEN = "****"
GUESSES = Bucket(20, timedelta(seconds=30))
"""Wrong codes from one network: a checker may mistype, a guesser soon waits."""


@dataclass(frozen=True, slots=True)
class Presented:
    """What the checker sees: what kind of licence, whether it counts, and what the holder agreed to when making the
    code. `fields` are further contents by their names."""

    identifier: str
    type_name: Names
    number: str
    holder: str
    issuer: str
    state: State
    issued_on: date
    valid_until: date | None
    presented_at: datetime
    fields: tuple[tuple[Names, str], ...] = ()


def showable(licence: Licence) -> tuple[tuple[str, Names], ...]:
    """What a holder may agree to show besides the kind and the standing, by element."""
    kind = types.get(licence.type_code, licence.type_version)
    own = (
        (field.element, field.name)
        for field in kind.fields
        if field.shown and field.kind is not FieldKind.PICTURE and licence.elements.get(field.element)
    )
    return ((HOLDER, Names("持证主体", "Holder")), (NUMBER, kind.number.label), *own)


def draw_code(length: int, chance: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A random code of `LETTERS`; `chance` returns that many random bytes."""
    return "".join(LETTERS[byte % 32] for byte in chance(length))


async def present(
    session: Session,
    actor: Actor,
    identifier: str,
    *,
    at: datetime,
    shown: Sequence[str] | None = None,
    chance: Callable[[int], bytes] = secrets.token_bytes,
) -> str:
    """A fresh code for a valid licence of the party the actor acts for; earlier ones stop working.

    `shown` are the elements the holder agrees to show; None: holder and number, as on the licence's face.

    Raises LicenceNotFound, MoveNotOpen for one that is not valid now.
    """
    licence = await presentable(session, actor, identifier, at=at)
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
        shown=agreed(licence, shown),
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


async def presentable(session: Session, actor: Actor, identifier: str, *, at: datetime) -> Licence:
    """A licence the actor may show now, locked. Raises LicenceNotFound, MoveNotOpen."""
    licence = await queries.locked(session, queries.held_by(actor), identifier)
    state = queries.state_of(licence, at)
    if state is not State.VALID:
        raise MoveNotOpen(state, "present")
    return licence


def agreed(licence: Licence, shown: Sequence[str] | None) -> list[str] | None:
    """Those of the elements that may be shown, in their order."""
    if shown is None:
        return None
    return [element for element, _ in showable(licence) if element in shown]


async def redeem(session: Session, code: str, *, at: datetime, source: str = "") -> Presented:
    """Use a code up and see what the holder agreed to show.

    Raises CodeRefused for one unknown, used or older than 60 seconds, CodesCrowded after too many wrong ones from
    `source`. Both are recorded first: who answers instead of raising keeps the record.
    """
    crowd = pressure.gauge(GUESSES, "presentation", network(source))
    if await pressure.wait(session, [crowd], at) is not None:
        await _note(session, Refusal.CROWDED, source, None, at)
        raise CodesCrowded
    made = await _used_up(session, code, at)
    if made is None:
        await pressure.add(session, [crowd], at)
        await _refused(session, code, source, at)
        raise CodeRefused
    licence = await session.get_one(Licence, made[0])
    await met(session, [licence])
    await ledger.append(
        session,
        chain=f"licence:{licence.id}",
        deed="licence presented",
        subject=licence.identifier,
        actor="system:presentation",
        at=at,
    )
    return presented(licence, made[1], at)


async def _used_up(session: Session, code: str, at: datetime) -> tuple[UUID, list[str] | None] | None:
    used = (
        sa.update(Presentation)
        .where(col(Presentation.code_hash) == _hash(code))
        .where(col(Presentation.used_at).is_(None), col(Presentation.expires_at) > at)
        .values(used_at=at)
        .returning(col(Presentation.licence_id), col(Presentation.shown))
    )
    found = (await session.execute(used)).first()
    return (found[0], found[1]) if found else None


async def _refused(session: Session, code: str, source: str, at: datetime) -> None:
    """Record a refused code; the holder of a real one can read of it in the record of the licence."""
    known = await session.get(Presentation, _hash(code), populate_existing=True)
    why = Refusal.UNKNOWN if known is None else Refusal.USED if known.used_at else Refusal.LATE
    await _note(session, why, source, known.licence_id if known else None, at)
    if known is None:
        return
    licence = await session.get_one(Licence, known.licence_id)
    await ledger.append(
        session,
        chain=f"licence:{licence.id}",
        deed="presentation refused",
        subject=licence.identifier,
        actor="system:presentation",
        at=at,
        details={"why": why.value},
    )


async def _note(session: Session, why: Refusal, source: str, licence_id: UUID | None, at: datetime) -> None:
    """One row a minute, place and reason, however often: thousands of tries fill no table."""
    values = {
        "minute": at.replace(second=0, microsecond=0),
        "source": cipher.ring().index(network(source), "presentation"),
        "why": why,
        "licence_id": licence_id,
        "tries": 1,
    }
    statement = insert(CodeRefusal).values(**values)
    once_more = {"tries": col(CodeRefusal.tries) + 1}
    key = [CodeRefusal.minute, CodeRefusal.source, CodeRefusal.why, CodeRefusal.licence_id]
    await session.execute(
        statement.on_conflict_do_update(index_elements=[col(each) for each in key], set_=once_more)
    )


def presented(licence: Licence, shown: Sequence[str] | None, at: datetime) -> Presented:
    """What somebody sees of a licence to whom its holder agreed to show these elements."""
    whole = {HOLDER, NUMBER} if shown is None else set(shown)
    person = licence.holder_kind is PartyKind.PERSON
    return Presented(
        identifier=licence.identifier,
        type_name=types.get(licence.type_code, licence.type_version).name,
        number=licence.number if NUMBER in whole else HIDDEN,
        holder=licence.holder_name
        if HOLDER in whole
        else mask_name(licence.holder_name)
        if person
        else HIDDEN,
        issuer=licence.issuer_name,
        state=queries.state_of(licence, at),
        issued_on=queries.issued_on(licence),
        valid_until=licence.valid_until,
        presented_at=at,
        fields=tuple(
            (name, licence.elements[element])
            for element, name in showable(licence)
            if element in whole and element not in {HOLDER, NUMBER}
        ),
    )


def _hash(code: str) -> str:
    plain = "".join(char for char in code.upper() if char in LETTERS)
    return hashlib.sha256(plain.encode()).hexdigest()
