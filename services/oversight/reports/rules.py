"""Which periods reports cover. Values in, values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

DAY = timedelta(days=1)


class ReportKind(StrEnum):
    TEN_DAYS = "ten-days"  # 旬报: 1–10, 11–20, 21–end of month
    MONTH = "month"  # 月报
    QUARTER = "quarter"  # 季报


@dataclass(frozen=True, slots=True)
class Covered:
    """What a report covers; both days included."""

    kind: ReportKind
    first: date
    last: date


def ended_before(kind: ReportKind, today: date) -> Covered:
    """The last period of this kind that ended before `today`."""
    last = _begin(kind, today) - DAY
    return Covered(kind, _begin(kind, last), last)


def due(today: date) -> Sequence[Covered]:
    """The newest period of every kind that is over."""
    return [ended_before(kind, today) for kind in ReportKind]


def _begin(kind: ReportKind, day: date) -> date:
    """The first day of the period in which `day` lies."""
    if kind is ReportKind.TEN_DAYS:
        return day.replace(day=1 + 10 * min((day.day - 1) // 10, 2))
    month = day.month if kind is ReportKind.MONTH else day.month - (day.month - 1) % 3
    return day.replace(month=month, day=1)
