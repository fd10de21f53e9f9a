"""Two hundred limits against a second counter: it walks from day to day and crosses off what is left, like a clerk
with a wall calendar, and knows nothing of periods, sums or the product's calendar table."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

import chinese_calendar
import pytest

from services.workflow import rules
from services.workflow.calendar import seed_rows
from services.workflow.rules import Calendar, Clock, DueDate, Pause

DAY = timedelta(days=1)
KNOWN = seed_rows()
CALENDAR = Calendar({day.day: day.is_workday for day in KNOWN.days}, frozenset(KNOWN.years))
NOTICE_2027 = {
    date(2027, 1, 2): True,  # a Saturday worked
    date(2027, 1, 4): False,
    date(2027, 2, 5): False,
    date(2027, 2, 8): False,
    date(2027, 2, 9): False,
    date(2027, 2, 20): True,
}
"""What a notice for 2027 might say (示例); until then the year is guessed."""
WITH_NOTICE = Calendar(
    {**CALENDAR.exceptions, **NOTICE_2027, date(2027, 1, 1): False}, CALENDAR.published | {2027}
)
GUESSED_HOLIDAYS = {"01-01", "05-01", "05-02", "10-01", "10-02", "10-03"}


def open_that_day(day: date, notice: bool) -> bool:
    """Whether the office is open, asked of the published package and of the made-up notice only."""
    if day.year <= 2026:
        return bool(chinese_calendar.is_workday(day))
    if notice and day in NOTICE_2027:
        return NOTICE_2027[day]
    if f"{day:%m-%d}" in GUESSED_HOLIDAYS and (not notice or day == date(2027, 1, 1)):
        return False
    return day.isoweekday() <= 5


@dataclass
class Wall:
    """A wall calendar: what is left, and whether the clock is running today."""

    left: int
    running: bool = True


def crossed_off(start: date, limit: int, events: dict[date, str], more: int, notice: bool) -> DueDate:
    """The day on which nothing is left. Stopped on a day, that day still counts; going on, it counts from the next."""
    wall, today = Wall(limit + more), start
    while True:
        for what in events.get(today, "").split():
            wall.running = what == "go"
        if wall.left == 0 and open_that_day(today, notice):
            return DueDate(today, provisional=today.year > 2026 and not notice)
        today += DAY
        if wall.running and wall.left and open_that_day(today, notice):
            wall.left -= 1
            if wall.left == 0:
                return DueDate(today, provisional=today.year > 2026 and not notice)


@dataclass(frozen=True)
class Case:
    """One limit: when it began, how long, when it stood still, how much was added, whether 2027 is published."""

    start: date
    limit: int
    pauses: tuple[tuple[date, date], ...]
    more: int
    notice: bool


def cases(count: int, seed: int) -> list[Case]:
    """Made by chance that is the same every time: around holidays, make-up days and the end of the known years."""
    chance = Random(seed)
    anchors = [
        date(2026, 2, 10),
        date(2026, 2, 26),
        date(2026, 4, 3),
        date(2026, 4, 29),
        date(2026, 5, 8),
        date(2026, 9, 17),
        date(2026, 9, 28),
        date(2026, 10, 9),
        date(2026, 12, 1),
        date(2026, 12, 4),
        date(2025, 1, 20),
        date(2024, 9, 10),
    ]
    made = []
    for _ in range(count):
        start = chance.choice(anchors) + DAY * chance.randrange(-4, 12)
        pauses, place = [], start
        for _ in range(chance.randrange(4)):
            since = place + DAY * chance.randrange(9)
            place = since + DAY * chance.randrange(15)
            pauses.append((since, place))
            place += DAY
        limit, more = chance.choice([1, 2, 5, 8, 10, 20, 45]), chance.choice([0, 0, 5, 10, 15])
        made.append(Case(start, limit, tuple(pauses), more, chance.random() < 0.5))
    return made


@pytest.mark.parametrize("case", cases(200, 2026), ids=str)
def test_a_limit_ends_on_the_day_on_which_the_wall_calendar_is_crossed_off(case: Case):
    events: dict[date, str] = {}
    for since, until in case.pauses:
        events[since] = f"{events.get(since, '')} stop"
        events[until] = f"{events.get(until, '')} go"
    clock = Clock(case.start, case.limit + case.more, tuple(Pause(*span) for span in case.pauses))
    counted = rules.due(clock, WITH_NOTICE if case.notice else CALENDAR)
    assert counted == crossed_off(case.start, case.limit, events, case.more, case.notice)
    later = replace(clock, pauses=tuple(Pause(since) for since, _ in case.pauses[-1:]))
    assert rules.due(later, CALENDAR).on >= case.start


def test_a_notice_imported_later_moves_the_date_and_makes_it_certain():
    for start, limit, before, after in (
        (date(2026, 12, 4), 20, date(2027, 1, 4), date(2027, 1, 2)),
        (date(2026, 12, 31), 1, date(2027, 1, 4), date(2027, 1, 2)),
        (date(2026, 12, 31), 2, date(2027, 1, 5), date(2027, 1, 5)),
        (date(2027, 2, 4), 3, date(2027, 2, 9), date(2027, 2, 12)),
    ):
        assert rules.due_on(start, limit, CALENDAR) == DueDate(before, provisional=True)
        assert rules.due_on(start, limit, WITH_NOTICE) == DueDate(after, provisional=False)


def test_days_added_while_the_clock_stands_still_are_counted_when_it_goes_on():
    start = date(2026, 9, 21)
    stopped = Clock(start, 10, (Pause(date(2026, 9, 24)),))
    extended = replace(stopped, limit_days=20)
    going = replace(extended, pauses=(Pause(date(2026, 9, 24), date(2026, 10, 12)),))
    assert rules.used(extended, date(2026, 10, 12), CALENDAR) == 3
    events = {date(2026, 9, 24): "stop", date(2026, 10, 12): "go"}
    assert rules.due(going, CALENDAR) == crossed_off(start, 10, events, 10, notice=False)
