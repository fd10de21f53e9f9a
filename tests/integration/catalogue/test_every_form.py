"""Every shipped form, answered at random from its own definition: right answers pass, wrong ones are named exactly."""

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.catalogue import commands
from services.catalogue.answers import check, flatten, plain, typed_of
from services.catalogue.codes import QuestionType as T
from services.catalogue.rows import owner, placed
from services.catalogue.schema import json_schema
from tests.unit.catalogue.building import (
    RIGHT,
    TODAY,
    WRONG,
    every_type,
    form,
    partly_wrong_answers,
    right_answers,
    typed,
)
from tests.unit.catalogue.judging import violations

PHASES = (Phase.explicit, Phase.generate, Phase.shrink)
FORMS = {item.code: item.form for item in commands.shipped()} | {"every-type": every_type()}
GROUPS = {
    f"{code}.{one.key}": one for code, f in FORMS.items() for one in f.questions() if one.type is T.GROUP
}
SCHEMAS = {code: json_schema(one) for code, one in FORMS.items()}
# Few examples of each of many forms: together they are hundreds.
patient = settings(
    max_examples=7, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow], phases=PHASES
)


def mistakes(checked):
    return [mistake.key for mistake in checked.mistakes]


def assert_no_value_where_a_mistake_is(one, checked):
    """A group keeps the rows that could be read, also where there are too few of them."""
    both = set(mistakes(checked)) & set(checked.values)
    assert all(one.question(key).type is T.GROUP for key in both)


@pytest.mark.parametrize("code", FORMS)
@patient
@given(data=st.data())
def test_right_answers_pass_and_come_back_the_same_from_storage_page_and_api(code, data):
    one = FORMS[code]
    checked = check(one, data.draw(right_answers(one)), today=TODAY, complete=True)
    assert checked.mistakes == ()
    assert set(checked.values) == set(checked.asked)
    stored = msgspec.json.decode(msgspec.json.encode(plain(checked.values)))
    assert violations(SCHEMAS[code], stored) == []
    assert check(one, flatten(stored), today=TODAY, complete=True) == checked
    again = {}
    for key, value in checked.values.items():
        again |= typed_of(one.question(key), value)
    assert check(one, again, today=TODAY, complete=True) == checked


@pytest.mark.parametrize("code", FORMS)
@patient
@given(data=st.data())
def test_wrong_answers_are_named_one_and_all_and_no_others(code, data):
    one = FORMS[code]
    answers, wrong = data.draw(partly_wrong_answers(one))
    checked = check(one, answers, today=TODAY, complete=True)
    named = list(dict.fromkeys(owner(key) for key in mistakes(checked)))
    assert named == [key for key in checked.asked if key in wrong]
    assert_no_value_where_a_mistake_is(one, checked)


@pytest.mark.parametrize("name", GROUPS)
@patient
@given(data=st.data())
def test_a_wrong_cell_of_one_row_is_named_with_its_row_and_nothing_else_is(name, data):
    group = GROUPS[name]
    rows = data.draw(RIGHT[T.GROUP](group))
    row = data.draw(st.integers(1, len(rows)))
    asked = [one for one in group.questions if one.when.always]
    place = data.draw(st.integers(0, len(asked) - 1))
    broken = data.draw(st.sampled_from(WRONG[asked[place].type](asked[place])))
    # What hangs on a broken choice is not asked; every other answer of the row stays right.
    answers = typed(group, [*rows[: row - 1], rows[row - 1] | {asked[place].key: broken}, *rows[row:]])
    key = placed(group, row)[group.questions.index(asked[place])].key
    assert mistakes(check(form(group), answers, today=TODAY, complete=True)) == [key]


@pytest.mark.parametrize("code", FORMS)
@patient
@given(data=st.data())
def test_nothing_typed_can_break_the_reading(code, data):
    one = FORMS[code]
    names = [
        name
        for key in one.questions()
        for name in (
            key.key,
            *(f"{key.key}-{part}" for part in ("year", "region", "1-", "1-x", "99-y", "100")),
        )
    ]
    junk = data.draw(
        st.dictionaries(st.sampled_from(names), st.one_of(st.text(), st.lists(st.text(), max_size=3)))
    )
    checked = check(one, junk, today=TODAY, complete=True)
    assert_no_value_where_a_mistake_is(one, checked)
