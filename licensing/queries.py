"""Which licences there are, for whom. Permission to see lives in `visible_to`."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import CASEWORK, EVERYWHERE, Actor, PartyKind, Role
from identity.numbers import mask_name
from licensing import types
from licensing.errors import LicenceNotFound, NumberUnsound
from licensing.kinds.reading import met
from licensing.models import Licence
from licensing.numbering import read_identifier
from licensing.rules import State, Trust, local_day, standing
from licensing.types import Names, Secrecy
from storage.database import Session
from storage.objects import ObjectStore


@dataclass(frozen=True, slots=True)
class PublicFacts:
    """What anyone who holds an identifier and its check code may know: nothing that is not on the licence's face.

    `holder` is masked for a person. `state` is never `intended`: such a licence does not exist yet to the public.
    """

    identifier: str
    type_name: Names
    number: str
    holder: str
    issuer: str
    state: State
    issued_on: date
    valid_until: date | None
    ended_on: date | None
    trust: Trust = Trust.A


def visible_to(actor: Actor) -> sa.Select[Licence]:
    """Licences this actor may see: those of the parties they are or represent in everything, and, for staff who work on cases,
    those their departments issued."""
    mine = col(Licence.holder_id).in_(actor.whole)
    return sa.select(Licence).where(sa.or_(mine, _served_by(actor, *CASEWORK)))


def in_charge_of(actor: Actor) -> sa.Select[Licence]:
    """Licences this actor may take back: as one who decides for the department that issued them."""
    return sa.select(Licence).where(_served_by(actor, Role.APPROVER))


def held_by(actor: Actor) -> sa.Select[Licence]:
    """Licences this actor may present: those held by the party they act for."""
    held = col(Licence.holder_id) == actor.acting_for.id
    return sa.select(Licence).where(held, col(Licence.holder_id).in_(actor.whole))


def _served_by(actor: Actor, *roles: Role) -> sa.ColumnElement[bool]:
    if not actor.has(*roles):
        return sa.false()
    return sa.true() if EVERYWHERE in actor.departments else col(Licence.issuer_code).in_(actor.departments)


async def get(session: Session, actor: Actor, identifier: str) -> Licence:
    """One licence by its identifier. Raises LicenceNotFound, also where it is not the actor's to see."""
    return await _one(session, visible_to(actor), identifier)


async def locked(session: Session, allowed: sa.Select[Licence], identifier: str) -> Licence:
    """One of the allowed licences, locked until the transaction ends. Raises LicenceNotFound."""
    return await _one(session, allowed.with_for_update(), identifier)


async def in_charge(session: Session, actor: Actor, identifier: str) -> Licence:
    """One licence the actor decides about, locked. Raises LicenceNotFound."""
    return await locked(session, in_charge_of(actor), identifier)


async def _one(session: Session, allowed: sa.Select[Licence], identifier: str) -> Licence:
    try:
        wanted = str(read_identifier(identifier))
    except NumberUnsound:
        raise LicenceNotFound(identifier) from None
    licence = await session.scalar(allowed.where(col(Licence.identifier) == wanted))
    if licence is None:
        raise LicenceNotFound(identifier)
    await met(session, [licence])
    return licence


async def listing(session: Session, actor: Actor) -> list[Licence]:
    """The library of the party the actor acts for (我的证照), newest first."""
    query = held_by(actor).order_by(col(Licence.intended_at).desc(), col(Licence.identifier))
    return await _all(session, query)


async def _all(session: Session, query: sa.Select[Licence]) -> list[Licence]:
    found = list(await session.scalars(query))
    await met(session, found)
    return found


async def held(
    session: Session, holders: Collection[UUID], type_codes: Collection[str], *, at: datetime
) -> list[Licence]:
    """Good licences of these types (slugs) held by any of these parties: what need not be handed in (免证办).

    Those of a type that is not shared (不予共享) are left out.
    """
    today = local_day(at)
    query = (
        sa.select(Licence)
        .where(col(Licence.holder_id).in_(holders), col(Licence.type_code).in_(type_codes))
        .where(col(Licence.state) == State.VALID)
        .where(sa.or_(col(Licence.valid_until).is_(None), col(Licence.valid_until) >= today))
        .order_by(col(Licence.issued_at), col(Licence.identifier))
    )
    return [one for one in await _all(session, query) if shared(one)]


def shared(licence: Licence) -> bool:
    """Whether others than its holder and its issuer may be told of it at all (保密级别)."""
    return types.get(licence.type_code, licence.type_version).secrecy is not Secrecy.CLOSED


async def searched(session: Session, actor: Actor, text: str, *, most: int = 100) -> list[Licence]:
    """Licences the actor may see as one who works on cases, whose number, identifier or holder's name holds `text`;
    the newest first, without a text the newest of all."""
    query = sa.select(Licence).where(_served_by(actor, *CASEWORK))
    if wanted := text.strip():
        columns = (col(Licence.number), col(Licence.identifier), col(Licence.holder_name))
        query = query.where(sa.or_(*(each.contains(wanted, autoescape=True) for each in columns)))
    query = query.order_by(col(Licence.intended_at).desc(), col(Licence.identifier)).limit(most)
    return await _all(session, query)


