"""绩效测评: what every department's month is worth in points, and each ground for it."""

from collections.abc import Sequence
from datetime import date, datetime

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
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
        chosen = _chosen(month, months)
        scores = await queries.monthly(session, actor, chosen, today=today)
        recent = months[months.index(chosen) :]
        names = await showing.departments(session)
        ranked = sorted(scores.items(), key=lambda one: (-one[1].total, one[0]))
        context = {
            "half": await queries.means(session, actor, recent[:6], today=today),
            "year": await queries.means(session, actor, recent, today=today),
            "scores": [(code, one) for code, one in ranked if not one.quiet],
            "quiet": [names.get(code, code) for code, one in scores.items() if one.quiet],
            "months": months,
            "chosen": chosen,
            "departments": names,
            "rules": rules,
        }
        return Template("supervision/scores.html", context=context)

    @get("/{code:str}", name="supervision:score")
    async def one(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
        month: FromQuery[str] = "",
    ) -> Template:
        """The nine parts of one department; not found where the actor does not supervise it."""
        today = local_day(now)
        chosen = _chosen(month, latest_months(today, rules.MONTHS))
        score = (await queries.monthly(session, actor, chosen, today=today)).get(code)
        if score is None:
            raise NotFoundException
        entries = await queries.entries(session, [chosen])
        context = {
            "code": code,
            "score": score,
            "entries": [one for one in entries if one.department_code == code],
            "parts": part_words.parts(),
            "chosen": chosen,
            "departments": await showing.departments(session),
            "rules": rules,
        }
        return Template("supervision/score.html", context=context)


def _chosen(month: str, months: Sequence[date]) -> date:
    """The month that was asked for, of those there are; the latest otherwise."""
    return next((one for one in months if one.strftime("%Y-%m") == month), months[0])
