"""The days and persons of a hearing (行政许可法 47, 48). No database, no clock.

The applicant's five days are calendar days, the authority's are working days (82).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.applications.errors import (
    ChairNotFree,
    HearingDateWrong,
    HearingNotOpen,
    HearingOpen,
)
from services.applications.rules import Deed, require_words
from services.workflow.rules import Calendar, due_on

ASK_DAYS = 5
"""五日内提出听证申请: the applicant's or third party's own days, calendar days (47)."""

HOLD_DAYS = 20
"""二十日内组织听证: working days from the asking (47)."""

NOTICE_DAYS = 7
"""举行听证的七日前通知: working days between the notice and the hearing (48 (1))."""


APPLICANT = "申请人"
"""Whom the right is told unless a third party is named."""


class Standing(StrEnum):
    """How far a hearing is."""

    OFFERED = "offered"  # 已告知, 五日内可以提出
    WAIVED = "waived"  # 五日内没有提出
    ASKED = "asked"  # 已提出, 二十日内组织
    CALLED = "called"  # 已通知时间地点
    CLOSED = "closed"  # 已经举行, 有笔录


OPEN = frozenset({Standing.OFFERED, Standing.ASKED, Standing.CALLED})
"""While one of these stands nobody decides: 应当根据听证笔录作出决定 (48)."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days of one hearing: until when one may ask, when somebody asked, when it was called and closed."""

    ask_by: date
    asked_on: date | None = None
    called_on: date | None = None
    closed_on: date | None = None


def ask_by(told_on: date) -> date:
    """The last day for asking."""
    return told_on + timedelta(days=ASK_DAYS)


def standing(days: Days, today: date) -> Standing:
    if days.closed_on is not None:
        return Standing.CLOSED
    if days.called_on is not None:
        return Standing.CALLED
    if days.asked_on is not None:
        return Standing.ASKED
    return Standing.OFFERED if today <= days.ask_by else Standing.WAIVED


def require_over(number: str, hearings: Collection[Days], today: date) -> None:
    """Raises HearingOpen while a hearing may still be asked for, or is owed, or is not over (48)."""
    if any(standing(days, today) in OPEN for days in hearings):
        raise HearingOpen(number)


def require_standing(found: Standing | None, wanted: Standing, deed: str) -> None:
    """Raises HearingNotOpen unless the case's latest hearing stands as the deed needs it."""
    if found is not wanted:
        raise HearingNotOpen(deed)


def span(asked_on: date, called_on: date, calendar: Calendar) -> tuple[date, date]:
    """The first and the last day on which a hearing called on `called_on` may be held.

    The first lies after seven working days of notice; the last is the twentieth working day after the asking, or the
    first possible one where the call itself came too late for that.
    """
    first = due_on(called_on, NOTICE_DAYS, calendar).on
    return first, max(first, due_on(asked_on, HOLD_DAYS, calendar).on)


def require_day(day: date, asked_on: date, called_on: date, calendar: Calendar) -> None:
    """Raises HearingDateWrong with the first and last possible day."""
    first, last = span(asked_on, called_on, calendar)
    if not first <= day <= last:
        raise HearingDateWrong(first, last)


def require_place(place: str) -> str:
    """Where it is held is told with the time (48 (1)). Raises ReasonMissing."""
    return require_words(Deed.CALL_HEARING, place)


def require_chair(chair: str, name: str, reviewed: Collection[str]) -> None:
    """审查该行政许可申请的工作人员以外的人员为听证主持人 (48 (3)). Raises ChairNotFree."""
    if chair in reviewed:
        raise ChairNotFree(name)
