"""The endpoints machines talk to: tokens for codes (RFC 6749, 3.2) and what is known of a person (Core 5.3)."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import unquote_plus

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from identity import tokens
from identity.errors import TokenRefused
from identity.openid import queries, redeeming, rules, signed
from identity.openid.errors import RequestRefused
from identity.openid.redeeming import Presented, Refusal, Tokens
from portal.authentication import settings_of
from portal.openid.authorizing import posted
from portal.openid.wording import told
from portal.request import Request
from storage.database import Session

FORM = "application/x-www-form-urlencoded"


class ExchangePages(Controller):
    path = "/openid"
    opt = {"public": True, "exclude_from_csrf": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @post("/token", name="openid:token", status_code=200)
    async def token(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Response[object]:
        issuer = settings_of(request.app.state).issuer
        try:
            given = await _form(request)
            presented = _presented(request, given)
        except RequestRefused as exc:
            return _refused(Refusal(exc.error, exc.why))
        audiences = (f"{issuer}/openid/token", issuer)
        client = await redeeming.authenticate(session, presented, audiences=audiences, at=now)
        if isinstance(client, Refusal):
            return _refused(client)
        answer = await redeeming.exchange(session, client, given, issuer=issuer, at=now)
        return _refused(answer) if isinstance(answer, Refusal) else _granted(answer)

    @get("/userinfo", name="openid:userinfo")
    async def userinfo(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Response[object]:
        return await _userinfo(request, session, now)

    @post("/userinfo", name="openid:userinfo-posted", status_code=200)
    async def userinfo_posted(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Response[object]:
        return await _userinfo(request, session, now)


async def _form(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise RequestRefused("invalid_request", f"the body must be {FORM}")
    return rules.once(await posted(request))


def _presented(request: Request, given: Mapping[str, str]) -> Presented:
    """How the client says who it is. RequestRefused for two ways at once (RFC 6749, 2.3)."""
    header = request.headers.get("authorization")
    if header is None:
        return Presented(
            client_id=given.get("client_id") or _claimed(given.get("client_assertion")),
            secret=given.get("client_secret"),
            assertion_type=given.get("client_assertion_type"),
            assertion=given.get("client_assertion"),
        )
    name, secret = _basic(header)
    if "client_secret" in given or "client_assertion" in given or given.get("client_id", name) != name:
        raise RequestRefused("invalid_request", "more than one way of client authentication")
    return Presented(client_id=name, secret=secret)


def _basic(header: str) -> tuple[str, str]:
    """Name and secret of a Basic header (RFC 6749, 2.3.1); nothing fits what cannot be read."""
    scheme, _, coded = header.partition(" ")
    try:
        text = base64.b64decode(coded.strip(), validate=True).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, ValueError):
        text = ""
    name, _, secret = text.partition(":")
    return unquote_plus(name), unquote_plus(secret)


def _claimed(assertion: str | None) -> str | None:
    try:
        return tokens.claimed(assertion, "sub") if assertion else None
    except TokenRefused:
        return None


def _granted(answer: Tokens) -> Response[object]:
    return told(
        {
            "access_token": answer.access_token,
            "token_type": "Bearer",
            "expires_in": answer.expires_in,
            "refresh_token": answer.refresh_token,
            "id_token": answer.id_token,
            "scope": answer.scope,
        }
    )


def _refused(refusal: Refusal) -> Response[object]:
    content = {"error": refusal.error, "error_description": refusal.why}
    if refusal.error == "invalid_client":
        return told(content, 401, www_authenticate='Basic realm="openid"')
    return told(content, 400)


async def _userinfo(request: Request, session: Session, now: datetime) -> Response[object]:
    scheme, _, compact = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return told(
            {}, 401, www_authenticate="Bearer"
        )  # RFC 6750, 3.1: no error code where nothing was tried
    issuer = settings_of(request.app.state).issuer
    try:
        known = await signed.published(session, at=now)
        access = signed.read_access(compact.strip(), known, issuer=issuer, at=now)
    except TokenRefused:
        return _token_refused()
    grant = await queries.grant_in_force(session, access.grant_id, now)
    if grant is None or grant.client_id != access.client_id:
        return _token_refused()
    scopes = [scope for scope in access.scopes if scope in grant.scopes]
    claims = await queries.claims(session, grant.person_id, scopes)
    return told({"sub": access.subject} | claims)


def _token_refused() -> Response[object]:
    content = {"error": "invalid_token"}
    return told(content, 401, www_authenticate='Bearer error="invalid_token"')
