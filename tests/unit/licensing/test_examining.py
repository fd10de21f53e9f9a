"""A licence type as an official writes it: shipped types are fit, and every mistake has its place."""

from copy import deepcopy

import pytest

from licensing import types
from licensing.kinds.examining import builtins, examined, templates, unprinted
from portal.admin.licence_types import filling, wording

FOOD = builtins(types.get("food-business-licence"))


@pytest.mark.parametrize("slug", sorted(types.shipped()))
def test_every_shipped_type_is_fit_and_survives_the_form(slug):
    shipped = types.shipped()[slug]
    definition = builtins(shipped)
    assert examined(definition) == (shipped, [])
    assert examined(filling.definition_of(filling.typed_of(definition), definition)) == (shipped, [])
    assert unprinted(shipped) == []


def test_every_page_has_words():
    assert set(wording.TEMPLATES) == set(templates())


MISTAKES = [
    ("code", "123", "type-code"),
    ("slug", "Food Licence", "slug"),
    ("name.zh", "", "missing"),
    ("name.en", "x" * 61, "too-long"),
    ("basis", [], "missing"),
    ("basis", [{"zh": "法", "en": ""}], "pairs"),
    ("seal", "", "missing"),
    ("secrecy", "hidden", "missing"),
    ("holder.kinds", [], "missing"),
    ("holder.code_kind.code", "", "missing"),
    ("holder.name_field", "nobody", "no-such-field"),
    ("validity.years", 0, "years"),
    ("validity.years", "five", "years"),
    ("validity.notice", 366, "notice"),
    ("validity.zh", "", "missing"),
    ("number.maker", "magic", "missing"),
    ("number.pattern", "JY{nothing}", "pattern"),
    ("number.pattern", "JY2026", "pattern"),
    ("number.pattern", "JY{", "pattern"),
    ("number.choice.field", "nobody", "no-such-field"),
    ("fields.1.key", "Legal", "key"),
    ("fields.1.key", "holder_code", "twice"),
    ("fields.1.element", "FDDBR", "element"),
    ("fields.1.element", "CZZTDM", "twice"),
    ("fields.1.name.en", "", "missing"),
    ("fields.1.kind", "number", "missing"),
    ("fields.1.max", 0, "letters"),
    ("template", "no-such", "missing"),
    ("template", "senior-card", "template-needs:born_on、sex"),
]


@pytest.mark.parametrize(("place", "value", "code"), MISTAKES)
def test_a_mistake_is_told_at_its_place(place, value, code):
    definition = deepcopy(FOOD)
    inner = definition
    *way, last = place.split(".")
    for step in way:
        inner = inner[int(step)] if step.isdigit() else inner[step]
    inner[last] = value
    found, problems = examined(definition)
    assert found is None
    assert (code, place) in [(one.code, one.element) for one in problems]
    assert all(wording.mistake(one.code) for one in problems)


def test_a_holder_needs_a_code_from_somewhere():
    definition = deepcopy(FOOD)
    definition["fields"] = definition["fields"][1:]
    definition["template"] = "senior-card"
    _, problems = examined(definition)
    assert ("no-holder-code", "holder.code_is_number") in [(one.code, one.element) for one in problems]


def test_a_field_the_page_has_no_place_for_is_named():
    definition = deepcopy(FOOD)
    extra = {**definition["fields"][1], "key": "storage", "element": "KZ_CC"}
    definition["fields"].append(extra)
    found, problems = examined(definition)
    assert problems == []
    assert unprinted(found) == ["storage"]


def test_rows_are_removed_and_mistakes_stay_beside_their_row():
    typed = filling.typed_of(FOOD)
    typed["fields-0-remove"] = "yes"
    typed["fields-2-key"] = "Wrong"
    definition = filling.definition_of(typed, FOOD)
    assert len(definition["fields"]) == len(FOOD["fields"]) - 1
    _, problems = examined(definition)
    assert "fields-2-key" in filling.errors_of(problems, typed)
    assert filling.rows({"fields-999-key": "x", "fields-x-key": "y"}) == 0


def test_what_two_typed_differently_is_told_with_its_name():
    theirs, mine = filling.typed_of(FOOD), filling.typed_of(FOOD)
    mine["seal"] = "另一枚印章"
    assert [one["mine"] for one in filling.apart(mine, theirs)] == ["另一枚印章"]
