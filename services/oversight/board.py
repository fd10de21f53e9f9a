"""The board: lights by department and item, shares, what happened, what is late. Only a supervisor's own departments.

Every number comes from the summaries a worker keeps (`boarding`), or from the cases themselves until one ran, and
is the length of the list it links to (`boarding.lists`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import ModuleType

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from services.applications.models import Application
from services.oversight.boarding import summaries, tables
from services.oversight.boarding.cutting import Cut, Lights, Period, Place, Sums, dark
from services.oversight.boarding.lists import (
    EVENTS,
    Counted,
    Happened,
    Line,
    Watched,
    counted,
    happened,
    watched,
)
from services.oversight.boarding.models import BoardPlace
from services.oversight.boarding.tables import NEVER, light_on
from services.oversight.measures.models import StepsFollowed
from services.oversight.rules import CardKind, CaseLight, Indicator, Rate
from storage.checkpoints import Leaf
from storage.database import Session
from storage.ledger import Entry

__all__ = [
    "EVENTS",
    "NEVER",
    "Board",
    "BoardRow",
    "Counted",
    "Cut",
    "Happened",
    "Line",
    "Period",
    "Place",
    "Watched",
    "board",
    "counted",
    "happened",
    "light_on",
    "rates",
    "sums",
    "turn",
    "watched",
]

TOP = 10
CARDS = {CardKind.YELLOW: "yellow-cards", CardKind.RED: "red-cards"}
KEYS = (*(kind.value for kind in Indicator), *CARDS.values())
LAG = timedelta(seconds=10)
"""A board that is longer behind says so."""


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
    """The state of a supervisor's departments on `today`; `flow` counts what happened today.

    `heat`: department and item → running cases by light. `behind`: the worker has not taken up a deed older than LAG.
    """

    today: date
    period: Period
    cut: Cut
    rows: Sequence[BoardRow]
    everything: BoardRow
    heat: Lights
    flow: Mapping[str, int]
    cards: Mapping[CardKind, int]
    late: Sequence[Application]
    near: Sequence[Application]
    behind: bool


async def board(
    session: Session,
    actor: Actor,
    *,
    today: date,
    days: int = 30,
    period: Period | None = None,
    cut: Cut | None = None,
    top: int = TOP,
    now: datetime | None = None,
) -> Board:
    """The board; shares and cards are counted over `period`, or the last `days` days."""
    period, cut = period or Period(today - timedelta(days=days - 1), today), cut or Cut()
    source = await _source(session)
    heat = await source.lights(session, actor, cut, today)
    sums = await source.sums(session, actor, cut, period, KEYS)
    flow = await source.sums(session, actor, cut, Period(today, today), tuple(EVENTS))
    rows = _rows(heat, sums)
    return Board(
        today=today,
        period=period,
        cut=cut,
        rows=rows,
        everything=BoardRow("", _added(row.lights for row in rows), _shares(sums, None)),
        heat=heat,
        flow={event: _total(flow.get(event, {}).values()).denominator for event in EVENTS},
        cards={kind: _total(sums.get(key, {}).values()).denominator for kind, key in CARDS.items()},
        late=await source.next_due(session, actor, cut, today, CaseLight.RED, top),
        near=await source.next_due(session, actor, cut, today, CaseLight.YELLOW, top),
        behind=now is not None and source is summaries and await _behind(session, now),
    )


async def _source(session: Session) -> ModuleType:
    """Where numbers come from: `summaries`, or `tables` while no worker has counted yet."""
    leaf = await session.scalar(sa.select(col(BoardPlace.leaf)))
    return tables if leaf is None else summaries


async def rates(session: Session, actor: Actor, period: Period) -> dict[str, dict[Indicator, Rate]]:
    """Every share of the period, by department (definitions: `rules.Indicator`)."""
    sums = await (await _source(session)).sums(session, actor, Cut(), period, KEYS)
    return {row.department: dict(row.rates) for row in _rows({}, sums)}


async def sums(session: Session, actor: Actor, cut: Cut, period: Period, keys: Collection[str]) -> Sums:
    """Numerators and denominators of `keys` in a period, by department and item."""
    found: Sums = await (await _source(session)).sums(session, actor, cut, period, keys)
    return found


async def turn(session: Session) -> int:
    """Grows whenever something on any board may have changed."""
    return await session.scalar(sa.select(col(BoardPlace.turn))) or 0


async def _behind(session: Session, now: datetime) -> bool:
    """Whether the next deed to be taken up is older than LAG."""
    place = sa.func.least(
        sa.select(col(BoardPlace.leaf)).scalar_subquery(),
        sa.select(col(StepsFollowed.leaf)).scalar_subquery(),
    )
    query = (
        sa.select(col(Entry.at)).join(Leaf, col(Leaf.entry) == col(Entry.id)).where(col(Leaf.leaf) == place)
    )
    waiting = await session.scalar(query)
    return waiting is not None and waiting < now - LAG


def _rows(heat: Lights, sums: Sums) -> list[BoardRow]:
    places = {*heat, *(place for places in sums.values() for place in places)}
    found = []
    for department in sorted({place[0] for place in places}):
        own = [lights for place, lights in heat.items() if place[0] == department]
        found.append(BoardRow(department, _added(own), _shares(sums, department)))
    return found


def _shares(sums: Sums, department: str | None) -> dict[Indicator, Rate]:
    """The shares of one department (those it has), or of all together (every one)."""
    found = {}
    for kind in Indicator:
        own = [rate for place, rate in sums.get(kind.value, {}).items() if department in {None, place[0]}]
        if own or department is None:
            found[kind] = _total(own)
    return found


def _added(lights: Iterable[Mapping[CaseLight, int]]) -> dict[CaseLight, int]:
    found = dark()
    for one in lights:
        for shown, cases in one.items():
            found[shown] += cases
    return found


def _total(rates: Iterable[Rate]) -> Rate:
    pairs = [(rate.numerator, rate.denominator) for rate in rates]
    return Rate(sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs))
