"""What one page of the editor is about: a group of elements, an entry, or an entry still to be added."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from litestar.exceptions import NotFoundException

from portal.admin.editing import fields, particulars, placing, questions, tables
from portal.admin.editing.editor import Editor
from portal.admin.editing.fields import Field
from portal.admin.editing.tables import LISTS, ListOf
from portal.forms import Typed
from portal.language import gettext
from services.catalogue.codes import Source
from services.catalogue.editing import places, renaming, starting
from services.catalogue.editing.places import Steps, entries, shape, value
from services.catalogue.editing.values import Kind, ValueUnfit
from services.catalogue.lint.materials import POSSIBLE

JOINTS = {"_": re.compile(r"[a-z][a-z0-9_]{0,59}"), "-": re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")}


@dataclass(frozen=True, slots=True)
class Target:
    """`way` is () for a group, else the entry's; for a new entry that of its list, and `new` is true."""

    title: str
    way: Steps
    fields: tuple[Field, ...]
    address: str
    back: str
    group: str
    kind: ListOf | None = None
    new: bool = False

    @property
    def labels(self) -> dict[str, str]:
        return {one.name: one.label for one in self.fields}


def group_target(editor: Editor, key: str) -> Target:
    """The page of a group. 404 where there is none; the form has pages of its own."""
    group = tables.group(key)
    if group is None or key == "form":
        raise NotFoundException
    asked = group.asks(editor.definition, editor.supplies)
    return Target(gettext(group.title), (), asked, editor.at.group(key), editor.at.draft, key)


def entry_target(editor: Editor, way: Steps) -> Target:
    kind = placing.listed(way)
    entry = value(editor.definition, way)
    asked = kind.asks(editor.definition, entry, editor.supplies)
    return Target(
        placing.called(editor.definition, way),
        way,
        (*asked, *_own_name(kind)),
        editor.at.entry(editor.definition, way),
        editor.at.holding(editor.definition, way),
        kind.group,
        kind,
    )


def new_target(editor: Editor, way: Steps) -> Target:
    """A page for one more entry of the list at `way`."""
    kind = LISTS[shape(way)]
    asked = kind.asks(editor.definition, {}, editor.supplies)
    return Target(
        gettext(kind.add),
        way,
        asked,
        editor.at.new(editor.definition, way),
        editor.at.holding(editor.definition, (*way, 0)),
        kind.group,
        kind,
        new=True,
    )


def _own_name(kind: ListOf) -> tuple[Field, ...]:
    if kind.member is None:
        return ()
    hint = gettext("系统用它认这一项，一般不用改。改了，用到它的地方会跟着改。")
    return (Field((kind.member,), Kind.TEXT, gettext("标识"), hint),)


# ── Shown ──────────────────────────────────────────────────────────────────────────────────────


def typed_of(editor: Editor, target: Target) -> Typed:
    """What the controls of the page hold."""
    if target.new:
        asks = shape(target.way) in {tables.QUESTIONS, tables.ROWS}
        return {"required": "yes"} if asks else {}
    entry = value(editor.definition, target.way) if target.way else editor.definition
    typed = fields.as_typed(target.fields, entry)
    return typed | questions.options_typed(entry) if _offers(editor, target) else typed


def _offers(editor: Editor, target: Target) -> bool:
    """Whether the page holds rows for options."""
    kind = shape(target.way)
    if target.new or kind not in {tables.QUESTIONS, tables.ROWS, tables.SITUATIONS}:
        return False
    return kind == tables.SITUATIONS or questions.has_options(value(editor.definition, target.way))


def option_rows(editor: Editor, target: Target, typed: Typed) -> int:
    return questions.rows(typed) if _offers(editor, target) else 0


# ── Read ───────────────────────────────────────────────────────────────────────────────────────


def mistakes(editor: Editor, target: Target, typed: Typed) -> dict[str, str]:
    """What cannot be kept as it was typed, by field; what is only unfinished is no mistake here."""
    found = fields.mistakes(target.fields, typed)
    if target.kind and target.kind.member and not target.new:
        found |= _name_mistake(editor, target, target.kind, typed)
    if target.new and target.kind:
        words = target.kind.words
        if words in {one.name for one in target.fields} and not str(typed.get(words, "")).strip():
            found.setdefault(words, "missing")
    return found


def _name_mistake(editor: Editor, target: Target, kind: ListOf, typed: Typed) -> dict[str, str]:
    member = str(kind.member)
    name = str(typed.get(member, "")).strip()
    now = value(editor.definition, (*target.way, member))
    if name == now:
        return {}
    if not JOINTS[kind.joint].fullmatch(name):
        return {member: gettext("标识用小写字母开头，只有小写字母、数字和连接线")}
    if name in set(_taken(editor.definition, target.way[:-1])):
        return {member: gettext("这个标识已经用过了，请换一个")}
    return {}


def _taken(definition: Mapping[str, Any], way: Steps) -> Iterator[str]:
    """Names that an entry of this list may not have: pages and questions go by theirs in the whole form."""
    member = LISTS[shape(way)].member or ""
    for listed in _fellows(definition, way):
        yield from (str(one.get(member)) for one in listed if isinstance(one, Mapping))


