"""From an item's YAML to its definition, with every mistake of the file told at once.

The file is read by what is wanted, not by what YAML guesses: where text is wanted `000131001000` stays text and
`no` is a word, so officials need no quotes. Aliases are refused: a small file could stand for an enormous one.
"""

import difflib
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from msgspec import inspect

from services.catalogue.definition import ItemDefinition
from services.catalogue.problems import Problem

LARGEST = 1_000_000
DEEPEST = 40
INTEGER = re.compile(r"[+-]?[0-9]{1,15}")
DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,12})?")
TRUTH = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}


class Unread:
    """What stands where a value could not be read; its mistake is already noted."""


UNREAD: Final = Unread()


@dataclass(slots=True)
class Notes:
    """What the walk through one file has found: mistakes, the line of every path, nodes already visited."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)

    def wrong(self, node: yaml.Node, path: str, code: str, **data: str | int) -> Unread:
        self.problems.append(Problem(self.file, node.start_mark.line + 1, path, code, data))
        return UNREAD


@dataclass(frozen=True, slots=True)
class Reading:
    """One file read: the definition if it has one, all mistakes, and the line (from 1) of every path."""

    file: str
    definition: ItemDefinition | None
    problems: tuple[Problem, ...]
    places: dict[str, int]


def read(text: str, file: str = "") -> Reading:
    """Read one item from YAML text; never raises, whatever the text."""
    notes = Notes(file)
    node = _composed(text, notes)
    value = _value(node, _wanted(), "", notes) if node is not None else None
    definition = value if isinstance(value, ItemDefinition) and not notes.problems else None
    problems = sorted(notes.problems, key=lambda problem: (problem.line, problem.path))
    return Reading(file, definition, tuple(problems), notes.places)


def read_file(path: Path) -> Reading:
    """Read one item file; bytes that are not UTF-8 are a mistake like any other."""
    try:
        return read(path.read_bytes().decode("utf-8"), path.name)
    except UnicodeDecodeError as wrong:
        problem = Problem(path.name, 0, "", "yaml", {"detail": f"not UTF-8 at byte {wrong.start}"})
        return Reading(path.name, None, (problem,), {})


def _composed(text: str, notes: Notes) -> yaml.Node | None:
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        notes.problems.append(Problem(notes.file, 0, "", "too-large", {"max": LARGEST}))
        return None
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as wrong:
        notes.problems.append(_syntax(notes.file, wrong))
        return None
    except RecursionError:
        notes.problems.append(Problem(notes.file, 0, "", "too-deep"))
        return None
    if node is None:
        notes.problems.append(Problem(notes.file, 0, "", "yaml", {"detail": "empty"}))
    return node


def _syntax(file: str, wrong: yaml.YAMLError) -> Problem:
    mark = getattr(wrong, "problem_mark", None)
    detail = getattr(wrong, "problem", None) or getattr(wrong, "reason", None) or "unreadable"
    return Problem(file, mark.line + 1 if mark else 0, "", "yaml", {"detail": str(detail)})


@cache
def _wanted() -> inspect.Type:
    return inspect.type_info(ItemDefinition)


def _value(node: yaml.Node, wanted: inspect.Type, path: str, notes: Notes) -> object:
    """The value of `node` read as `wanted`, or UNREAD with its mistakes noted."""
    notes.places.setdefault(path, node.start_mark.line + 1)
    if id(node) in notes.seen:
        return notes.wrong(node, path, "alias")
    notes.seen.add(id(node))
    if path.count(".") + path.count("[") > DEEPEST:
        return notes.wrong(node, path, "too-deep")
    return READERS[type(wanted)](node, wanted, path, notes)


def _struct(node: yaml.Node, wanted: Any, path: str, notes: Notes) -> object:
    if not isinstance(node, yaml.MappingNode):
        return _unlike(node, "mapping", path, notes)
    before, members = len(notes.problems), dict(_members(node, path, notes))
    known = {one.encode_name: one for one in wanted.fields}
    for key in members.keys() - known:
        notes.wrong(
            members[key], f"{path}.{key}".lstrip("."), "unknown-key", key=key, meant=_meant(key, known)
        )
    values: dict[str, object] = {}
    for name, one in known.items():
        inner = f"{path}.{name}".lstrip(".")
        if name in members:
            values[one.name] = _value(members[name], one.type, inner, notes)
        elif one.required:
            notes.wrong(node, path, "missing-key", key=name)
    return UNREAD if len(notes.problems) > before else _built(node, wanted.cls, values, path, notes)


def _built(
    node: yaml.Node, kind: Callable[..., object], values: dict[str, object], path: str, notes: Notes
) -> object:
    try:
        return kind(**values)
    except ValueError as wrong:
        return notes.wrong(node, path, "invalid", detail=str(wrong))


def _members(node: yaml.MappingNode, path: str, notes: Notes) -> Iterator[tuple[str, yaml.Node]]:
    """(key, value) of a mapping, with the line of each key noted as the line of its value."""
    seen: set[str] = set()
    for name, value in node.value:
        key = name.value if isinstance(name, yaml.ScalarNode) else "?"
        if key in seen:
            notes.wrong(name, path, "duplicate-key", key=key)
            continue
        seen.add(key)
        notes.places[f"{path}.{key}".lstrip(".")] = name.start_mark.line + 1
        yield key, value


def _meant(key: str, known: dict[str, Any]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return f" ({close[0]}?)" if close else ""


def _unlike(node: yaml.Node, wanted: str, path: str, notes: Notes) -> Unread:
    shapes = {yaml.MappingNode: "mapping", yaml.SequenceNode: "list", yaml.ScalarNode: "value"}
    found = next(name for kind, name in shapes.items() if isinstance(node, kind))
    return notes.wrong(node, path, "wrong-kind", wanted=wanted, found=found)


def _list(node: yaml.Node, wanted: Any, path: str, notes: Notes) -> object:
    if not isinstance(node, yaml.SequenceNode):
        return _unlike(node, "list", path, notes)
    return tuple(
        _value(one, wanted.item_type, f"{path}[{index}]", notes) for index, one in enumerate(node.value)
    )


def _fixed(node: yaml.Node, wanted: Any, path: str, notes: Notes) -> object:
    kinds = wanted.item_types
    if not isinstance(node, yaml.SequenceNode) or len(node.value) != len(kinds):
        return notes.wrong(node, path, "wrong-kind", wanted=f"list of {len(kinds)}", found="something else")
    pairs = zip(node.value, kinds, strict=True)
    return tuple(_value(one, kind, f"{path}[{index}]", notes) for index, (one, kind) in enumerate(pairs))


def _dict(node: yaml.Node, wanted: Any, path: str, notes: Notes) -> object:
    if not isinstance(node, yaml.MappingNode):
        return _unlike(node, "mapping", path, notes)
    return {
        key: _value(value, wanted.value_type, f"{path}.{key}", notes)
        for key, value in _members(node, path, notes)
    }


def _union(node: yaml.Node, wanted: Any, path: str, notes: Notes) -> object:
    kinds = [kind for kind in wanted.types if not isinstance(kind, inspect.NoneType)]
    if len(kinds) < len(wanted.types) and node.tag == "tag:yaml.org,2002:null":
        return None
    if len(kinds) == 1:
        return READERS[type(kinds[0])](node, kinds[0], path, notes)
    return _scalar(node, path, notes)


def _scalar(node: yaml.Node, path: str, notes: Notes) -> object:
    """A truth value, a whole number or text, as written; in quotes always text."""
    if not isinstance(node, yaml.ScalarNode):
        return _unlike(node, "value", path, notes)
    if node.style is None and node.value in {"true", "false"}:
        return node.value == "true"
    return int(node.value) if node.style is None and INTEGER.fullmatch(node.value) else node.value


def _leaf(read_text: Callable[[str], object], kind: str) -> Callable[..., object]:
    """A reader of one scalar; `read_text` raises ValueError or KeyError for text that is none."""

    def read_scalar(node: yaml.Node, _: object, path: str, notes: Notes) -> object:
        if not isinstance(node, yaml.ScalarNode) or node.tag == "tag:yaml.org,2002:null":
            return _unlike(node, kind, path, notes)
        with suppress(ValueError, KeyError, InvalidOperation):
            return read_text(node.value)
        return notes.wrong(node, path, "wrong-kind", wanted=kind, found=node.value[:80])

    return read_scalar


def _whole(text: str) -> int:
    if not INTEGER.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _exact(text: str) -> Decimal:
    if not DECIMAL.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _enum(node: yaml.Node, wanted: Any, path: str, notes: Notes) -> object:
    if not isinstance(node, yaml.ScalarNode):
        return _unlike(node, "value", path, notes)
    with suppress(ValueError):
        return wanted.cls(node.value)
    allowed = ", ".join(member.value for member in wanted.cls)
    return notes.wrong(node, path, "unknown-value", value=node.value[:80], allowed=allowed)


# Each reader knows which of msgspec's type descriptions it is given: the table's key says so, the checker cannot.
READERS: dict[type[inspect.Type], Callable[..., object]] = {
    inspect.StructType: _struct,
    inspect.VarTupleType: _list,
    inspect.TupleType: _fixed,
    inspect.DictType: _dict,
    inspect.UnionType: _union,
    inspect.EnumType: _enum,
    inspect.StrType: _leaf(str, "text"),
    inspect.IntType: _leaf(_whole, "whole number"),
    inspect.DecimalType: _leaf(_exact, "number"),
    inspect.BoolType: _leaf(lambda text: TRUTH[text.lower()], "yes or no"),
    inspect.DateType: _leaf(date.fromisoformat, "date"),
}
