"""Indicators of any period: past days from the summaries, today from the tables, so that a page is never behind."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor, Role
from services.catalogue import queries as catalogue
from services.oversight.indicators import commands, spans
from services.oversight.indicators.definitions import BY_KEY
from services.oversight.indicators.models import ItemSpeed, SummaryProof
from services.oversight.queries import serves
from services.oversight.rules import Rate
from storage.database import Session

DAY = timedelta(days=1)
NAMED = tuple(sorted(BY_KEY))
KEPT_UP = sa.text("SELECT leaf IS NOT NULL FROM oversight_board")


@dataclass(frozen=True, slots=True)
class Asked:
    """A period of days, both included, and what it is narrowed to; `by`: «indicator», «department» or «item»."""

    first: date
    last: date
    department: str | None = None
    item: str | None = None


Found = Mapping[str, Mapping[str, Rate]]
"""Indicator → department or item («» for all together) → numerator and denominator."""


async def rates(session: Session, actor: Actor, asked: Asked, *, today: date, by: str = "") -> Found:
    """Every indicator in the actor's departments, in one sum or split by «department_code» or «item_code»."""
    sums: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    current = await is_kept_up(session)
    until = asked.last if current else min(asked.last, today - DAY)
    table = await spans.summed(session, asked.first, until)
    for indicator, place, numerator, denominator in await session.execute(_kept(table, actor, asked, by)):
        sums[indicator][place][0] += int(numerator)
        sums[indicator][place][1] += int(denominator)
    if not current and asked.first <= today <= asked.last and actor.has(Role.SUPERVISOR):
        for key, (numerator, denominator) in (
            await commands.counted(session, today, today, keys=NAMED)
        ).items():
            _day, indicator, department, item = key
            if _wanted(actor, asked, department, item):
                place = {"department_code": department, "item_code": item}.get(by, "")
                sums[indicator][place][0] += numerator
                sums[indicator][place][1] += denominator
    return {name: {place: Rate(*pair) for place, pair in places.items()} for name, places in sums.items()}


async def is_kept_up(session: Session) -> bool:
    """Whether a worker keeps up yesterday and today; until it first ran, today is counted from the tables."""
    return bool(await session.scalar(KEPT_UP))


def _wanted(actor: Actor, asked: Asked, department: str, item: str) -> bool:
    narrowed = asked.department in {None, department} and asked.item in {None, item}
    return narrowed and actor.serves(department)


def _kept(table: sa.Subquery, actor: Actor, asked: Asked, by: str) -> sa.Select[str, str, int, int]:
    kept = table.c
    shown = kept[by] if by else sa.literal("")
    query = sa.select(
        kept.indicator, shown, sa.func.sum(kept.numerator), sa.func.sum(kept.denominator)
    ).where(kept.indicator.in_(NAMED), serves(kept.department_code, actor))
    if not actor.has(Role.SUPERVISOR):
        query = query.where(sa.false())
    if asked.department:
        query = query.where(kept.department_code == asked.department)
    if asked.item:
        query = query.where(kept.item_code == asked.item)
    return query.group_by(kept.indicator, shown)


async def proofs(session: Session, *, kind: str = "days", limit: int = 5) -> list[SummaryProof]:
    """What the last recomputations found, the latest first; `kind`: days or board."""
    query = (
        sa.select(SummaryProof)
        .where(col(SummaryProof.kind) == kind)
        .order_by(col(SummaryProof.id).desc())
        .limit(limit)
    )
    return list(await session.scalars(query))


@dataclass(frozen=True, slots=True)
class Speed:
    """An item's name, promised working days, and how long it took: cases, median and ninetieth minutes."""

    code: str
    name: Mapping[str, str]
    promised: int
    until: date | None
    count: int
    middle: float
    ninetieth: float


async def speeds(session: Session) -> list[Speed]:
    """Every item in force with how long it took, for everybody to see."""
    known = {one.item_code: one for one in await session.scalars(sa.select(ItemSpeed))}
    found = []
    for item in await catalogue.in_force(session):
        one, definition = known.get(item.code), item.definition
        name = {"zh": definition.name.zh, "en": definition.name.en}
        days = definition.promised_limit.days
        if one is None:
            found.append(Speed(item.code, name, days, None, 0, 0.0, 0.0))
        else:
            found.append(Speed(item.code, name, days, one.until, one.count, one.middle, one.ninetieth))
    return found
