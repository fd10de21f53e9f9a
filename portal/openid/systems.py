"""我的授权: which systems a person lets know something, which accounts elsewhere they sign in with; both withdrawable."""

from datetime import datetime

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template

from identity.actor import Actor
from identity.openid import arriving, commands, queries
from identity.openid.errors import ClientUnknown
from portal import forms, guards
from portal.guards import fresh
from portal.openid.wording import in_words
from portal.request import Request
from storage.database import Session

SYSTEMS = "/my/systems"


class Withdrawal(forms.Fields):
    client: str


class Unlinking(forms.Fields):
    issuer: str


class SystemPages(Controller):
    path = SYSTEMS
    guards = [guards.signed_in]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="systems:show")
    async def show(self, session: NamedDependency[Session], actor: NamedDependency[Actor]) -> Template:
        context = {
            "consents": await queries.consents(session, actor.person_id),
            "links": await arriving.links(session, actor.person_id),
            "in_words": in_words,
        }
        return Template("openid/systems.html", context=context)

    @post("/withdraw", name="systems:withdraw")
    async def withdraw(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Redirect:
        form = await forms.read(request, Withdrawal)
        try:
            client_id = form.value.client if form.value else ""
            await commands.withdraw_consent(session, actor.person_id, client_id, at=now)
        except ClientUnknown:
            raise NotFoundException from None
        return Redirect(SYSTEMS, status_code=303)

    @post("/unlink", name="systems:unlink", guards=[fresh()])
    async def unlink(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Redirect:
        form = await forms.read(request, Unlinking)
        if form.value is not None:
            await arriving.unlink(session, actor.person_id, form.value.issuer, at=now)
        return Redirect(SYSTEMS, status_code=303)
