"""The same numbers without summaries, as one would write them by hand: one statement for each table that is counted.

Every number of a table is counted in one reading of it, narrowed to departments, item and days in the statement, over
the product's own indexes. What it finds is held against what the summaries say.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa

from identity.actor import EVERYWHERE, Actor
from services.oversight.boarding import tables
from services.oversight.boarding.cutting import Cut, Lights, Period, Place, Sums
from services.oversight.indicators.definitions import BASES, COUNTED, Indicator
from services.oversight.rules import STOPPED, WATCHED, CaseLight, Rate
from storage.database import Session

next_due = tables.next_due
"""A list is no aggregate: as the board itself finds it where there are no summaries."""
SHOWN = (CaseLight.PAUSED, CaseLight.RED, CaseLight.YELLOW, CaseLight.GREEN)
IN = "a.state IN ('{}')"
RUNNING, STOPPED_NOW = (IN.format("', '".join(sorted(states))) for states in (WATCHED, STOPPED))
LIT = (
    f"SELECT a.department_code, a.item_code, count(*) FILTER (WHERE {STOPPED_NOW}),"
    f" count(*) FILTER (WHERE NOT {STOPPED_NOW} AND due_on < :today),"
    f" count(*) FILTER (WHERE NOT {STOPPED_NOW} AND (due_on < :today) IS NOT TRUE AND yellow_on <= :today), count(*)"
    f" FROM application a WHERE {RUNNING}{{narrowed}} GROUP BY a.department_code, a.item_code"
)


async def lights(session: Session, actor: Actor, cut: Cut, today: date) -> Lights:
    """As `summaries.lights`, from the running cases."""
    narrowed, values = _narrowed(actor, cut)
    found = {}
    for department, item, *counts in await session.execute(_lights(narrowed), values | {"today": today}):
        *shown, running = counts
        found[department, item] = dict(zip(SHOWN, (*shown, running - sum(shown)), strict=True))
    return found


@cache
def _lights(narrowed: str) -> sa.TextClause:
    return sa.text(LIT.format(narrowed=narrowed))


def _narrowed(actor: Actor, cut: Cut) -> tuple[str, dict[str, Any]]:
    """Conditions and their values."""
    told = ""
    values: dict[str, Any] = {}
    if EVERYWHERE not in actor.departments:
        told, values["departments"] = " AND a.department_code = ANY(:departments)", sorted(actor.departments)
    for name, asked in (("department", cut.department), ("item", cut.item)):
        if asked:
            told, values[name] = f"{told} AND a.{name}_code = :{name}", asked
    return told, values


async def sums(session: Session, actor: Actor, cut: Cut, period: Period, keys: Collection[str]) -> Sums:
    """As `summaries.sums`, from the cases and what hangs on them."""
    narrowed, values = _narrowed(actor, cut)
    values |= {"since": period.start, "until": period.end}
    found: dict[str, dict[Place, Rate]] = defaultdict(dict)
    for base, wanted in _by_base(tuple(sorted(keys))).items():
        rows = await session.execute(_statement(base, tuple(wanted), narrowed), values)
        for department, item, *counts in rows:
            for place, one in enumerate(wanted):
                numerator, denominator = int(counts[2 * place]), int(counts[2 * place + 1])
                if denominator:
                    found[one.key][department, item] = Rate(numerator, denominator)
    return dict(found)


def _by_base(keys: Collection[str]) -> dict[str, list[Indicator]]:
    found: dict[str, list[Indicator]] = defaultdict(list)
    for one in COUNTED:
        if one.key in keys:
            found[one.base].append(one)
    return found


@cache
def _statement(base: str, wanted: tuple[Indicator, ...], narrowed: str) -> sa.TextClause:
    moments = sorted({one.moment for one in wanted})
    days = " OR ".join(f"({_inside(moment)})" for moment in moments)
    columns = ", ".join(_counts(one, alone=len(moments) == 1) for one in wanted)
    return sa.text(
        f"SELECT a.department_code, a.item_code, {columns} FROM {BASES[base]}"
        f" WHERE ({days}) AND a.state <> 'draft'{narrowed} GROUP BY a.department_code, a.item_code"
    )


def _inside(moment: str) -> str:
    return f"{moment} >= :since AND {moment} < :until"


def _counts(one: Indicator, *, alone: bool) -> str:
    """Numerator and denominator; where several moments are read at once, each number counts by its own."""
    of = f"({one.of})" if alone else f"{_inside(one.moment)} AND ({one.of})"
    if one.mean:
        return f"coalesce(sum({one.amount}) FILTER (WHERE {of}), 0), count(*) FILTER (WHERE {of})"
    return f"count(*) FILTER (WHERE {of} AND ({one.good})), count(*) FILTER (WHERE {of})"
