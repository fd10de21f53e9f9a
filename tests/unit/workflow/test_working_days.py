"""Periods in working days, against the worked cases of the law and against a slower counter."""

from datetime import UTC, date, datetime, timedelta, timezone

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.workflow.calendar import seed_rows
from services.workflow.errors import LimitOutOfRange
from services.workflow.rules import (
    Calendar,
    DueDate,
    due_on,
    local_day,
    working_days_between,
)

DAY = timedelta(days=1)
KNOWN = seed_rows()
CALENDAR = Calendar({day.day: day.is_workday for day in KNOWN.days}, frozenset(KNOWN.years))

days = st.dates(date(2004, 1, 1), date(2028, 12, 31))
limits = st.integers(0, 60)
published_days = st.dates(date(2004, 1, 1), date(2026, 6, 30))


def slow_due_on(start: date, working_days: int) -> date:
    """The same by listing: every working day of the year after `start`, and then the one asked for."""
    later = [start + DAY * n for n in range(1, 150)]
    return [day for day in later if chinese_calendar.is_workday(day)][working_days - 1]


@pytest.mark.parametrize(
    ("start", "working_days", "last"),
    [
        ("2026-02-12", 5, "2026-02-26"),  # over the Spring Festival, with two make-up Saturdays
        ("2026-09-28", 20, "2026-10-30"),  # over the National Day, with a make-up Saturday
        ("2026-04-30", 5, "2026-05-11"),  # over the Labour Day, with a make-up Saturday
        ("2026-01-01", 1, "2026-01-04"),  # a make-up Sunday is the last day
        ("2026-02-13", 1, "2026-02-14"),  # a make-up Saturday is the last day
        ("2026-09-18", 1, "2026-09-20"),  # a make-up Sunday is the last day
        ("2026-12-03", 20, "2026-12-31"),  # the last that the published calendar carries
    ],
)
def test_the_worked_cases_of_the_law(calendar: Calendar, start: str, working_days: int, last: str):
    expected = DueDate(date.fromisoformat(last), provisional=False)
    assert due_on(date.fromisoformat(start), working_days, calendar) == expected


def test_a_period_that_reaches_an_unpublished_year_is_provisional_and_no_error(calendar: Calendar):
    assert due_on(date(2026, 12, 4), 20, calendar) == DueDate(date(2027, 1, 4), provisional=True)
    assert due_on(date(2027, 3, 1), 5, calendar) == DueDate(date(2027, 3, 8), provisional=True)


def test_new_year_of_an_unpublished_year_is_a_holiday_all_the_same(calendar: Calendar):
    assert not calendar.is_working_day(date(2027, 1, 1))
    assert calendar.is_working_day(date(2027, 1, 4))
    assert not calendar.is_working_day(date(2027, 10, 1))


def test_a_period_of_no_days_ends_on_its_first_day_or_the_next_working_day(calendar: Calendar):
    assert due_on(date(2026, 11, 23), 0, calendar).on == date(2026, 11, 23)
    assert due_on(date(2026, 11, 21), 0, calendar).on == date(2026, 11, 23)


@pytest.mark.parametrize("working_days", [-1, 1001])
def test_limits_that_no_law_sets_are_refused(calendar: Calendar, working_days: int):
    with pytest.raises(LimitOutOfRange):
        due_on(date(2026, 1, 1), working_days, calendar)


def test_the_seeded_calendar_is_that_of_the_package_on_every_day():
    first, last = date(2004, 1, 1), date(2026, 12, 31)
    every_day = [first + DAY * n for n in range((last - first).days + 1)]
    wrong = [day for day in every_day if CALENDAR.is_working_day(day) != chinese_calendar.is_workday(day)]
    assert wrong == []
    assert sum(map(CALENDAR.is_working_day, (day for day in every_day if day.year == 2026))) == 248


def test_only_exceptional_days_are_seeded():
    assert list(KNOWN.years) == list(range(2004, 2027))
    assert all(day.is_workday == (day.day.weekday() >= 5) for day in KNOWN.days)
    made_up = [str(day.day)[5:] for day in KNOWN.days if day.is_workday and day.day.year == 2026]
    assert made_up == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]


@settings(deadline=None)
@given(published_days, st.integers(1, 60))
def test_a_due_date_is_what_a_slow_counter_finds(start: date, working_days: int):
    assert due_on(start, working_days, CALENDAR) == DueDate(slow_due_on(start, working_days))


@settings(deadline=None)
@given(days, limits)
def test_a_due_date_is_a_working_day_and_holds_exactly_the_limit(start: date, working_days: int):
    due = due_on(start, working_days, CALENDAR)
    assert CALENDAR.is_working_day(due.on)
    if working_days:
        assert working_days_between(start, due.on, CALENDAR) == working_days
    assert due.provisional == (due.on.year not in CALENDAR.published)


@settings(deadline=None)
@given(days, limits, limits)
def test_periods_one_after_the_other_are_one_period(start: date, first: int, second: int):
    if first:
        halfway = due_on(start, first, CALENDAR)
        assert due_on(halfway.on, second, CALENDAR).on == due_on(start, first + second, CALENDAR).on


@settings(deadline=None)
@given(days, limits)
def test_more_days_never_end_earlier(start: date, working_days: int):
    assert due_on(start, working_days, CALENDAR).on <= due_on(start, working_days + 1, CALENDAR).on
    assert due_on(start, working_days, CALENDAR).on <= due_on(start + DAY, working_days, CALENDAR).on


@settings(deadline=None)
@given(published_days, published_days, published_days)
def test_days_between_add_up_and_turn_their_sign(one: date, two: date, three: date):
    def between(start: date, end: date) -> int:
        return working_days_between(start, end, CALENDAR)

    two, three = min(two, one + 400 * DAY), min(three, one + 400 * DAY)
    two, three = max(two, one - 400 * DAY), max(three, one - 400 * DAY)
    assert between(one, two) == -between(two, one)
    assert between(one, two) + between(two, three) == between(one, three)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC), "2026-11-20"),
        (datetime(2026, 11, 20, 16, 0, tzinfo=UTC), "2026-11-21"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=-5))), "2027-01-01"),
    ],
)
def test_the_day_is_that_of_china(at: datetime, day: str):
    assert str(local_day(at)) == day


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError):
        local_day(datetime(2026, 11, 21))  # noqa: DTZ001 - the point of the test
