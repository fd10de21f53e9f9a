"""The list behind every number of the board and of the indicators: from the cases themselves, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import EVERYWHERE, Actor, Role
from services.applications.models import Application
from services.applications.queries import visible_to
from services.applications.rules import State
from services.oversight.boarding.cutting import Cut, Period
from services.oversight.boarding.tables import NEVER, light_on, narrowed, running
from services.oversight.indicators.definitions import BASES, BY_KEY, ROWS, Indicator
from services.oversight.rules import CaseLight
from storage.database import Session

PAGE = 50
DELIVERED = (State.DELIVERED, State.REVOKED, State.CANCELLED)
"""What was delivered stays counted as delivered, whatever became of the grant later."""
EVENTS = {
    "received": "submitted_at",
    "accepted": "accepted_at",
    "decided": "decided_at",
    "delivered": "closed_at",
}
"""What can happen to a case in a period, and where the moment of it is kept."""
NEARER = (1, 7)
"""Days."""
PARTS = ("of", "good")
EVERYTHING = Cut()


@dataclass(frozen=True, slots=True)
class Watched:
    """Running cases by what is due next. `after`: the last (due day, number) of the page before."""

    today: date
    department: str | None = None
    light: CaseLight | None = None
    after: tuple[date, str] | None = None
    limit: int = PAGE
    item: str | None = None


async def watched(session: Session, actor: Actor, wanted: Watched) -> list[Application]:
    """Exactly the cases that the board counts under the same department, item and light."""
    due = sa.func.coalesce(col(Application.due_on), NEVER)
    cases = running(actor, Cut(wanted.department, wanted.item))
    if wanted.light:
        cases = cases.where(light_on(wanted.today) == wanted.light.value)
    if wanted.after:
        day, number = wanted.after
        cases = cases.where(sa.or_(due > day, sa.and_(due == day, col(Application.number) > number)))
    ordered = cases.order_by(due, col(Application.number)).limit(wanted.limit)
    return list(await session.scalars(ordered))


@dataclass(frozen=True, slots=True)
class Happened:
    """Cases to which something happened in a period, the latest first. `event`: a key of EVENTS.

    `on_time` narrows decided ones; `after`: the last (moment, number) of the page before.
    """

    event: str
    period: Period
    department: str | None = None
    on_time: bool | None = None
    after: tuple[datetime, str] | None = None
    limit: int = PAGE
    item: str | None = None


async def happened(session: Session, actor: Actor, wanted: Happened) -> list[Application]:
    moment = _moment(wanted.event)
    cases = visible_to(actor).where(_within(wanted.event, wanted.period))
    cases = narrowed(cases, Cut(wanted.department, wanted.item))
    if wanted.on_time is not None:
        cases = cases.where(col(Application.on_time).is_(wanted.on_time))
    if wanted.after:
        at, number = wanted.after
        cases = cases.where(sa.or_(moment < at, sa.and_(moment == at, col(Application.number) < number)))
    ordered = cases.order_by(moment.desc(), col(Application.number).desc()).limit(wanted.limit)
    return list(await session.scalars(ordered))


def _within(event: str, period: Period) -> sa.ColumnElement[bool]:
    moment = _moment(event)
    inside = sa.and_(moment >= period.start, moment < period.end)
    return sa.and_(inside, col(Application.state).in_(DELIVERED)) if event == "delivered" else inside


def _moment(event: str) -> Any:
    return getattr(Application, EVENTS[event])


@dataclass(frozen=True, slots=True)
class Counted:
    """What an indicator counts in a period: its denominator («of») or its numerator («good»).

    One line for each thing that is counted: a case with two materials stands there twice. `after`: the last
    (moment, its key) of the page before.
    """

    key: str
    part: str
    period: Period
    cut: Cut = EVERYTHING
    after: tuple[datetime, str] | None = None
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was counted: its case, its moment, and the key that tells it from others of the case."""

    case: Application
    at: datetime
    key: str


async def counted(session: Session, actor: Actor, wanted: Counted) -> list[Line]:
    """The lines behind an indicator's number, the latest first; nothing for anybody but a supervisor."""
    if not actor.has(Role.SUPERVISOR):
        return []
    query, values = _lines(BY_KEY[wanted.key], wanted, actor)
    rows: Sequence[sa.Row[Any]] = ()
    for since in _windows(wanted):
        rows = (await session.execute(query, values | {"since": since})).all()
        if len(rows) == wanted.limit:
            break
    numbers = {row.number for row in rows}
    cases = await session.scalars(visible_to(actor).where(col(Application.number).in_(numbers)))
    known = {case.number: case for case in cases}
    return [Line(known[row.number], row.at, row.key) for row in rows if row.number in known]


def _windows(wanted: Counted) -> list[datetime]:
    """From where on to look, one after the other: the latest lines mostly lie in the last days of a long period."""
    until = min(wanted.period.end, wanted.after[0]) if wanted.after else wanted.period.end
    nearer = [until - timedelta(days=days) for days in NEARER]
    return [*(since for since in nearer if since > wanted.period.start), wanted.period.start]


def _lines(one: Indicator, wanted: Counted, actor: Actor) -> tuple[sa.TextClause, dict[str, Any]]:
    conditions = [
        f"{one.moment} >= :since AND {one.moment} < :until AND a.state <> 'draft' AND ({one.of})",
        "(:whole OR a.department_code = ANY(:departments))",
    ]
    values: dict[str, Any] = {
        "until": wanted.period.end,
        "whole": EVERYWHERE in actor.departments,
        "departments": sorted(actor.departments),
        "limit": wanted.limit,
    }
    if wanted.part == "good":
        conditions.append(f"({one.good})")
    for name, text in (("department", wanted.cut.department), ("item", wanted.cut.item)):
        if text:
            conditions.append(f"a.{name}_code = :{name}")
            values[name] = text
    key = ROWS[one.base]
    if wanted.after:
        conditions.append(f"({one.moment}, {key}) < (:after, :after_key)")
        values |= {"after": wanted.after[0], "after_key": wanted.after[1]}
    text = (
        f"SELECT a.number, {one.moment} AS at, {key} AS key FROM {BASES[one.base]}"  # noqa: S608  parts of definitions.py
        f" WHERE {' AND '.join(conditions)} ORDER BY 2 DESC, 3 DESC LIMIT :limit"
    )
    return sa.text(text), values
