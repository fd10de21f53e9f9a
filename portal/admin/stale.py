"""Posts whose account nobody has used for 90 days, and taking them back, for security administrators."""

from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity import reviewing
from identity.actor import Actor, Role
from portal.guards import fresh, roles
from storage.database import Session

STALE = "/admin/stale-accounts"


class StaleAccounts(Controller):
    path = STALE
    guards = [roles(Role.SECURITY_ADMIN)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="admin:stale")
    async def listing(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Template:
        context = {
            "stale": await reviewing.stale(session, at=now),
            "days": reviewing.STALE_AFTER.days,
            "me": actor.person_id,
        }
        return Template("admin/stale.html", context=context)

    @post("/{person_id:uuid}/suspend", name="admin:suspend-stale", guards=[fresh()])
    async def suspend(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        person_id: FromPath[UUID],
    ) -> Redirect:
        await reviewing.suspend(session, actor, person_id, at=now)
        return Redirect(STALE, status_code=303)
