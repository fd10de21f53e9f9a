"""The lint on a definition that is still being written: whatever can be judged already is judged.

Elements that are missing or unreadable are told as such; a rule speaks only when all elements it reads are there.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import inspect

from services.catalogue import loading, writing
from services.catalogue.definition import ItemDefinition
from services.catalogue.lint import findings
from services.catalogue.lint.known import UNCHECKED, Known
from services.catalogue.problems import Problem


def definition_of(definition: Mapping[str, Any]) -> ItemDefinition | None:
    """The definition that these builtins are, read as leniently as a file; nothing when they are none."""
    return loading.read(writing.dumped(dict(definition))).definition


def examine_draft(definition: Mapping[str, Any], known: Known = UNCHECKED) -> tuple[Problem, ...]:
    """Every problem of a definition in builtins, in the order of its elements; an absent element has its own path."""
    reading = loading.read(writing.dumped(dict(definition)))
    told = [_at_its_path(one) for one in reading.problems]
    broken = frozenset(_element(one.path) for one in told)
    item = reading.definition or _filled_up(definition, broken)
    found = [Problem("", 0, path, code, data) for path, code, data in findings(item, known, broken)]
    order = {name: place for place, name in enumerate(ItemDefinition.__struct_fields__)}
    return tuple(sorted((*told, *found), key=lambda one: order.get(_element(one.path), -1)))


def _at_its_path(problem: Problem) -> Problem:
    path = problem.path
    if problem.code == "missing-key":
        path = f"{path}.{problem.data['key']}".lstrip(".")
    return msgspec.structs.replace(problem, line=0, path=path)


def _element(path: str) -> str:
    """The element of the item that a path leads into."""
    return path.partition(".")[0].partition("[")[0]


def _filled_up(definition: Mapping[str, Any], broken: frozenset[str]) -> ItemDefinition:
    """The definition with something harmless in place of every broken element, which no rule will read."""
    whole: dict[str, Any] = {}
    for one in msgspec.structs.fields(ItemDefinition):
        if one.name in definition and one.name not in broken:
            whole[one.name] = definition[one.name]
        elif one.required:
            whole[one.name] = _harmless(inspect.type_info(one.type))
    found = loading.read(writing.dumped(whole)).definition
    if found is None:
        raise AssertionError("what was read once is read again")
    return found


def _harmless(wanted: Any) -> Any:
    if isinstance(wanted, inspect.StructType):
        return {one.encode_name: _harmless(one.type) for one in wanted.fields if one.required}
    if isinstance(wanted, inspect.EnumType):
        return next(iter(wanted.cls)).value
    plain: dict[Any, object] = {inspect.StrType: "-", inspect.IntType: 0, inspect.BoolType: False}
    return plain.get(type(wanted), [])
