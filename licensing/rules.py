"""What may happen to a licence and until when it is good. Values in, values or refusals out."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from licensing.errors import MoveNotOpen

CHINA = ZoneInfo("Asia/Shanghai")


class State(StrEnum):
    """Where a licence stands (GB/T 36906 states 有效, 暂扣, 撤销, 注销, 失效; `intended` is ours)."""

    INTENDED = "intended"  # decided and numbered, not yet sealed
    VALID = "valid"  # 有效
    SUSPENDED = "suspended"  # 暂扣
    REVOKED = "revoked"  # 撤销
    CANCELLED = "cancelled"  # 注销
    EXPIRED = "expired"  # 失效


class Move(StrEnum):
    ISSUE = "issue"
    SUSPEND = "suspend"
    RESTORE = "restore"
    REVOKE = "revoke"
    CANCEL = "cancel"
    EXPIRE = "expire"


MOVES = {
    (State.INTENDED, Move.ISSUE): State.VALID,
    (State.INTENDED, Move.CANCEL): State.CANCELLED,
    (State.VALID, Move.SUSPEND): State.SUSPENDED,
    (State.VALID, Move.REVOKE): State.REVOKED,
    (State.VALID, Move.CANCEL): State.CANCELLED,
    (State.VALID, Move.EXPIRE): State.EXPIRED,
    (State.SUSPENDED, Move.RESTORE): State.VALID,
    (State.SUSPENDED, Move.REVOKE): State.REVOKED,
    (State.SUSPENDED, Move.CANCEL): State.CANCELLED,
    (State.SUSPENDED, Move.EXPIRE): State.EXPIRED,
}

PRESENTATION_LIFE = timedelta(seconds=60)
"""How long a one-time presentation code (亮证码) lives."""


def next_state(state: State, move: Move) -> State:
    """The state after `move`. Raises MoveNotOpen for every pair the table does not name."""
    try:
        return MOVES[state, move]
    except KeyError:
        raise MoveNotOpen(state, move) from None


def local_day(at: datetime) -> date:
    """The day in China at the moment `at`: the day a document bears."""
    return at.astimezone(CHINA).date()


def valid_until(valid_from: date, years: int | None) -> date | None:
    """The last good day of a licence of `years` full years, or None for a long-term one (长期).

    Five years from 2026-11-21 end with 2031-11-20; a period from 29 February ends with 28 February.
    """
    if years is None:
        return None
    try:
        same_day = valid_from.replace(year=valid_from.year + years)
    except ValueError:
        same_day = date(valid_from.year + years, 3, 1)
    return same_day - timedelta(days=1)


def standing(state: State, until: date | None, today: date) -> State:
    """The state a reader must be told on `today`: a period that ran out counts before anybody records it."""
    ran_out = until is not None and today > until
    return State.EXPIRED if ran_out and state in {State.VALID, State.SUSPENDED} else state
