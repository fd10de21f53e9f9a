"""Staff signing in with their account in the city's own directory: out and back. Nobody links themself here."""

from collections.abc import Collection
from datetime import datetime

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from identity import signing_in
from identity.openid import directory, relying
from identity.openid.relying import Arrival, Counterpart
from portal.authentication import cleared, origin, settings_of
from portal.dependencies import Transactions
from portal.guards import SIGN_IN
from portal.openid import travelling
from portal.request import Request
from portal.settings import Settings
from storage.database import Session

PARTY, TRUSTED = "staff_directory", "staff_directory_acr"
HERE = f"{SIGN_IN}/directory"
RETURN = f"{HERE}/return"
DEPARTURE = "directory"


def counterpart(settings: Settings) -> Counterpart | None:
    """The city's own directory, if the settings name it; kept as `app.state.staff_directory`."""
    if settings.staff_directory_issuer is None:
        return None
    return Counterpart(
        issuer=settings.staff_directory_issuer,
        client_id=settings.staff_directory_client_id,
        secret=settings.staff_directory_client_secret.get_secret_value(),
        address=f"{settings.public_url}{RETURN}",
        name={"zh": settings.staff_directory_name, "en": settings.staff_directory_name_en},
        scope=relying.BARE,
    )


def trusted(settings: Settings) -> frozenset[str]:
    """The values of `acr` that mean two factors, one of them cryptographic; kept as `app.state.staff_directory_acr`."""
    return frozenset(settings.staff_directory_acr.split())


class DirectoryPages(Controller):
    path = HERE
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="directory:depart")
    async def depart(
        self, request: Request, now: NamedDependency[datetime], next: FromQuery[str | None] = None
    ) -> Redirect | Template:
        party = travelling.party_of(request, PARTY)
        return await travelling.depart(request, party, DEPARTURE, next, now)

    @get("/return", name="directory:return")
    async def come_back(
        self, request: Request, transactions: NamedDependency[Transactions], now: NamedDependency[datetime]
    ) -> Redirect | Template:
        party = travelling.party_of(request, PARTY)
        back = await travelling.come_back(request, party, DEPARTURE, now)
        if isinstance(back, Template):
            return back
        async with transactions() as session:
            answer = await _enter(request, session, *back, now)
        answer.set_cookie(cleared(DEPARTURE, settings_of(request.app.state)))
        return answer

    @post("/logout", name="directory:logout", status_code=200, opt={"exclude_from_csrf": True})
    async def told_of_logout(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Response[object]:
        party = travelling.party_of(request, PARTY)
        return await travelling.told_of_logout(request, session, party, now)


async def _enter(
    request: Request, session: Session, arrival: Arrival, place: str | None, now: datetime
) -> Redirect | Template:
    """The session of the officer who arrived; or what to tell the security administrator."""
    settings = settings_of(request.app.state)
    known = await directory.holder(session, arrival)
    if known is None:
        context = {"subject": arrival.subject, "party": travelling.party_of(request, PARTY)}
        return Template("openid/not_linked.html", context=context, status_code=403)
    if request.user is not None:
        await signing_in.sign_out(session, request.user, at=now)
    accepted: Collection[str] = request.app.state.get(TRUSTED, ())
    answer = await directory.sign_in(
        session,
        known,
        arrival,
        trusted=accepted,
        origin=origin(request),
        agent=request.headers.get("user-agent", ""),
        at=now,
        limits=settings.limits,
    )
    return await travelling.enter(request, session, answer, place, now)
