"""秒批 under supervision: every decision that rules made, with the rules' digest and whether a person was asked for."""

from urllib.parse import urlencode

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from identity.actor import Actor, Role
from portal import guards
from portal.supervision import showing
from portal.supervision.showing import cursor, moment_and_text
from services.applications.instant import queries
from services.applications.instant.rules import Course
from storage.database import Session

PAGE = 50


class ByRulesPages(Controller):
    path = "/supervision/by-rules"
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="supervision:by-rules")
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        course: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Template:
        wanted = Course(course) if course in set(Course) else Course.GRANTED
        found = await queries.rulings(
            session, actor, course=wanted, before=moment_and_text(before), limit=PAGE + 1
        )
        following = None
        if len(found) > PAGE:
            case, ruling = found[PAGE - 1]
            words = {"course": wanted.value, "before": cursor(ruling.at, case.number)}
            following = f"/supervision/by-rules?{urlencode(words)}"
        shown = found[:PAGE]
        context = {
            "lines": shown,
            "course": wanted,
            "departments": await showing.departments(session),
            "asked": await queries.asked_for_a_person(session, [case.id for case, _ in shown]),
            "next_page": following,
        }
        return Template("supervision/by_rules.html", context=context)
