"""What an item means for an applicant, how it is searched, shown and offered to machines."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest

from services.catalogue import commands, rules, showing
from services.catalogue.codes import Source
from services.catalogue.conditions import Expression, Outcome
from services.catalogue.definition import ItemDefinition, Pair
from services.catalogue.form import Option, Page, Rules
from services.catalogue.readers import Address
from services.catalogue.regions import REGIONS, region_in
from services.catalogue.schema import json_schema
from services.catalogue.themes import theme, themes
from tests.unit.catalogue.building import SAID, TODAY, form, question
from tests.unit.catalogue.judging import violations

ITEMS = {item.code: item for item in commands.shipped()}


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({"hub:population.born_on": "1955-03-15"}, Outcome.MET),
        ({"hub:population.born_on": "1966-11-21"}, Outcome.MET),
        ({"hub:population.born_on": "1966-11-22"}, Outcome.NOT_MET),
        ({}, Outcome.UNKNOWN),
    ],
)
def test_the_senior_card_is_for_those_of_sixty_and_over(facts, outcome):
    judged = {
        one.condition.key: one.outcome for one in rules.eligibility(ITEMS["senior-card"], facts, today=TODAY)
    }
    assert judged == {"sixty": outcome, "resident": Outcome.UNKNOWN}


def test_unemployment_benefit_asks_for_nothing_to_be_handed_in():
    materials = rules.materials_asked(ITEMS["unemployment-benefit"], {}, today=TODAY)
    assert materials
    assert all(material.spared for material in materials)


def test_an_authorisation_is_asked_of_agents_only():
    item = ITEMS["food-business"]

    def asked(handler):
        return {one.code for one in rules.materials_asked(item, {"handler": handler}, today=TODAY)}

    assert asked("agent") - asked("legal-representative") == {"authorisation"}


WAYS = {
    "birth-registration": (["accept", "decide"], 3, 0),
    "construction-permit": (["accept", "review", "decide"], 7, 5),
    "enterprise-registration": (["accept", "decide"], 3, 0),
    "fire-safety-check": (["accept", "inspect", "decide"], 10, 5),
    "food-business": (["accept", "inspect", "review", "decide"], 10, 8),
    "hr-service": (["accept", "review", "review", "decide"], 20, 8),
    "identity-card": (["accept", "review", "decide"], 60, 20),
    "individual-registration": (["accept", "decide"], 3, 0),
    "outdoor-sign": (["accept", "review", "decide"], 20, 3),
    "pension": (["accept", "review", "decide"], 20, 10),
    "physician-registration": (["accept", "review", "decide"], 20, 8),
    "property-registration": (["accept", "review", "decide"], 30, 5),
    "provident-fund-withdrawal": (["accept", "review", "decide"], 3, 2),
    "public-place-hygiene": (["accept", "inspect", "review", "decide"], 20, 10),
    "residence-permit": (["accept", "review", "decide"], 15, 8),
    "road-freight": (["accept", "review", "decide"], 20, 8),
    "senior-card": (["accept", "decide"], 10, 3),
    "old-age-allowance": (["accept", "decide"], 20, 5),
    "taxi-driver": (["accept", "review", "decide"], 10, 5),
    "unemployment-benefit": (["accept", "decide"], 10, 5),
}
"""Each shipped item: its steps, the statutory and the promised limit in working days."""


def test_the_items_have_the_steps_and_limits_the_law_gives_them():
    ways = {
        code: ([step.kind.value for step in item.steps], item.statutory_limit.days, item.promised_limit.days)
        for code, item in ITEMS.items()
    }
    assert ways == WAYS
    assert ITEMS["food-business"].step("inspect").two_persons
    assert ITEMS["senior-card"].step("nothing") is None
    assert ITEMS["senior-card"].form.page("contact").questions[0].key == "holder_phone"
    assert ITEMS["senior-card"].material("photo").required
    assert not ITEMS["food-business"].material("health-certificates").required
    assert [one.source for one in ITEMS["senior-card"].materials] == [Source.HUB, Source.UPLOAD]


@pytest.mark.parametrize("code", ITEMS)
def test_a_definition_survives_the_database_and_keeps_its_digest(code):
    item = ITEMS[code]
    again = msgspec.convert(msgspec.json.decode(rules.encoded(item)), ItemDefinition)
    assert again == item
    assert rules.digest(again) == rules.digest(item)


def test_a_version_counts_from_the_day_in_china_it_was_published_or_later():
    item = ITEMS["senior-card"]
    late_evening = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    assert rules.effective_on(item, late_evening) == date(2026, 11, 21)
    planned = msgspec.structs.replace(item, effective_on=date(2027, 1, 1))
    assert rules.effective_on(planned, late_evening) == date(2027, 1, 1)


CHOICE = (Option("a", Pair("甲", "A")), Option("b", Pair("乙", "B")))


@pytest.mark.parametrize(
    ("one", "value", "zh", "en"),
    [
        (question("text"), None, "", ""),
        (question("text"), "示例", "示例", "示例"),
        (question("yes_no"), True, "是", "Yes"),
        (question("date"), date(2026, 11, 21), "2026年11月21日", "21 November 2026"),
        (question("number"), 1234, "1,234", "1,234"),
        (question("money"), Decimal("1234.50"), "1,234.50 元", "CNY 1,234.50"),
        (question("choice", options=CHOICE), "a", "甲", "A"),
        (question("choices", options=CHOICE), ("a", "b"), "甲、乙", "A, B"),
        (question("address"), Address("520102", "示例路1号"), "南区示例路1号", "示例路1号, South District"),
        (question("address"), Address("999999", "x"), "999999x", "x, 999999"),
        (question("file"), ("a" * 64,), "1 个文件", "1 file(s)"),
    ],
)
def test_answers_are_shown_in_words(one, value, zh, en):
    assert showing.shown(one, value) == zh
    assert showing.shown(one, value, language="en") == en


def test_sensitive_answers_are_masked_for_strangers_only():
    one = question("id_number", sensitive=True)
    assert showing.shown(one, "520102199001010018", masked=True) == "520102********0018"
    assert showing.shown(one, "520102199001010018") == "520102199001010018"
    assert showing.shown(question("address", sensitive=True), Address("520102", "x"), masked=True) == "***"
    assert showing.shown(question("text"), "open", masked=True) == "open"


def test_a_licence_gets_addresses_and_scopes_in_words_and_keys_as_keys():
    one = form(
        question("address", "at"),
        question("choices", "scope", options=CHOICE),
        question("choice", "kind", options=CHOICE),
        question("date", "day"),
    )
    values = {"at": Address("520102", "示例路1号"), "scope": ("a", "b"), "kind": "a", "day": TODAY}
    assert showing.for_result(one, values) == {
        "at": "南区示例路1号",
        "scope": "甲、乙",
        "kind": "a",
        "day": "2026-11-21",
        "words:at": "南区示例路1号",
        "words:scope": "甲、乙",
        "words:kind": "甲",
        "words:day": "2026年11月21日",
    }


def test_a_region_is_found_inside_an_address():
    assert region_in("示例省示例市北区 示例街道二号") == ("520103", "示例街道二号")
    assert region_in("别处") == ("", "别处")
    assert all(len(code) == 6 and name.zh and name.en for code, name in REGIONS.items())


def test_themes_are_found_by_their_address():
    assert theme("elderly") in themes()
    assert theme("nothing") is None


def as_sent(*questions):
    return msgspec.json.decode(msgspec.json.encode(schema_of(*questions)))


def schema_of(*questions, pages=None):
    return json_schema(form(*questions, pages=pages))


def test_a_condition_that_json_schema_can_say_makes_the_answer_required_there():
    schema = schema_of(
        question("choice", "kind", options=CHOICE),
        question("choices", "many", options=CHOICE, required=False),
        question("text", "why", when=Expression(eq=("kind", "a"))),
        question("text", "what", when=Expression(in_=("many", ("b",)))),
        question(
            "text", "not", when=Expression(and_=(Expression(ne=("kind", "a")), Expression(present="why")))
        ),
        question("text", "never", when=Expression(not_=Expression(always=True))),
    )
    assert violations(schema, {"kind": "b"}) == []
    assert violations(schema, {"kind": "a"}) != []
    assert violations(schema, {"kind": "a", "why": "x"}) == []
    assert violations(schema, {"kind": "b", "many": ["b"]}) != []
    assert violations(schema, {"kind": "b", "why": "x"}) != []
    assert violations(schema, {"kind": "c"}) != []
    assert violations(schema, {"kind": "b", "unknown": 1}) != []


def test_a_condition_that_json_schema_cannot_say_is_told_but_not_required():
    schema = as_sent(
        question("number", "n"),
        question("text", "why", when=Expression(gt=("n", Decimal(3)))),
        question(
            "text", "old", when=Expression(or_=(Expression(before=("d", "today")), Expression(always=True)))
        ),
        question("text", "fact", when=Expression(present="hub:r.f"), source="hub:r.f"),
    )
    assert violations(schema, {"n": 9}) == []
    assert schema["properties"]["why"]["x-when"] == [{"gt": ["n", "3"]}]
    assert schema["properties"]["fact"]["x-source"] == "hub:r.f"
    assert "allOf" not in schema


def test_the_limits_of_a_question_stand_in_its_schema():
    properties = json_schema(
        form(
            pages=[
                Page(
                    key="page",
                    title=SAID,
                    questions=(
                        question(
                            "text", "t", hint=SAID, rules=Rules(min_length=2, max_length=9, pattern="digits")
                        ),
                        question("number", "n", rules=Rules(minimum=Decimal(1), maximum=Decimal("9.5"))),
                        question("money", "m"),
                        question("file", "f", rules=Rules(maximum=Decimal(2))),
                    ),
                )
            ]
        ),
        language="en",
    )["properties"]
    assert properties["t"] == {
        "title": "Sample",
        "type": "string",
        "minLength": 2,
        "maxLength": 9,
        "pattern": "^(?:[0-9]+)$",
        "description": "Sample",
    }
    assert (properties["n"]["type"], properties["n"]["minimum"], properties["n"]["maximum"]) == (
        "integer",
        1,
        9.5,
    )
    assert properties["m"]["type"] == ["number", "string"]
    assert (properties["f"]["minItems"], properties["f"]["maxItems"]) == (1, 2)
