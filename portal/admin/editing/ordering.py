"""Moving entries up and down, and taking them out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity.actor import Actor, Role
from portal import forms, guards
from portal.admin.editing import editor as editing
from portal.admin.editing import placing
from portal.admin.editing.editor import Editor
from portal.admin.editing.filling import revision_in
from portal.admin.editing.moving_on import gone, meanwhile
from portal.request import Request
from portal.resources import Resources
from services.catalogue.editing import places
from services.catalogue.editing.places import Steps
from services.catalogue.maintenance import commands
from services.catalogue.maintenance.errors import DraftMovedOn
from storage.database import Session

Change = Callable[[Editor, Steps], dict[str, Any]]
BY = {"up": -1, "down": 1}


class OrderingPages(Controller):
    path = "/admin/items/{code:str}/draft"
    guards = [guards.roles(Role.CATALOGUE)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @post("/order/{place:path}", name="editing:order")
    async def order(
        self,
        request: Request,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
        place: FromPath[str],
    ) -> Template | Redirect:
        """`do` is up or down; anything else leaves the order as it is."""
        posted = await forms.raw(request)
        by = BY.get(str(posted.get("do")), 0)
        changed = Changed(session, resources, actor, now)
        return await changed.at(
            code, place, revision_in(posted), lambda editor, way: places.moved(editor.definition, way, by)
        )

    @get("/removal/{place:path}", name="editing:removal")
    async def removal(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        code: FromPath[str],
        place: FromPath[str],
    ) -> Template:
        """Whether one is sure: with a section go its questions."""
        editor = await editing.opened(session, resources, code)
        way = editor.way(place)
        entry = places.value(editor.definition, way)
        inner = placing.listed(way).inner
        context = {
            "editor": editor,
            "title": placing.called(editor.definition, way),
            "address": editor.at.removal(editor.definition, way),
            "back": editor.at.holding(editor.definition, way),
            "inside": len(places.entries(entry, (inner,))) if inner else 0,
        }
        return Template("admin/editing/removal.html", context=context)

    @post("/removal/{place:path}", name="editing:remove")
    async def remove(
        self,
        request: Request,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
        place: FromPath[str],
    ) -> Template | Redirect:
        posted = await forms.raw(request)
        changed = Changed(session, resources, actor, now)
        return await changed.at(
            code, place, revision_in(posted), lambda editor, way: places.put(editor.definition, way, None)
        )


class Changed:
    """A change of the order of things by one official at one moment."""

    def __init__(self, session: Session, resources: Resources, actor: Actor, now: datetime) -> None:
        self.session, self.resources, self.actor, self.now = session, resources, actor, now

    async def at(self, code: str, place: str, revision: int, change: Change) -> Template | Redirect:
        """Make the change and go back to the list; a save in between is told and nothing is changed."""
        editor = await editing.opened(self.session, self.resources, code)
        if revision != editor.draft.revision:
            return await self._moved_on(editor, revision)
        way = editor.way(place)
        back = editor.at.holding(editor.definition, way)
        try:
            await commands.save_draft(
                self.session, code, change(editor, way), revision=revision, actor=self.actor, at=self.now
            )
        except DraftMovedOn as moved:
            return await self._moved_on(
                await editing.edited(self.session, self.resources, moved.draft), revision
            )
        return Redirect(f"{back}?saved=1", status_code=303)

    async def _moved_on(self, editor: Editor, revision: int) -> Template:
        return gone(editor, await meanwhile(self.session, editor, revision))
