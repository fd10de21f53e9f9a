"""The authorization endpoint (OpenID Connect Core 1.0, 3.1.2): from another system's request to the code.

A request that has to wait for a sign-in or a consent travels on as a sealed ticket in the address; nothing is stored
for strangers. A GET may issue a code, so these handlers open their own transaction (decision 0011).
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeAlias
from urllib.parse import urlencode

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from identity import signing_in
from identity.openid import authorizing, commands, queries, rules, tickets
from identity.openid.authorizing import AskFirst, Code, SignInFirst
from identity.openid.errors import ClientUnknown, RedirectUnknown, RequestRefused, TicketRefused
from identity.openid.models import OpenIDClient
from identity.openid.rules import Asked
from portal import forms
from portal.authentication import KEPT, SESSION, STEP, cleared, settings_of
from portal.dependencies import Transactions
from portal.openid.wording import elsewhere, in_words, onward, refused, sign_in_first
from portal.request import Request
from storage.database import Session

Answer: TypeAlias = Template | Redirect
Pairs: TypeAlias = Sequence[tuple[str, str]]

REQUEST, CONSENT, LEAVE = "request", "consent", "leave"


class Consent(forms.Fields):
    ticket: str
    answer: str = "no"


class Again(forms.Fields):
    ticket: str


class AuthorizationPages(Controller):
    path = "/openid"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/authorize", name="openid:authorize")
    async def authorize(
        self, request: Request, transactions: NamedDependency[Transactions], now: NamedDependency[datetime]
    ) -> Answer:
        pairs = list(request.query_params.multi_items())
        async with transactions() as session:
            try:
                client = await queries.client(session, rules.single(pairs, "client_id"))
                address = rules.check_redirect(client.redirect_uris, rules.single(pairs, "redirect_uri"))
            except ClientUnknown:
                return refused("client")
            except RedirectUnknown:
                return refused("redirect")
            return await _read_and_go_on(request, session, client, address, pairs, now)

    @post("/authorize", name="openid:authorize-posted", opt={"exclude_from_csrf": True})
    async def authorize_posted(self, request: Request) -> Redirect:
        """The same by POST (Core 3.1.2.1). Sent on as a GET: another site's form brings no session cookie."""
        return Redirect(f"/openid/authorize?{urlencode(await posted(request))}", status_code=303)

    @get("/resume", name="openid:resume")
    async def resume(
        self,
        request: Request,
        transactions: NamedDependency[Transactions],
        now: NamedDependency[datetime],
        ticket: FromQuery[str] = "",
    ) -> Answer:
        try:
            asked = read_ticket(ticket, now)
        except TicketRefused:
            return refused("late")
        async with transactions() as session:
            try:
                client = await queries.client(session, asked.client_id)
                rules.check_redirect(client.redirect_uris, asked.redirect_uri)
            except (ClientUnknown, RedirectUnknown):
                return refused("client")
            return await _go_on(request, session, client, asked, now)

    @get("/continue", name="openid:continue")
    async def lead_on(self, now: NamedDependency[datetime], ticket: FromQuery[str] = "") -> Template:
        """A page of its own between a form and another system: browsers hold a form's whole chain of redirects
        against `form-action 'self'`, and this ends the chain."""
        try:
            address = f"/openid/resume?{urlencode({'ticket': ticket})}"
            read_ticket(ticket, now)
        except TicketRefused:
            try:
                address = tickets.unseal(LEAVE, ticket, at=now)["to"]
            except TicketRefused:
                return refused("late")
        return Template(
            "openid/continue.html", context={"address": address}, headers={"refresh": f"0;url={address}"}
        )

    @get("/again", name="openid:again")
    async def ask_again(self, now: NamedDependency[datetime], ticket: FromQuery[str] = "") -> Template:
        try:
            read_ticket(ticket, now)
        except TicketRefused:
            return refused("late")
        return Template("openid/again.html", context={"ticket": ticket})

    @post("/again", name="openid:sign-in-again")
    async def again(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Redirect:
        form = await forms.read(request, Again)
        if request.user is not None:
            await signing_in.sign_out(session, request.user, at=now)
        settings = settings_of(request.app.state)
        gone = [cleared(name, settings) for name in (SESSION, STEP, KEPT)]
        ticket = form.value.ticket if form.value else ""
        return Redirect(sign_in_first(ticket), status_code=303, cookies=gone)

    @post("/consent", name="openid:consent")
    async def consent(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Answer:
        form = await forms.read(request, Consent)
        try:
            said = tickets.unseal(CONSENT, form.value.ticket if form.value else None, at=now)
            asked = read_ticket(said["request"], now)
        except TicketRefused:
            return refused("late")
        if request.user is None or str(request.user.person_id) != said["person"]:
            return Redirect(onward(said["request"]), status_code=303)
        if form.value is not None and form.value.answer == "yes":
            person = request.user.person_id
            await commands.give_consent(session, person, asked.client_id, asked.scopes, at=now)
            return Redirect(onward(said["request"]), status_code=303)
        denied = _error_address(request, asked.redirect_uri, asked.state, RequestRefused("access_denied"))
        return Redirect(onward(leave_ticket(denied, now)), status_code=303)


async def posted(request: Request) -> list[tuple[str, str]]:
    """The text fields of a posted form, repeated ones too."""
    return [(name, value) for name, value in (await request.form()).multi_items() if isinstance(value, str)]


async def _read_and_go_on(
    request: Request, session: Session, client: OpenIDClient, address: str, pairs: Pairs, now: datetime
) -> Answer:
    try:
        asked = rules.read_request(
            pairs, client_id=client.id, redirect_uri=address, allowed=client.scopes, at=now
        )
    except RequestRefused as exc:
        return elsewhere(_error_address(request, address, rules.single(pairs, "state"), exc))
    return await _go_on(request, session, client, asked, now)


async def _go_on(
    request: Request, session: Session, client: OpenIDClient, asked: Asked, now: datetime
) -> Answer:
    issuer = settings_of(request.app.state).issuer
    try:
        step = await authorizing.answer(session, asked, client, request.user, issuer=issuer, at=now)
    except RequestRefused as exc:
        return elsewhere(_error_address(request, asked.redirect_uri, asked.state, exc))
    match step:
        case Code():
            address = rules.with_parameters(
                asked.redirect_uri, code=step.value, state=asked.state, iss=issuer
            )
            return elsewhere(address)
        case SignInFirst(again=True):
            query = urlencode({"ticket": write_ticket(asked)})
            return Redirect(f"/openid/again?{query}", status_code=303)
        case SignInFirst():
            return Redirect(sign_in_first(write_ticket(asked)), status_code=303)
        case AskFirst():
            return await _consent_page(request, session, asked, now)


async def _consent_page(request: Request, session: Session, asked: Asked, now: datetime) -> Template:
    entry = await queries.entry(session, asked.client_id)
    said = {"request": write_ticket(asked), "person": str(request.user.person_id) if request.user else ""}
    context: dict[str, Any] = {
        "entry": entry,
        "scopes": in_words(asked.scopes),
        "ticket": tickets.seal(CONSENT, said, at=now, lasting=rules.TICKET_LIFE),
    }
    return Template("openid/consent.html", context=context)


def write_ticket(asked: Asked) -> str:
    """The request as it travels on; it runs out half an hour after it was made, however often it is written."""
    said = asdict(asked) | {"prompt": sorted(asked.prompt), "at": asked.at.isoformat()}
    return tickets.seal(REQUEST, said, at=asked.at, lasting=rules.TICKET_LIFE)


def read_ticket(ticket: str, now: datetime) -> Asked:
    """Raises TicketRefused."""
    said = tickets.unseal(REQUEST, ticket, at=now)
    return Asked(
        **said
        | {
            "scopes": tuple(said["scopes"]),
            "acr": tuple(said["acr"]),
            "prompt": frozenset(said["prompt"]),
            "at": datetime.fromisoformat(said["at"]),
        }
    )


def leave_ticket(address: str, now: datetime) -> str:
    return tickets.seal(LEAVE, {"to": address}, at=now, lasting=rules.TICKET_LIFE)


def _error_address(request: Request, address: str, state: str | None, refusal: RequestRefused) -> str:
    """Where an error is told to the client (Core 3.1.2.6; RFC 9207)."""
    return rules.with_parameters(
        address,
        error=refusal.error,
        error_description=refusal.why or None,
        state=state,
        iss=settings_of(request.app.state).issuer,
    )
