"""我的空间: one's applications, messages, the parties one acts for, and the sign-ins of one's account."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity import signing_in
from identity.actor import Actor
from licensing import queries as licensing
from portal.authentication import SESSION, cleared, settings_of
from portal.citizen import telling
from portal.citizen.case import ApplicationSeen
from portal.citizen.following import light
from portal.citizen.history import Event, history
from portal.guards import citizen
from portal.request import Request
from services.applications import queries
from services.applications.rules import OPEN, State
from services.workflow.rules import local_day
from storage import ledger
from storage.database import Session
from storage.ledger import Entry

RECENT = 10
MESSAGES = 30
NEWS = 3
ASKING = frozenset({State.CORRECTING})
RUNNING = OPEN | {State.GRANTED, State.REFUSED}


class HomePages(Controller):
    path = "/my"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="home:show")
    async def show(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Template:
        cases = await queries.mine(session, actor)
        context: dict[str, Any] = {
            "groups": _groups(cases, now),
            "asking": [one for one in cases if one.state in ASKING],
            "licences": len(await licensing.listing(session, actor)),
            "news": (await _messages(session, actor, cases))[:NEWS],
        }
        return Template("citizen/home.html", context=context)

    @get("/messages", name="home:messages")
    async def messages(self, session: NamedDependency[Session], actor: NamedDependency[Actor]) -> Template:
        news = await _messages(session, actor, await queries.mine(session, actor))
        return Template("citizen/messages.html", context={"news": news})

    @get("/acting-for", name="home:acting-for")
    async def acting_for(self) -> Redirect:
        return Redirect("/acting-for", status_code=303)

    @get("/settings", name="home:settings")
    async def settings(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template:
        entries = await ledger.entries(session, f"account:{actor.person_id}")
        lasting = settings_of(request.app.state).limits.citizen_absolute
        context: dict[str, Any] = {
            "sign_ins": sign_ins(entries, now, lasting),
            "this": str(actor.session_id),
            "refused": [one for one in entries if one.deed == "sign-in refused"][-RECENT:],
        }
        return Template("citizen/settings.html", context=context)

    @post("/settings/sign-ins/{session_id:uuid}/end", name="home:end-sign-in")
    async def end(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        session_id: FromPath[UUID],
    ) -> Redirect:
        await signing_in.end_session(session, actor, session_id, at=now)
        if session_id != actor.session_id:
            return Redirect("/my/settings", status_code=303)
        gone = cleared(SESSION, settings_of(request.app.state))
        return Redirect("/", status_code=303, cookies=[gone])


def _groups(cases: Sequence[ApplicationSeen], now: datetime) -> dict[str, list[dict[str, Any]]]:
    """Drafts, what is running and what is done, each newest first."""
    today = local_day(now)
    groups: dict[str, list[dict[str, Any]]] = {"drafts": [], "running": [], "done": []}
    for one in cases:
        kind = "drafts" if one.state is State.DRAFT else "running" if one.state in RUNNING else "done"
        groups[kind].append({"case": one, "state": telling.state(one.state), "light": light(one, today)})
    return groups


async def _messages(session: Session, actor: Actor, cases: Sequence[ApplicationSeen]) -> list[Event]:
    """What others did in one's newest cases, the latest first; what one did oneself is no news."""
    news: list[Event] = []
    handed_in = [one for one in cases if one.state is not State.DRAFT][:RECENT]
    for case in handed_in:
        own = await history(session, actor, case.number)
        news += [event | {"case": case} for event in own if not event["own"]]
    return sorted(news, key=lambda event: event["at"], reverse=True)[:MESSAGES]


def sign_ins(entries: Sequence[Entry], now: datetime, lasting: timedelta) -> list[dict[str, Any]]:
    """Sign-ins that have not been ended, the latest first, from the account's own record."""
    opened: dict[str, datetime] = {}
    for entry in entries:
        if entry.deed == "signed in" and now - entry.at < lasting:
            opened[str(entry.details.get("session"))] = entry.at
        elif entry.deed == "signed out":
            opened.pop(str(entry.details.get("session")), None)
        elif entry.deed == "session ended":
            opened.pop(str(entry.details.get("ended")), None)
    return [{"id": key, "at": at} for key, at in reversed(opened.items())]
