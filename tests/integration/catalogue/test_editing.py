"""Editing a definition by pure functions: places, values, conditions from choices, names, previews of what is unfinished."""

import copy
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.admin.editing.tables import GROUPS, LISTS
from services.catalogue.commands import shipped
from services.catalogue.conditions import Expression, holds
from services.catalogue.definition import ItemDefinition
from services.catalogue.editing import conditions, gaps, places, renaming, starting, terms, values
from services.catalogue.editing.conditions import Join
from services.catalogue.editing.places import PlaceUnknown
from services.catalogue.editing.terms import Term
from services.catalogue.editing.values import Kind, ValueUnfit
from services.catalogue.form import Pair
from services.catalogue.lint.drafts import definition_of, examine_draft

TODAY = date(2026, 11, 22)
QUESTION = "form/sections/contact/pages/contact/questions/has_contact"
CHOICE = Term(
    "kind",
    Pair("类型", "Kind"),
    "choice",
    (("a", Pair("甲", "A")), ("b", Pair("乙", "B")), ("c", Pair("丙", "C"))),
)
BORN = Term("hub:population.born_on", Pair("出生日期", "date of birth"), "date")
AREA = Term("area", Pair("面积", "Area"), "number")
SURE = Term("sure", Pair("确定", "Sure"), "yes_no")
TERMS = {term.key: term for term in (CHOICE, BORN, AREA, SURE)}


def builtins(code: str = "senior-card") -> dict[str, Any]:
    item = next(one for one in shipped() if one.code == code)
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(item))
    return found


def zh(pair: Pair) -> str:
    return pair.zh


# ── Places ─────────────────────────────────────────────────────────────────────────────────────


def test_a_place_is_found_by_names_and_leads_back_to_itself() -> None:
    item = builtins()
    way = places.steps(item, QUESTION)
    assert places.value(item, way)["key"] == "has_contact"
    assert places.place_of(item, way) == QUESTION
    assert places.steps_of_path("form.sections[1].pages[0].questions[1]") == way
    assert places.shape(way) == ("form", "sections", "pages", "questions")


def test_an_entry_without_a_name_goes_by_its_number() -> None:
    item = builtins()
    assert places.place_of(item, ("basis", 1)) == "basis/~1"
    assert places.steps(item, "basis/~1") == ("basis", 1)
    doubled = places.added(item, ("materials",), {"code": "photo"})
    assert places.name_of(doubled["materials"], 1) == "~1"


@pytest.mark.parametrize(
    "place", ["materials/none", "basis/~9", "nothing", "code/x", "materials/~x", "basis/~0/law/zh/x"]
)
def test_a_place_that_is_not_there_is_told(place: str) -> None:
    with pytest.raises(PlaceUnknown):
        places.steps(builtins(), place)


def test_a_name_stays_good_when_others_are_moved() -> None:
    item = builtins()
    moved = places.moved(item, places.steps(item, QUESTION), -1)
    assert [one["key"] for one in moved["form"]["sections"][1]["pages"][0]["questions"]][:2] == [
        "has_contact",
        "holder_phone",
    ]
    assert places.value(moved, places.steps(moved, QUESTION))["key"] == "has_contact"
    assert places.moved(moved, places.steps(moved, QUESTION), -1) == moved


def test_nothing_is_changed_in_place() -> None:
    item = builtins()
    before = copy.deepcopy(item)
    places.put(item, ("name", "zh"), "别的")
    places.moved(item, ("materials", 0), 1)
    places.added(item, ("faq",), {})
    places.put(item, ("materials", 0), None)
    assert item == before


def test_what_is_emptied_goes_with_what_holds_it() -> None:
    item = places.put({}, ("statutory_limit", "basis"), {"zh": "法", "en": "law"})
    assert item == {"statutory_limit": {"basis": {"zh": "法", "en": "law"}}}
    assert places.put(item, ("statutory_limit", "basis"), None) == {}
    assert places.put(item, ("statutory_limit", "days"), None) == item


def test_an_entry_is_taken_out() -> None:
    item = places.put(builtins(), ("materials", 0), None)
    assert [one["code"] for one in item["materials"]] == ["photo"]


# ── Values ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.WORDS, {"zh": "甲", "en": "A"}),
        (Kind.LONG_WORDS, {"zh": "甲\n乙", "en": ""}),
        (Kind.TEXT, "0851-0000 0301"),
        (Kind.LINES, ["老年证", "敬老卡"]),
        (Kind.WHOLE, 5),
        (Kind.NUMBER, "0.5"),
        (Kind.NUMBER, 3),
        (Kind.YES_NO, True),
        (Kind.YES_NO, False),
        (Kind.CHOICE, "a"),
        (Kind.CHOICES, ["a", "b"]),
        (Kind.DAY, "2026-01-31"),
        (Kind.BOUND, "today-60y"),
        (Kind.WORDS, None),
        (Kind.WHOLE, None),
        (Kind.CHOICES, None),
        (Kind.DAY, None),
    ],
)
def test_what_is_shown_is_read_back(kind: Kind, value: Any) -> None:
    assert values.read(kind, "x", values.shown(kind, "x", value), frozenset({"a", "b"})) == value


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        (Kind.WHOLE, "五", "not-a-number"),
        (Kind.WHOLE, "1.5", "not-a-number"),
        (Kind.NUMBER, "1e9", "not-a-number"),
        (Kind.CHOICE, "z", "not-an-option"),
        (Kind.CHOICES, "z", "not-an-option"),
        (Kind.YES_NO, "maybe", "not-an-option"),
        (Kind.BOUND, "yesterday", "not-a-date"),
        (Kind.BOUND, "2026-02-31", "not-a-date"),
        (Kind.BOUND, "99999年前", "not-a-date"),
    ],
)
def test_what_cannot_be_read_is_refused(kind: Kind, typed: str, code: str) -> None:
    with pytest.raises(ValueUnfit) as refused:
        values.read(kind, "x", {"x": typed})
    assert refused.value.code == code


