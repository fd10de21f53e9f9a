"""The board's numbers from the summaries: some thousand small rows, however many cases there are."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import EVERYWHERE, Actor, Role
from services.applications.models import Application
from services.applications.queries import visible_to
from services.oversight.boarding.cutting import Cut, Lights, Period, Sums
from services.oversight.boarding.models import OpenCase
from services.oversight.indicators import spans
from services.oversight.queries import serves
from services.oversight.rules import CaseLight, Rate
from storage.database import Session

SHOWN = (CaseLight.PAUSED, CaseLight.RED, CaseLight.YELLOW, CaseLight.GREEN)
LIT = """
SELECT department_code, item_code,
    coalesce(sum(cases) FILTER (WHERE paused), 0)::bigint,
    coalesce(sum(cases) FILTER (WHERE NOT paused AND due_on < :today), 0)::bigint,
    coalesce(sum(cases) FILTER (WHERE NOT paused AND due_on >= :today AND yellow_on <= :today), 0)::bigint,
    coalesce(sum(cases) FILTER (WHERE NOT paused AND due_on >= :today AND yellow_on > :today), 0)::bigint
FROM oversight_light WHERE true"""
"""The counts in the order of SHOWN."""
NARROWED = {
    "departments": "department_code = ANY(:departments)",
    "department": "department_code = :department",
    "item": "item_code = :item",
}


def _within(department: Any, item: Any, actor: Actor, cut: Cut) -> list[sa.ColumnElement[bool]]:
    """The conditions of a supervisor's departments and of what is asked for; nobody else finds anything."""
    found = [serves(department, actor) if actor.has(Role.SUPERVISOR) else sa.false()]
    if cut.department:
        found.append(department == cut.department)
    if cut.item:
        found.append(item == cut.item)
    return found


async def lights(session: Session, actor: Actor, cut: Cut, today: date) -> Lights:
    """Running cases by department, item and light."""
    if not actor.has(Role.SUPERVISOR):
        return {}
    values: dict[str, Any] = {"today": today}
    if EVERYWHERE not in actor.departments:
        values["departments"] = sorted(actor.departments)
    values |= {name: code for name, code in (("department", cut.department), ("item", cut.item)) if code}
    rows = await session.execute(_lights(frozenset(values)), values)
    return {(row[0], row[1]): dict(zip(SHOWN, row[2:], strict=True)) for row in rows}


@cache
def _lights(narrowed: Collection[str]) -> sa.TextClause:
    """One row for each item: as plain text, because putting a statement together takes longer than these few rows."""
    told = [LIT, *(NARROWED[name] for name in sorted(narrowed) if name in NARROWED)]
    return sa.text(" AND ".join(told) + " GROUP BY department_code, item_code")


async def sums(session: Session, actor: Actor, cut: Cut, period: Period, keys: Collection[str]) -> Sums:
    """Numerators and denominators of `keys` in a period, by department and item."""
    kept = (await spans.summed(session, period.first, period.last)).c
    place = (kept.department_code, kept.item_code)
    query = (
        sa.select(kept.indicator, *place, sa.func.sum(kept.numerator), sa.func.sum(kept.denominator))
        .where(kept.indicator.in_(keys), *_within(kept.department_code, kept.item_code, actor, cut))
        .group_by(kept.indicator, *place)
    )
    found: dict[str, dict[tuple[str, str], Rate]] = defaultdict(dict)
    for key, department, item, numerator, denominator in await session.execute(query):
        found[key][department, item] = Rate(int(numerator), int(denominator))
    return dict(found)


async def next_due(
    session: Session, actor: Actor, cut: Cut, today: date, shown: CaseLight, limit: int
) -> list[Application]:
    """The first red or yellow cases by what is due next."""
    due = col(OpenCase.due_on)
    lit = due < today if shown is CaseLight.RED else sa.and_(due >= today, col(OpenCase.yellow_on) <= today)
    few = (
        sa.select(col(OpenCase.number), due.label("due"))
        .where(
            ~col(OpenCase.paused),
            lit,
            *_within(col(OpenCase.department_code), col(OpenCase.item_code), actor, cut),
        )
        .order_by(due, col(OpenCase.number))
        .limit(limit)
        .subquery()
    )
    query = visible_to(actor).join(few, few.c.number == col(Application.number))
    return list(await session.scalars(query.order_by(few.c.due, few.c.number)))