async def set_aside(session: Session, actor: Actor) -> list[Licence]:
    """Licences that could not be made, of the departments the actor decides for, the longest waiting first."""
    query = in_charge_of(actor).where(
        col(Licence.unfit_at).is_not(None), col(Licence.state) == State.INTENDED
    )
    return await _all(session, query.order_by(col(Licence.unfit_at), col(Licence.identifier)))


async def count_set_aside(session: Session) -> int:
    """How many licences wait because they could not be made: for operators."""
    query = sa.select(sa.func.count()).where(
        col(Licence.unfit_at).is_not(None), col(Licence.state) == State.INTENDED
    )
    return await session.scalar(query) or 0


async def of_application(session: Session, application_number: str) -> Licence | None:
    """The licence a decided application led to, whatever its state. For those who may see the application."""
    query = sa.select(Licence).where(col(Licence.application_number) == application_number)
    found = await _all(session, query)
    return found[0] if found else None


def of_a_case(licence: Licence) -> bool:
    """Whether a case led to it; one taken over from a table, or changed by its department, has none."""
    return not licence.application_number.startswith(("IMPORT-", "DESK-"))


async def waiting_successor(session: Session, licence: Licence, *, lock: bool = False) -> Licence | None:
    """The later version that waits for its seal, if there is one."""
    query = sa.select(Licence).where(
        col(Licence.replaces) == licence.id, col(Licence.state) == State.INTENDED
    )
    return await session.scalar(query.with_for_update() if lock else query)


async def locked_earlier(session: Session, licence_id: UUID) -> Licence | None:
    """The version before this licence, locked, if there is one."""
    replaced = sa.select(col(Licence.replaces)).where(col(Licence.id) == licence_id)
    query = sa.select(Licence).where(col(Licence.id) == replaced.scalar_subquery())
    return await session.scalar(query.with_for_update())


async def document(session: Session, actor: Actor, identifier: str, *, objects: ObjectStore) -> bytes:
    """The sealed file. Raises LicenceNotFound, also while it is not sealed yet, and what the store raises."""
    licence = await get(session, actor, identifier)
    if licence.document is None:
        raise LicenceNotFound(identifier)
    return await objects.get(licence.document)


async def by_identifier(session: Session, identifier: str, *, at: datetime) -> PublicFacts:
    """Public facts for one who holds the sealed file itself. Raises LicenceNotFound."""
    return public_facts(await _issued(session, identifier), at)


async def by_check_code(session: Session, identifier: str, code: str, *, at: datetime) -> PublicFacts:
    """Public facts for one who typed or scanned identifier and check code.

    Raises LicenceNotFound for a wrong pair: identifiers alone can be counted through and tell nothing.
    """
    licence = await _issued(session, identifier)
    typed = code.strip().upper().encode(errors="replace")
    if not secrets.compare_digest(licence.check_code.encode(), typed):
        raise LicenceNotFound(identifier)
    return public_facts(licence, at)


async def _issued(session: Session, identifier: str) -> Licence:
    return await _one(session, sa.select(Licence).where(col(Licence.issued_at).is_not(None)), identifier)


def public_facts(licence: Licence, at: datetime) -> PublicFacts:
    person = licence.holder_kind is PartyKind.PERSON
    return PublicFacts(
        identifier=licence.identifier,
        type_name=types.get(licence.type_code, licence.type_version).name,
        number=licence.number,
        holder=mask_name(licence.holder_name) if person else licence.holder_name,
        issuer=licence.issuer_name,
        state=state_of(licence, at),
        issued_on=issued_on(licence),
        valid_until=licence.valid_until,
        ended_on=local_day(licence.ended_at) if licence.ended_at else None,
        trust=licence.trust,
    )


def issued_on(licence: Licence) -> date:
    """The day the licence bears (ZZBFRQ): of a later version its own, not that of the first."""
    return date.fromisoformat(licence.elements["ZZBFRQ"])


def state_of(licence: Licence, at: datetime) -> State:
    """The state to be told at this moment."""
    return standing(licence.state, licence.valid_until, local_day(at))


async def number_known(session: Session, type_code: str, number: str) -> bool:
    """Whether a licence of the type bears this number."""
    query = sa.select(sa.literal(1)).where(col(Licence.type_code) == type_code, col(Licence.number) == number)
    return bool(await session.scalar(sa.select(query.exists())))


async def number_taken(session: Session, licence: Licence) -> bool:
    """Whether another licence of the type bears this number, other than earlier or later versions of this one."""
    others = sa.select(sa.literal(1)).where(
        col(Licence.type_code) == licence.type_code,
        col(Licence.number) == licence.number,
        col(Licence.id) != licence.id,
        col(Licence.version) == licence.version,
    )
    return bool(await session.scalar(sa.select(others.exists())))
