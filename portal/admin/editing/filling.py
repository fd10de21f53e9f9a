"""The pages on which elements and entries are filled in. A draft may be unfinished: whatever can be read is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from identity.actor import Actor, Role
from portal import forms, guards
from portal.admin.editing import editor as editing
from portal.admin.editing import placing, tables, targets, telling
from portal.admin.editing.editor import Editor
from portal.admin.editing.moving_on import Meanwhile, gone, meanwhile
from portal.admin.editing.targets import Target
from portal.forms import Form, Typed
from portal.language import gettext, pick
from portal.request import Request
from portal.resources import Resources
from services.catalogue.editing import places, terms
from services.catalogue.editing.places import Steps, entries, shape, value
from services.catalogue.maintenance import commands
from services.catalogue.maintenance.errors import DraftMovedOn
from storage.database import Session


class Anything(forms.Fields):
    """A page of the editor: what its fields mean is said by `fields`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page: a group by its key, an entry or a list to add to by its place."""

    group: str = ""
    entry: str = ""
    new: str = ""

    def target(self, editor: Editor) -> Target:
        """404 where there is no such page, or nothing at this place any more."""
        if self.group:
            return targets.group_target(editor, self.group)
        if self.entry:
            return targets.entry_target(editor, editor.way(self.entry))
        return targets.new_target(editor, editor.list_way(self.new))


class FillingPages(Controller):
    path = "/admin/items/{code:str}/draft"
    guards = [guards.roles(Role.CATALOGUE)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/groups/{key:str}", name="editing:group")
    async def group(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        code: FromPath[str],
        key: FromPath[str],
        saved: FromQuery[str] = "",
    ) -> Template:
        return await _page(session, resources, code, Asked(group=key), saved=bool(saved))

    @post("/groups/{key:str}", name="editing:save-group", request_max_body_size=editing.LARGEST)
    async def save_group(
        self,
        request: Request,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
        key: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, Anything)
        return await Saving(session, resources, actor, now).keep(code, Asked(group=key), form)

    @get("/entries/{place:path}", name="editing:entry")
    async def entry(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        code: FromPath[str],
        place: FromPath[str],
        saved: FromQuery[str] = "",
    ) -> Template:
        return await _page(session, resources, code, Asked(entry=place), saved=bool(saved))

    @post("/entries/{place:path}", name="editing:save-entry", request_max_body_size=editing.LARGEST)
    async def save_entry(
        self,
        request: Request,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
        place: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, Anything)
        return await Saving(session, resources, actor, now).keep(code, Asked(entry=place), form)

    @get("/new/{place:path}", name="editing:new-entry")
    async def new(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        code: FromPath[str],
        place: FromPath[str],
    ) -> Template:
        return await _page(session, resources, code, Asked(new=place))

    @post("/new/{place:path}", name="editing:add-entry", request_max_body_size=editing.LARGEST)
    async def add(
        self,
        request: Request,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
        place: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, Anything)
        return await Saving(session, resources, actor, now).keep(code, Asked(new=place), form)


async def _page(
    session: Session, resources: Resources, code: str, asked: Asked, *, saved: bool = False
) -> Template:
    editor = await editing.opened(session, resources, code)
    target = asked.target(editor)
    return shown(editor, target, Form(targets.typed_of(editor, target)), saved=saved)


@dataclass(frozen=True, slots=True)
class Saving:
    """One posted page of the editor."""

    session: Session
    resources: Resources
    actor: Actor
    now: datetime

    async def keep(self, code: str, asked: Asked, form: Form[Anything]) -> Template | Redirect:
        """Keep what was typed, and go on; or show the page again with what stands against it."""
        editor = await editing.opened(self.session, self.resources, code)
        revision = revision_in(form.typed)
        if revision != editor.draft.revision:
            return await self.moved_on(editor, asked, form, revision)
        target = asked.target(editor)
        typed = turned(form.typed)
        wrong = form.errors | targets.mistakes(editor, target, typed)
        if wrong:
            return shown(editor, target, Form(typed, wrong), status=422)
        definition, way = targets.kept(editor, target, typed)
        try:
            draft = await commands.save_draft(
                self.session, code, definition, revision=revision, actor=self.actor, at=self.now
            )
        except DraftMovedOn as moved:
            editor = await editing.edited(self.session, self.resources, moved.draft)
            return await self.moved_on(editor, asked, form, revision)
        saved = await editing.edited(self.session, self.resources, draft)
        return Redirect(onward(saved, target, way, stay="do" in form.typed), status_code=303)

    async def moved_on(self, editor: Editor, asked: Asked, form: Form[Anything], revision: int) -> Template:
        """Somebody saved meanwhile: who and what, with everything typed kept to be saved all the same."""
        found = await meanwhile(self.session, editor, revision)
        try:
            target = asked.target(editor)
        except NotFoundException:
            return gone(editor, found, texts(form.typed))
        now = targets.typed_of(editor, target)
        return shown(
            editor,
            target,
            Form(form.typed),
            meanwhile=replace(found, here=_apart(target, form.typed, now)),
            status=409,
        )


def revision_in(typed: Typed) -> int:
    """The revision the page was made from; none is as good as an old one."""
    text = typed.get("revision", "")
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10 else 0


def turned(typed: Typed) -> Typed:
    """What was typed, with the rows of options in the order a button asked for: `up-2` changes rows 2 and 1."""
    do, _, number = str(typed.get("do", "")).partition("-")
    if do not in {"up", "down", "drop"} or not number.isdigit():
        return typed
    row = int(number)
    other = -1 if do == "drop" else row + (-1 if do == "up" else 1)
    names = {row: other, other: row} if other >= 0 else {row: None} if do == "drop" else {}
    found: Typed = {}
    for name, text in typed.items():
        kind, _, rest = name.partition("-")
        index, dash, part = rest.partition("-")
        if kind == "option" and index.isdigit() and int(index) in names:
            place = names[int(index)]
            if place is not None:
                found[f"option-{place}{dash}{part}"] = text
        else:
            found[name] = text
    return found


def onward(editor: Editor, target: Target, way: Steps, *, stay: bool) -> str:
    """The same page while something is missing on it, else the page it belongs to."""
    if not way:
        unfinished = bool(telling.placed(target.fields, (), editor.own_of_group(target.group)).beside)
        return (
            f"{target.address}?saved=1" if unfinished or stay else f"{editor.at.draft}?saved={target.group}"
        )
    if stay or editor.within(way):
        return f"{editor.at.entry(editor.definition, way)}?saved=1"
    return f"{editor.at.holding(editor.definition, way)}?saved=1"


def texts(typed: Typed) -> list[str]:
    """Everything typed that is worth keeping, for a page that can only show it."""
    hidden = {"revision", "do"}
    found = [text for name, text in typed.items() if name not in hidden]
    return [text for one in found for text in ([one] if isinstance(one, str) else one) if text.strip()]


def _apart(target: Target, mine: Typed, now: Typed) -> list[dict[str, str]]:
    """Fields of this page where what was typed and what stands there now differ."""
    found = []
    for field in target.fields:
        ours, theirs = (
            _told(field.options, [one.get(name) for name in field.names()]) for one in (mine, now)
        )
        if ours != theirs:
            found.append({"label": field.label, "mine": ours, "theirs": theirs})
    return found


def _told(options: tuple[tuple[str, str], ...], values: list[Any]) -> str:
    words = dict(options) | {"yes": gettext("是"), "no": gettext("否")}
    flat = [one for text in values if text for one in ([text] if isinstance(text, str) else text)]
    return " / ".join(words.get(one, one.strip()) for one in flat)


# ── The page ───────────────────────────────────────────────────────────────────────────────────


def shown(
    editor: Editor,
    target: Target,
    form: Form[Anything],
    *,
    saved: bool = False,
    meanwhile: Meanwhile | None = None,
    status: int = 200,
) -> Template:
    problems = (
        [] if target.new else (editor.within(target.way) if target.way else editor.own_of_group(target.group))
    )
    told = telling.placed(target.fields, target.way, problems)
    beside = {} if form.errors or meanwhile else told.beside
    context: dict[str, Any] = {
        "editor": editor,
        "target": target,
        "form": form if form.errors else None,
        "sheet": Form(form.typed, form.errors or beside),
        "above": told.above,
        "rows": targets.option_rows(editor, target, form.typed),
        "lists": _lists(editor, target),
        "condition": _condition(editor, target),
        "preview": _preview(editor, target),
        "saved": saved,
        "meanwhile": meanwhile,
    }
    return Template("admin/editing/edit.html", context=context, status_code=status)


def _preview(editor: Editor, target: Target) -> str | None:
    """Where the page of the form that this is about can be seen as applicants see it."""
    kind = shape(target.way)
    if target.new or kind not in {tables.PAGES, tables.QUESTIONS}:
        return None
    return editor.at.page_preview(editor.definition, target.way[: -2 if kind == tables.QUESTIONS else None])


def _lists(editor: Editor, target: Target) -> list[dict[str, Any]]:
    """The lists that stand on this page: those of a group, or the rows' questions of a question."""
    if target.new:
        return []
    if not target.way:
        group = tables.group(target.group)
        return [listing(editor, tuple(name.split("/"))) for name in group.lists] if group else []
    entry = value(editor.definition, target.way)
    if shape(target.way) == tables.QUESTIONS and entry.get("type") == "group":
        return [listing(editor, (*target.way, "questions"))]
    return []


