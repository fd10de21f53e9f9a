"""Whatever an item can be, its editor can write: no element is left to those who know YAML."""

from collections.abc import Iterator
from typing import Any

from msgspec import inspect

from licensing import types
from portal.admin.editing import entries, fields, tables
from portal.admin.editing.supplies import Supplies
from services.catalogue.codes import QuestionType, Source
from services.catalogue.conditions import Expression
from services.catalogue.definition import ItemDefinition
from services.catalogue.form import Pair

SUPPLIES = Supplies({"x": Pair("甲", "A")}, types.load_types(), {"population": ("name",)})
LICENCE = next(iter(types.load_types()))
KINDS = [{"type": one.value} for one in QuestionType]
FORM = {"sections": [{"pages": [{"questions": [{"key": "asked", "type": "text"}]}]}]}
ENTRIES = {
    ("materials",): [{"source": one.value, "resource": "population", "fields": ["name"]} for one in Source],
    tables.QUESTIONS: KINDS,
    tables.ROWS: KINDS,
}
ELSEWHERE = {
    ("code",): "asked when the item begins, and never changed",
    ("effective_on",): "chosen when the version is published",
    ("implementation_code",): "follows from department, level and basic code",
    ("form", "version"): "counted by the portal",
    ("department", "name"): "follows from the department chosen",
    ("handled_by", "name"): "follows from the department chosen",
    ("joint", "name"): "follows from the department chosen",
    ("received_at", "name"): "follows from the department chosen",
    ("statutory_limit", "unit"): "there is one",
    ("promised_limit", "unit"): "there is one",
}
OPTIONS = {(*shape, "options") for shape in (tables.QUESTIONS, tables.SITUATIONS)}
"""Rows of their own on the page of the question."""


def elements(wanted: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(wanted, inspect.UnionType):
        for one in wanted.types:
            if not isinstance(one, inspect.NoneType):
                yield from elements(one, path)
    elif isinstance(wanted, inspect.StructType) and wanted.cls not in (Pair, Expression):
        for field in wanted.fields:
            yield from elements(field.type, (*path, field.encode_name))
    elif isinstance(wanted, inspect.VarTupleType) and isinstance(wanted.item_type, inspect.StructType):
        if path.count("questions") < 2:
            yield from elements(wanted.item_type, path)
    else:
        yield path


def offered() -> set[tuple[str, ...]]:
    found = set()
    for group in tables.GROUPS:
        for result in ({"kind": "licence", "licence_type": LICENCE}, {"kind": "decision"}):
            found |= {field.path for field in group.asks({"result": result, "form": FORM}, SUPPLIES)}
    for shape, kind in tables.LISTS.items():
        for entry in ENTRIES.get(shape, [{}]):
            found |= {(*shape, *field.path) for field in kind.asks({"form": FORM}, entry, SUPPLIES)}
        found |= {(*shape, name) for name in (kind.member, kind.condition) if name}
    return found


def test_every_element_of_an_item_is_on_some_page_of_the_editor():
    found = offered()
    missing = [
        path
        for path in elements(inspect.type_info(ItemDefinition))
        if path not in ELSEWHERE
        and path[:-1] not in OPTIONS
        and not any(one[: len(path)] == path for one in found)
    ]
    assert missing == []


def test_what_a_register_says_fills_a_question_too():
    material = {"source": "hub", "resource": "population", "fields": ["name"], "fills": {"name": "gone"}}
    asked = entries.material({"form": FORM}, material, SUPPLIES)
    typed = fields.as_typed(asked, material) | {"fills-name": "asked"}
    assert fields.written(material, (), asked, typed)["fills"] == {"name": "asked"}
    assert "fills" not in fields.written(material, (), asked, typed | {"fills-name": ""})


def test_both_kinds_of_result_say_what_is_written_into_them():
    for kind in ({"kind": "licence", "licence_type": LICENCE}, {"kind": "decision"}):
        asked = next(one for one in tables.GROUPS if one.key == "result").asks(
            {"result": kind, "form": FORM}, SUPPLIES
        )
        assert any(field.path[:2] == ("result", "fields") for field in asked), kind
