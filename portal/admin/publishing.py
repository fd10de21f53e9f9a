"""Service items for those who keep the catalogue: the list, one item with its versions and draft, and publication."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity import queries as identity
from identity.actor import Actor, Role
from licensing.kinds.reading import refresh
from portal import forms, guards
from portal.admin import wording
from portal.admin.effective import ITEMS, DayOfEffect, back, judged
from portal.forms import Form
from portal.known import known
from portal.request import Request
from services.catalogue import queries as catalogue
from services.catalogue.errors import ItemNotFit, ItemNotFound
from services.catalogue.maintenance import commands, queries
from services.catalogue.maintenance.errors import DraftNotFound
from services.catalogue.maintenance.models import Draft
from services.catalogue.problems import explain
from storage import ledger
from storage.database import Session

PAGE = 100
LONGEST = 60


class Submission(forms.Fields):
    revision: int
    note: str = Field("", max_length=500)


class Seen(forms.Fields):
    """Which revision of the draft the official looked at."""

    revision: int


class ItemPages(Controller):
    path = ITEMS
    guards = [guards.roles(Role.CATALOGUE)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="admin:items")
    async def listing(
        self, session: NamedDependency[Session], after: FromQuery[str] = "", q: FromQuery[str] = ""
    ) -> Template:
        place = after if after.isprintable() else ""
        wanted = "".join(letter for letter in q.strip()[:LONGEST] if letter.isprintable())
        found = await queries.kept(session, after=place, q=wanted, limit=PAGE)
        following = f"{ITEMS}?after={found[-1].code}" if len(found) == PAGE else None
        context = {"items": found, "q": wanted, "next_page": following, "wording": wording}
        return Template("admin/items.html", context=context)

    @get("/{code:str}", name="admin:item")
    async def show(
        self,
        session: NamedDependency[Session],
        code: FromPath[str],
    ) -> Template:
        return await _page(session, code, Form.empty())

    @post("/{code:str}/submission", name="admin:submit-item")
    async def submit(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, Submission)
        if form.value is None:
            return await _page(session, code, form, 422)
        await refresh(session)
        try:
            await commands.submit_draft(
                session,
                code,
                actor=actor,
                at=now,
                revision=form.value.revision,
                note=form.value.note,
                known=known(),
            )
        except ItemNotFit:
            return await _page(session, code, form, 422)
        return back(code)

    @post("/{code:str}/recall", name="admin:recall-item")
    async def recall(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Redirect:
        await commands.recall_draft(session, code, actor=actor, at=now)
        return back(code)

    @post("/{code:str}/rebase", name="admin:rebase-item")
    async def rebase(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, Seen)
        if form.value is None:
            return await _page(session, code, form, 422)
        await commands.rebase_draft(session, code, revision=form.value.revision, actor=actor, at=now)
        return back(code)

    @post("/{code:str}/publication", name="admin:publish-item")
    async def publish(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Template | Redirect:
        form = judged(await forms.read(request, DayOfEffect), now=now)
        if form.value is None:
            return await _page(session, code, form, 422)
        day = form.value.on()
        await refresh(session)
        await commands.publish_draft(session, code, actor=actor, at=now, effective_on=day, known=known())
        return back(code)

    @post("/{code:str}/discarding", name="admin:discard-item")
    async def discard(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, Seen)
        if form.value is None:
            return await _page(session, code, form, 422)
        await commands.discard_draft(session, code, actor=actor, at=now, revision=form.value.revision)
        newest = await catalogue.newest_version(session, code)
        return Redirect(ITEMS, status_code=303) if newest is None else back(code)


async def _page(session: Session, code: str, form: Form[Any], status: int = 200) -> Template:
    """One item: how it stands, its draft, its versions, what was done to it. Raises ItemNotFound."""
    await refresh(session)
    draft = await _draft(session, code)
    newest = await catalogue.newest_version(session, code)
    if draft is None and newest is None:
        raise ItemNotFound(code)
    problems = await queries.problems_of(draft, known()) if draft else ()
    versions = await queries.versions(session, code) if newest else []
    context = {
        "code": code,
        "name": newest.definition.name if newest else (draft.definition.get("name") if draft else code),
        "draft": draft,
        "moved_on": bool(draft and newest and draft.base_version != newest.version),
        "newest": newest,
        "problems": problems,
        "explain": explain,
        "versions": versions,
        "withdrawn": bool(versions) and versions[0].state.value == "withdrawn",
        "suspension": await catalogue.suspension(session, code),
        "successors": await catalogue.successors(session, code),
        "history": await _history(session, code),
        "form": form,
        "wording": wording,
    }
    return Template("admin/item.html", context=context, status_code=status)


async def _draft(session: Session, code: str) -> Draft | None:
    try:
        return await queries.draft(session, code)
    except DraftNotFound:
        return None


async def _history(session: Session, code: str) -> list[dict[str, Any]]:
    """What was done to the item, the newest first, with the names of those who did it."""
    entries = (await ledger.entries(session, f"item:{code}"))[::-1][:PAGE]
    people = {entry.actor for entry in entries if not entry.actor.startswith("system:")}
    names = await identity.names(session, [UUID(person) for person in people])
    return [
        {
            "title": wording.deed(entry.deed),
            "at": entry.at,
            "by": wording.system(entry.actor)
            if entry.actor.startswith("system:")
            else names.get(UUID(entry.actor), ""),
            "note": wording.details(entry.details),
            "state": "done",
        }
        for entry in entries
    ]
