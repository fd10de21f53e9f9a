from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sharing.errors import ValueWrong
from services.sharing.messages import Derivation
from services.sharing.presenting import FieldType, Row, conclude, derive, mask, present, shape
from services.sharing.rules import Form, Outcome

TYPES = {"name": "name", "born_on": "date", "address": "address", "months": "integer", "id": "id-number"}


def row(subject="A"):
    return Row(subject, {})


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ([], Outcome.MISS),
        ([row()], Outcome.HIT),
        ([row("B")], Outcome.MISMATCH),
        ([row(""), row()], Outcome.MISMATCH),
        ([row(), row()], Outcome.MISMATCH),
    ],
)
def test_only_one_line_about_the_one_asked_for_is_a_hit(rows, outcome):
    assert conclude(rows, "A") is outcome


@pytest.mark.parametrize(
    ("value", "kind", "shaped"),
    [
        (None, "text", None),
        ("  ", "date", None),
        (" 示例䶮𬎆·甲 ", "name", "示例䶮𬎆·甲"),
        (12, "text", "12"),
        (date(2026, 2, 28), "date", "2026-02-28"),
        (datetime(2026, 2, 28, 5, tzinfo=UTC), "date", "2026-02-28"),
        ("20260228", "date", "2026-02-28"),
        ("2026/02/28", "date", "2026-02-28"),
        ("132", "integer", 132),
        (132.0, "integer", 132),
        (-1, "integer", -1),
    ],
)
def test_values_are_carried_in_one_spelling(value, kind, shaped):
    assert shape(value, kind, "f") == shaped


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("2026-02-30", "date"),
        ("tomorrow", "date"),
        (True, "integer"),
        ("1.5", "integer"),
        ("many", "integer"),
        (True, "text"),
        (1.5, "text"),
        ({"a": 1}, "text"),
        ("a\x00b", "text"),
        ("x" * 2001, "name"),
    ],
)
def test_a_value_of_another_type_is_refused_without_being_quoted(value, kind):
    with pytest.raises(ValueWrong) as caught:
        shape(value, kind, "field")
    assert caught.value.field == "field"
    assert str(value) not in str(caught.value)


@given(st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.booleans(), st.binary(), st.dates()))
def test_whatever_a_source_says_is_shaped_or_refused(value):
    for kind in (*FieldType, "unheard-of"):
        try:
            shaped = shape(value, kind, "f")
        except ValueWrong:
            continue
        assert shaped is None or isinstance(shaped, str | int)


def test_what_the_register_leaves_empty_is_left_out():
    assert present({"name": "示例甲", "months": None}, TYPES, Form.FULL, {}) == {"name": "示例甲"}


def test_a_masked_contract_shows_enough_to_recognise_and_no_more():
    values = {
        "name": "示例甲",
        "born_on": "1990-01-01",
        "address": "示例省示例市南区示例街道一号",
        "months": 7,
        "id": "520102199001010018",
    }
    assert present(values, TYPES, Form.MASKED, {}) == {
        "name": "示**",
        "born_on": "1990-**-**",
        "address": "示例省示例市南区示例街道***",
        "months": "***",
        "id": "520102********0018",
    }


def test_an_address_without_a_street_shows_nothing():
    assert mask("某处一号", "address") == "***"


def test_a_verify_only_contract_says_yes_or_no_and_nothing_else():
    values = {"name": "示例甲", "born_on": "1990-01-01", "months": 7, "address": None}
    claims = {"name": " 示例甲", "born_on": "1990/01/02", "months": "seven", "address": "x"}
    assert present(values, TYPES, Form.VERIFY, claims) == {"name": True, "born_on": False, "months": False}


@pytest.mark.parametrize(
    ("rule", "value", "told"),
    [
        (("years-at-least", 60, ()), "1966-11-23", True),
        (("years-at-least", 60, ()), "1966-11-24", False),
        (("years-below", 18, ()), "2008-11-24", True),
        (("at-least", 12, ()), 12, True),
        (("below", 12, ()), 12, False),
        (("one-of", 0, ("存续", "在业")), "存续", True),
        (("one-of", 0, ("存续",)), "吊销", False),
        (("at-least", 12, ()), None, None),
    ],
)
def test_what_follows_is_told_in_place_of_the_value(rule, value, told):
    kind, limit, words = rule
    derivation = Derivation(field="x", rule=kind, value=limit, words=list(words))
    assert derive(derivation, value, date(2026, 11, 23)) is told


def test_a_value_from_which_nothing_can_follow_is_wrong():
    with pytest.raises(ValueWrong):
        derive(Derivation(field="x", rule="years-at-least", value=60), "1966-11-23", None)
    with pytest.raises(ValueWrong):
        derive(Derivation(field="x", rule="at-least", value=60), "many", date(2026, 11, 23))
