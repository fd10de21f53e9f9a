"""Saying that something is wrong, and the department's answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import queries
from identity.actor import CASEWORK, EVERYWHERE, Actor
from identity.journal import note
from identity.models import Department, Person
from identity.privacy.errors import CorrectionAnswered, CorrectionUnknown
from identity.privacy.models import DataCorrection
from identity.privacy.rules import About, Verdict
from storage import ledger
from storage.database import Session

MOST = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One request as a list shows it: who asked, and which department answers."""

    request: DataCorrection
    name: str
    department: str


async def ask(
    session: Session,
    actor: Actor,
    *,
    department_code: str,
    about: About,
    text: str,
    due_on: date,
    at: datetime,
) -> UUID:
    """Send the request to a department; it answers by `due_on`. Raises DepartmentUnknown."""
    await queries.department(session, department_code)
    row = DataCorrection(
        person_id=actor.person_id,
        department_code=department_code,
        about=about,
        text=text,
        asked_at=at,
        due_on=due_on,
    )
    session.add(row)
    await session.flush()
    person = str(actor.person_id)
    details = {"about": about.value, "department": department_code}
    await note(session, f"account:{person}", "correction asked", str(row.id), person, at, **details)
    return row.id


async def answer(
    session: Session, actor: Actor, request_id: UUID, *, verdict: Verdict, text: str, at: datetime
) -> None:
    """Answer for the department. Raises CorrectionUnknown (or another department's), CorrectionAnswered."""
    row = await session.get(DataCorrection, request_id, with_for_update=True, populate_existing=True)
    if row is None or not actor.has(*CASEWORK) or not actor.serves(row.department_code):
        raise CorrectionUnknown(str(request_id))
    if row.answered_at is not None:
        raise CorrectionAnswered(str(request_id))
    row.verdict, row.answer, row.answered_at = verdict, text, at
    row.answered_by, row.answered_by_name = actor.person_id, actor.name
    await session.flush()
    await ledger.append(
        session,
        chain=f"account:{row.person_id}",
        deed="correction answered",
        subject=str(row.id),
        actor=str(actor.person_id),
        at=at,
        details={"verdict": verdict.value, "by": actor.name},
    )


async def mine(session: Session, actor: Actor) -> Sequence[Entry]:
    """What this person asked, the latest first."""
    query = _entries().where(col(DataCorrection.person_id) == actor.person_id)
    return await _listed(session, query.order_by(col(DataCorrection.asked_at).desc()))


async def queue(session: Session, actor: Actor, *, answered: bool = False) -> Sequence[Entry]:
    """What the departments this officer serves were asked: the first due first, answered ones the latest first."""
    query = _entries().where(col(DataCorrection.answered_at).is_not(None) == answered)
    if EVERYWHERE not in actor.departments:
        query = query.where(col(DataCorrection.department_code).in_(actor.departments))
    order = col(DataCorrection.answered_at).desc() if answered else col(DataCorrection.due_on)
    return await _listed(session, query.order_by(order, col(DataCorrection.id)))


async def one(session: Session, actor: Actor, request_id: UUID) -> Entry:
    """A request for an officer of its department. Raises CorrectionUnknown."""
    found = await _listed(session, _entries().where(col(DataCorrection.id) == request_id))
    if not found or not actor.serves(found[0].request.department_code):
        raise CorrectionUnknown(str(request_id))
    return found[0]


def _entries() -> sa.Select[DataCorrection, str, str]:
    return (
        sa.select(DataCorrection, col(Person.name), col(Department.name))
        .join(Person, col(Person.id) == col(DataCorrection.person_id))
        .join(Department, col(Department.code) == col(DataCorrection.department_code))
        .limit(MOST)
    )


async def _listed(session: Session, query: sa.Select[DataCorrection, str, str]) -> list[Entry]:
    return [Entry(*row) for row in await session.execute(query)]
