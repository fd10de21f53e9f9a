"""Reading the ledger into steps: a case that got a new entry is read anew as a whole, so that order never matters."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.applications.models import Application
from services.oversight.measures.models import CaseStep, StepsFollowed
from services.oversight.measures.office import Office, office
from services.oversight.measures.stepping import DEEDS, READ, Event, Kind, Step, steps_of
from services.workflow import calendar
from services.workflow.rules import local_day
from storage.checkpoints import Leaf
from storage.database import Session
from storage.ledger import Entry

BATCH = 500
DAY = timedelta(days=1)
Then = Callable[[Session, Collection[str]], Awaitable[object]]
APPLICANTS = {"application withdrawn"}
"""Deeds that end a case and are the applicant's own."""


async def follow(session: Session, *, most: int = BATCH, then: Then | None = None) -> int:
    """Read the ledger on from where it was left; how many entries were read. Two workers make way for one another.

    `then` is called with the numbers of the cases that moved, in the same transaction.
    """
    place = await session.scalar(sa.select(StepsFollowed).with_for_update(skip_locked=True))
    if place is None:
        return 0
    query = (
        sa.select(col(Leaf.leaf), col(Entry.chain), col(Entry.deed))
        .join(Entry, col(Entry.id) == col(Leaf.entry))
        .where(col(Leaf.leaf) >= place.leaf)
        .order_by(col(Leaf.leaf))
        .limit(most)
    )
    rows = (await session.execute(query)).all()
    if rows:
        moved = {row.chain for row in rows if row.deed in READ}
        await read_cases(session, moved)
        if then is not None and moved:
            await then(session, moved)
        place.leaf = rows[-1].leaf + 1
    return len(rows)


async def read_cases(session: Session, numbers: Collection[str]) -> int:
    """Write the steps of these cases anew from their chains; how many steps there are."""
    query = sa.select(
        col(Application.number),
        col(Application.item_code),
        col(Application.department_code),
        col(Application.applicant_id),
        col(Application.filed_by),
    ).where(col(Application.number).in_(numbers))
    cases = (await session.execute(query)).all()
    if not cases:
        return 0
    told = await read_steps(session, cases)
    known = {row.number: row for row in cases}
    rows = [row_of(known[number], step) for number, (_events, steps) in told.items() for step in steps]
    await session.execute(sa.delete(CaseStep).where(col(CaseStep.number).in_(known)))
    if rows:
        await session.execute(sa.insert(CaseStep), rows)
    return len(rows)


async def read_steps(session: Session, cases: Sequence[Any]) -> dict[str, tuple[list[Event], list[Step]]]:
    """Number → the deeds and the steps of each case (rows with number, applicant_id, filed_by), from its chain."""
    chains = await _chains(session, [case.number for case in cases])
    if not chains:
        return {}
    hours = await _office(session, [event for events in chains.values() for event in events])
    found = {}
    for case in cases:
        own = {str(case.applicant_id), str(case.filed_by)}
        events = [_officers_only(event, own) for event in chains.get(case.number, ())]
        found[case.number] = (events, steps_of(events, hours))
    return found


async def _chains(session: Session, numbers: Sequence[str]) -> dict[str, list[Event]]:
    query = (
        sa.select(Entry)
        .where(col(Entry.chain).in_(numbers), col(Entry.deed).in_(READ))
        .order_by(col(Entry.chain), col(Entry.position))
    )
    found: dict[str, list[Event]] = defaultdict(list)
    for entry in await session.scalars(query):
        found[entry.chain].append(event_of(entry))
    return found


def event_of(entry: Entry) -> Event:
    details = entry.details
    officer = "" if entry.actor.startswith("system:") else entry.actor
    return Event(
        entry.id or 0, entry.position, entry.at, entry.deed, officer, str(details.get("by", "")), details
    )


def _officers_only(event: Event, own: Collection[str]) -> Event:
    """Whoever filed the case is no officer of it, whatever else they are."""
    begins = event.deed in DEEDS and DEEDS[event.deed][0] is Kind.BEGIN
    theirs = begins or event.deed in APPLICANTS or event.officer in own
    return (
        Event(event.entry, event.position, event.at, event.deed, "", "", event.details) if theirs else event
    )


async def _office(session: Session, events: Iterable[Event]) -> Office:
    days = {local_day(event.at) for event in events}
    return office(await calendar.load(session), min(days) - DAY, max(days) + DAY)


def row_of(case: Any, step: Step) -> dict[str, Any]:
    """A step as its table keeps it; `case` names item and department."""
    return {
        "number": case.number,
        "position": step.position,
        "entry": step.entry,
        "item_code": case.item_code,
        "department_code": case.department_code,
        "deed": step.deed,
        "node": step.node,
        "officer": UUID(step.officer) if step.officer else None,
        "officer_name": step.name if step.officer else "",
        "holder": UUID(step.holder) if step.holder else None,
        "since": step.since,
        "at": step.at,
        "minutes": step.minutes,
        "late": step.late,
    }
