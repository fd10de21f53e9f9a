"""Staff accounts nobody uses any more: found, and suspended (GB/T 22239-2019 8.1.4.2: stale accounts are removed in time)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import sessions, staffing
from identity.absences import day_of, in_force
from identity.actor import Actor, Role
from identity.errors import RolesIncompatible
from identity.journal import note
from identity.models import Account, Department, Person, StaffAbsence, StaffMember, WebSession
from storage.database import Session

STALE_AFTER = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Stale:
    """A post whose account was last used at `used_at` (None: never); its holder is on leave until `away_until`."""

    person_id: UUID
    name: str
    login: str | None
    department: str
    roles: frozenset[Role]
    used_at: datetime | None
    away_until: date | None


async def stale(session: Session, *, at: datetime) -> list[Stale]:
    """Posts in force whose account nobody signed in with for 90 days, and that is itself that old; longest first."""
    last = sa.select(col(WebSession.person_id), sa.func.max(col(WebSession.seen_at)).label("used_at")).where(
        sa.not_(col(WebSession.awaiting_code))
    )
    used = last.group_by(col(WebSession.person_id)).subquery()
    since = at - STALE_AFTER
    away = sa.select(sa.func.max(col(StaffAbsence.last_day))).where(
        col(StaffAbsence.person_id) == col(StaffMember.person_id), *in_force(day_of(at))
    )
    query = (
        sa.select(
            StaffMember,
            col(Person.name),
            col(Account.login),
            col(Department.name),
            used.c.used_at,
            away.scalar_subquery().label("away_until"),
        )
        .join(Person, col(Person.id) == col(StaffMember.person_id))
        .join(Department, col(Department.code) == col(StaffMember.department_code))
        .join(Account, col(Account.person_id) == col(StaffMember.person_id))
        .outerjoin(used, used.c.person_id == col(StaffMember.person_id))
        .where(col(StaffMember.active), sa.func.coalesce(used.c.used_at, col(Account.changed_at)) < since)
        .order_by(used.c.used_at.nulls_first(), col(Person.name), col(Person.id))
    )
    return [
        Stale(post.person_id, name, login, department, frozenset(map(Role, post.roles)), used_at, away_until)
        for post, name, login, department, used_at, away_until in await session.execute(query)
    ]


async def suspend(session: Session, actor: Actor, person_id: UUID, *, at: datetime) -> bool:
    """End a stale post and every sign-in of its holder; False when it has ended or is in use again.

    Only a security administrator, and never their own. Raises RolesIncompatible.
    """
    if not actor.has(Role.SECURITY_ADMIN) or actor.person_id == person_id:
        raise RolesIncompatible(frozenset(role.value for role in actor.roles))
    if person_id not in {one.person_id for one in await stale(session, at=at)}:
        return False
    if not await staffing.dismiss(session, person_id, by=str(actor.person_id), at=at):
        return False
    await sessions.end_all(session, person_id, at)
    chain, by = f"account:{person_id}", str(actor.person_id)
    await note(session, chain, "suspended as stale", str(person_id), by, at)
    return True
