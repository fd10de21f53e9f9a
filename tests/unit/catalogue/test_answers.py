from datetime import date
from decimal import Decimal

import pytest

from services.catalogue.answers import check, flatten, pages_asked, typed_of
from services.catalogue.codes import QuestionType as T
from services.catalogue.conditions import Expression
from services.catalogue.definition import Pair
from services.catalogue.form import Option, Page, Rules
from services.catalogue.readers import Address
from tests.unit.catalogue.building import (
    SAID,
    TODAY,
    every_type,
    form,
    question,
)


def mistakes(checked):
    return [mistake.key for mistake in checked.mistakes]


def answer(one, typed, *, complete=True):
    checked = check(form(one), typed, today=TODAY, complete=complete)
    if checked.mistakes:
        return checked.mistakes[0].code, checked.mistakes[0].data
    return checked.values.get(one.key)


@pytest.mark.parametrize(
    "name", ["示例䶮", "示例𬎆", "㛃𠅤", "阿卜杜·示例", "O'Sample-Smith", "𰻞", "\U00031350"]
)
def test_rare_characters_and_long_names_are_welcome(name):
    assert answer(question("name"), {"q": f" {name}　"}) == name
    assert answer(question("text"), {"q": name}) == name


def test_every_middle_dot_is_the_same_middle_dot():
    assert {answer(question("name"), {"q": f"阿卜杜{dot}示例"}) for dot in "·•‧・･"} == {"阿卜杜·示例"}


@pytest.mark.parametrize(
    ("one", "typed", "expected"),
    [
        (question("text"), {"q": "字" * 200}, "字" * 200),
        (question("text"), {"q": "𬎆" * 201}, ("too-long", {"max": 200, "length": 201})),
        (question("text"), {"q": "甲" * 10_000_000}, ("too-long", {"max": 200, "length": 10_000_000})),
        (question("text", rules=Rules(min_length=2)), {"q": "甲"}, ("too-short", {"min": 2, "length": 1})),
        (question("text"), {"q": "甲\x00"}, ("control-characters", {})),
        (question("text"), {"q": "甲\n乙"}, ("control-characters", {})),
        (question("text"), {"q": "\ud800"}, ("control-characters", {})),
        (question("text"), {"q": "\uffff"}, ("control-characters", {})),
        (question("text"), {"q": ["甲", "乙"]}, ("one-only", {})),
        (question("text"), {"q": " \t　"}, ("missing", {})),
        (question("text", required=False), {"q": ""}, None),
        (question("long_text"), {"q": "一\r\n二"}, "一\n二"),
        (question("long_text"), {"q": "字" * 2001}, ("too-long", {"max": 2000, "length": 2001})),
        (question("text", rules=Rules(pattern="digits")), {"q": "12a"}, ("pattern", {"pattern": "digits"})),
        (question("yes_no"), {"q": "yes"}, True),
        (question("yes_no"), {"q": "no"}, False),
        (question("date"), {"q": "2026-11-21"}, date(2026, 11, 21)),
        (question("date"), {"q-year": "２０２６", "q-month": "1", "q-day": "５"}, date(2026, 1, 5)),
        (question("date"), {"q-year": "2026", "q-day": "5"}, ("date-incomplete", {"missing": "month"})),
        (question("date"), {"q-year": "26", "q-month": "1", "q-day": "5"}, ("not-a-date", {})),
        (question("date"), {"q-year": "2026", "q-month": "2", "q-day": "29"}, ("not-a-date", {})),
        (
            question("date", rules=Rules(latest="today")),
            {"q": "2026-11-22"},
            ("too-late", {"latest": "2026-11-21"}),
        ),
        (
            question("date", rules=Rules(earliest="today-5y")),
            {"q": "2021-11-20"},
            ("too-early", {"earliest": "2021-11-21"}),
        ),
        (question("number"), {"q": "１２"}, 12),
        (question("number"), {"q": "1,234"}, 1234),
        (question("number"), {"q": "1,23"}, ("not-a-number", {})),
        (question("number"), {"q": "1.5"}, ("too-many-decimals", {"max": 0})),
        (question("number"), {"q": "-3"}, -3),
        (question("number", rules=Rules(minimum=Decimal(0))), {"q": "-1"}, ("too-small", {"min": "0"})),
        (question("number", rules=Rules(maximum=Decimal(9))), {"q": "10"}, ("too-large", {"max": "9"})),
        (question("money"), {"q": "12.5"}, Decimal("12.50")),
        (question("money"), {"q": "-1"}, ("too-small", {"min": "0"})),
        (question("money"), {"q": "0.001"}, ("too-many-decimals", {"max": 2})),
        (question("id_number"), {"q": "11010519491231002x"}, "11010519491231002X"),
        (question("id_number"), {"q": "520102199001010019"}, ("id-number", {"why": "check"})),
        (question("id_number"), {"q": "520102199002300014"}, ("id-number", {"why": "date"})),
        (question("credit_code"), {"q": "91350100M000100Y43"}, "91350100M000100Y43"),
        (question("credit_code"), {"q": "A1110000600037341L"}, ("credit-code", {"why": "check"})),
        (question("phone"), {"q": "+86 199 0000 0001"}, "19900000001"),
        (question("phone"), {"q": "1990000000"}, ("phone", {"why": "length"})),
        (question("email"), {"q": "A@Example.CN"}, "A@example.cn"),
        (question("bank_card"), {"q": "6222 0212 3456 7890 123"}, ("bank-card", {"why": "check"})),
        (question("address"), {"q-region": "520102", "q-detail": "某路1号"}, Address("520102", "某路1号")),
        (question("address"), {"q-detail": "某路1号"}, ("address-region", {})),
        (question("address"), {"q-region": "520102"}, ("address-detail", {})),
        (question("file"), {"q": ["a" * 64, "a" * 64]}, ("a" * 64,)),
        (question("file"), {"q": "photo.jpg"}, ("not-a-file", {})),
        (
            question("file", rules=Rules(maximum=Decimal(1))),
            {"q": ["a" * 64, "b" * 64]},
            ("too-many", {"max": 1}),
        ),
    ],
)
def test_each_type_of_question_reads_and_refuses_as_it_promises(one, typed, expected):
    assert answer(one, typed) == expected


