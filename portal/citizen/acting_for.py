"""Choosing for whom one acts: oneself, a child, a parent, or an organisation one represents."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from identity import queries, signing_in
from identity.actor import Actor
from identity.errors import PartyNotYours
from identity.mandates import queries as mandates
from identity.mandates.rules import REGISTER_FRESH
from portal import forms
from portal.dependencies import Transactions, resources_of
from portal.forms import Form
from portal.guards import citizen, local_path
from portal.register_checks import still_represents
from portal.request import Request
from storage.database import Session

HOME = "/my"


class Choice(forms.Fields):
    party: UUID


class ActingForPages(Controller):
    path = "/acting-for"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="acting-for:show")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        next: FromQuery[str | None] = None,
    ) -> Template:
        return await _page(session, actor, now, Form.empty(), local_path(next))

    @post("/", name="acting-for:choose")
    async def choose(
        self,
        request: Request,
        transactions: NamedDependency[Transactions],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        """Whoever comes as a firm's legal representative is held against the register first, twice a day at most."""
        form = await forms.read(request, Choice)
        text = form.typed.get("next")
        place = local_path(text) if isinstance(text, str) else None
        if form.value is None:
            async with transactions() as session:
                return await _page(session, actor, now, form.wrong(party="not-chosen"), place, 422)
        party = form.value.party
        async with transactions() as session:
            mandate = await mandates.representative(session, actor.person_id, party)
        if mandate is not None and _due(mandate.checked_at, now):
            resources = resources_of(request.app.state)
            if not await still_represents(resources.sessions, resources.hub, mandate.id, at=now):
                raise PartyNotYours(str(party))
        async with transactions() as session:
            await signing_in.choose_party(session, actor, party, at=now)
        return Redirect(place or HOME, status_code=303)


def _due(checked_at: datetime | None, now: datetime) -> bool:
    """Whether it is time to ask the register again who represents the firm."""
    return checked_at is None or now - checked_at >= REGISTER_FRESH


async def _page(
    session: Session, actor: Actor, now: datetime, form: Form[Choice], place: str | None, status: int = 200
) -> Template:
    context: dict[str, Any] = {
        "form": form,
        "parties": await queries.parties(session, actor.person_id, now),
        "standing": {one.principal_id: one for one in await mandates.acting(session, actor.person_id, now)},
        "acting_for": actor.acting_for,
        "next": place,
    }
    return Template("signing/acting_for.html", context=context, status_code=status)
