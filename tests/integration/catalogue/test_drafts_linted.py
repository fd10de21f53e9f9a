"""The lint on what is not finished yet: what is missing is named, and only what can be judged is judged."""

import pytest

from services.catalogue import commands, rules
from services.catalogue.lint.drafts import definition_of, examine_draft

CARD = next(item for item in commands.shipped() if item.code == "senior-card")
CONTENT = rules.builtins(CARD)


def found(definition):
    return {(one.path, one.code) for one in examine_draft(definition)}


def test_a_whole_definition_has_no_problems_and_is_read_back():
    assert found(CONTENT) == set()
    assert definition_of(CONTENT) == CARD


@pytest.mark.parametrize("code", [item.code for item in commands.shipped()])
def test_every_shipped_item_is_the_same_through_builtins(code):
    item = next(one for one in commands.shipped() if one.code == code)
    assert definition_of(rules.builtins(item)) == item


def test_an_empty_definition_names_every_element_that_is_needed():
    paths = {path for path, code in found({}) if code == "missing-key"}
    assert {"code", "name", "basis", "conditions", "materials", "form", "steps", "result"} <= paths
    assert all(code == "missing-key" for _, code in found({}))


@pytest.mark.parametrize("name", sorted(CONTENT))
def test_without_one_element_nothing_else_is_made_up(name):
    without = {key: value for key, value in CONTENT.items() if key != name}
    assert {path for path, _ in found(without)} <= {name}


def test_what_is_there_is_judged_while_other_elements_are_missing():
    wrong = CONTENT | {"visits": {"count": 3, "reason": None}}
    del wrong["form"], wrong["result"]
    assert found(wrong) == {
        ("form", "missing-key"),
        ("result", "missing-key"),
        ("visits", "visit-without-reason"),
    }


def test_an_element_inside_another_has_its_own_path():
    wrong = CONTENT | {"contact": {"phone": "0851-0000 0000"}}
    assert found(wrong) == {("contact.how", "missing-key")}


def test_empty_words_are_told_while_other_elements_are_missing():
    wrong = CONTENT | {"summary": {"zh": "有", "en": ""}}
    del wrong["steps"]
    assert found(wrong) == {("steps", "missing-key"), ("summary", "words-missing")}
