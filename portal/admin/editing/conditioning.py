"""Putting a condition together from choices: which question or fact, how compared, with what."""

from collections.abc import Mapping, Sequence
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
from portal.admin.editing import placing, telling
from portal.admin.editing.editor import Editor
from portal.admin.editing.filling import Anything, revision_in, texts
from portal.admin.editing.moving_on import Meanwhile, gone, meanwhile
from portal.forms import Form, Typed
from portal.language import gettext, pick
from portal.request import Request
from portal.resources import Resources
from services.catalogue.editing import conditions, places
from services.catalogue.editing.conditions import Join, Written
from services.catalogue.editing.places import Steps, value
from services.catalogue.editing.terms import Term
from services.catalogue.editing.values import Kind, ValueUnfit
from services.catalogue.editing.values import read as read_value
from services.catalogue.maintenance import commands
from services.catalogue.maintenance.errors import DraftMovedOn
from storage.database import Session


def _(text: str) -> str:
    """Marks a text for the word lists below; it is translated when it is shown."""
    return text


COMPARISONS: Mapping[str, str] = {
    "eq": _("是"),
    "ne": _("不是"),
    "in": _("选了下面任何一项"),
    "not-in": _("没有选下面任何一项"),
    "gt": _("大于"),
    "ge": _("大于或者等于"),
    "lt": _("小于"),
    "le": _("小于或者等于"),
    "before": _("早于"),
    "after": _("晚于"),
    "on_or_before": _("不晚于"),
    "on_or_after": _("不早于"),
    "present": _("填写了（不管填什么）"),
    "absent": _("没有填写"),
}
PURPOSES: Mapping[str, str] = {
    "when": _("什么时候出现"),
    "ask_when": _("什么时候需要这份材料"),
    "check": _("怎么自动判断"),
}
WAYS = ("text", "number", "date")
UNITS = ("y", "m", "d")


@dataclass(frozen=True, slots=True)
class Builder:
    """The condition of one entry: its parts, and what may be looked at."""

    editor: Editor
    way: Steps
    name: str
    join: Join
    parts: list[Written]
    terms: Mapping[str, Term]

    @property
    def address(self) -> str:
        return self.editor.at.condition(self.editor.definition, self.way)


