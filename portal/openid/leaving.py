"""Signing out at another system's wish (RP-Initiated Logout 1.0). The others are told by the worker."""

from datetime import datetime
from urllib.parse import urlencode

from litestar import Controller, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from identity import signing_in
from identity.openid import leaving, queries, rules, tickets
from identity.openid.errors import TicketRefused
from portal import forms
from portal.authentication import KEPT, SESSION, STEP, cleared, settings_of
from portal.dependencies import Transactions
from portal.openid.authorizing import LEAVE, leave_ticket, posted
from portal.openid.wording import elsewhere, onward
from portal.request import Request
from storage.database import Session

LEFT = "/openid/left"


class Leaving(forms.Fields):
    ticket: str = ""


class LeavingPages(Controller):
    path = "/openid"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/logout", name="openid:logout")
    async def leave(
        self, request: Request, transactions: NamedDependency[Transactions], now: NamedDependency[datetime]
    ) -> Redirect | Template:
        pairs = list(request.query_params.multi_items())
        async with transactions() as session:
            wish = await leaving.farewell(
                session,
                hint=rules.single(pairs, "id_token_hint"),
                client_id=rules.single(pairs, "client_id"),
                address=rules.single(pairs, "post_logout_redirect_uri"),
                session_id=request.user.session_id if request.user else None,
                issuer=settings_of(request.app.state).issuer,
                at=now,
            )
            state = rules.single(pairs, "state")
            address = rules.with_parameters(wish.address, state=state) if wish.address else None
            if request.user is not None and not wish.certain:
                entry = await queries.entry(session, wish.client.id) if wish.client else None
                ticket = leave_ticket(address, now) if address else ""
                return Template("openid/logout.html", context={"entry": entry, "ticket": ticket})
            if request.user is not None:
                await signing_in.sign_out(session, request.user, at=now)
        away = elsewhere(address) if address else Redirect(LEFT, status_code=303)
        for cookie in _gone(request):
            away.set_cookie(cookie)
        return away

    @post("/logout", name="openid:logout-posted", opt={"exclude_from_csrf": True})
    async def leave_posted(self, request: Request) -> Redirect:
        """The same by POST; sent on as a GET: another site's form brings no session cookie."""
        return Redirect(f"/openid/logout?{urlencode(await posted(request))}", status_code=303)

    @post("/logout/confirm", name="openid:logout-confirmed")
    async def confirm(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Redirect:
        form = await forms.read(request, Leaving)
        if request.user is not None:
            await signing_in.sign_out(session, request.user, at=now)
        ticket = form.value.ticket if form.value else ""
        try:
            tickets.unseal(LEAVE, ticket, at=now)
            place = onward(ticket)
        except TicketRefused:
            place = LEFT
        return Redirect(place, status_code=303, cookies=_gone(request))

    @get("/left", name="openid:left")
    async def left(self) -> Template:
        return Template("openid/left.html")


def _gone(request: Request) -> list[Cookie]:
    settings = settings_of(request.app.state)
    return [cleared(name, settings) for name in (SESSION, STEP, KEPT)]
