"""Going to another issuer and coming back: what is the same for people (`elsewhere`) and for staff (`directory`)."""

from datetime import datetime

from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template

from identity import sessions
from identity.errors import TokenRefused
from identity.openid import leaving, relying, rules, signed
from identity.openid.errors import ArrivalRefused, CounterpartUnusable, RequestRefused
from identity.openid.relying import Arrival, Counterpart
from identity.signing_in import CodeNeeded, Granted
from portal.authentication import SESSION, STEP, cleared, cookie, kept_cookie, settings_of
from portal.guards import SIGN_IN, landing, local_path
from portal.openid.authorizing import posted
from portal.openid.wording import elsewhere, told
from portal.request import Request
from storage.database import Session


def party_of(request: Request, name: str) -> Counterpart:
    """The issuer kept as `app.state.<name>`; 404 where the settings name none."""
    found: Counterpart | None = request.app.state.get(name)
    if found is None:
        raise NotFoundException
    return found


async def depart(
    request: Request, party: Counterpart, kept_as: str, place: str | None, now: datetime
) -> Redirect | Template:
    """To the issuer; the browser keeps under `kept_as` what it needs to come back."""
    try:
        address, kept = await relying.depart(party, place=local_path(place), at=now)
    except CounterpartUnusable:
        return failed("away", 503)
    away = elsewhere(address)
    away.set_cookie(cookie(kept_as, kept, settings_of(request.app.state), lasting=relying.WAY))
    return away


async def come_back(
    request: Request, party: Counterpart, kept_as: str, now: datetime
) -> tuple[Arrival, str | None] | Template:
    """Who came back and where they were going, or the page that says why this signs nobody in."""
    try:
        given = rules.once(list(request.query_params.multi_items()))
        return await relying.come_back(party, given, kept_cookie(request, kept_as), at=now)
    except CounterpartUnusable:
        return failed("away", 503)
    except RequestRefused:
        return failed("state", 400)
    except ArrivalRefused as refusal:
        return failed(refusal.why, 400)


async def told_of_logout(
    request: Request, session: Session, party: Counterpart, now: datetime
) -> Response[object]:
    """The issuer tells that a session ended there (Back-Channel Logout 1.0, 2.5 to 2.8)."""
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


async def enter(
    request: Request, session: Session, answer: Granted | CodeNeeded, place: str | None, now: datetime
) -> Redirect:
    """On to the second step, or in."""
    if isinstance(answer, Granted):
        return await _welcome(request, session, answer, place, now)
    settings = settings_of(request.app.state)
    step = cookie(STEP, answer.token, settings, lasting=settings.limits.second_step)
    following = {"next": place} if place else None
    return Redirect(f"{SIGN_IN}/code", status_code=303, query_params=following, cookies=[step])


def failed(why: str, status: int) -> Template:
    return Template("openid/not_arrived.html", context={"why": why}, status_code=status)


async def _welcome(
    request: Request, session: Session, granted: Granted, place: str | None, now: datetime
) -> Redirect:
    settings = settings_of(request.app.state)
    found = await sessions.resolve(session, granted.token, at=now, limits=settings.limits)
    if found is None:
        return Redirect(SIGN_IN, status_code=303)
    kept = [cookie(SESSION, granted.token, settings), cleared(STEP, settings)]
    return Redirect(place or landing(found.actor), status_code=303, cookies=kept)
