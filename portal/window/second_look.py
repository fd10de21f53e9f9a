"""人工审查: what rules decided and applicants want a person to look at again, the most urgent first."""

from datetime import datetime

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity.actor import CASEWORK, Actor, Role
from portal.guards import roles
from portal.window.casefile import readable
from portal.window.looking import address
from services.applications.instant import commands, queries
from services.workflow.rules import local_day
from storage.database import Session


class SecondLookQueue(Controller):
    path = "/window/reviews"
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="window:reviews")
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template:
        lines = await queries.reviews_due(session, actor)
        return Template("window/reviews.html", context={"lines": lines, "today": local_day(now)})


class AskedAtTheCounter(Controller):
    path = "/window/cases/{number:str}/person"
    guards = [roles(Role.WINDOW)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @post("/", name="window:person-asked-for")
    async def asked(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Redirect:
        """The applicant came, or called, and wants a person to look at it."""
        await commands.note_asking(session, actor, readable(number), at=now)
        return Redirect(address(number), status_code=303)
