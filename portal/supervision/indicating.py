"""The indicators for supervisors, by department and item and beside the period before; and for everybody how long items take."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from identity.actor import Actor, Role
from portal import guards
from portal.supervision import indicator_words, showing
from services.oversight.indicators import queries
from services.oversight.indicators.definitions import BY_KEY, INDICATORS
from services.oversight.indicators.queries import Asked
from services.oversight.measures.office import A_DAY
from services.oversight.rules import FEWEST, Rate
from services.workflow.rules import local_day
from storage.database import Session

DAY = timedelta(days=1)
USUAL = timedelta(days=29)
LONGEST = timedelta(days=3660)


class IndicatorPages(Controller):
    path = "/supervision/indicators"
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="supervision:indicators")
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        first: FromQuery[str] = "",
        last: FromQuery[str] = "",
        department: FromQuery[str] = "",
    ) -> Template:
        today, names = local_day(now), await showing.departments(session)
        asked = _asked(first, last, department if department in names else "", today)
        length = asked.last - asked.first
        earlier = Asked(asked.first - length - DAY, asked.first - DAY, asked.department)
        context = {
            "indicators": INDICATORS,
            "found": await queries.rates(session, actor, asked, today=today),
            "before": await queries.rates(session, actor, earlier, today=today),
            "asked": asked,
            "earlier": earlier,
            "departments": names,
            "proofs": await queries.proofs(session, limit=1),
            "shown": shown,
            "words": indicator_words,
        }
        return Template("supervision/indicators.html", context=context)

    @get("/{key:str}", name="supervision:indicator")
    async def one(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        key: FromPath[str],
        first: FromQuery[str] = "",
        last: FromQuery[str] = "",
        department: FromQuery[str] = "",
    ) -> Template:
        if key not in BY_KEY:
            raise NotFoundException
        today, names = local_day(now), await showing.departments(session)
        asked = _asked(first, last, department if department in names else "", today)
        parts = {
            by: (await queries.rates(session, actor, asked, today=today, by=by)).get(key, {})
            for by in ("department_code", "item_code")
        }
        items = {one.code: one.name for one in await queries.speeds(session)}
        context = {
            "one": BY_KEY[key],
            "asked": asked,
            "by_department": _ordered(parts["department_code"]),
            "by_item": _ordered(parts["item_code"]),
            "departments": names,
            "items": items,
            "shown": shown,
            "words": indicator_words,
        }
        return Template("supervision/indicator.html", context=context)


class Performance(Controller):
    """How long items take, for everybody: median and ninetieth percentile beside what is promised."""

    path = "/performance"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="performance:show")
    async def show(self, session: NamedDependency[Session]) -> Template:
        speeds = await queries.speeds(session)
        until = max((one.until for one in speeds if one.until), default=None)
        context = {"speeds": speeds, "until": until, "fewest": FEWEST, "days": days}
        return Template("supervision/performance.html", context=context)


def days(minutes: float) -> str:
    """Working minutes as working days of seven hours."""
    return f"{minutes / A_DAY:.1f}"


def shown(key: str, rate: Rate | None) -> str:
    """A share in hundredths or a mean, or nothing where there are too few."""
    if rate is None or not rate.enough:
        return ""
    return f"{rate.numerator / rate.denominator:.0f}" if BY_KEY[key].mean else f"{rate.percent}%"


def _ordered(rates: Mapping[str, Rate]) -> list[tuple[str, Rate]]:
    return sorted(rates.items(), key=lambda one: (-one[1].denominator, one[0]))


def _asked(first: str, last: str, department: str, today: date) -> Asked:
    """The days asked for, the last thirty where they are none, never longer than ten years."""
    begin, end = _day(first, today - USUAL), _day(last, today)
    begin, end = min(begin, end), max(begin, end)
    return Asked(max(begin, end - LONGEST), end, department or None)


def _day(text: Any, otherwise: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return found if 2000 <= found.year < 2100 else otherwise
