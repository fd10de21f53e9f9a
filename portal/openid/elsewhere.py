"""Signing in with another issuer's account: out, back, and linking it once to the account here."""

from datetime import datetime, timedelta

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from identity import sessions, signing_in
from identity.actor import Actor
from identity.errors import TokenRefused
from identity.openid import arriving, leaving, relying, rules, signed, tickets
from identity.openid.errors import ArrivalRefused, CounterpartUnusable, RequestRefused, TicketRefused
from identity.openid.relying import Arrival, Counterpart
from identity.signing_in import CodeNeeded, Granted
from portal import guards
from portal.authentication import SESSION, STEP, cleared, cookie, kept_cookie, origin, settings_of
from portal.dependencies import Transactions
from portal.guards import SIGN_IN, landing, local_path
from portal.openid.authorizing import posted
from portal.openid.wording import elsewhere, told
from portal.request import Request
from portal.settings import Settings
from storage.database import Session

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
        try:
            address, kept = await relying.depart(_party(request), place=local_path(next), at=now)
        except CounterpartUnusable:
            return _failed("away", 503)
        away = elsewhere(address)
        away.set_cookie(cookie(DEPARTURE, kept, settings_of(request.app.state), lasting=relying.WAY))
        return away

    @get(RETURN, name="elsewhere:return")
    async def come_back(
        self, request: Request, transactions: NamedDependency[Transactions], now: NamedDependency[datetime]
    ) -> Redirect | Template:
        kept = kept_cookie(request, DEPARTURE)
        try:
            given = rules.once(list(request.query_params.multi_items()))
            arrival, place = await relying.come_back(_party(request), given, kept, at=now)
        except CounterpartUnusable:
            return _failed("away", 503)
        except RequestRefused:
            return _failed("state", 400)
        except ArrivalRefused as refusal:
            return _failed(refusal.why, 400)
        async with transactions() as session:
            answer = await _enter(request, session, arrival, place, now)
        answer.set_cookie(cleared(DEPARTURE, settings_of(request.app.state)))
        return answer

    @get(LINK, name="elsewhere:link")
    async def show_link(self, request: Request, now: NamedDependency[datetime]) -> Template:
        try:
            tickets.unseal(LINKING, kept_cookie(request, LINKING), at=now)
        except TicketRefused:
            return _failed("late", 400)
        return Template(
            "openid/link.html", context={"here": request.user, "link": LINK, "party": _party(request)}
        )

    @post(LINK, name="elsewhere:linked", guards=[guards.signed_in])
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
            return _failed("late", 400)
        except ArrivalRefused as refusal:
            return _failed(refusal.why, 409)
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
        """The other issuer tells that a session ended there (Back-Channel Logout 1.0, 2.5 to 2.8)."""
        party = _party(request)
        compact = rules.single(await posted(request), "logout_token") or ""
        try:
            known = signed.foreign_keys(await party.keys(now))
            subject, sid = signed.read_logout(
                compact, known, issuer=party.issuer, client_id=party.client_id, at=now
            )
        except (TokenRefused, CounterpartUnusable):
            return told({"error": "invalid_request"}, 400)
        await leaving.end_arrived(session, issuer=party.issuer, subject=subject, remote_session=sid, at=now)
        return told({})


def _party(request: Request) -> Counterpart:
    found: Counterpart | None = request.app.state.get("elsewhere")
    if found is None:
        raise NotFoundException
    return found


def _failed(why: str, status: int) -> Template:
    return Template("openid/not_arrived.html", context={"why": why}, status_code=status)


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
    if isinstance(answer, CodeNeeded):
        step = cookie(STEP, answer.token, settings, lasting=settings.limits.second_step)
        following = {"next": place} if place else None
        return Redirect(f"{SIGN_IN}/code", status_code=303, query_params=following, cookies=[step])
    return await _welcome(request, session, answer, place, now)


async def _welcome(
    request: Request, session: Session, granted: Granted, place: str | None, now: datetime
) -> Redirect:
    settings = settings_of(request.app.state)
    found = await sessions.resolve(session, granted.token, at=now, limits=settings.limits)
    if found is None:
        return Redirect(SIGN_IN, status_code=303)
    kept = [cookie(SESSION, granted.token, settings), cleared(STEP, settings)]
    return Redirect(place or landing(found.actor), status_code=303, cookies=kept)
