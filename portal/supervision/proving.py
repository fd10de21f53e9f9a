"""The ledger as a whole: the newest checkpoint to keep outside, and what checks of everything found."""

from datetime import datetime

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from identity.actor import Actor, Role
from portal import guards
from portal.resources import Resources
from portal.supervision import wording
from portal.supervision.looking import log_key
from services.oversight import commands, queries
from storage import checkpoints
from storage.database import Session


class LedgerPages(Controller):
    path = "/supervision/ledger"
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="supervision:ledger")
    async def show(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        asked: FromQuery[bool] = False,
    ) -> Template:
        context = {
            "progress": await checkpoints.progress(session),
            "listing": await checkpoints.listing(session, limit=10),
            "checks": await queries.ledger_checks(session),
            "key": log_key(resources),
            "asked": asked,
            "wording": wording,
        }
        return Template("supervision/ledger.html", context=context)

    @get("/checkpoint", name="supervision:checkpoint")
    async def checkpoint(self, session: NamedDependency[Session]) -> Response[str]:
        """The newest checkpoint as a file to be kept elsewhere: whoever holds it notices what is rewritten."""
        newest = await checkpoints.newest(session)
        if newest is None:
            raise NotFoundException
        disposition = f'attachment; filename="checkpoint-{newest.size}.txt"'
        return Response(newest.note, media_type="text/plain", headers={"content-disposition": disposition})

    @post("/check", name="supervision:check-ledger")
    async def check(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Redirect:
        await commands.ask_for_check(session, actor, at=now)
        return Redirect("/supervision/ledger?asked=true", status_code=303)
