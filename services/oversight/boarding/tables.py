"""The same numbers from the cases themselves: what the summaries are proved by, and the board before a worker ran."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor, Role
from services.applications.models import Application
from services.applications.queries import visible_to
from services.oversight.boarding.cutting import Cut, Lights, Period, Sums, dark
from services.oversight.indicators import commands as indicators
from services.oversight.rules import STOPPED, WATCHED, CaseLight, Rate
from storage.database import Session

NEVER = date(9999, 12, 31)


def light_on(today: date) -> sa.ColumnElement[str]:
    """The light of a case as SQL: the same as `rules.light`, which a test proves."""
    return sa.case(
        (col(Application.state).in_(STOPPED), CaseLight.PAUSED.value),
        (col(Application.due_on) < today, CaseLight.RED.value),
        (col(Application.yellow_on) <= today, CaseLight.YELLOW.value),
        else_=CaseLight.GREEN.value,
    )


def running(actor: Actor, cut: Cut) -> sa.Select[Application]:
    """The running cases of what is asked for that the actor may see."""
    return narrowed(visible_to(actor).where(col(Application.state).in_(WATCHED)), cut)


def narrowed(cases: sa.Select[Application], cut: Cut) -> sa.Select[Application]:
    if cut.department:
        cases = cases.where(col(Application.department_code) == cut.department)
    return cases.where(col(Application.item_code) == cut.item) if cut.item else cases


async def lights(session: Session, actor: Actor, cut: Cut, today: date) -> Lights:
    """As `summaries.lights`."""
    if not actor.has(Role.SUPERVISOR):
        return {}
    place, shown = (
        (col(Application.department_code), col(Application.item_code)),
        light_on(today).label("shown"),
    )
    query = running(actor, cut).with_only_columns(*place, shown, sa.func.count()).group_by(*place, shown)
    found: dict[tuple[str, str], dict[CaseLight, int]] = defaultdict(dark)
    for department, item, light, cases in await session.execute(query):
        found[department, item][CaseLight(light)] = cases
    return dict(found)


async def sums(session: Session, actor: Actor, cut: Cut, period: Period, keys: Collection[str]) -> Sums:
    """As `summaries.sums`."""
    found: dict[str, dict[tuple[str, str], Rate]] = defaultdict(dict)
    if not actor.has(Role.SUPERVISOR):
        return found
    wanted = tuple(sorted(keys))
    counted = await indicators.counted(session, period.first, period.last, keys=wanted, stepped=False)
    for (_day, key, department, item), (numerator, denominator) in counted.items():
        if actor.serves(department) and cut.holds(department, item):
            before = found[key].get((department, item), Rate(0, 0))
            found[key][department, item] = Rate(
                before.numerator + numerator, before.denominator + denominator
            )
    return dict(found)


async def next_due(
    session: Session, actor: Actor, cut: Cut, today: date, shown: CaseLight, limit: int
) -> list[Application]:
    """As `summaries.next_due`."""
    if not actor.has(Role.SUPERVISOR):
        return []
    due = sa.func.coalesce(col(Application.due_on), NEVER)
    query = running(actor, cut).where(light_on(today) == shown.value)
    return list(await session.scalars(query.order_by(due, col(Application.number)).limit(limit)))
