"""绩效测评: what every department's month is worth in points, and each ground for it."""

from datetime import date, datetime, timedelta

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from identity.actor import Actor, Role
from portal import guards
from portal.supervision import showing
from services.oversight.scoring import queries, rules
from services.workflow.rules import local_day
from storage.database import Session

MONTHS = 12


class ScorePages(Controller):
    path = "/supervision/scores"
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="supervision:scores")
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        month: FromQuery[str] = "",
    ) -> Template:
        """`month`: yyyy-mm, one of the last twelve; this month otherwise."""
        today = local_day(now)
        months = _months(today)
        chosen = next((one for one in months if one.strftime("%Y-%m") == month), months[0])
        scores = await queries.monthly(session, actor, chosen, today=today)
        context = {
            "scores": sorted(scores.items(), key=lambda one: (-one[1].total, one[0])),
            "months": months,
            "chosen": chosen,
            "departments": await showing.departments(session),
            "rules": rules,
        }
        return Template("supervision/scores.html", context=context)


def _months(today: date) -> list[date]:
    """The first days of this month and of those before it."""
    found = [today.replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found
