"""A draft at a glance: every group of elements with its state; and how a new item begins."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from pydantic import StringConstraints

from identity.actor import Actor, Role
from portal import forms, guards
from portal.admin.editing import editor as editing
from portal.admin.editing import placing, tables, telling
from portal.admin.editing.editor import Editor
from portal.admin.editing.filling import listing
from portal.admin.editing.groups import words_of
from portal.admin.editing.supplies import Office, offices
from portal.forms import Form
from portal.language import gettext, pick
from portal.request import Request
from portal.resources import Resources
from services.catalogue import queries as catalogue
from services.catalogue.codes import ItemType
from services.catalogue.editing import starting
from services.catalogue.editing.places import steps_of_path, value
from services.catalogue.editing.starting import Beginning
from services.catalogue.errors import ItemNotFound
from services.catalogue.lint.elements import SLUG
from services.catalogue.maintenance import commands
from services.catalogue.maintenance.errors import CodeTaken, DraftExists, DraftNotFound
from services.catalogue.maintenance.rules import ChangeKind
from storage.database import Session

Words = Annotated[str, StringConstraints(max_length=200)]
RESERVED = frozenset({"new"})
"""Codes that are addresses of the administration already."""


class NewItem(forms.Fields):
    """What is asked before a new item is a draft."""

    name: Words
    name_en: Words
    code: Annotated[str, StringConstraints(max_length=60)]
    item_type: ItemType
    department: str


class BeginningPages(Controller):
    path = "/admin/items"
    guards = [guards.roles(Role.CATALOGUE)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/new", name="editing:new")
    async def new(self, session: NamedDependency[Session]) -> Template:
        return await _asked(session, Form.empty())

    @post("/new", name="editing:begin-new")
    async def begin_new(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        """A draft of an item that never was; the form again when the code is taken or something is missing."""
        form = await forms.read(request, NewItem)
        departments = await offices(session)
        form = _checked(form, departments)
        if form.value is None:
            return await _asked(session, form, status=422)
        try:
            draft = await commands.start_draft(
                session,
                form.value.code,
                actor=actor,
                at=now,
                definition=starting.new_item(_beginning(form.value, departments)),
                kind=ChangeKind.NEW,
            )
        except (CodeTaken, DraftExists):
            return await _asked(
                session, form.wrong(code=gettext("已经有事项用了这个网址名称，请换一个")), status=422
            )
        return Redirect(placing.Addresses(draft.code).draft, status_code=303)

    @get("/{code:str}/draft", name="editing:overview")
    async def overview(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        code: FromPath[str],
        saved: FromQuery[str] = "",
    ) -> Template:
        """The draft; where there is none, the item and a button to begin one."""
        try:
            editor = await editing.opened(session, resources, code)
        except DraftNotFound:
            return await _none_yet(session, code)
        return Template("admin/editing/overview.html", context=_context(editor, saved))

    @post("/{code:str}/draft", name="editing:begin")
    async def begin(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Redirect:
        """Begin a draft from the newest version; somebody's draft that is there already is gone on with."""
        try:
            await commands.start_draft(session, code, actor=actor, at=now)
        except DraftExists as exists:
            code = exists.draft.code
        return Redirect(placing.Addresses(code).draft, status_code=303)

    @get("/{code:str}/draft/form", name="editing:form")
    async def outline(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        code: FromPath[str],
        saved: FromQuery[str] = "",
    ) -> Template:
        """Sections, pages and questions as an outline."""
        editor = await editing.opened(session, resources, code)
        told = telling.placed((), (), editor.own_of_group("form"))
        context = {"editor": editor, "sections": _outline(editor), "above": told.above, "saved": bool(saved)}
        context["add"] = editor.at.new(editor.definition, tables.SECTIONS)
        return Template("admin/editing/outline.html", context=context)


def _checked(form: Form[NewItem], departments: Mapping[str, Office]) -> Form[NewItem]:
    """With the mistakes that only this house can know."""
    found: dict[str, str] = {}
    code = str(form.typed.get("code", "")).strip()
    if code and (not SLUG.fullmatch(code) or code in RESERVED):
        found["code"] = gettext("网址名称只能用小写字母和数字，词之间用短横线，例如 senior-card")
    department = form.typed.get("department")
    if department and department not in departments:
        found["department"] = "not-an-option"
    named = re.search(r"\S", str(form.typed.get("name_en", "")))
    if not named and "name_en" in form.errors and "name" not in form.errors:
        found["name"] = gettext("请填写英文名称")
    return form.wrong(**found) if found else form


