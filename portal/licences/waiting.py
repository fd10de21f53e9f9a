"""没有制作成功的证照: what lint, the page or the seal refused, before those who decide for the department."""

from datetime import datetime

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity.actor import Actor, Role
from licensing import commands, queries, types
from licensing.tasks import ISSUE
from portal.guards import roles
from portal.language import pick
from storage.database import Session
from storage.queue import enqueue

HERE = "/window/licences/waiting"


class WaitingPages(Controller):
    path = HERE
    guards = [roles(Role.APPROVER)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="licences:waiting")
    async def listing(self, session: NamedDependency[Session], actor: NamedDependency[Actor]) -> Template:
        found = [
            {"licence": one, "name": pick(types.get(one.type_code, one.type_version).name)}
            for one in await queries.set_aside(session, actor)
        ]
        return Template("licences/waiting.html", context={"entries": found})

    @post("/{identifier:str}/again", name="licences:make-again")
    async def again(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        identifier: FromPath[str],
    ) -> Redirect:
        licence = await commands.retry(session, actor, identifier, at=now)
        await enqueue(session, ISSUE, licence_id=str(licence.id))
        return Redirect(HERE, status_code=303)
