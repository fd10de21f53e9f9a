"""Guards answer only «may this kind of person come in here?»; the domain answers the rest.

Nobody signed in: a page sends to `/sign-in` and remembers the place (and what was typed), the API answers 401.
Signed in as the wrong kind of person: 403. A guard made by `fresh` asks a signed-in person once more who they are.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from urllib.parse import urlencode, urlsplit

from litestar import Request as AnyRequest
from litestar import Response
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler

from identity.actor import CASEWORK, STAFF, Actor, Role
from identity.kept_forms import KEPT_FOR
from portal import forms
from portal.authentication import API, KEPT, SESSION, Connection, cookie, keep_form, kept_cookie, settings_of
from portal.dependencies import SAFE_METHODS, resources_of
from portal.request import Request

Guard: TypeAlias = Callable[[Connection, BaseRouteHandler], Awaitable[None]]

SIGN_IN = "/sign-in"
RESUME = "/sign-in/resume"
CONFIRM = "/sign-in/confirm"
FRESH_MINUTES = 15
SECRET_FIELDS = ("password", "code")
OWN_PAGES = ("/sign-in", "/sign-out", "/sign-up")


LANDINGS = (
    (CASEWORK, "/window"),
    (frozenset({Role.SUPERVISOR}), "/supervision"),
    (frozenset({Role.CITIZEN}), "/my"),
)
STAFF_LANDING = "/admin"


class SignInNeeded(Exception):
    """Nobody is signed in. `place`: where to come back to; `kept`: the key of the form that was kept."""

    def __init__(self, place: str, kept: str | None = None) -> None:
        super().__init__(f"sign in to go on to {place}")
        self.place = place
        self.kept = kept


class ProofNeeded(SignInNeeded):
    """Somebody is signed in and must show once more who they are before they go on."""


async def signed_in(connection: Connection, _: BaseRouteHandler) -> None:
    """Anyone who is signed in."""
    await _present(connection)


def fresh(minutes: int = FRESH_MINUTES) -> Guard:
    """A guard for sensitive deeds: whoever showed who they are longer ago than this does so once more first.

    A page sends to `/sign-in/confirm` and keeps what was posted; the API answers 401 with the challenge of RFC 9470.
    It says when, not who: it stands beside a guard that says who.
    """
    fresh = timedelta(minutes=minutes)

    async def recently(connection: Connection, _: BaseRouteHandler) -> None:
        actor = await _present(connection)
        if actor.proved_at is not None and datetime.now(UTC) - actor.proved_at < fresh:
            return
        if connection.scope["path"].startswith(API):
            age = int(fresh.total_seconds())
            challenge = f'Bearer error="insufficient_user_authentication", max_age="{age}"'
            raise NotAuthorizedException(headers={"www-authenticate": challenge})
        place = _place(connection)
        kept = await _keep(connection, place) if isinstance(connection, AnyRequest) else None
        raise ProofNeeded(place, kept)

    return recently


async def citizen(connection: Connection, _: BaseRouteHandler) -> None:
    """People and firms; not staff, who act in their post."""
    _admit(await _present(connection), frozenset({Role.CITIZEN}))


async def staff(connection: Connection, _: BaseRouteHandler) -> None:
    """Anyone who holds a post."""
    _admit(await _present(connection), STAFF)


def roles(*allowed: Role) -> Guard:
    """A guard that admits holders of at least one of `allowed`."""
    wanted = frozenset(allowed)

    async def holds(connection: Connection, _: BaseRouteHandler) -> None:
        _admit(await _present(connection), wanted)

    return holds


def send_to_sign_in(request: Request, needed: SignInNeeded) -> Response[None]:
    """The exception handler of SignInNeeded: 303 to the page that asks; HTMX is told to load it as a page."""
    page = CONFIRM if isinstance(needed, ProofNeeded) else SIGN_IN
    address = f"{page}?{urlencode({'next': needed.place})}"
    fragment = request.headers.get("hx-request") == "true"
    answer: Response[None] = Response(
        None,
        status_code=204 if fragment else 303,
        headers={"hx-redirect" if fragment else "location": address},
    )
    if needed.kept:
        settings = settings_of(request.app.state)
        answer.set_cookie(cookie(KEPT, needed.kept, settings, lasting=KEPT_FOR))
    return answer


def local_path(text: str | None) -> str | None:
    """`text` if it is an address on this site and not one of the sign-in pages, else None.

    `//host`, `/\\host`, schemes and control characters all leave the site in one browser or another.
    """
    if (
        not text
        or not text.startswith("/")
        or text.startswith("//")
        or not text.isprintable()
        or "\\" in text
    ):
        return None
    path = urlsplit(text).path
    own = any(path == page or path.startswith(f"{page}/") for page in OWN_PAGES)
    return None if own or path.startswith("//") else text


def landing(actor: Actor) -> str:
    """Where this person's work begins."""
    return next((path for held, path in LANDINGS if actor.roles & held), STAFF_LANDING)


async def _present(connection: Connection) -> Actor:
    actor: Actor | None = connection.scope.get("user")
    if actor is None:
        await _turn_away(connection)
        raise NotAuthorizedException(headers={"www-authenticate": "Bearer"})
    return actor


def _admit(actor: Actor, wanted: frozenset[Role]) -> None:
    if actor.roles.isdisjoint(wanted):
        raise PermissionDeniedException


async def _turn_away(connection: Connection) -> None:
    """SignInNeeded on a page; nothing under the API."""
    if connection.scope["path"].startswith(API):
        return
    place = _place(connection)
    kept = await _keep(connection, place) if isinstance(connection, AnyRequest) else None
    raise SignInNeeded(place, kept)


def _place(connection: Connection) -> str:
    """The page to come back to: this one, or for a posted form or fragment the one it stood on."""
    own = connection.scope["path"]
    query = connection.scope["query_string"].decode("latin-1")
    asked = f"{own}?{query}" if query else own
    if connection.scope["method"] in SAFE_METHODS and "hx-request" not in connection.headers:  # type: ignore[typeddict-item]
        return local_path(asked) or "/"
    stood_on = urlsplit(connection.headers.get("hx-current-url") or connection.headers.get("referer", ""))
    if stood_on.netloc != connection.headers.get("host"):
        return local_path(own) or "/"
    return local_path(stood_on._replace(scheme="", netloc="", fragment="").geturl()) or "/"


async def _keep(request: AnyRequest[Any, Any, Any], place: str) -> str | None:
    """Keep what was posted with a session that has run out."""
    token = kept_cookie(request, SESSION)
    if token is None or request.method in SAFE_METHODS:
        return None
    fields = [
        (name, text)
        for name, value in (await forms.raw(request)).items()
        for text in ([value] if isinstance(value, str) else value)
        if not any(secret in name for secret in SECRET_FIELDS)
    ]
    opened = resources_of(request.app.state).sessions
    return await keep_form(opened, token=token, action=request.url.path, place=place, fields=fields)