def _beginning(asked: NewItem, departments: Mapping[str, Office]) -> Beginning:
    department = departments[asked.department]
    return Beginning(
        code=asked.code,
        name={"zh": asked.name, "en": asked.name_en},
        item_type=asked.item_type,
        department=department.code,
        department_name={"zh": department.name.zh, "en": department.name.en},
        region=department.region,
    )


async def _asked(session: Session, form: Form[NewItem], *, status: int = 200) -> Template:
    departments = [(one.code, pick(one.name)) for one in (await offices(session)).values()]
    context = {"form": form, "departments": departments, "types": words_of("item_type", list(ItemType))}
    return Template("admin/editing/new.html", context=context, status_code=status)


async def _none_yet(session: Session, code: str) -> Template:
    """Raises ItemNotFound."""
    item = await catalogue.newest_version(session, code)
    if item is None:
        raise ItemNotFound(code)
    return Template("admin/editing/none.html", context={"item": item})


def _context(editor: Editor, saved: str) -> dict[str, Any]:
    groups = []
    for group in tables.GROUPS:
        wrong = len(editor.of_group(group.key))
        groups.append(
            {
                "key": group.key,
                "title": gettext(group.title),
                "hint": gettext(group.about),
                "href": editor.at.group(group.key),
                "wrong": wrong,
                "status": _status(editor, group, wrong),
            }
        )
    problems = [
        {
            "group": gettext(tables.group_of(_element(one.path)).title),
            "text": told_here(editor, one.path, telling.sentence(one, _label(editor, one.path))),
            "href": placing.address(editor.at, editor.definition, one.path),
        }
        for one in editor.problems
    ]
    return {"editor": editor, "groups": groups, "problems": problems, "saved": saved}


def _status(editor: Editor, group: tables.Group, wrong: int) -> tuple[str, str | None]:
    """How a group stands, in words and colour. One that is empty is not done, even while no rule can judge it yet."""
    if wrong:
        return gettext("%(count)s 处要填或者要改") % {"count": wrong}, "yellow"
    written = (
        editor.definition if group.key != "form" else {"form": value(editor.definition, tables.SECTIONS)}
    )
    if any(written.get(name) for name in group.owns):
        return gettext("已完成"), None
    return (gettext("可以不填"), "grey") if group.optional else (gettext("还没有填"), "yellow")


def _element(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


def _label(editor: Editor, path: str) -> str:
    """What the field at a path is called on its page."""
    way = steps_of_path(path)
    entry = placing.entry_of(way, editor.definition)
    fields = (
        placing.listed(entry).asks(editor.definition, value(editor.definition, entry), editor.supplies)
        if entry
        else tables.group_of(_element(path)).asks(editor.definition, editor.supplies)
    )
    rest = tuple(step for step in way[len(entry) :] if isinstance(step, str))
    fits = [one for one in fields if rest[: len(one.path)] == one.path]
    return max(fits, key=lambda one: len(one.path)).label if fits else ""


def told_here(editor: Editor, path: str, sentence: str) -> str:
    """The sentence with the entry it is about in front."""
    entry = placing.entry_of(steps_of_path(path), editor.definition)
    if not entry:
        return sentence
    return gettext("%(place)s：%(sentence)s") % {
        "place": placing.called(editor.definition, entry),
        "sentence": sentence,
    }


def _outline(editor: Editor) -> list[dict[str, Any]]:
    """Sections with their pages with their questions, each as `listing` has it."""
    sections: list[dict[str, Any]] = listing(editor, tables.SECTIONS)["entries"]
    for section in sections:
        pages = listing(editor, (*section["way"], "pages"))
        section["pages"], section["add"] = pages["entries"], pages["add"]
        for page in pages["entries"]:
            questions = listing(editor, (*page["way"], "questions"))
            page["questions"], page["add"] = questions["entries"], questions["add"]
            page["preview"] = editor.at.page_preview(editor.definition, page["way"])
    return sections
