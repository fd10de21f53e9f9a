"""Entering leave (请假) with the colleague who stands in (代理), and ending it before its last day."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import rules
from identity.absences import day_of
from identity.actor import EVERYWHERE, Actor, Role
from identity.errors import AbsenceRefused, AbsenceUnknown
from identity.journal import note
from identity.means import notices, posting
from identity.means.rules import News
from identity.models import Person, StaffAbsence, StaffMember
from storage.database import Session


async def enter(
    session: Session,
    actor: Actor,
    person_id: UUID,
    *,
    substitute_id: UUID,
    roles: Iterable[Role],
    first_day: date,
    last_day: date,
    at: datetime,
) -> UUID:
    """An officer is away from `first_day` to `last_day`; until then a colleague may work at their desk.

    Entered by the officer or a security administrator. Raises AbsenceUnknown (neither), AbsenceRefused.
    """
    if person_id != actor.person_id and not actor.has(Role.SECURITY_ADMIN):
        raise AbsenceUnknown
    rules.check_leave(first_day, last_day, day_of(at))
    person, substitute = await _posts(session, person_id, substitute_id)
    lent = rules.check_lent(roles, person.roles, substitute.roles)
    _check_near(person, substitute)
    await _check_free(session, person_id, substitute_id, lent, first_day, last_day)
    row = StaffAbsence(
        person_id=person_id,
        substitute_id=substitute_id,
        roles=sorted(role.value for role in lent),
        first_day=first_day,
        last_day=last_day,
        entered_by=actor.person_id,
        entered_at=at,
    )
    session.add(row)
    await session.flush()
    told = {"first_day": str(first_day), "last_day": str(last_day), "roles": row.roles}
    await _note_both(session, actor, row, ("leave entered", "named as substitute"), at, told)
    await _tell(session, substitute_id, News.STANDING_IN, notices.STANDING_IN, at)
    return row.id


async def end(session: Session, actor: Actor, absence_id: UUID, *, at: datetime) -> None:
    """End a leave at once: by the officer, the substitute (who stands in no more) or a security administrator.

    Raises AbsenceUnknown, also for one that is over.
    """
    row = await session.get(StaffAbsence, absence_id, with_for_update=True, populate_existing=True)
    concerned = row is not None and actor.person_id in {row.person_id, row.substitute_id}
    if row is None or row.ended_at is not None or not (concerned or actor.has(Role.SECURITY_ADMIN)):
        raise AbsenceUnknown
    row.ended_by, row.ended_at = actor.person_id, at
    await session.flush()
    await _note_both(session, actor, row, ("leave ended", "substitution ended"), at, {})
    if actor.person_id != row.substitute_id:
        await _tell(session, row.substitute_id, News.STANDING_IN_OVER, notices.STANDING_IN_OVER, at)


async def _tell(session: Session, substitute: UUID, kind: News, text: str, at: datetime) -> None:
    """The substitute reads it in the portal, and by every proven way."""
    await posting.post(session, substitute, kind, at=at)
    await notices.tell_all(session, substitute, text, at=at)


async def candidates(session: Session, person_id: UUID) -> list[tuple[UUID, str]]:
    """Colleagues who could stand in for this officer: id and name, by name."""
    person = await session.get(StaffMember, person_id)
    if person is None or not person.active:
        return []
    query = (
        sa.select(StaffMember, col(Person.name))
        .join(Person, col(Person.id) == col(StaffMember.person_id))
        .where(
            col(StaffMember.department_code) == person.department_code,
            col(StaffMember.active),
            col(StaffMember.person_id) != person_id,
        )
        .order_by(col(Person.name), col(Person.id))
    )
    wanted = set(lendable(person.roles))
    return [
        (post.person_id, name)
        for post, name in await session.execute(query)
        if _covers(post, person) and not wanted.isdisjoint(post.roles)
    ]


async def posts(session: Session, person_id: UUID) -> list[Role]:
    """The posts in which somebody may stand in for this officer."""
    person = await session.get(StaffMember, person_id)
    return [Role(role) for role in lendable(person.roles)] if person and person.active else []


def lendable(roles: Iterable[str]) -> list[str]:
    """Of these roles, those in which a colleague may stand in."""
    return sorted(role.value for role in rules.LENT & frozenset(map(Role, roles)))


async def _posts(session: Session, person_id: UUID, substitute_id: UUID) -> tuple[StaffMember, StaffMember]:
    """Both posts in force, locked in one order, so that two leaves entered at once see each other."""
    if person_id == substitute_id:
        raise AbsenceRefused("substitute", "oneself")
    query = (
        sa.select(StaffMember)
        .where(col(StaffMember.person_id).in_([person_id, substitute_id]), col(StaffMember.active))
        .order_by(col(StaffMember.person_id))
        .with_for_update()
    )
    found = {row.person_id: row for row in await session.scalars(query)}
    if person_id not in found:
        raise AbsenceRefused("person", "no-post")
    if substitute_id not in found:
        raise AbsenceRefused("substitute", "no-post")
    return found[person_id], found[substitute_id]


def _check_near(person: StaffMember, substitute: StaffMember) -> None:
    if substitute.department_code != person.department_code:
        raise AbsenceRefused("substitute", "department")
    if not _covers(substitute, person):
        raise AbsenceRefused("substitute", "scope")


def _covers(substitute: StaffMember, person: StaffMember) -> bool:
    """Whether the substitute sees every case that the officer sees."""
    return EVERYWHERE in substitute.departments or set(person.departments) <= set(substitute.departments)


async def _check_free(
    session: Session,
    person_id: UUID,
    substitute_id: UUID,
    lent: frozenset[Role],
    first_day: date,
    last_day: date,
) -> None:
    """Nobody has two substitutes in one post on one day, and who is away stands in for nobody."""
    query = sa.select(StaffAbsence).where(
        col(StaffAbsence.person_id).in_([person_id, substitute_id]),
        col(StaffAbsence.ended_at).is_(None),
        col(StaffAbsence.first_day) <= last_day,
        col(StaffAbsence.last_day) >= first_day,
    )
    for other in await session.scalars(query):
        if other.person_id == substitute_id:
            raise AbsenceRefused("substitute", "absent")
        if not lent.isdisjoint(map(Role, other.roles)):
            raise AbsenceRefused("last_day", "overlap")


async def _note_both(
    session: Session,
    actor: Actor,
    row: StaffAbsence,
    deeds: tuple[str, str],
    at: datetime,
    told: Mapping[str, object],
) -> None:
    """The record of both officers tells it, each naming the other."""
    sides = (
        (row.person_id, row.substitute_id, "substitute"),
        (row.substitute_id, row.person_id, "instead_of"),
    )
    for deed, (own, other, kind) in zip(deeds, sides, strict=True):
        details = {**told, "leave": str(row.id), kind: str(other)}
        await note(session, f"account:{own}", deed, str(own), str(actor.person_id), at, **details)
