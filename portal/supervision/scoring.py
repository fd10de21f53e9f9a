"""绩效测评: what every department's month is worth in points, and each ground for it."""

from datetime import datetime

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from identity.actor import Actor, Role
from portal import guards
from portal.supervision import part_words, showing
from services.oversight.rules import latest_months
from services.oversight.scoring import queries, rules
from services.workflow.rules import local_day
from storage.database import Session


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
        months = latest_months(today, rules.MONTHS)
        chosen = next((one for one in months if one.strftime("%Y-%m") == month), months[0])
        scores = await queries.monthly(session, actor, chosen, today=today)
        recent = months[months.index(chosen) :]
        context = {
            "half": await queries.means(session, actor, recent[:6], today=today),
            "year": await queries.means(session, actor, recent, today=today),
            "entries": [
                one for one in await queries.entries(session, [chosen]) if actor.serves(one.department_code)
            ],
            "parts": part_words.parts(),
            "scores": sorted(scores.items(), key=lambda one: (-one[1].total, one[0])),
            "months": months,
            "chosen": chosen,
            "departments": await showing.departments(session),
            "rules": rules,
        }
        return Template("supervision/scores.html", context=context)