CHOICE = tuple(Option(value, Pair(zh, en)) for value, zh, en in [("a", "甲", "A"), ("b", "乙", "B")])


def test_several_choices_keep_the_order_of_the_form():
    one = question("choices", options=CHOICE)
    assert answer(one, {"q": ["b", "a", "b"]}) == ("a", "b")
    assert answer(one, {"q": "b"}) == ("b",)
    few = question("choices", options=CHOICE, rules=Rules(minimum=Decimal(2)))
    assert answer(few, {"q": "b"}) == ("too-few", {"min": 2})


WHEN = Expression(eq=("kind", "a"))
CONDITIONAL = form(
    pages=[
        Page(key="first", title=SAID, questions=(question("choice", "kind", options=CHOICE),)),
        Page(
            key="second", title=SAID, when=WHEN, questions=(question("text", "why"), question("number", "n"))
        ),
        Page(
            key="third",
            title=SAID,
            questions=(question("text", "more", when=Expression(ge=("n", Decimal(5)))),),
        ),
        Page(key="fact", title=SAID, questions=(question("text", "f", when=Expression(present="hub:r.f")),)),
    ]
)


def test_a_question_not_asked_is_dropped_with_whatever_was_typed_for_it():
    typed = {"kind": "b", "why": "\x00", "n": "9", "more": "x"}
    checked = check(CONDITIONAL, typed, today=TODAY, complete=True)
    assert (checked.values, checked.mistakes, checked.asked) == ({"kind": "b"}, (), ("kind",))


def test_an_answer_that_is_not_asked_cannot_open_another_question():
    asked = check(CONDITIONAL, {"kind": "a", "why": "x", "n": "9", "more": "y"}, today=TODAY, complete=True)
    assert asked.asked == ("kind", "why", "n", "more")


def test_a_page_tells_only_its_own_mistakes_but_knows_the_answers_before_it():
    checked = check(CONDITIONAL, {"kind": "a", "n": "many"}, today=TODAY, complete=True, page="second")
    assert mistakes(checked) == ["why", "n"]
    assert mistakes(check(CONDITIONAL, {}, today=TODAY, complete=True, page="second")) == []


def test_an_unfinished_page_can_be_saved_but_not_with_nonsense():
    assert check(CONDITIONAL, {"kind": "a"}, today=TODAY, complete=False).mistakes == ()
    assert mistakes(check(CONDITIONAL, {"kind": "c"}, today=TODAY, complete=False)) == ["kind"]


def test_the_pages_asked_follow_from_answers_and_facts():
    def pages(values, **more):
        return [page.key for page in pages_asked(CONDITIONAL, values, today=TODAY, **more)]

    assert pages({"kind": "b"}) == ["first"]
    assert pages({"kind": "a", "n": 5}) == ["first", "second", "third"]
    assert pages({}, facts={"hub:r.f": "x"}) == ["first", "fact"]


@pytest.mark.parametrize(
    ("type_", "fact", "typed"),
    [
        ("text", "示例甲", {"q": "示例甲"}),
        ("date", "1955-03-15", {"q-year": "1955", "q-month": "03", "q-day": "15"}),
        ("date", date(1955, 3, 15), {"q-year": "1955", "q-month": "3", "q-day": "15"}),
        ("address", "示例省示例市南区示例街道一号", {"q-region": "520102", "q-detail": "示例街道一号"}),
        ("address", "外省某地", {"q-region": "", "q-detail": "外省某地"}),
        ("number", 26, {"q": "26"}),
        ("yes_no", True, {"q": "yes"}),
        ("choice", "甲", {"q": "a"}),
        ("text", None, {}),
    ],
)
def test_a_fact_from_a_register_prefills_its_question(type_, fact, typed):
    assert typed_of(question(type_, options=CHOICE if type_ == "choice" else ()), fact) == typed


def test_natural_json_reads_as_if_typed():
    data = {
        "a": True,
        "n": 5,
        "d": 1.5,
        "none": None,
        "l": ["x", 1],
        "at": {"region": "520102", "detail": "x"},
    }
    assert flatten(data) == {
        "a": "yes",
        "n": "5",
        "d": "1.5",
        "none": "",
        "l": ["x", "1"],
        "at-region": "520102",
        "at-detail": "x",
    }


def test_every_type_of_question_is_covered_here():
    assert {one.type for one in every_type().questions()} == set(T)
