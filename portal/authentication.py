"""Who is asking: from the session cookie on pages, from a bearer token under `/api/`. Never both.

A cookie is not looked at under `/api/`, so the API needs no CSRF token. The transaction opened here is the one
beside `portal/dependencies.py`: a page is read in a READ ONLY transaction, and noting that a session is in use
(at most once a minute) must not make every page a writer. It is closed before the handler runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from identity import kept_forms, keys, sessions, signing_in, tokens
from identity.actor import Actor
from identity.errors import PartyNotYours, SigningKeyMissing, TokenRefused
from identity.keys import Keys
from identity.means import passkeys
from identity.means.passkeys import RelyingParty
from identity.means.rules import Channel
from identity.rules import Limits
from identity.sessions import Recognised
from identity.signing_in import Granted
from portal.dependencies import SAFE_METHODS, resources_of
from storage.database import Session, Sessions

Connection = ASGIConnection[Any, Any, Any, Any]

API = "/api/"
NOBODY_ASKED = ("/static/", "/health/", "/metrics", "/csp-reports")
"""Addresses that are the same for everyone: the database is not asked who comes."""

SESSION, STEP, KEPT = "session", "sign-in-step", "kept-form"
DEVICE, CODE = "device", "one-time-code"
"""A browser somebody has signed in with; the code somebody was sent and has not typed yet."""
KEYS_FRESH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A sample sign-in (示例) shown on the sign-in page in demo mode, never otherwise."""

    account: str
    password: str
    name: str
    post: str
    totp_secret: str | None = None
    post_en: str = ""


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """What sign-in needs to know; kept as `app.state.sign_in`. `secure`: reached over TLS only."""

    secure: bool = False
    limits: Limits = field(default_factory=Limits)
    issuer: str = "http://127.0.0.1:8000"
    audience: str = "yiwang-api"
    token_lifetime: timedelta = timedelta(hours=1)
    demo_people: Sequence[DemoPerson] = ()
    name: str = ""
    channels: frozenset[Channel] = frozenset(Channel)
    demo: bool = False

    @property
    def relying_party(self) -> RelyingParty | None:
        """Who this portal is to passkeys; None where it can keep none."""
        return passkeys.relying_party(self.issuer, self.name or "Yiwang")


def settings_of(state: State) -> SignInSettings:
    found: SignInSettings = state.sign_in
    return found


def cookie_name(name: str, settings: SignInSettings) -> str:
    """Over TLS the `__Host-` prefix: no subdomain and no plain connection can plant such a cookie (RFC 6265bis)."""
    return f"__Host-{name}" if settings.secure else name


def cookie(name: str, value: str, settings: SignInSettings, *, lasting: timedelta | None = None) -> Cookie:
    """A cookie no script can read; without `lasting` it goes with the browser window."""
    return Cookie(
        key=cookie_name(name, settings),
        value=value,
        path="/",
        max_age=int(lasting.total_seconds()) if lasting is not None else None,
        httponly=True,
        secure=settings.secure,
        samesite="lax",
    )


def cleared(name: str, settings: SignInSettings) -> Cookie:
    return cookie(name, "", settings, lasting=timedelta(0))


def kept_cookie(connection: Connection, name: str) -> str | None:
    """The value this browser holds under `name`, if any."""
    return connection.cookies.get(cookie_name(name, settings_of(connection.app.state))) or None


def origin(connection: Connection) -> str:
    """The address the request came from. Behind a proxy the server must be told to trust its headers."""
    return connection.client.host if connection.client else ""


class Authentication(ASGIMiddleware):
    """Sets `scope["user"]` to the Actor or None. Refuses an unsafe request under a mandate that has just ended."""

    scopes = (ScopeType.HTTP,)

    def __init__(self) -> None:
        self.shelf = KeyShelf()

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        scope["user"] = scope["auth"] = None
        if not scope["path"].startswith(NOBODY_ASKED):
            scope["user"] = await self._recognise(ASGIConnection(scope, receive, send))
        await next_app(scope, receive, send)

    async def _recognise(self, connection: Connection) -> Actor | None:
        at = datetime.now(UTC)
        by_token = connection.scope["path"].startswith(API)
        proof = _bearer(connection) if by_token else kept_cookie(connection, SESSION)
        if proof is None:
            return None
        settings = settings_of(connection.app.state)
        opened = resources_of(connection.app.state).sessions
        async with opened() as session, session.begin():
            if by_token:
                found = await self._by_token(session, proof, settings, at)
            else:
                found = await sessions.resolve(session, proof, at=at, limits=settings.limits)
            if found is not None:
                await _keep_up(session, found, at)
        if found is None:
            return None
        if found.lapsed and connection.scope["method"] not in SAFE_METHODS:  # type: ignore[typeddict-item]
            raise PartyNotYours("lapsed")
        return found.actor

    async def _by_token(
        self, session: Session, compact: str, settings: SignInSettings, at: datetime
    ) -> Recognised | None:
        try:
            known = await self.shelf.keys(session, tokens.signer_of(compact), at)
            claims = tokens.read_access_token(
                compact, known.verifiers, issuer=settings.issuer, audience=settings.audience, at=at
            )
        except (TokenRefused, SigningKeyMissing):
            return None
        found = await sessions.resolve_id(session, claims.session_id, at=at, limits=settings.limits)
        return found if found and found.actor.person_id == claims.subject else None


class KeyShelf:
    """The access-token keys of this process: read again every minute, and at once for a key not seen yet."""

    def __init__(self) -> None:
        self.held: Keys | None = None
        self.read_at = datetime.min.replace(tzinfo=UTC)

    async def keys(self, session: Session, kid: str, at: datetime) -> Keys:
        """Raises SigningKeyMissing before the first key is made."""
        # An unknown key costs the one query that a known one costs when its session is looked up: no flood to fear.
        if self.held is None or kid not in self.held.verifiers or at - self.read_at >= KEYS_FRESH:
            self.held = await keys.load(session, keys.ACCESS, at=at)
            self.read_at = at
        return self.held


async def _keep_up(session: Session, found: Recognised, at: datetime) -> None:
    if found.lapsed:
        await signing_in.end_acting(session, found.actor, at=at)
    if found.touch_due and found.actor.session_id:
        await sessions.touch(session, found.actor.session_id, at)


def _bearer(connection: Connection) -> str | None:
    scheme, _, compact = connection.headers.get("authorization", "").partition(" ")
    return compact.strip() or None if scheme.lower() == "bearer" else None


async def access_token(session: Session, granted: Granted, settings: SignInSettings, at: datetime) -> str:
    """The access token of a sign-in, for `POST /api/v1/sessions`; it ends with the session."""
    signing = await keys.ensure(session, keys.ACCESS, at=at)
    return tokens.issue_access_token(
        signing.signer,
        issuer=settings.issuer,
        audience=settings.audience,
        subject=granted.person_id,
        session_id=granted.session_id,
        at=at,
        lifetime=settings.token_lifetime,
    )


async def keep_form(
    opened: Sessions, *, token: str, action: str, place: str, fields: kept_forms.Fields
) -> str | None:
    """Keep a form that was posted with a session that had run out; the request itself is refused, so this commits alone."""
    async with opened() as session, session.begin():
        return await kept_forms.keep(
            session, token=token, action=action, place=place, fields=fields, at=datetime.now(UTC)
        )
