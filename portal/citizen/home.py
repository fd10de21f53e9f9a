"""我的空间: one's applications, messages, the parties one acts for, and the sign-ins of one's account."""

from collections.abc import Sequence
from datetime import datetime
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
from portal.citizen import branches, telling
from portal.citizen.case import ApplicationSeen
from portal.citizen.following import light
from portal.citizen.messaging import spoken, ways
from portal.citizen.security import sign_ins
from portal.guards import citizen, fresh
from portal.request import Request
from services.applications import queries
from services.applications.bundling import queries as bundles
from services.applications.bundling import reading
from services.applications.bundling.merging import front
from services.applications.rules import OPEN, State
from services.applications.unasked import queries as unasked
from services.notices import queries as notices
from services.workflow.rules import local_day
from storage import ledger
from storage.database import Session

RECENT = 10
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
        bundled = await bundles.bundled(session, [one.id for one in cases])
        alone = [one for one in cases if one.id not in bundled]
        context: dict[str, Any] = {
            "groups": _grouped(_entries(alone, now) + await _bundles(session, actor)),
            "asking": [one for one in cases if one.state in ASKING],
            "offered": len(await unasked.open_offers(session, actor)) if actor.behalf is None else 0,
            "licences": len(await licensing.listing(session, actor)),
            "news": spoken(await notices.own(session, actor, limit=NEWS)),
        }
        return Template("citizen/home.html", context=context)

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
        context: dict[str, Any] = {
            "ways": await ways(request, session, actor),
            "sign_ins": await sign_ins(request, session, actor, now),
            "this": actor.session_id,
            "refused": [one for one in entries if one.deed == "sign-in refused"][-RECENT:],
        }
        return Template("citizen/settings.html", context=context)

    @post("/settings/sign-ins/{session_id:uuid}/end", name="home:end-sign-in", guards=[fresh()])
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


def _entries(cases: Sequence[ApplicationSeen], now: datetime) -> list[dict[str, Any]]:
    """Single cases as the list shows them."""
    today = local_day(now)
    return [
        {
            "case": one,
            "kind": _kind(one.state),
            "state": telling.state(one.state),
            "light": light(one, today),
            "count": None,
        }
        for one in cases
    ]


async def _bundles(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Each bundle as one entry, whatever it is made of."""
    wholes = [await reading.of(session, one) for one in await bundles.mine(session, actor)]
    return [
        {
            "case": front(one),
            "kind": "drafts"
            if not one.bundle.submitted_at
            else "running"
            if branches.running(one)
            else "done",
            "state": branches.state(one),
            "light": None,
            "count": len(one.members),
        }
        for one in wholes
    ]


def _kind(state: State) -> str:
    return "drafts" if state is State.DRAFT else "running" if state in RUNNING else "done"


def _grouped(entries: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Drafts, what is running and what is done, each newest first."""
    newest_first = sorted(entries, key=lambda entry: entry["case"].created_at, reverse=True)
    return {
        kind: [entry for entry in newest_first if entry["kind"] == kind]
        for kind in ("drafts", "running", "done")
    }
