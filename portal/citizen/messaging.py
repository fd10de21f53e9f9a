"""消息: what happened to one's cases, and by which ways one wants to be told besides the portal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from identity.actor import Actor
from identity.means import contacts
from identity.means.rules import Channel
from portal import forms
from portal.authentication import settings_of
from portal.guards import citizen
from portal.language import current, pick
from portal.request import Request
from services.notices import commands, queries
from services.notices.queries import Posted, Told
from storage.database import Session

MANDATES = "/my/mandates"


@dataclass(frozen=True, slots=True)
class Way:
    """One way of being told. `shown` is the proven address with its middle hidden; None: there is none yet."""

    channel: Channel
    shown: str | None
    wanted: bool


class MessagePages(Controller):
    path = "/my/messages"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="messages:show")
    async def show(self, session: NamedDependency[Session], actor: NamedDependency[Actor]) -> Template:
        told = spoken(await queries.own(session, actor))
        told += about_account(await queries.posted(session, actor.person_id))
        told.sort(key=lambda one: one["at"], reverse=True)
        return Template("citizen/messages.html", context={"messages": told[: queries.PAGE]})

    @post("/ways", name="messages:ways")
    async def choose(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Redirect:
        """Keep what is ticked among what the page offered; a way it did not offer stays as it was."""
        ticked = (await forms.raw(request)).get("ways", [])
        wanted = {ticked} if isinstance(ticked, str) else set(ticked)
        offered = [one for one in await ways(request, session, actor) if one.shown]
        silent = set(await queries.silenced(session, actor.person_id))
        silent -= {one.channel for one in offered}
        silent |= {one.channel for one in offered if one.channel.value not in wanted}
        await commands.silence(session, actor, silent, at=now)
        return Redirect("/my/settings#telling", status_code=303)


def spoken(told: Sequence[Told]) -> list[dict[str, Any]]:
    """Messages in the reader's language, each with the page it leads to."""
    language = current().language
    return [
        {"number": one.number, "href": _page_of(one), "at": one.at, **one.words[language]} for one in told
    ]


def _page_of(told: Told) -> str:
    return f"/my/licences/{told.licence}" if told.licence else f"/applications/{told.number}"


def about_account(posted: Sequence[Posted]) -> list[dict[str, Any]]:
    """Notices about the account in the reader's language, each with the page it leads to."""
    return [
        {"number": None, "href": MANDATES, "at": one.at, "title": pick(one.title), "text": pick(one.text)}
        for one in posted
    ]


async def ways(request: Request, session: Session, actor: Actor) -> list[Way]:
    """Every way that is set up here, and how the actor is reached by it."""
    silent = await queries.silenced(session, actor.person_id)
    proven = {one.channel: one.shown for one in await contacts.proven(session, actor.person_id)}
    return [
        Way(one, proven.get(one), one not in silent)
        for one in Channel
        if one in settings_of(request.app.state).channels
    ]
