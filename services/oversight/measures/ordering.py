"""卡队: a case taken while earlier ones of the same queue waited; and entries dated back (倒签). Pure."""

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

JUMPED_OVER = 5
"""So many waiting cases passed by are a question; fewer happen when several officers take at the same time."""
NEIGHBOURS = 32
BACK_DATED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Waited:
    """One stay of a case in a queue: from `since` until somebody took it (`taken` None: it still waits)."""

    number: str
    officer: str
    since: datetime
    taken: datetime | None


@dataclass(frozen=True, slots=True)
class Jump:
    """The case was taken by `officer` while `over` cases that had come before it went on waiting."""

    number: str
    officer: str
    at: datetime
    over: int


def jumps(queue: Sequence[Waited], *, least: int = JUMPED_OVER) -> list[Jump]:
    """The stays of one queue that passed at least `least` earlier ones, by the time they were taken; O(n log n)."""
    arrivals = sorted(range(len(queue)), key=lambda place: (queue[place].since, queue[place].number))
    rank = {place: turn for turn, place in enumerate(arrivals)}
    begins = [queue[place].since for place in arrivals]
    taken = [(stay.taken, rank[place], stay) for place, stay in enumerate(queue) if stay.taken is not None]
    taken.sort(key=lambda one: (one[0], one[1]))
    gone = _Counted(len(queue))
    found = []
    for moment, turn, stay in taken:
        # Of those that came strictly earlier, all that nobody has taken yet still wait.
        earlier = bisect_left(begins, stay.since)
        over = earlier - gone.below(earlier)
        if over >= least:
            found.append(Jump(stay.number, stay.officer, moment, over))
        gone.add(turn)
    return found


class _Counted:
    """How many of the first so many places are marked (a Fenwick tree)."""

    def __init__(self, size: int) -> None:
        self.tree = [0] * (size + 1)

    def add(self, place: int) -> None:
        place += 1
        while place < len(self.tree):
            self.tree[place] += 1
            place += place & -place

    def below(self, place: int) -> int:
        total = 0
        while place > 0:
            total += self.tree[place]
            place -= place & -place
        return total


@dataclass(frozen=True, slots=True)
class Written:
    """A deed as dated by whoever wrote it, in the order in which entries were written."""

    number: str
    deed: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BackDated:
    """The entry says `at`, but was written after one of `written_after`."""

    number: str
    deed: str
    at: datetime
    written_after: datetime


class Clock:
    """Entries one after another in the order of writing; each is told from those before it.

    The second latest of the last 32 decides, so that one entry dated ahead makes nobody else look dated back; what is
    dated back stays out of the window, so that it holds the clock as it really went.
    """

    def __init__(self, tolerance: timedelta = BACK_DATED) -> None:
        self.tolerance = tolerance
        self.last: deque[datetime] = deque(maxlen=NEIGHBOURS)

    def judge(self, entry: Written) -> BackDated | None:
        """The entry if it is dated before what had been written already, by more than the tolerance."""
        latest = entry.at + self.tolerance
        if len(self.last) > 1 and latest < max(self.last):
            second = sorted(self.last)[-2]
            if latest < second:
                return BackDated(entry.number, entry.deed, entry.at, second)
        self.last.append(entry.at)
        return None