def _fellows(definition: Mapping[str, Any], way: Steps) -> Iterator[list[Any]]:
    kind = shape(way)
    if kind not in {tables.PAGES, tables.QUESTIONS, tables.ROWS}:
        yield entries(definition, way)
        return
    for s, _section in enumerate(entries(definition, tables.SECTIONS)):
        pages: Steps = (*tables.SECTIONS, s, "pages")
        if kind == tables.PAGES:
            yield entries(definition, pages)
            continue
        for p, _page in enumerate(entries(definition, pages)):
            asked = entries(definition, (*pages, p, "questions"))
            yield asked
            yield from (entries(one, ("questions",)) for one in asked if isinstance(one, Mapping))


def kept(editor: Editor, target: Target, typed: Typed) -> tuple[dict[str, Any], Steps]:
    """The definition with everything typed, and where the entry then stands. Raises ValueUnfit."""
    definition = places.opened(editor.definition)
    if not target.way:
        return _settled_item(editor, fields.written(definition, (), target.fields, typed)), ()
    if target.new:
        return _added(editor, definition, target, typed)
    offers = _offers(editor, target)
    named = target.kind.member if target.kind else None
    others = [one for one in target.fields if one.path != (named,)]
    changed = fields.written(definition, target.way, others, typed)
    if offers:
        changed = places.put(changed, (*target.way, "options"), questions.options_read(typed))
    changed = places.put(changed, target.way, settled(editor, target.way, value(changed, target.way)))
    name = str(typed.get(named, "")).strip() if named else ""
    return (renaming.renamed(changed, target.way, name) if name else changed), target.way


def _added(
    editor: Editor, definition: dict[str, Any], target: Target, typed: Typed
) -> tuple[dict[str, Any], Steps]:
    kind = target.kind
    if kind is None:
        raise ValueUnfit("missing")
    entry: dict[str, Any] = {}
    if kind.member:
        english = str(typed.get(f"{kind.words}-en", ""))
        taken = set(_taken(definition, target.way))
        entry[kind.member] = starting.named(english, taken, joint=kind.joint, otherwise=_stem(target.way))
    if kind.inner:
        entry[kind.inner] = []
    if shape(target.way) == tables.SITUATIONS:
        entry["options"] = []
    written = fields.written(entry, (), target.fields, typed)
    place = (*target.way, len(entries(definition, target.way)))
    return places.added(definition, target.way, settled(editor, place, written)), place


def _stem(way: Steps) -> str:
    """What a name begins with when there are no English words to make it of."""
    return str(way[-1]).rstrip("s")


def settled(editor: Editor, way: Steps, entry: dict[str, Any]) -> dict[str, Any]:
    """An entry without what its kind cannot have."""
    kind = shape(way)
    if kind in {tables.QUESTIONS, tables.ROWS}:
        return questions.settled(entry)
    if kind == ("materials",):
        return _settled_material(entry)
    if kind in {("joint",), ("received_at",)}:
        return particulars.named(entry, editor.supplies)
    return entry


def _settled_material(entry: dict[str, Any]) -> dict[str, Any]:
    source = entry.get("source")
    if source not in {one.value for one in Source}:
        return entry
    possible = POSSIBLE[Source(source)]
    among = set().union(*POSSIBLE.values()) - possible
    found = {name: one for name, one in entry.items() if name not in among}
    if "resource" not in found:
        for name in ("fields", "fills", "subject"):
            found.pop(name, None)
    fills, had = found.get("fills"), found.get("fields") or ()
    if isinstance(fills, Mapping):
        found["fills"] = {name: key for name, key in fills.items() if name in had}
    return found


def _settled_item(editor: Editor, definition: dict[str, Any]) -> dict[str, Any]:
    """What follows from what was chosen: the department's name, the implementation code, fields of the licence."""
    department = definition.get("department")
    code = department.get("code") if isinstance(department, Mapping) else None
    name = editor.supplies.departments.get(str(code))
    if name is not None:
        definition = places.put(definition, ("department", "name"), {"zh": name.zh, "en": name.en})
    handled = definition.get("handled_by")
    if isinstance(handled, Mapping):
        definition = {**definition, "handled_by": particulars.named(handled, editor.supplies)}
        if not handled.get("code"):
            del definition["handled_by"]
    result = definition.get("result")
    if isinstance(result, Mapping):
        definition = {**definition, "result": _settled_result(editor, dict(result))}
    return starting.coded(definition)


def _settled_result(editor: Editor, result: dict[str, Any]) -> dict[str, Any]:
    if result.get("kind") == "decision" and result.pop("licence_type", None):
        result.pop("fields", None)
    licence = editor.supplies.licences.get(str(result.get("licence_type")))
    given = result.get("fields")
    if licence is not None and isinstance(given, Mapping):
        had = {one.key for one in licence.fields}
        result["fields"] = {key: one for key, one in given.items() if key in had}
    return result
