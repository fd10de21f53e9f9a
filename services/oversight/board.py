"""The board: lights by department, shares, and the list behind every number. Only a supervisor's own departments.

Every list and every count is cut from `applications.queries.visible_to(actor)`, so a supervisor of two departments
sees the cases of two departments, and a number on the board is the length of the list it links to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from services.applications.models import Application, CaseMaterial, Supply
from services.applications.queries import visible_to
from services.applications.rules import Channel, State
from services.oversight.models import Card
from services.oversight.queries import cards_visible_to
from services.oversight.rules import STOPPED, WATCHED, CardKind, CaseLight, Indicator, Rate
from services.workflow.rules import ZONE
from storage.database import Session

PAGE = 50
TOP = 10
NEVER = date(9999, 12, 31)
MET = (Supply.OBTAINED, Supply.HANDED_IN, Supply.COMMITTED)

DELIVERED = (State.DELIVERED, State.REVOKED, State.CANCELLED)
"""What was delivered stays counted as delivered, whatever became of the grant later."""

EVENTS = {
    "received": "submitted_at",
    "accepted": "accepted_at",
    "decided": "decided_at",
    "delivered": "closed_at",
}
"""What can happen to a case in a period, and where the moment of it is kept."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days in China, both included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), ZONE)

    @property
    def end(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), ZONE)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One department (or all): its running cases by light, and its shares in the period."""

    department: str
    lights: Mapping[CaseLight, int]
    rates: Mapping[Indicator, Rate] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.lights.values())


@dataclass(frozen=True, slots=True)
class Board:
    """The state of a supervisor's departments on `today`; `flow` counts what happened today."""

    today: date
    period: Period
    rows: Sequence[BoardRow]
    everything: BoardRow
    flow: Mapping[str, int]
    cards: Mapping[CardKind, int]
    late: Sequence[Application]
    near: Sequence[Application]


async def board(session: Session, actor: Actor, *, today: date, days: int = 30) -> Board:
    """The board; shares are taken over the last `days` days, cards counted over the same."""
    period = Period(today - timedelta(days=days - 1), today)
    lights = await _lights(session, actor, today)
    shares = await rates(session, actor, period)
    rows = [
        BoardRow(department, lights.get(department, _dark()), shares.get(department, {}))
        for department in sorted(lights.keys() | shares.keys())
    ]
    return Board(
        today=today,
        period=period,
        rows=rows,
        everything=_sum(rows),
        flow=await _flow(session, actor, Period(today, today)),
        cards=await _cards_since(session, actor, period.start),
        late=await watched(session, actor, Watched(today, light=CaseLight.RED, limit=TOP)),
        near=await watched(session, actor, Watched(today, light=CaseLight.YELLOW, limit=TOP)),
    )


def _dark() -> dict[CaseLight, int]:
    return dict.fromkeys(CaseLight, 0)


def _sum(rows: Sequence[BoardRow]) -> BoardRow:
    shares = {
        kind: Rate(
            sum(row.rates[kind].numerator for row in rows if kind in row.rates),
            sum(row.rates[kind].denominator for row in rows if kind in row.rates),
        )
        for kind in Indicator
    }
    return BoardRow("", {shown: sum(row.lights[shown] for row in rows) for shown in CaseLight}, shares)


def light_on(today: date) -> sa.ColumnElement[str]:
    """The light of a case as SQL: the same as `rules.light`, which a test proves."""
    return sa.case(
        (col(Application.state).in_(STOPPED), CaseLight.PAUSED.value),
        (col(Application.due_on) < today, CaseLight.RED.value),
        (col(Application.yellow_on) <= today, CaseLight.YELLOW.value),
        else_=CaseLight.GREEN.value,
    )


async def _lights(session: Session, actor: Actor, today: date) -> dict[str, dict[CaseLight, int]]:
    shown = light_on(today).label("light")
    cases = visible_to(actor).where(col(Application.state).in_(WATCHED))
    query = cases.with_only_columns(col(Application.department_code), shown, sa.func.count()).group_by(
        col(Application.department_code), shown
    )
    found: dict[str, dict[CaseLight, int]] = {}
    for department, light, count in await session.execute(query):
        found.setdefault(department, _dark())[CaseLight(light)] = count
    return found