def test_a_distance_from_today_is_written_as_one_says_it() -> None:
    assert values.shown(Kind.BOUND, "x", "today-60y") == {"x": "60年前"}
    assert values.read(Kind.BOUND, "x", {"x": "30 天后"}) == "today+30d"
    assert values.read(Kind.BOUND, "x", {"x": "今天"}) == "today"


@given(
    st.sampled_from(Kind),
    st.none() | st.integers() | st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()),
)
def test_any_imported_value_can_be_shown(kind: Kind, value: Any) -> None:
    shown = values.shown(kind, "x", value)
    assert all(isinstance(one, str | list) for one in shown.values())


# ── Names ──────────────────────────────────────────────────────────────────────────────────────


def test_names_are_made_of_english_words_and_never_twice() -> None:
    assert starting.named("Contact phone", set(), joint="_", otherwise="question") == "contact_phone"
    assert (
        starting.named("Contact phone", {"contact_phone"}, joint="_", otherwise="question")
        == "contact_phone_2"
    )
    assert starting.named("", {"question_1"}, joint="_", otherwise="question") == "question_2"
    assert starting.named("60 or over", set(), joint="-", otherwise="condition") == "condition-1"


def test_the_implementation_code_follows() -> None:
    item = builtins()
    wanted = item.pop("implementation_code")
    assert starting.coded(item)["implementation_code"] == wanted
    assert "implementation_code" not in starting.coded({"level": "3"})


# ── Conditions ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("term", "comparison", "wanted", "made", "told"),
    [
        (SURE, "eq", "yes", {"eq": ["sure", True]}, "“确定”是“是”"),
        (CHOICE, "in", ["a"], {"eq": ["kind", "a"]}, "“类型”是“甲”"),
        (CHOICE, "in", ["b", "a"], {"in": ["kind", ["a", "b"]]}, "“类型”选了“甲”、“乙”之一"),
        (CHOICE, "not-in", ["a"], {"not": {"eq": ["kind", "a"]}}, "“类型”不是“甲”"),
        (
            CHOICE,
            "not-in",
            ["a", "b"],
            {"not": {"in": ["kind", ["a", "b"]]}},
            "“类型”没有选“甲”、“乙”中的任何一项",
        ),
        (AREA, "ge", "50", {"ge": ["area", 50]}, "“面积”不少于 50"),
        (AREA, "lt", "0.5", {"lt": ["area", "0.5"]}, "“面积”小于 0.5"),
        (
            BORN,
            "on_or_before",
            "today-60y",
            {"on_or_before": ["hub:population.born_on", "today-60y"]},
            "“出生日期”不晚于60 年前的今天",
        ),
        (AREA, "present", "", {"present": "area"}, "“面积”填写了"),
        (AREA, "absent", "", {"not": {"present": "area"}}, "“面积”没有填写"),
    ],
)
def test_a_part_is_made_of_choices_and_told_in_words(
    term: Term, comparison: str, wanted: Any, made: dict[str, Any], told: str
) -> None:
    part = conditions.part(term, comparison, wanted)
    assert part == made
    assert conditions.sound(part)
    assert conditions.in_words(part, TERMS, zh) == told


@pytest.mark.parametrize(
    ("term", "comparison", "wanted", "code"),
    [
        (CHOICE, "in", ["z"], "not-an-option"),
        (CHOICE, "in", [], "missing"),
        (CHOICE, "gt", "1", "not-an-option"),
        (AREA, "ge", "many", "not-a-number"),
        (BORN, "before", "someday", "not-a-date"),
        (SURE, "eq", "perhaps", "not-an-option"),
    ],
)
def test_a_part_that_means_nothing_is_refused(term: Term, comparison: str, wanted: Any, code: str) -> None:
    with pytest.raises(ValueUnfit) as refused:
        conditions.part(term, comparison, wanted)
    assert refused.value.code == code


