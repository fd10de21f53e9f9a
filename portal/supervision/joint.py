"""联办时限: the bundles under way, each with its one date and where every part stands."""

from datetime import datetime

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template

from identity.actor import Actor, Role
from portal import guards
from portal.supervision import showing
from services.applications.bundling import queries
from services.workflow.rules import local_day
from storage.database import Session


class JointPages(Controller):
    path = "/supervision/joint"
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="supervision:joint")
    async def listing(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Template:
        today = local_day(now)
        found = await queries.under_way(session, actor)
        lines = [(one, await showing.case_rows(session, one.parts, today)) for one in found]
        return Template("supervision/joint.html", context={"lines": lines, "today": today})
