"""Going on with a form that a run-out sign-in interrupted: what was typed is offered back to the same person."""

import re
from collections.abc import Iterable
from datetime import datetime

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from identity import kept_forms, signing_in
from identity.actor import Actor
from identity.errors import PartyNotYours
from identity.kept_forms import Kept
from portal.authentication import KEPT, cleared, kept_cookie, settings_of
from portal.forms import Form
from portal.guards import RESUME, landing, local_path, signed_in
from portal.request import Request
from storage.database import Session

WRITTEN, SHOWN = 8, 60
LONG_NUMBER = re.compile(r"[0-9][0-9 -]{4,}[0-9Xx]")


class ResumingPages(Controller):
    path = RESUME
    guards = [signed_in]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="resuming:offer")
    async def offer(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        key = kept_cookie(request, KEPT)
        kept = await kept_forms.offered(session, key, actor.person_id, at=now) if key else None
        if kept is None:
            return Redirect(landing(actor), status_code=303)
        shown, others = in_words(kept.fields)
        context = {"kept": kept, "shown": shown, "others": others, "form": Form.empty()}
        return Template("signing/resume.html", context=context)

    @post("/", name="resuming:go-on")
    async def go_on(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Redirect:
        """Use the kept form up and let the browser post it where it was going (307 keeps method and content)."""
        key = kept_cookie(request, KEPT)
        kept = await kept_forms.take(session, key, actor.person_id, at=now) if key else None
        gone = [cleared(KEPT, settings_of(request.app.state))]
        if kept is None or local_path(kept.action) is None:
            return Redirect(landing(actor), status_code=303, cookies=gone)
        return Redirect(kept.action, status_code=307, cookies=gone)


def in_words(fields: Iterable[tuple[str, str]]) -> tuple[list[str], int]:
    """The beginnings of what was written freely, long numbers masked, and how many other fields were filled in.

    Short texts are numbers, names, dates and choices: they are counted, not shown.
    """
    filled = [text.strip() for _, text in fields if text.strip()]
    written = [text for text in filled if len(text) >= WRITTEN and not text.isascii()]
    shown = [LONG_NUMBER.sub("****", " ".join(text.split()))[:SHOWN] for text in written]
    return shown, len(filled) - len(written)


async def claim(request: Request, session: Session, actor: Actor, now: datetime) -> Kept | None:
    """The form this browser kept for this very person, once they act for whom they acted when they typed it."""
    key = kept_cookie(request, KEPT)
    kept = await kept_forms.offered(session, key, actor.person_id, at=now) if key else None
    if key is None or kept is None or kept.acting_for is None:
        return kept
    try:
        await signing_in.choose_party(session, actor, kept.acting_for, at=now)
    except PartyNotYours:
        await kept_forms.take(session, key, actor.person_id, at=now)
        return None
    return kept
