"""Choosing for whom one acts: oneself, or an organisation one represents."""

from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from identity import queries, signing_in
from identity.actor import Actor
from portal import forms
from portal.forms import Form
from portal.guards import citizen, local_path
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
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        form = await forms.read(request, Choice)
        text = form.typed.get("next")
        place = local_path(text) if isinstance(text, str) else None
        if form.value is None:
            return await _page(session, actor, now, form.wrong(party="not-chosen"), place, 422)
        await signing_in.choose_party(session, actor, form.value.party, at=now)
        return Redirect(place or HOME, status_code=303)


async def _page(
    session: Session, actor: Actor, now: datetime, form: Form[Choice], place: str | None, status: int = 200
) -> Template:
    parties = await queries.parties(session, actor.person_id, now)
    context = {"form": form, "parties": parties, "acting_for": actor.acting_for, "next": place}
    return Template("signing/acting_for.html", context=context, status_code=status)
