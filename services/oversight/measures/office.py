"""Working minutes: office hours 9–12 and 13–17 of working days, seven hours a day. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.workflow.rules import ZONE, Calendar

HOURS: Sequence[tuple[int, int]] = ((9 * 60, 12 * 60), (13 * 60, 17 * 60))
A_DAY = sum(end - start for start, end in HOURS)
DAY = timedelta(days=1)


def within_day(minute: int) -> int:
    """The office minutes of a working day that are gone at this minute of the day."""
    return sum(min(max(minute - start, 0), end - start) for start, end in HOURS)


@dataclass(frozen=True, slots=True)
class Office:
    """The working days from `first` on as a running sum, so that a difference costs two look-ups."""

    first: date
    before: Sequence[int]

    def elapsed(self, at: datetime) -> int:
        """Office minutes from the beginning of `first` to this moment."""
        local = at.astimezone(ZONE)
        place = (local.date() - self.first).days
        if place < 0:
            return 0
        if place + 1 >= len(self.before):
            return self.before[-1]
        whole = self.before[place]
        if self.before[place + 1] == whole:
            return whole
        return whole + within_day(local.hour * 60 + local.minute)

    def between(self, start: datetime, end: datetime) -> int:
        """Office minutes from start to end; 0 when the end is the earlier one."""
        return max(0, self.elapsed(end) - self.elapsed(start))

    def moment(self, minutes: int) -> datetime:
        """The moment after so many office minutes: the inverse of `elapsed`."""
        place = min(bisect_right(self.before, minutes) - 1, len(self.before) - 2)
        left = minutes - self.before[place]
        for start, end in HOURS:
            if left < end - start:
                return self._at(place, start + left)
            left -= end - start
        return self._at(place, HOURS[-1][1])

    def _at(self, place: int, minute: int) -> datetime:
        day = self.first + place * DAY
        return datetime.combine(day, time(minute // 60, minute % 60), ZONE)


def office(calendar: Calendar, first: date, last: date) -> Office:
    """The office hours of the days from `first` to `last`, both included."""
    before = [0]
    for place in range((last - first).days + 1):
        works = calendar.is_working_day(first + place * DAY)
        before.append(before[-1] + (A_DAY if works else 0))
    return Office(first, before)


def end_of(day: date) -> datetime:
    """When a day in China is over."""
    return datetime.combine(day + DAY, time(), ZONE)
