"""Counting the measures, looking at what they say of an officer, and the officer's own answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.actor import CASEWORK, Actor
from services.oversight import records
from services.oversight.errors import MeasureAnswered, MeasureNotFound, OfficerNotFound
from services.oversight.measures import queries, reading
from services.oversight.measures.deviation import FEWEST
from services.oversight.measures.kinds import MeasureKind
from services.oversight.measures.models import Measure
from services.oversight.measures.reading import Scope
from services.oversight.rules import require_text
from services.workflow import calendar
from services.workflow.rules import due_on, local_day
from storage import ledger
from storage.database import Session

YEAR = timedelta(days=365)
DAYS_TO_ANSWER = 3
SYSTEM = "system:oversight"


@dataclass(frozen=True, slots=True)
class Counted:
    """One number about one officer, before it is known who that is."""

    officer: str
    kind: MeasureKind
    flagged: bool
    numbers: Mapping[str, Any]
    about: str = ""
    node: str = ""


def quarter_of(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


async def count(session: Session, *, at: datetime) -> int:
    """Count the four measures over the twelve months to `at` and keep them for this quarter; how many there are.

    A flag found again keeps its answer and the day from which supervisors see it.
    """
    scope = Scope(at - YEAR, at)
    counted = [*await _counted(session, scope)]
    today = local_day(at)
    shown = due_on(today, DAYS_TO_ANSWER, await calendar.load(session)).on
    known = await queries.names(session, sorted({one.officer for one in counted}), scope.since)
    rows = [
        _row(one, *known[one.officer], quarter_of(today), today, shown, at)
        for one in counted
        if one.officer in known
    ]
    for start in range(0, len(rows), 1000):
        await session.execute(_kept(rows[start : start + 1000]))
    stale = sa.delete(Measure).where(
        col(Measure.quarter) == quarter_of(today),
        col(Measure.counted_at) < at,
        col(Measure.answered_at).is_(None),
    )
    await session.execute(stale)
    return len(rows)


async def _counted(session: Session, scope: Scope) -> Iterable[Counted]:
    loads = [
        Counted(
            one.officer,
            MeasureKind.WORKLOAD,
            bool(one.flag),
            {
                "acts": one.acts,
                "minutes": round(one.minutes),
                "peer": round(one.peer),
                "peers": one.peers,
                "flag": one.flag,
            },
            node=one.post,
        )
        for one in await reading.workloads(session, scope)
    ]
    pairs = [
        Counted(
            one.officer,
            MeasureKind.INTIMACY,
            True,
            {
                "k": one.k,
                "n": one.n,
                "expected": round(one.expected, 2),
                "lift": round(one.lift, 2),
                "chance": one.chance,
            },
            about=one.party,
            node=one.node,
        )
        for one in await reading.intimacies(session, scope)
        if one.flagged
    ]
    return [*loads, *pairs, *await _deviations(session, scope), *await _overdue(session, scope)]


async def _deviations(session: Session, scope: Scope) -> list[Counted]:
    return [
        Counted(
            one.officer,
            MeasureKind(one.aspect.value),
            one.flagged,
            {
                "n": one.n,
                "value": round(one.value, 4),
                "peer": round(one.peer, 4),
                "size": round(one.size, 2),
                "chance": one.chance,
                "fewest": FEWEST,
            },
        )
        for one in await reading.deviations(session, scope)
    ]


async def _overdue(session: Session, scope: Scope) -> list[Counted]:
    found: dict[str, dict[str, Any]] = {}
    for one in await reading.overdues(session, scope):
        own = found.setdefault(one.holder, {"cases": 0, "minutes": 0, "share": 0.0, "nodes": {}})
        own["cases"] += one.cases
        own["minutes"] += one.minutes
        own["share"] = round(max(own["share"], one.share), 4)
        own["nodes"] |= dict(one.nodes)
    return [Counted(officer, MeasureKind.OVERDUE, False, own) for officer, own in found.items() if officer]


def _row(
    one: Counted, name: str, department: str, quarter: date, today: date, shown: date, at: datetime
) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "quarter": quarter,
        "until": today,
        "department_code": department,
        "officer": UUID(one.officer),
        "officer_name": name,
        "kind": one.kind,
        "about": one.about,
        "node": one.node,
        "numbers": dict(one.numbers),
        "flagged": one.flagged,
        "shown_from": shown if one.flagged else None,
        "counted_at": at,
    }


def _kept(rows: list[dict[str, Any]]) -> Any:
    new = insert(Measure).values(rows)
    fresh = {
        name: new.excluded[name] for name in ("until", "officer_name", "numbers", "flagged", "counted_at")
    }
    shown = sa.case(
        (sa.and_(new.excluded["flagged"], col(Measure.flagged)), col(Measure.shown_from)),
        else_=new.excluded["shown_from"],
    )
    return new.on_conflict_do_update(
        index_elements=["quarter", "department_code", "officer", "kind", "about", "node"],
        set_=fresh | {"shown_from": shown},
    )


async def look_at_officer(session: Session, actor: Actor, officer: UUID, *, at: datetime) -> list[Measure]:
    """What the measures say of an officer; that somebody else looked stands in a chain of their own.

    Raises OfficerNotFound, the same whether nothing is known or it is not theirs to see.
    """
    found = await queries.profile(session, actor, officer, today=local_day(at))
    if officer == actor.person_id:
        return found
    if not found:
        raise OfficerNotFound(str(officer))
    await ledger.append(
        session,
        chain=f"oversight:{actor.person_id}",
        deed=records.PROFILED,
        subject=str(officer),
        actor=str(actor.person_id),
        at=at,
        details={"by": actor.name, "reason": found[0].officer_name},
    )
    return found


async def answer(session: Session, actor: Actor, measure_id: UUID, *, text: str, at: datetime) -> Measure:
    """The officer's own words on a flag; supervisors see both from then on.

    Raises MeasureNotFound, MeasureAnswered, TextMissing.
    """
    words = require_text("answer", text)
    query = sa.select(Measure).where(
        col(Measure.id) == measure_id, col(Measure.officer) == actor.person_id, col(Measure.flagged)
    )
    measure: Measure | None = await session.scalar(query.with_for_update())
    if measure is None or not actor.has(*CASEWORK):
        raise MeasureNotFound(str(measure_id))
    if measure.answered_at is not None:
        raise MeasureAnswered(str(measure_id))
    measure.answer, measure.answered_at = words, at
    await ledger.append(
        session,
        chain=f"oversight:measure:{measure.id}",
        deed="measure answered",
        subject=str(actor.person_id),
        actor=str(actor.person_id),
        at=at,
        details={"by": actor.name, "kind": measure.kind.value, "numbers": measure.numbers},
    )
    return measure
