"""A circuit breaker: after several failures in a row a partner is left alone for a while, then tried once.

`Breaker` is a value; `BreakerState` keeps one for the length of a process. Times are monotonic seconds, handed in.
"""

from dataclasses import dataclass
from enum import StrEnum

FAILURES = 5
REST = 10.0


class Position(StrEnum):
    CLOSED = "closed"  # calls pass
    OPEN = "open"  # calls are refused at once
    TRIAL = "trial"  # one call is out to see


@dataclass(frozen=True, slots=True)
class Breaker:
    failures: int = 0
    opened_at: float | None = None
    trial_at: float | None = None


def position(breaker: Breaker, now: float) -> Position:
    if breaker.opened_at is None:
        return Position.CLOSED
    # A trial whose caller died without a word must not keep the breaker open for ever.
    if breaker.trial_at is not None and now - breaker.trial_at < REST:
        return Position.TRIAL
    return Position.OPEN


def admits(breaker: Breaker, now: float) -> bool:
    """Whether a call may go out at `now`: always when closed, one at a time once the rest is over."""
    where = position(breaker, now)
    rested = breaker.opened_at is not None and now - breaker.opened_at >= REST
    return where is Position.CLOSED or (where is Position.OPEN and rested)


def going_out(breaker: Breaker, now: float) -> Breaker:
    """After `admits`: mark the one call that tries an open breaker."""
    return breaker if breaker.opened_at is None else Breaker(breaker.failures, breaker.opened_at, now)


def failed(breaker: Breaker, now: float) -> Breaker:
    """One more failure: opens at the limit; a failed trial starts the rest anew."""
    failures = breaker.failures + 1
    opened = now if failures >= FAILURES or breaker.opened_at is not None else None
    return Breaker(failures, opened)


class BreakerState:
    """The breaker of one partner in this process."""

    def __init__(self) -> None:
        self.breaker = Breaker()

    def admit(self, now: float) -> bool:
        if not admits(self.breaker, now):
            return False
        self.breaker = going_out(self.breaker, now)
        return True

    def note(self, *, success: bool, now: float) -> None:
        self.breaker = Breaker() if success else failed(self.breaker, now)

    def position(self, now: float) -> Position:
        return position(self.breaker, now)
