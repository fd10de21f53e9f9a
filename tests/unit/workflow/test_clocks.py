"""Limits that stop, go on and are extended, and the lights that follow from them."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import islice

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.workflow import rules
from services.workflow.calendar import seed_rows
from services.workflow.rules import (
    EXTENSIONS,
    PAUSES,
    SPECIAL_PROCEDURES,
    Calendar,
    Clock,
    ClockKind,
    DueDate,
    Light,
    Pause,
    PauseKind,
    Profile,
)

DAY = timedelta(days=1)
KNOWN = seed_rows()
CALENDAR = Calendar({day.day: day.is_workday for day in KNOWN.days}, frozenset(KNOWN.years))
MONDAY = date(2026, 11, 2)
"""The first of four weeks without a holiday."""


def november(day: int) -> date:
    return date(2026, 11, day)


def due(clock: Clock) -> date:
    return rules.due(clock, CALENDAR).on


def used(clock: Clock, today: date) -> int:
    return rules.used(clock, today, CALENDAR)


def light(clock: Clock, today: date) -> Light:
    return rules.light_of(clock, today, CALENDAR)


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    """A clock with up to four closed pauses, which may overlap, lie in holidays or after the limit."""
    start = draw(st.dates(date(2004, 1, 1), date(2025, 12, 31)))
    spans = draw(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 40)), max_size=4))
    pauses = tuple(Pause(start + DAY * after, start + DAY * (after + length)) for after, length in spans)
    return Clock(start, draw(st.integers(1, 45)), pauses)


def slow_due(clock: Clock) -> date:
    """The same by sets: all working days after the start, without those of the pauses, and then the one asked for."""
    paused = set()
    for pause in clock.pauses:
        assert pause.until is not None
        paused |= {pause.since + DAY * n for n in range(1, (pause.until - pause.since).days + 1)}
    later = sorted({clock.started_on + DAY * n for n in range(1, 360)} - paused)
    return next(islice(filter(chinese_calendar.is_workday, later), clock.limit_days - 1, None))


def test_a_pause_moves_the_due_date_by_its_working_days():
    clock = Clock(MONDAY, 10)
    assert due(clock) == november(16)
    stopped = replace(clock, pauses=(Pause(november(4), november(11)),))
    assert due(stopped) == november(23)


def test_the_day_of_stopping_counts_and_the_day_of_going_on_does_not():
    assert due(Clock(MONDAY, 5, (Pause(november(4), november(4)),))) == due(Clock(MONDAY, 5)) == november(9)
    assert due(Clock(MONDAY, 5, (Pause(november(4), november(5)),))) == november(10)


def test_a_pause_over_a_weekend_takes_no_working_day():
    assert due(Clock(MONDAY, 5, (Pause(november(6), november(8)),))) == november(9)


def test_a_pause_over_a_make_up_saturday_takes_that_day():
    start = date(2026, 2, 12)
    assert due(Clock(start, 5)) == date(2026, 2, 26)
    assert due(Clock(start, 5, (Pause(date(2026, 2, 13), date(2026, 2, 14)),))) == date(2026, 2, 27)


def test_pauses_that_overlap_are_counted_once():
    overlapping = (Pause(november(3), november(6)), Pause(november(5), november(10)))
    assert due(Clock(MONDAY, 5, overlapping)) == due(Clock(MONDAY, 5, (Pause(november(3), november(10)),)))


def test_a_pause_after_the_limit_changes_nothing():
    assert due(Clock(MONDAY, 5, (Pause(november(20), november(25)),))) == november(9)


def test_while_it_is_stopped_nothing_is_used_up():
    clock = Clock(MONDAY, 5, (Pause(november(4)),))
    assert clock.stopped_on == november(4)
    assert [used(clock, november(day)) for day in (2, 3, 4, 5, 30)] == [0, 1, 2, 2, 2]
    assert rules.remaining(clock, november(30), CALENDAR) == 3
    assert light(clock, november(30)) is Light.GREEN


def test_a_clock_stopped_after_its_limit_was_late_already():
    clock = Clock(MONDAY, 5, (Pause(november(11)),))
    assert rules.is_overdue(clock, november(30), CALENDAR)
    assert not rules.is_overdue(replace(clock, pauses=(Pause(november(9)),)), november(30), CALENDAR)


def test_a_pause_that_moves_the_limit_into_an_unpublished_year_makes_it_provisional():
    clock = Clock(date(2026, 12, 1), 10)
    assert rules.due(clock, CALENDAR) == DueDate(date(2026, 12, 15))
    stopped = replace(clock, pauses=(Pause(date(2026, 12, 4), date(2026, 12, 30)),))
    assert rules.due(stopped, CALENDAR) == DueDate(date(2027, 1, 11), provisional=True)


@settings(deadline=None)
@given(clocks())
def test_a_due_date_with_pauses_is_what_a_slow_counter_finds(clock: Clock):
    assert rules.due(clock, CALENDAR) == DueDate(slow_due(clock), provisional=slow_due(clock).year > 2026)


@settings(deadline=None)
@given(clocks())
def test_exactly_the_limit_is_used_on_the_due_date_and_the_clock_is_late_the_day_after(clock: Clock):
    last = due(clock)
    assert used(clock, last) == clock.limit_days
    assert used(clock, last - DAY) == clock.limit_days - 1
    assert rules.remaining(clock, last, CALENDAR) == 0
    assert not rules.is_overdue(clock, last, CALENDAR)
    assert rules.is_overdue(clock, last + DAY, CALENDAR)


@settings(deadline=None)
@given(clocks(), st.integers(0, 120))
def test_days_used_never_shrink_and_grow_by_one_at_most(clock: Clock, after: int):
    today = clock.started_on + DAY * after
    assert used(clock, today) >= 0
    assert used(clock, today + DAY) - used(clock, today) in {0, 1}


@settings(deadline=None)
@given(clocks(), st.integers(0, 60), st.integers(0, 40))
def test_another_pause_never_ends_a_limit_earlier(clock: Clock, after: int, length: int):
    since = clock.started_on + DAY * after
    assert due(replace(clock, pauses=(*clock.pauses, Pause(since, since + DAY * length)))) >= due(clock)


@settings(deadline=None)
@given(clocks(), st.integers(1, 15))
def test_an_extension_adds_working_days_after_the_limit(clock: Clock, days: int):
    extended = replace(clock, limit_days=clock.limit_days + days)
    last = due(clock)
    later_pauses = tuple(pause for pause in clock.pauses if pause.until and pause.until > last)
    assert due(extended) == due(Clock(last, days, later_pauses))


@settings(deadline=None)
@given(clocks(), st.integers(0, 150))
def test_lights_only_ever_go_from_green_to_yellow_to_red(clock: Clock, after: int):
    order = [Light.GREEN, Light.YELLOW, Light.RED]
    today = clock.started_on + DAY * after
    assert order.index(light(clock, today)) <= order.index(light(clock, today + DAY))


@settings(deadline=None)
@given(clocks())
def test_the_yellow_day_is_the_first_on_which_the_light_is_yellow(clock: Clock):
    first = rules.yellow_on(clock, CALENDAR)
    assert light(clock, first) is Light.YELLOW
    assert light(clock, first - DAY) is Light.GREEN


@pytest.mark.parametrize(
    ("limit", "green_until", "yellow_from"), [(20, 17, 18), (10, 8, 9), (5, 4, 5), (1, 0, 1), (45, 40, 41)]
)
def test_yellow_begins_at_nine_tenths_of_the_limit(limit: int, green_until: int, yellow_from: int):
    assert rules.light(green_until, limit, overdue=False) is Light.GREEN
    assert rules.light(yellow_from, limit, overdue=False) is Light.YELLOW
    assert rules.light(limit, limit, overdue=False) is Light.YELLOW
    assert rules.light(limit, limit, overdue=True) is Light.RED


def test_a_weekend_after_the_last_day_is_late_though_no_working_day_went_by():
    clock = Clock(MONDAY, 4)
    assert due(clock) == november(6)
    assert light(clock, november(6)) is Light.YELLOW
    assert light(clock, november(7)) is Light.RED
    assert rules.remaining(clock, november(7), CALENDAR) == 0


def test_a_finished_clock_keeps_the_light_of_the_day_it_was_finished():
    in_time, late = (Clock(MONDAY, 5, finished_on=november(day)) for day in (5, 10))
    assert (used(in_time, november(30)), light(in_time, november(30))) == (3, Light.GREEN)
    assert light(late, november(30)) is Light.RED


def test_a_limit_of_no_days_is_green_on_its_day_and_red_after_it():
    clock = Clock(MONDAY, 0)
    assert light(clock, MONDAY) is Light.GREEN
    assert light(clock, MONDAY + DAY) is Light.RED
    assert rules.yellow_on(clock, CALENDAR) == MONDAY + DAY


@pytest.mark.parametrize(("day", "wanted"), [(2, False), (17, False), (18, True), (24, True), (25, False)])
def test_a_prompt_is_due_from_three_quarters_on_until_the_limit_is_over(day: int, wanted: bool):
    clock = Clock(MONDAY, 16)
    assert due(clock) == november(24)
    assert rules.wants_prompt(clock, november(day), CALENDAR) is wanted


def test_a_profile_may_prompt_and_turn_yellow_earlier():
    clock, early = Clock(MONDAY, 16), Profile(prompt_percent=25, yellow_percent=50)
    assert rules.wants_prompt(clock, november(6), CALENDAR, early)
    assert rules.yellow_on(clock, CALENDAR, early) == november(12)
    assert rules.light_of(clock, november(12), CALENDAR, early) is Light.YELLOW


def test_a_prompt_is_due_with_one_working_day_left():
    clock = Clock(MONDAY, 2)
    assert [rules.wants_prompt(clock, november(day), CALENDAR) for day in (2, 3, 4, 5)] == [
        False,
        True,
        True,
        False,
    ]


def test_nobody_is_prompted_about_what_is_stopped_or_finished():
    last_day = november(9)
    assert rules.wants_prompt(Clock(MONDAY, 5), last_day, CALENDAR)
    assert not rules.wants_prompt(Clock(MONDAY, 5, (Pause(november(6)),)), last_day, CALENDAR)
    assert not rules.wants_prompt(Clock(MONDAY, 5, finished_on=november(6)), last_day, CALENDAR)


def test_what_is_not_counted_is_what_the_law_names():
    assert len(SPECIAL_PROCEDURES) == 8
    assert PauseKind.CORRECTION not in SPECIAL_PROCEDURES
    assert set(PAUSES) == set(ClockKind)
    assert PAUSES[ClockKind.INTAKE] == {PauseKind.CORRECTION}
    assert PAUSES[ClockKind.DECISION] == PAUSES[ClockKind.JOINT] == SPECIAL_PROCEDURES
    assert not PAUSES[ClockKind.DELIVERY]
    assert EXTENSIONS == {ClockKind.DECISION: 10, ClockKind.JOINT: 15}