async def rates(session: Session, actor: Actor, period: Period) -> dict[str, dict[Indicator, Rate]]:
    """Every indicator of the period, by department (definitions: `rules.Indicator`)."""
    found: dict[str, dict[Indicator, Rate]] = {}
    for kind in Indicator:
        for department, numerator, denominator in await session.execute(_share(actor, kind, period)):
            found.setdefault(department, {})[kind] = Rate(numerator, denominator)
    return found


def _share(actor: Actor, kind: Indicator, period: Period) -> sa.Select[str, int, int]:
    counted = sa.func.count()
    cases, good = _counted(visible_to(actor), kind, period)
    return cases.with_only_columns(col(Application.department_code), counted.filter(good), counted).group_by(
        col(Application.department_code)
    )


def _counted(
    cases: sa.Select[Application], kind: Indicator, period: Period
) -> tuple[sa.Select[Application], sa.ColumnElement[bool]]:
    """The cases (or materials) of an indicator's denominator, and the condition of its numerator."""
    if kind is Indicator.ON_TIME:
        decided = cases.where(_within("decided", period), col(Application.on_time).is_not(None))
        return decided, col(Application.on_time).is_(True)
    if kind is Indicator.FIRST_TIME:
        return cases.where(_within("accepted", period)), col(Application.corrections) == 0
    if kind is Indicator.ONLINE:
        return cases.where(_within("received", period)), col(Application.channel) != Channel.WINDOW
    materials = cases.join(CaseMaterial, col(CaseMaterial.application_id) == col(Application.id)).where(
        _within("received", period), col(CaseMaterial.required), col(CaseMaterial.supply).in_(MET)
    )
    return materials, col(CaseMaterial.supply) == Supply.OBTAINED


def _within(event: str, period: Period) -> sa.ColumnElement[bool]:
    moment = _moment(event)
    inside = sa.and_(moment >= period.start, moment < period.end)
    return sa.and_(inside, col(Application.state).in_(DELIVERED)) if event == "delivered" else inside


def _moment(event: str) -> Any:
    return getattr(Application, EVENTS[event])


async def _flow(session: Session, actor: Actor, period: Period) -> dict[str, int]:
    counts = [sa.func.count().filter(_within(event, period)).label(event) for event in EVENTS]
    cases = visible_to(actor).where(col(Application.updated_at) >= period.start)
    row = (await session.execute(cases.with_only_columns(*counts))).one()
    return {event: getattr(row, event) for event in EVENTS}


@dataclass(frozen=True, slots=True)
class Watched:
    """Running cases by what is due next. `after`: the last (due day, number) of the page before."""

    today: date
    department: str | None = None
    light: CaseLight | None = None
    after: tuple[date, str] | None = None
    limit: int = PAGE


async def watched(session: Session, actor: Actor, wanted: Watched) -> list[Application]:
    """Exactly the cases that the board counts under the same department and light."""
    due = sa.func.coalesce(col(Application.due_on), NEVER)
    cases = visible_to(actor).where(col(Application.state).in_(WATCHED))
    if wanted.department:
        cases = cases.where(col(Application.department_code) == wanted.department)
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


async def happened(session: Session, actor: Actor, wanted: Happened) -> list[Application]:
    moment = _moment(wanted.event)
    cases = visible_to(actor).where(_within(wanted.event, wanted.period))
    if wanted.department:
        cases = cases.where(col(Application.department_code) == wanted.department)
    if wanted.on_time is not None:
        cases = cases.where(col(Application.on_time).is_(wanted.on_time))
    if wanted.after:
        at, number = wanted.after
        cases = cases.where(sa.or_(moment < at, sa.and_(moment == at, col(Application.number) < number)))
    ordered = cases.order_by(moment.desc(), col(Application.number).desc()).limit(wanted.limit)
    return list(await session.scalars(ordered))


async def _cards_since(session: Session, actor: Actor, start: datetime) -> dict[CardKind, int]:
    query = cards_visible_to(actor).where(col(Card.raised_at) >= start)
    counted = query.with_only_columns(col(Card.kind), sa.func.count()).group_by(col(Card.kind))
    return dict.fromkeys(CardKind, 0) | {kind: count for kind, count in await session.execute(counted)}
