"""Working days, limits that stop and are extended, and the lights. No database, no clock.

A period counts from the day after it begins (行政许可法 82: working days, statutory holidays excluded), so its
last day is always a working day. What is not counted (45) is every day after the one on which the clock was
stopped, up to and including the one on which it goes on: the same way as any other period is counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum

from services.workflow.errors import LimitOutOfRange

ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept +08:00 without summer time since 1992, so no time-zone database is needed."""

DAY = timedelta(days=1)
LONGEST_LIMIT = 1000
FIXED_STATUTORY_DAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Month and day of the holidays that fall on the same date every year (全国年节及纪念日放假办法 2, since 2025)."""


class ClockKind(StrEnum):
    INTAKE = "intake"  # 收件→受理: five working days (32)
    DECISION = "decision"  # 受理→决定: twenty, or what is promised (42)
    DELIVERY = "delivery"  # 决定→送达: ten (44)
    EXTENSION = "extension"  # 延期: the record of days added to a decision or joint clock (42); never runs
    JOINT = "joint"  # 联办: forty-five (42, 26)


class PauseKind(StrEnum):
    """What the law does not count: correction before acceptance (32), then the eight special procedures (45)."""

    CORRECTION = "correction"  # 补正
    HEARING = "hearing"  # 听证
    BIDDING = "bidding"  # 招标
    AUCTION = "auction"  # 拍卖
    INSPECTION = "inspection"  # 检验
    TESTING = "testing"  # 检测
    QUARANTINE = "quarantine"  # 检疫
    APPRAISAL = "appraisal"  # 鉴定
    EXPERT_REVIEW = "expert-review"  # 专家评审


SPECIAL_PROCEDURES = frozenset(PauseKind) - {PauseKind.CORRECTION}

PAUSES: Mapping[ClockKind, frozenset[PauseKind]] = {
    ClockKind.INTAKE: frozenset({PauseKind.CORRECTION}),
    ClockKind.DECISION: SPECIAL_PROCEDURES,
    ClockKind.JOINT: SPECIAL_PROCEDURES,
    ClockKind.DELIVERY: frozenset(),
    ClockKind.EXTENSION: frozenset(),
}
"""For what each clock may stop. The days of an extension stop with the clock that they were added to."""

EXTENSIONS: Mapping[ClockKind, int] = {ClockKind.DECISION: 10, ClockKind.JOINT: 15}
"""Working days that may be added, once (42)."""


class Light(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Profile:
    """When a prompt (提示) is given and when a clock turns yellow, in hundredths of the limit and working days."""

    prompt_percent: int = 75
    prompt_days_left: int = 1
    yellow_percent: int = 90


DEFAULT_PROFILE = Profile()


@dataclass(frozen=True, slots=True)
class Calendar:
    """`exceptions`: day → whether it is worked, where that is not as its weekday says; `published`: known years."""

    exceptions: Mapping[date, bool]
    published: frozenset[int]

    def is_working_day(self, day: date) -> bool:
        """In a year not published yet: Monday to Friday, without the holidays of fixed date."""
        exception = self.exceptions.get(day)
        if exception is not None:
            return exception
        if day.year not in self.published and (day.month, day.day) in FIXED_STATUTORY_DAYS:
            return False
        return day.weekday() < 5


@dataclass(frozen=True, slots=True)
class DueDate:
    """The last day of a period; `provisional` when it rests on a year whose holidays are not published."""

    on: date
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """The days after `since`, up to and including `until` (open: for ever), are not counted."""

    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        return self.since < day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Clock:
    """A period of `limit_days` working days that began on `started_on`, whatever day of the week that was."""

    started_on: date
    limit_days: int
    pauses: Sequence[Pause] = ()
    finished_on: date | None = None

    @property
    def stopped_on(self) -> date | None:
        return next((pause.since for pause in self.pauses if pause.until is None), None)


def local_day(at: datetime) -> date:
    """Which day it is in China at that moment. ValueError without a time zone."""
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(ZONE).date()


def received_on(at: datetime, closes: time, calendar: Calendar) -> DueDate:
    """The day an application counts as received where what comes after office hours, or on a day off, counts as of
    the next working day: `closes` is when the office shuts, in China. Counting starts the day after it (82)."""
    day = local_day(at)
    if calendar.is_working_day(day) and at.astimezone(ZONE).time() < closes:
        return DueDate(day, day.year not in calendar.published)
    return due_on(day, 1, calendar)


def due_on(start: date, working_days: int, calendar: Calendar) -> DueDate:
    """The last day of a period. A period of 0 days ends on its first day, or the next working day after it.

    Raises LimitOutOfRange below 0 and above 1000.
    """
    return due(Clock(start, working_days), calendar)


def due(clock: Clock, calendar: Calendar) -> DueDate:
    """The last day of the clock's limit. A pause still open is left out: the day if it ended as it began."""
    if not 0 <= clock.limit_days <= LONGEST_LIMIT:
        raise LimitOutOfRange(clock.limit_days)
    closed = [pause for pause in clock.pauses if pause.until is not None]
    day, left = clock.started_on, clock.limit_days
    provisional = False
    while left or not calendar.is_working_day(day):
        day += DAY
        provisional = provisional or day.year not in calendar.published
        if left and calendar.is_working_day(day) and not any(pause.covers(day) for pause in closed):
            left -= 1
    return DueDate(day, provisional or day.year not in calendar.published)


