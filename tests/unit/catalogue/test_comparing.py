import msgspec

from services.catalogue import commands
from services.catalogue.comparing import Difference, carried, differences
from services.catalogue.definition import Pair
from services.catalogue.form import Option, Page
from tests.unit.catalogue.building import SAID, TODAY, form, question

CARD = next(item for item in commands.shipped() if item.code == "senior-card")
OPTIONS = tuple(Option(value, SAID) for value in ("one", "two", "three"))


def test_the_same_version_does_not_differ_from_itself():
    assert differences(CARD, CARD) == []


def test_each_element_that_changed_is_named_with_before_and_after():
    photo = msgspec.structs.replace(CARD.material("photo"), max_mb=8)
    changed = msgspec.structs.replace(
        CARD, materials=(CARD.materials[0], photo), summary=Pair("新说明", CARD.summary.en)
    )
    assert differences(CARD, changed) == [
        Difference("summary.zh", CARD.summary.zh, "新说明"),
        Difference("materials[photo].max_mb", 5, 8),
    ]


def test_entries_are_known_again_by_their_key_wherever_they_stand():
    without = msgspec.structs.replace(CARD, materials=CARD.materials[:1])
    assert [(one.path, one.after) for one in differences(CARD, without)] == [("materials[photo]", None)]
    assert [(one.path, one.before) for one in differences(without, CARD)] == [("materials[photo]", None)]
    turned = msgspec.structs.replace(CARD, conditions=CARD.conditions[::-1])
    assert differences(CARD, turned) == [
        Difference("conditions[]", ["sixty", "resident"], ["resident", "sixty"])
    ]


def test_a_list_of_plain_words_differs_as_a_whole():
    changed = msgspec.structs.replace(CARD, aliases=("老年证",))
    assert [one.path for one in differences(CARD, changed)] == ["aliases"]


OLD = form(
    question("text", "name"),
    question("choice", "kind", options=OPTIONS),
    question("date", "day"),
    question("text", "gone"),
    question("text", "turned"),
)
NEW = form(
    question("text", "name"),
    question("choice", "kind", options=OPTIONS[:2]),
    question("date", "day"),
    question("number", "turned"),
    question("text", "added"),
)
TYPED = {
    "name": "甲",
    "kind": "two",
    "day-year": "2026",
    "day-month": "1",
    "day-day": "2",
    "gone": "旧",
    "turned": "字",
}


def test_what_was_typed_goes_on_in_the_new_version_and_nothing_is_lost():
    found = carried(TYPED, OLD, NEW, today=TODAY)
    assert found.typed == {name: TYPED[name] for name in ("name", "kind", "day-year", "day-month", "day-day")}
    assert found.left == {"gone": "旧", "turned": "字"}
    assert found.to_answer == ("turned", "added")
    assert found.typed | found.left == TYPED


def test_an_option_that_is_no_longer_offered_is_asked_again():
    found = carried(TYPED | {"kind": "three"}, OLD, NEW, today=TODAY)
    assert found.left["kind"] == "three"
    assert "kind" in found.to_answer


def test_a_form_that_only_moved_its_questions_keeps_every_answer():
    pages = tuple(Page(key=f"page-{one.key}", title=SAID, questions=(one,)) for one in OLD.questions())
    found = carried(TYPED, OLD, form(pages=pages[::-1]), today=TODAY)
    assert (found.typed, found.left, found.to_answer) == (TYPED, {}, ())