def test_parts_are_joined_and_taken_apart_again() -> None:
    one, two = {"eq": ["sure", True]}, {"ge": ["area", 50]}
    assert conditions.joined(Join.ALL, []) is None
    assert conditions.joined(Join.ANY, [one]) == one
    for join in Join:
        assert conditions.parts(conditions.joined(join, [one, two])) == (join, [one, two])
    assert conditions.parts(None) == conditions.parts({"always": True}) == (Join.ALL, [])
    nested = {"and": [one, {"or": [one, two]}]}
    assert conditions.parts(nested) == (Join.ALL, nested["and"])
    assert conditions.in_words(nested, TERMS, zh) == "“确定”是“是”，并且（“确定”是“是”，或者“面积”不少于 50）"


@given(
    st.sampled_from(list(TERMS.values())),
    st.sampled_from(
        ["eq", "ne", "in", "not-in", "gt", "ge", "lt", "le", "before", "after", "present", "absent"]
    ),
    st.text(max_size=12) | st.sampled_from(["yes", "a", "3", "today-1d", "2026-01-01"]),
)
def test_whatever_is_chosen_gives_a_sound_condition_or_a_refusal(
    term: Term, comparison: str, wanted: str
) -> None:
    try:
        part = conditions.part(term, comparison, wanted)
    except ValueUnfit:
        return
    expression = msgspec.convert(part, Expression)
    assert holds(expression, {}, today=TODAY) in {True, False}
    assert "{" not in conditions.in_words(part, TERMS, zh).replace(wanted, "")


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5),
        lambda inner: st.dictionaries(
            st.sampled_from(["eq", "and", "not", "x"]), inner | st.lists(inner, max_size=2), max_size=2
        ),
        max_leaves=5,
    )
)
def test_whatever_stands_there_is_told_somehow(condition: Any) -> None:
    if condition is None or isinstance(condition, dict):
        assert conditions.in_words(condition, {}, zh)


def test_every_shipped_condition_is_told_without_codes() -> None:
    for item in shipped():
        found = builtins(item.code)
        asked = {term.key: term for term in terms.questions(found)}
        for question in item.form.questions():
            told = conditions.in_words(msgspec.to_builtins(question.when), asked, zh)
            assert not any(key in told for key in asked if len(key) > 3), told


def test_a_condition_looks_back_only() -> None:
    item = builtins()
    way = places.steps(item, QUESTION)
    assert [term.key for term in terms.questions(item, way)] == [
        "holder_name",
        "born_on",
        "residence",
        "holder_phone",
    ]
    assert [term.key for term in terms.questions(item, way[:4])] == ["holder_name", "born_on", "residence"]


def test_facts_are_those_of_the_account_and_of_the_materials() -> None:
    found = {term.key: term for term in terms.facts(builtins(), {}, {})}
    assert {"profile:phone", "applicant:code", "hub:population.born_on"} <= set(found)
    assert found["hub:population.born_on"].type == "date"
    assert "hub:population.sex" not in found


# ── Renaming ───────────────────────────────────────────────────────────────────────────────────


def test_a_renamed_question_is_meant_everywhere() -> None:
    item = builtins()
    changed = renaming.renamed(item, places.steps(item, QUESTION), "emergency")
    assert changed["form"]["sections"][1]["pages"][0]["questions"][2]["when"] == {"eq": ["emergency", True]}
    born = "form/sections/holder/pages/holder/questions/born_on"
    changed = renaming.renamed(changed, places.steps(changed, born), "birthday")
    assert changed["result"]["fields"]["born_on"] == "birthday"
    assert examine_draft(changed) == ()


def test_a_renamed_material_is_meant_everywhere() -> None:
    item = builtins()
    changed = renaming.renamed(item, places.steps(item, "materials/photo"), "portrait")
    assert changed["result"]["fields"]["photo"] == "material:portrait"
    assert examine_draft(changed) == ()


# ── Gaps ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", [item.code for item in shipped()])
def test_a_whole_item_is_shown_as_it_is(code: str) -> None:
    assert gaps.filled(builtins(code)) == definition_of(builtins(code))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["zh", "key", "type", "pages", "rules"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(ItemDefinition.__struct_fields__), JSON, max_size=5))
def test_whatever_is_written_can_be_shown(definition: dict[str, Any]) -> None:
    assert isinstance(gaps.filled(definition), ItemDefinition)


def test_a_new_item_lacks_much_and_says_where() -> None:
    beginning = starting.Beginning(
        code="dog-licence",
        name={"zh": "养犬登记", "en": "Dog registration"},
        item_type=next(one.item_type for one in shipped() if one.code == "senior-card"),
        department="11520100MADEM00381",
        department_name={"zh": "示例市民政局", "en": "Sample City Civil Affairs Bureau"},
        region="520100",
    )
    item = starting.new_item(beginning)
    assert gaps.filled(item).name == Pair("养犬登记", "Dog registration")
    assert gaps.filled(item).summary == gaps.GAP
    told = {problem.path for problem in examine_draft(item)}
    assert {"summary", "basis", "fee", "contact", "result", "form.sections"} <= told


def test_every_element_of_an_item_has_its_page() -> None:
    owned = [element for group in GROUPS for element in group.owns]
    assert sorted(owned) == sorted(ItemDefinition.__struct_fields__)
    assert {name for group in GROUPS for name in group.lists} == {
        "/".join(shape) for shape in LISTS if shape[0] != "form"
    }
