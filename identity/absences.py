"""Who is on leave (请假), and who stands in for them (代理).

A substitute gains no right: they work at the absent officer's desk in posts that they hold themself. Whoever does a
deed is who did it, in the ledger with both names; so whoever received a case never decides it, substitute or not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from identity.actor import Role, StandIn
from identity.models import Department, Person, StaffAbsence, StaffMember
from storage.database import Session

CITY_TIME = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Leave:
    """One leave as those concerned see it; `ended_at` when it was ended before its last day; the department as `{zh, en}`."""

    id: UUID
    person_id: UUID
    person: str
    substitute_id: UUID
    substitute: str
    department: Mapping[str, str]
    roles: frozenset[Role]
    first_day: date
    last_day: date
    ended_at: datetime | None


def day_of(at: datetime) -> date:
    """The day it is in the city at `at`."""
    return at.astimezone(CITY_TIME).date()


def in_force(on: date | sa.BindParameter[Any]) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions under which somebody is on leave on this day."""
    return (
        col(StaffAbsence.ended_at).is_(None),
        col(StaffAbsence.first_day) <= on,
        col(StaffAbsence.last_day) >= on,
    )


def stood_in_for(person_id: Any, on: date | sa.BindParameter[Any]) -> Any:
    """For whom this person stands in on this day, as `[{id, name, roles}, …]` in one correlated subquery.

    Both still serve in one department; of the posts lent, those the absent officer still holds.
    """
    absent, own, name = aliased(StaffMember), aliased(StaffMember), aliased(Person)
    told = sa.func.jsonb_build_object(
        "id",
        col(absent.person_id),
        "name",
        col(name.name),
        "roles",
        sa.func.to_jsonb(col(StaffAbsence.roles)),
        "held",
        sa.func.to_jsonb(col(absent.roles)),
    )
    return (
        sa.select(sa.func.jsonb_agg(told))
        .select_from(StaffAbsence)
        .join(absent, col(absent.person_id) == col(StaffAbsence.person_id))
        .join(own, col(own.person_id) == col(StaffAbsence.substitute_id))
        .join(name, col(name.id) == col(absent.person_id))
        .where(
            col(StaffAbsence.substitute_id) == person_id,
            col(absent.active),
            col(own.active),
            col(absent.department_code) == col(own.department_code),
            *in_force(on),
        )
        .scalar_subquery()
    )


def stand_ins(told: Sequence[Mapping[str, Any]] | None, own: Iterable[str]) -> frozenset[StandIn]:
    """What `stood_in_for` gives, for somebody who holds the posts `own`; several leaves of one officer are one."""
    held, found = frozenset(map(Role, own)), dict[UUID, StandIn]()
    for one in told or ():
        key = UUID(one["id"])
        lent = held & frozenset(map(Role, one["roles"])) & frozenset(map(Role, one["held"]))
        known = found[key].roles if key in found else frozenset()
        if lent:
            found[key] = StandIn(key, one["name"], known | lent)
    return frozenset(found.values())


async def stands_in_for(session: Session, person_id: UUID, on: date) -> list[StandIn]:
    """For whom this person stands in on this day, by name."""
    query = sa.select(
        col(StaffMember.roles), stood_in_for(col(StaffMember.person_id), on).label("told")
    ).where(col(StaffMember.person_id) == person_id, col(StaffMember.active))
    row = (await session.execute(query)).one_or_none()
    found = stand_ins(row.told, row.roles) if row else frozenset()
    return sorted(found, key=lambda one: (one.name, one.person_id))


async def substitutes_of(session: Session, person_id: UUID, on: date) -> list[Leave]:
    """The leaves this officer is on that day, each with who stands in and for what; none: they are at work."""
    return await _listing(session, col(StaffAbsence.person_id) == person_id, *in_force(on))


async def own(session: Session, person_id: UUID, on: date) -> list[Leave]:
    """What this officer is or will be away for, and whom they stand in for or will; the earliest first."""
    mine = sa.or_(col(StaffAbsence.person_id) == person_id, col(StaffAbsence.substitute_id) == person_id)
    return await _listing(session, mine, *_not_over(on))


async def listing(session: Session, on: date) -> list[Leave]:
    """All leave of this day and later; the earliest first."""
    return await _listing(session, *_not_over(on))


def _not_over(on: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (col(StaffAbsence.ended_at).is_(None), col(StaffAbsence.last_day) >= on)


async def _listing(session: Session, *which: sa.ColumnElement[bool]) -> list[Leave]:
    absent, other = aliased(Person), aliased(Person)
    query = (
        sa.select(
            StaffAbsence, col(absent.name), col(other.name), col(Department.short), col(Department.short_en)
        )
        .join(absent, col(absent.id) == col(StaffAbsence.person_id))
        .join(other, col(other.id) == col(StaffAbsence.substitute_id))
        .join(StaffMember, col(StaffMember.person_id) == col(StaffAbsence.person_id))
        .join(Department, col(Department.code) == col(StaffMember.department_code))
        .where(*which)
        .order_by(col(StaffAbsence.first_day), col(absent.name), col(StaffAbsence.id))
    )
    return [
        Leave(
            id=row.id,
            person_id=row.person_id,
            person=person,
            substitute_id=row.substitute_id,
            substitute=substitute,
            department={"zh": short, "en": short_en or short},
            roles=frozenset(map(Role, row.roles)),
            first_day=row.first_day,
            last_day=row.last_day,
            ended_at=row.ended_at,
        )
        for row, person, substitute, short, short_en in await session.execute(query)
    ]
