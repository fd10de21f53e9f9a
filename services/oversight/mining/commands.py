"""Taking a foreign log in, discovering the process of an item, and writing our own log as XES."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from io import BufferedReader
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.applications.models import Application
from services.oversight.measures.models import CaseStep
from services.oversight.measures.reading import Scope
from services.oversight.mining.discovery import Discovery, Happened
from services.oversight.mining.models import ForeignLog
from services.oversight.mining.xes import (
    EXTENSIONS,
    NAME,
    RESOURCE,
    TIME,
    Attribute,
    Event,
    Head,
    Trace,
    Value,
)
from services.oversight.mining.xes_reading import Reader
from storage import ledger
from storage.database import Session

CHAIN = "oversight:logs"
MOST = 5_000
AT_EACH_NODE = frozenset({"application claimed", "step reviewed"})
"""Done at every node of a case: taking it up at the next is no rework."""
Told = Callable[[Discovery], None]


def discover(
    stream: BinaryIO, *, activity: str = NAME, due: str | None = None, tell: Told = lambda _: None
) -> Discovery:
    """Read a whole XES log. `activity`: the key that names what was done; `due`: a trace's date of its limit.

    Raises LogMalformed.
    """
    found = Discovery()
    for trace in Reader(stream):
        found.add(
            [_happened(event, activity) for event in trace.events], _moment(trace.get(due)) if due else None
        )
        tell(found)
    return found


def _happened(event: Event, activity: str) -> Happened:
    at = event.get(TIME)
    return Happened(
        str(event.get(activity) or event.get(NAME) or "?"),
        at if isinstance(at, datetime) else None,
        str(event.get(RESOURCE) or ""),
    )


def _moment(value: Value) -> datetime | None:
    return value if isinstance(value, datetime) else None


async def keep(
    session: Session, name: str, digest: str, summary: dict[str, Any], *, at: datetime, actor: str
) -> None:
    """Keep what was discovered in a foreign log, so that the pages show it; the same file again replaces it."""
    row = insert(ForeignLog).values(name=name[:200], digest=digest, imported_at=at, summary=summary)
    fresh = {"name": row.excluded["name"], "imported_at": at, "summary": summary}
    await session.execute(row.on_conflict_do_update(index_elements=["digest"], set_=fresh))
    await ledger.append(
        session,
        chain=CHAIN,
        deed="event log imported",
        subject=digest,
        actor=actor,
        at=at,
        details={"name": name[:200], "traces": summary["traces"], "events": summary["events"]},
    )


def digest_of(stream: BufferedReader) -> str:
    """SHA-256 of a file, in pieces; leaves the stream at its beginning."""
    found = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    return found


async def process_of(session: Session, item: str, scope: Scope, *, most: int = MOST) -> Discovery:
    """The process of one item's latest cases in a scope and period, from their steps."""
    found = Discovery()
    async for _number, steps in _cases(session, scope, item, most):
        once = [step for place, step in enumerate(steps) if not _second_person(steps, place)]
        found.add([Happened(_activity(step), step.at, step.officer_name) for step in once])
    return found


def _second_person(steps: Sequence[CaseStep], place: int) -> bool:
    """Whether a step is another officer's part of what was done at the same node just before: where the law asks for two
    (34), the second does nothing again."""
    step = steps[place]
    if step.deed not in AT_EACH_NODE:
        return False
    for before in reversed(steps[:place]):
        if before.node != step.node:
            return False
        if before.deed == step.deed:
            return before.officer != step.officer
    return False


def _activity(step: CaseStep) -> str:
    """What was done and, for what is done at every node anew, at which."""
    return f"{step.deed}/{step.node}" if step.deed in AT_EACH_NODE and step.node else step.deed


async def _cases(
    session: Session, scope: Scope, item: str | None, most: int | None
) -> AsyncIterator[tuple[str, list[CaseStep]]]:
    within = sa.select(col(CaseStep.number)).where(
        col(CaseStep.at) >= scope.since, col(CaseStep.at) < scope.until
    )
    if item is not None:
        within = within.where(col(CaseStep.item_code) == item)
    if scope.departments is not None:
        within = within.where(col(CaseStep.department_code).in_(scope.departments))
    numbers = within.group_by(col(CaseStep.number)).order_by(sa.func.max(col(CaseStep.at)).desc())
    chosen = (numbers.limit(most) if most else numbers).subquery()
    query = (
        sa.select(CaseStep)
        .join(chosen, chosen.c.number == col(CaseStep.number))
        .order_by(col(CaseStep.number), col(CaseStep.position))
        .execution_options(yield_per=5000)
    )
    number, steps = "", list[CaseStep]()
    async for step in await session.stream_scalars(query):
        if step.number != number and steps:
            yield number, steps
            steps = []
        number = step.number
        steps.append(step)
    if steps:
        yield number, steps


def own_head() -> Head:
    """The head of our own logs: the standard extensions, and what every trace and event has."""
    unknown = Attribute("string", NAME, "unknown")
    return Head(
        extensions=[EXTENSIONS["concept"], EXTENSIONS["time"], EXTENSIONS["org"]],
        classifiers={"Activity": NAME},
        globals={"trace": (unknown,), "event": (unknown,)},
        attributes=[Attribute("string", NAME, "yiwang")],
    )


async def traces(session: Session, scope: Scope) -> AsyncIterator[Trace]:
    """Our own cases as traces: no applicant, officers by the names they sign with, minutes and lateness beside."""
    async for number, steps in _cases(session, scope, None, None):
        attributes = (
            Attribute("string", NAME, number),
            Attribute("string", "yiwang:item", steps[0].item_code),
            Attribute("string", "yiwang:department", steps[0].department_code),
        )
        yield Trace(attributes, tuple(_event(step) for step in steps))


def _event(step: CaseStep) -> Event:
    attributes = [Attribute("string", NAME, _activity(step)), Attribute("date", TIME, step.at)]
    if step.officer_name:
        attributes.append(Attribute("string", RESOURCE, step.officer_name))
    attributes.append(Attribute("int", "yiwang:minutes", step.minutes))
    attributes.append(Attribute("int", "yiwang:late", step.late))
    return Event(tuple(attributes))


async def items_with_steps(session: Session, scope: Scope) -> list[tuple[str, dict[str, str], int]]:
    """Items with cases in the scope and period: code, name, how many cases, the most frequent first."""
    query = sa.select(
        col(Application.item_code), sa.func.min(sa.cast(col(Application.item_name), sa.Text)), sa.func.count()
    ).where(col(Application.submitted_at) >= scope.since, col(Application.submitted_at) < scope.until)
    if scope.departments is not None:
        query = query.where(col(Application.department_code).in_(scope.departments))
    rows = await session.execute(query.group_by(col(Application.item_code)).order_by(sa.func.count().desc()))
    return [(code, dict(json.loads(name)), count) for code, name, count in rows]
