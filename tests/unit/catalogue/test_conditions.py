from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.conditions import ALWAYS, Expression, Outcome, bound, comparisons, holds, judge, keys

TODAY = date(2026, 11, 21)
KEYS = ["a", "b", "hub:population.born_on"]

scalars = st.one_of(st.booleans(), st.integers(-5, 5), st.sampled_from(["", "x", "y", "2026-01-01"]))
bounds = st.sampled_from(["2026-01-01", "today", "today-60y", "today+30d", "today-6m", "9999-12-31"])
leaves = st.one_of(
    st.builds(lambda value: {"always": value}, st.booleans()),
    st.builds(lambda key: {"present": key}, st.sampled_from(KEYS)),
    st.builds(
        lambda name, key, value: {name: [key, value]},
        st.sampled_from(["eq", "ne"]),
        st.sampled_from(KEYS),
        scalars,
    ),
    st.builds(
        lambda key, values: {"in": [key, values]}, st.sampled_from(KEYS), st.lists(scalars, max_size=3)
    ),
    st.builds(
        lambda name, key, value: {name: [key, value]},
        st.sampled_from(["gt", "ge", "lt", "le"]),
        st.sampled_from(KEYS),
        st.integers(-5, 5),
    ),
    st.builds(
        lambda name, key, value: {name: [key, value]},
        st.sampled_from(["before", "after", "on_or_before", "on_or_after"]),
        st.sampled_from(KEYS),
        bounds,
    ),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"and": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"or": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=8,
)
anything = st.one_of(
    scalars,
    st.none(),
    st.text(),
    st.floats(),
    st.decimals(),
    st.dates(),
    st.datetimes(),
    st.lists(scalars, max_size=3),
    st.tuples(scalars),
    st.dictionaries(st.text(), scalars, max_size=1),
    st.binary(),
)


def read(data):
    return msgspec.convert(data, Expression)


@given(trees, st.dictionaries(st.sampled_from(KEYS), anything))
def test_every_expression_has_an_answer_whatever_the_values(data, values):
    expression = read(data)
    assert holds(expression, values, today=TODAY) in {True, False}
    assert holds(read({"not": data}), values, today=TODAY) is not holds(expression, values, today=TODAY)
    assert set(keys(expression)) <= set(KEYS)
    assert {key for _, key, _ in comparisons(expression)} <= set(keys(expression))


@given(trees, st.dictionaries(st.sampled_from(KEYS), anything))
def test_what_is_judged_met_or_not_is_what_holds(data, values):
    outcome = judge(read(data), values, today=TODAY)
    if outcome is not Outcome.UNKNOWN:
        assert holds(read(data), values, today=TODAY) is (outcome is Outcome.MET)


@given(trees)
def test_an_expression_survives_being_stored(data):
    expression = read(data)
    assert msgspec.json.decode(msgspec.json.encode(expression), type=Expression) == expression


@pytest.mark.parametrize(
    ("data", "values", "expected"),
    [
        ({"eq": ["a", "x"]}, {"a": "x"}, True),
        ({"eq": ["a", "x"]}, {}, False),
        ({"ne": ["a", "x"]}, {}, True),
        ({"eq": ["a", True]}, {"a": True}, True),
        ({"eq": ["a", True]}, {"a": 1}, False),
        ({"eq": ["a", 1]}, {"a": True}, False),
        ({"eq": ["a", 12]}, {"a": Decimal("12.0")}, True),
        ({"eq": ["a", "x"]}, {"a": ("y", "x")}, True),
        ({"in": ["a", ["x", "y"]]}, {"a": ("z", "y")}, True),
        ({"in": ["a", []]}, {"a": "x"}, False),
        ({"ge": ["a", 12]}, {"a": "12"}, True),
        ({"ge": ["a", 12]}, {"a": "twelve"}, False),
        ({"lt": ["a", "1.5"]}, {"a": Decimal("1.4")}, True),
        ({"present": "a"}, {"a": ""}, False),
        ({"present": "a"}, {"a": False}, True),
        ({"present": "a"}, {"a": 0}, True),
        ({"and": []}, {}, True),
        ({"or": []}, {}, False),
        ({"before": ["a", "today"]}, {"a": date(2026, 11, 20)}, True),
        ({"before": ["a", "today"]}, {"a": "2026-11-21"}, False),
        ({"on_or_before": ["a", "today-60y"]}, {"a": "1966-11-21"}, True),
        ({"on_or_before": ["a", "today-60y"]}, {"a": "1966-11-22"}, False),
        ({"after": ["a", "2026-01-01"]}, {"a": datetime(2026, 1, 2, tzinfo=UTC)}, True),
    ],
)
def test_conditions_mean_what_the_page_for_officials_says(data, values, expected):
    assert holds(read(data), values, today=TODAY) is expected


@pytest.mark.parametrize(
    ("data", "facts", "outcome"),
    [
        ({"ge": ["a", 12]}, {}, Outcome.UNKNOWN),
        ({"ge": ["a", 12]}, {"a": 11}, Outcome.NOT_MET),
        ({"not": {"ge": ["a", 12]}}, {}, Outcome.UNKNOWN),
        ({"and": [{"ge": ["a", 12]}, {"always": False}]}, {}, Outcome.NOT_MET),
        ({"or": [{"ge": ["a", 12]}, {"always": True}]}, {}, Outcome.MET),
        ({"or": [{"ge": ["a", 12]}, {"always": False}]}, {}, Outcome.UNKNOWN),
        ({"present": "a"}, {}, Outcome.NOT_MET),
    ],
)
def test_a_missing_fact_is_unknown_only_where_it_could_decide(data, facts, outcome):
    assert judge(read(data), facts, today=TODAY) is outcome


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"eq": ["a", 1], "ne": ["a", 1]},
        {"eq": ["a"]},
        {"eq": ["a", 1, 2]},
        {"unknown": 1},
        {"before": ["a", "someday"]},
        {"before": ["a", "2026-02-30"]},
        {"gt": ["a", "many"]},
        {"and": {"eq": ["a", 1]}},
        {"present": 1},
    ],
)
def test_what_is_no_expression_is_refused(data):
    with pytest.raises(msgspec.ValidationError):
        read(data)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", date(2026, 11, 21)),
        ("today-60y", date(1966, 11, 21)),
        ("today+1d", date(2026, 11, 22)),
        ("today-9m", date(2026, 2, 21)),
        ("2026-01-31", date(2026, 1, 31)),
        ("today-3000y", None),
        ("today+99999y", None),
        ("2026-02-30", None),
        ("20260131", None),
        ("", None),
    ],
)
def test_a_bound_names_a_day_or_nothing(text, day):
    assert bound(text, TODAY) == day


def test_a_leap_day_has_its_anniversary_in_every_year():
    assert bound("today-60y", date(2024, 2, 29)) == date(1964, 2, 29)
    assert bound("today-1y", date(2024, 2, 29)) == date(2023, 2, 28)
    assert bound("today+1m", date(2026, 1, 31)) == date(2026, 2, 28)


def test_always_always_holds():
    assert holds(ALWAYS, {}, today=TODAY)