def working_days_between(start: date, end: date, calendar: Calendar) -> int:
    """The working days after `start` up to and including `end`; negative when `end` is the earlier one."""
    if end < start:
        return -working_days_between(end, start, calendar)
    return sum(calendar.is_working_day(start + DAY * n) for n in range(1, (end - start).days + 1))


def used(clock: Clock, today: date, calendar: Calendar) -> int:
    """The working days of the limit that are gone by the end of `today`, also beyond the limit; pauses not counted."""
    until = min(today, clock.finished_on) if clock.finished_on else today
    days = (clock.started_on + DAY * n for n in range(1, (until - clock.started_on).days + 1))
    return sum(
        calendar.is_working_day(day) and not any(pause.covers(day) for pause in clock.pauses) for day in days
    )


def remaining(clock: Clock, today: date, calendar: Calendar) -> int:
    """The working days left after `today`: 0 on the last day, negative for each one too many."""
    return clock.limit_days - used(clock, today, calendar)


def is_overdue(clock: Clock, today: date, calendar: Calendar) -> bool:
    """Whether the limit ended before today, or before the clock was finished or stopped."""
    reached = min(day for day in (today, clock.finished_on, clock.stopped_on) if day is not None)
    return reached > due(clock, calendar).on


def yellow_on(clock: Clock, calendar: Calendar, profile: Profile = DEFAULT_PROFILE) -> date:
    """The first working day on which the light is yellow; for a limit of 0 days the day after it, which is red."""
    share = -(-clock.limit_days * profile.yellow_percent // 100)
    if not clock.limit_days:
        return due(clock, calendar).on + DAY
    return due(replace(clock, limit_days=share), calendar).on


def light(used_days: int, limit_days: int, *, overdue: bool, profile: Profile = DEFAULT_PROFILE) -> Light:
    """Red when the limit is over; yellow when at least the profile's share of it is used."""
    if overdue:
        return Light.RED
    if limit_days and used_days * 100 >= limit_days * profile.yellow_percent:
        return Light.YELLOW
    return Light.GREEN


def light_of(clock: Clock, today: date, calendar: Calendar, profile: Profile = DEFAULT_PROFILE) -> Light:
    overdue = is_overdue(clock, today, calendar)
    return light(used(clock, today, calendar), clock.limit_days, overdue=overdue, profile=profile)


def wants_prompt(clock: Clock, today: date, calendar: Calendar, profile: Profile = DEFAULT_PROFILE) -> bool:
    """Whether the officer is to be reminded: little time left and nothing finished, stopped or overdue yet."""
    if clock.finished_on or clock.stopped_on or is_overdue(clock, today, calendar):
        return False
    gone = used(clock, today, calendar)
    few_left = clock.limit_days - gone <= profile.prompt_days_left
    return few_left or gone * 100 >= clock.limit_days * profile.prompt_percent