def listing(editor: Editor, way: Steps) -> dict[str, Any]:
    """A list with its entries: what each is called, how it stands, and its addresses."""
    kind = tables.LISTS[shape(way)]
    found = []
    for index, entry in enumerate(entries(editor.definition, way)):
        place = (*way, index)
        if isinstance(entry, Mapping):
            found.append(listed(editor, place, entry))
    return {
        "kind": kind,
        "entries": found,
        "add": editor.at.new(editor.definition, way),
        "id": "-".join(shape(way)),
    }


def listed(editor: Editor, place: Steps, entry: Mapping[str, Any]) -> dict[str, Any]:
    """One entry as a list shows it."""
    condition = placing.listed(place).condition
    written = entry.get(condition) if condition else None
    always = not written or written == {"always": True}
    return {
        "way": place,
        "title": placing.called(editor.definition, place),
        "href": editor.at.entry(editor.definition, place),
        "order": editor.at.order(editor.definition, place),
        "removal": editor.at.removal(editor.definition, place),
        "condition": "" if always else editor.in_words(written),
        "wrong": len(_inside(editor, place)),
        "hint": _hint(entry),
    }


def _inside(editor: Editor, place: Steps) -> list[object]:
    """What is wrong with an entry and all it holds."""
    return [one for one in editor.problems if places.steps_of_path(one.path)[: len(place)] == place]


def _hint(entry: Mapping[str, Any]) -> str:
    """A second line: the article of a basis, the source of a material, how a question is answered."""
    if "article" in entry:
        return pick(terms.words(entry.get("article")))
    return ""


def _condition(editor: Editor, target: Target) -> dict[str, str] | None:
    """The condition of the entry in words and where it is put together."""
    if target.new or not target.way or not target.kind or not target.kind.condition:
        return None
    name = target.kind.condition
    written = value(editor.definition, (*target.way, name))
    return {
        "kind": name,
        "words": editor.in_words(written) if written and written != {"always": True} else "",
        "href": editor.at.condition(editor.definition, target.way),
    }