class ConditionPages(Controller):
    path = "/admin/items/{code:str}/draft/conditions"
    guards = [guards.roles(Role.CATALOGUE)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/{place:path}", name="editing:condition")
    async def show(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        code: FromPath[str],
        place: FromPath[str],
        key: FromQuery[str] = "",
        by: FromQuery[str] = "",
    ) -> Template:
        """The parts there are; with `key`, the fields for one more about this question or fact."""
        editor = await editing.opened(session, resources, code)
        builder = built(editor, editor.way(place))
        return shown(builder, Form.empty(), chosen(builder, key, by))

    @post("/{place:path}", name="editing:save-condition")
    async def save(
        self,
        request: Request,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
        place: FromPath[str],
    ) -> Template | Redirect:
        """`do`: add (a part about `key`), drop-<number>, join (all or any)."""
        form = await forms.read(request, Anything)
        editor = await editing.opened(session, resources, code)
        revision = revision_in(form.typed)
        if revision != editor.draft.revision:
            return await _moved_on(session, editor, place, form, revision)
        builder = built(editor, editor.way(place))
        term = chosen(builder, _one(form.typed, "key"), _one(form.typed, "by"))
        try:
            condition = _changed(builder, term, form.typed)
        except ValueUnfit as unfit:
            return shown(builder, form.wrong(value=_told(unfit)), term, status=422)
        definition = places.put(editor.definition, (*builder.way, builder.name), condition)
        try:
            await commands.save_draft(session, code, definition, revision=revision, actor=actor, at=now)
        except DraftMovedOn as moved:
            newest = await editing.edited(session, resources, moved.draft)
            return await _moved_on(session, newest, place, form, revision)
        return Redirect(builder.address, status_code=303)


def built(editor: Editor, way: Steps) -> Builder:
    """404 where an entry has no condition."""
    name = placing.listed(way).condition
    if name is None:
        raise NotFoundException
    written = value(editor.definition, (*way, name))
    join, parts = conditions.parts(written if isinstance(written, Mapping) else None)
    return Builder(editor, way, name, join, parts, editor.terms_at(way))


def chosen(builder: Builder, key: str, by: str) -> Term | None:
    """The question or fact to compare; a fact by text, number or date as the official says."""
    term = builder.terms.get(key)
    if term is not None and term.is_fact and by in WAYS:
        return replace(term, type=by)
    return term


def _changed(builder: Builder, term: Term | None, typed: Typed) -> Written | None:
    """The condition after what the button says. Raises ValueUnfit."""
    do, _dash, number = _one(typed, "do").partition("-")
    parts, join = list(builder.parts), builder.join
    if do == "add":
        if term is None:
            raise ValueUnfit("missing")
        parts.append(conditions.part(term, _one(typed, "comparison"), _wanted(term, typed)))
    elif do == "drop" and number.isdigit() and int(number) < len(parts):
        parts.pop(int(number))
    elif do == "join" and _one(typed, "join") in set(Join):
        join = Join(_one(typed, "join"))
    return conditions.joined(join, parts)


def _wanted(term: Term, typed: Typed) -> str | list[str]:
    """What it is compared with, as `conditions.part` takes it. Raises ValueUnfit."""
    if term.type != "date":
        return typed.get("value", "")
    if _one(typed, "measure") != "distance":
        return str(read_value(Kind.DAY, "value", typed) or "")
    count, unit, side = (_one(typed, name).strip() for name in ("count", "unit", "side"))
    if count in {"", "0"}:
        return "today"
    if not (count.isascii() and count.isdigit() and len(count) <= 5 and unit in UNITS):
        raise ValueUnfit("not-a-number")
    return f"today{'+' if side == 'after' else '-'}{int(count)}{unit}"


def _one(typed: Typed, name: str) -> str:
    found = typed.get(name, "")
    return found if isinstance(found, str) else (found[-1] if found else "")


def _told(unfit: ValueUnfit) -> str:
    if unfit.code == "missing":
        return gettext("请填写要比较的内容")
    return unfit.code


async def _moved_on(
    session: Session, editor: Editor, place: str, form: Form[Anything], revision: int
) -> Template:
    """Somebody saved meanwhile: the page again with what was chosen, or only that where the entry is gone."""
    found = await meanwhile(session, editor, revision)
    try:
        builder = built(editor, editor.way(place))
    except NotFoundException:
        return gone(editor, found, texts(form.typed))
    term = chosen(builder, _one(form.typed, "key"), _one(form.typed, "by"))
    return shown(builder, Form(form.typed), term, meanwhile=found, status=409)


def shown(
    builder: Builder,
    form: Form[Any],
    term: Term | None,
    *,
    meanwhile: Meanwhile | None = None,
    status: int = 200,
) -> Template:
    editor = builder.editor
    context: dict[str, Any] = {
        "editor": editor,
        "builder": builder,
        "form": form,
        "purpose": gettext(PURPOSES[builder.name]),
        "entry": placing.called(editor.definition, builder.way),
        "back": editor.at.entry(editor.definition, builder.way),
        "parts": [editor.in_words(one) for one in builder.parts],
        "questions": _options([one for one in builder.terms.values() if not one.is_fact]),
        "facts": _options([one for one in builder.terms.values() if one.is_fact]),
        "term": term,
        "comparisons": _comparisons(term),
        "options": _values(term),
        "above": _problems(builder),
        "meanwhile": meanwhile,
    }
    return Template("admin/editing/condition.html", context=context, status_code=status)


def _problems(builder: Builder) -> list[str]:
    """What the lint says of this condition."""
    return [
        telling.sentence(one)
        for one in builder.editor.within(builder.way)
        if places.steps_of_path(one.path)[len(builder.way) :][:1] == (builder.name,)
    ]


def _options(terms: Sequence[Term]) -> list[tuple[str, str]]:
    return [(one.key, pick(one.label)) for one in terms]


def _comparisons(term: Term | None) -> list[tuple[str, str]]:
    return [(one, gettext(COMPARISONS[one])) for one in conditions.comparisons(term)] if term else []


def _values(term: Term | None) -> list[tuple[str, str]]:
    """What can be chosen as the value: the options of the question, or yes and no."""
    if term is None:
        return []
    if term.type == "yes_no":
        return [("yes", gettext("是")), ("no", gettext("否"))]
    return [(option, pick(label)) for option, label in term.options]
