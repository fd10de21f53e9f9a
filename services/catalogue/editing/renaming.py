"""Giving a question or a material another name: everything that means it follows."""

from collections.abc import Mapping
from typing import Any

from services.catalogue.editing.places import Definition, Steps, opened, put, shape

QUESTION = ("form", "sections", "pages", "questions")
MATERIAL = ("materials",)
COMPARING = frozenset(
    {"eq", "ne", "in", "gt", "ge", "lt", "le", "before", "after", "on_or_before", "on_or_after"}
)
CONDITIONS = frozenset({"when", "ask_when", "check"})
WORDS = "words:"


def renamed(definition: Definition, way: Steps, new: str) -> dict[str, Any]:
    """The definition with the entry at `way` called `new`, and with it all that speak of it."""
    kind = shape(way)
    member = "code" if kind == MATERIAL else "key"
    entry = _at(definition, way)
    old = entry.get(member)
    changed = put(definition, (*way, member), new)
    if not isinstance(old, str) or old == new:
        return changed
    if kind == QUESTION:
        _question(changed, old, new)
    elif kind == MATERIAL:
        _material(changed, old, new)
    return changed


def _at(definition: Definition, way: Steps) -> Mapping[str, Any]:
    here: Any = opened(definition)
    for step in way:
        here = here[step]
    return here if isinstance(here, Mapping) else {}


def _question(thing: Any, old: str, new: str) -> None:
    """Conditions, fills of materials and fields of the result, wherever they stand."""
    if isinstance(thing, list):
        for one in thing:
            _question(one, old, new)
    elif isinstance(thing, dict):
        for name, inner in thing.items():
            if name in CONDITIONS:
                _condition(inner, old, new)
            elif name == "fills" or (name == "fields" and isinstance(inner, dict)):
                _values(inner, {old: new, f"{WORDS}{old}": f"{WORDS}{new}"})
            else:
                _question(inner, old, new)


def _condition(condition: Any, old: str, new: str) -> None:
    if isinstance(condition, list):
        for one in condition:
            _condition(one, old, new)
    elif isinstance(condition, dict):
        for operator, operand in condition.items():
            if operator in COMPARING and isinstance(operand, list) and operand and operand[0] == old:
                operand[0] = new
            elif operator == "present" and operand == old:
                condition[operator] = new
            else:
                _condition(operand, old, new)


def _values(mapping: Any, names: Mapping[str, str]) -> None:
    if isinstance(mapping, dict):
        for key, one in mapping.items():
            mapping[key] = names.get(one, one) if isinstance(one, str) else one


def _material(changed: dict[str, Any], old: str, new: str) -> None:
    """Fields of the result and questions for files."""
    result = changed.get("result")
    if isinstance(result, dict):
        _values(result.get("fields"), {f"material:{old}": f"material:{new}"})
    _files(changed.get("form"), old, new)


def _files(thing: Any, old: str, new: str) -> None:
    if isinstance(thing, list):
        for one in thing:
            _files(one, old, new)
    elif isinstance(thing, dict):
        if thing.get("material") == old:
            thing["material"] = new
        for inner in thing.values():
            _files(inner, old, new)
