"""Signing in with another issuer's account: out, back, and linking it once to the account here."""

from datetime import datetime, timedelta

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from identity import signing_in
from identity.actor import Actor
from identity.openid import arriving, tickets
from identity.openid.errors import ArrivalRefused, TicketRefused
from identity.openid.relying import Arrival, Counterpart
from portal import guards
from portal.authentication import cleared, cookie, kept_cookie, origin, settings_of
from portal.dependencies import Transactions
from portal.guards import SIGN_IN
from portal.openid import travelling
from portal.request import Request
from portal.settings import Settings
from storage.database import Session

PARTY = "elsewhere"
RETURN = f"{SIGN_IN}/elsewhere/return"
LINK = "/openid/link"
DEPARTURE, LINKING = "elsewhere", "link"
LINK_LIFE = timedelta(minutes=30)


def counterpart(settings: Settings) -> Counterpart | None:
    """The other issuer the settings name, if they do; kept as `app.state.elsewhere`."""
    if settings.oidc_issuer is None:
        return None
    return Counterpart(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        secret=settings.oidc_client_secret.get_secret_value(),
        address=f"{settings.public_url}{RETURN}",
        name={"zh": settings.oidc_name, "en": settings.oidc_name_en},
        second_factor=settings.oidc_second_factor,
    )


class ElsewherePages(Controller):
    path = "/"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get(f"{SIGN_IN}/elsewhere", name="elsewhere:depart")
    async def depart(
        self, request: Request, now: NamedDependency[datetime], next: FromQuery[str | None] = None
    ) -> Redirect | Template:
        return await travelling.depart(request, _party(request), DEPARTURE, next, now)

    @get(RETURN, name="elsewhere:return")
    async def come_back(
        self, request: Request, transactions: NamedDependency[Transactions], now: NamedDependency[datetime]
    ) -> Redirect | Template:
        back = await travelling.come_back(request, _party(request), DEPARTURE, now)
        if isinstance(back, Template):
            return back
        async with transactions() as session:
            answer = await _enter(request, session, *back, now)
        answer.set_cookie(cleared(DEPARTURE, settings_of(request.app.state)))
        return answer

    @get(LINK, name="elsewhere:link")
    async def show_link(self, request: Request, now: NamedDependency[datetime]) -> Template:
        try:
            tickets.unseal(LINKING, kept_cookie(request, LINKING), at=now)
        except TicketRefused:
            return travelling.failed("late", 400)
        return Template(
            "openid/link.html", context={"here": request.user, "link": LINK, "party": _party(request)}
        )

    @post(LINK, name="elsewhere:linked", guards=[guards.signed_in, guards.fresh()])
    async def link(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Redirect | Template:
        try:
            said = tickets.unseal(LINKING, kept_cookie(request, LINKING), at=now)
            await arriving.link(
                session, actor.person_id, said["issuer"], said["subject"], proven_by="sign-in", at=now
            )
        except TicketRefused:
            return travelling.failed("late", 400)
        except ArrivalRefused as refusal:
            return travelling.failed(refusal.why, 409)
        gone = [cleared(LINKING, settings_of(request.app.state))]
        return Redirect("/my/systems", status_code=303, cookies=gone)

    @post(
        f"{SIGN_IN}/elsewhere/logout",
        name="elsewhere:logout",
        status_code=200,
        opt={"exclude_from_csrf": True},
    )
    async def told_of_logout(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Response[object]:
        return await travelling.told_of_logout(request, session, _party(request), now)


def _party(request: Request) -> Counterpart:
    return travelling.party_of(request, PARTY)


async def _enter(
    request: Request, session: Session, arrival: Arrival, place: str | None, now: datetime
) -> Redirect:
    """The session of whoever arrived; or the page where an unknown account is linked once."""
    settings = settings_of(request.app.state)
    known = await arriving.holder(session, arrival, at=now)
    if known is None:
        said = {"issuer": arrival.issuer, "subject": arrival.subject}
        ticket = tickets.seal(LINKING, said, at=now, lasting=LINK_LIFE)
        return Redirect(LINK, status_code=303, cookies=[cookie(LINKING, ticket, settings, lasting=LINK_LIFE)])
    if request.user is not None:
        await signing_in.sign_out(session, request.user, at=now)
    answer = await arriving.sign_in(
        session,
        known,
        arrival,
        origin=origin(request),
        agent=request.headers.get("user-agent", ""),
        at=now,
        limits=settings.limits,
    )
    return await travelling.enter(request, session, answer, place, now)
