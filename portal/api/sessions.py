"""Signing in by machine, and for whom one acts. A bearer token, never a cookie."""

from datetime import datetime
from typing import Any, cast

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from identity import queries as identity
from identity import signing_in
from identity.actor import Actor
from identity.signing_in import CodeNeeded, Granted, Paused, Refused
from portal.api import problems
from portal.api.description import ROOT, refusals
from portal.api.schemas import PartyChoice, PartySeen, SignedIn, SignIn, told
from portal.api.standing import party_of
from portal.authentication import access_token, origin, settings_of
from portal.guards import citizen, signed_in
from portal.request import Request
from storage.database import Session

LONGEST_AGENT = 200


class Sessions(Controller):
    path = f"{ROOT}/sessions"
    tags = ["sessions"]  # noqa: RUF012 - Litestar's way of marking routes

    @post(
        "/",
        operation_id="signIn",
        summary="登录",
        description="Signs in and gives a bearer token. Staff need `code`, the six digits of their authenticator; "
        "a code works once. Problems: `sign-in-refused`, `code-needed`, `sign-in-paused` (with Retry-After).",
        responses=refusals(401, 429, 503),
        security=[{}],
        opt={"public": True},
    )
    async def sign_in(
        self,
        request: Request,
        session: NamedDependency[Session],
        now: NamedDependency[datetime],
        data: JSONBody[SignIn],
    ) -> Response[SignedIn]:
        settings = settings_of(request.app.state)
        answer = await signing_in.sign_in(
            session,
            account=data.account,
            password=data.password,
            code=data.code,
            origin=origin(request),
            agent=request.headers.get("user-agent", "")[:LONGEST_AGENT],
            at=now,
            limits=settings.limits,
        )
        if not isinstance(answer, Granted):
            # Returned, not raised: the failure that was counted must be committed.
            return cast(Response[SignedIn], _turned_away(answer, now))
        token = await access_token(session, answer, settings, now)
        told = SignedIn(access_token=token, expires_in=int(settings.token_lifetime.total_seconds()))
        return Response(told, headers={"cache-control": "no-store"})

    @delete(
        "/current",
        operation_id="signOut",
        summary="退出",
        description="Ends the session; its token is worth nothing from now on.",
        responses=refusals(401),
        guards=[signed_in],
    )
    async def sign_out(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> None:
        await signing_in.sign_out(session, actor, at=now)


class Parties(Controller):
    path = f"{ROOT}/parties"
    tags = ["sessions"]  # noqa: RUF012 - Litestar's way of marking routes
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes

    @get(
        "/",
        operation_id="listParties",
        summary="我能代表谁办理",
        description="Whom one may act for: oneself, and the organisations one represents.",
        responses=refusals(401, 403),
    )
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> list[PartySeen]:
        return [
            told(PartySeen, party, chosen=party.id == actor.acting_for.id)
            for party in await identity.parties(session, actor.person_id, now)
        ]

    @put(
        "/chosen",
        operation_id="chooseParty",
        summary="选择代表谁办理",
        description="Acts for a party from the next call on, for as long as the session lasts.",
        responses=refusals(401, 403, 404, 422),
    )
    async def choose(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        data: JSONBody[PartyChoice],
    ) -> PartySeen:
        party = await party_of(session, actor, data.party, now)
        await signing_in.choose_party(session, actor, party.id, at=now)
        return told(PartySeen, party, chosen=True)


def _turned_away(answer: CodeNeeded | Refused | Paused, now: datetime) -> Response[Any]:
    if isinstance(answer, Paused):
        response = problems.problem(429, "sign-in-paused", until=answer.until.isoformat())
        response.headers["retry-after"] = str(max(1, int((answer.until - now).total_seconds()) + 1))
        return response
    response = problems.problem(401, "code-needed" if isinstance(answer, CodeNeeded) else "sign-in-refused")
    response.headers["www-authenticate"] = "Bearer"
    return response
