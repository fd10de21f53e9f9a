"""What may happen to a licence and until when it is good. Values in, values or refusals out."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from licensing.errors import MoveNotOpen, ReasonMissing, RenewalNotOpen, ShareUnsound

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
    SUPERSEDE = "supersede"  # a later version was sealed: this one is 失效


MOVES = {
    (State.INTENDED, Move.ISSUE): State.VALID,
    (State.INTENDED, Move.CANCEL): State.CANCELLED,
    (State.VALID, Move.SUSPEND): State.SUSPENDED,
    (State.VALID, Move.REVOKE): State.REVOKED,
    (State.VALID, Move.CANCEL): State.CANCELLED,
    (State.VALID, Move.EXPIRE): State.EXPIRED,
    (State.VALID, Move.SUPERSEDE): State.EXPIRED,
    (State.SUSPENDED, Move.RESTORE): State.VALID,
    (State.SUSPENDED, Move.REVOKE): State.REVOKED,
    (State.SUSPENDED, Move.CANCEL): State.CANCELLED,
    (State.SUSPENDED, Move.EXPIRE): State.EXPIRED,
    # Suspended while its later version waited for the seal: the suspension goes over to that one.
    (State.SUSPENDED, Move.SUPERSEDE): State.EXPIRED,
}


class Edition(StrEnum):
    """Why a licence gets a later version (GB/T 36904 版本号): the number stays, the version counts on."""

    CHANGE = "change"  # 变更
    RENEWAL = "renew"  # 延续
    REPLACEMENT = "replace"  # 补发


EDITIONS = frozenset(
    {
        (State.VALID, Edition.CHANGE),
        (State.VALID, Edition.RENEWAL),
        (State.VALID, Edition.REPLACEMENT),
        # Asked for in time and decided late: silence counted as consent (行政许可法 50).
        (State.EXPIRED, Edition.RENEWAL),
    }
)
"""Which standing licences may get which later version."""


class RenewalWindow(StrEnum):
    """What the day of an application means for a renewal (行政许可法 50)."""

    UNLIMITED = "unlimited"  # nothing to renew
    OPEN = "open"  # in time
    LATE = "late"  # less than the notice before the end
    OVER = "over"  # the period had ended


class Refusal(StrEnum):
    """Why a presentation code was refused: kept for the record, never told to who tried it."""

    UNKNOWN = "unknown"  # nobody made it
    USED = "used"
    LATE = "late"  # older than a minute
    CROWDED = "crowded"  # too many wrong ones from there: it was not even looked at


class Trust(StrEnum):
    """How far a licence in the library may be trusted (可信等级, guide of 国办函〔2016〕108号)."""

    A = "A"  # made by the organ that issued it
    B = "B"  # entered from a paper that was held against the organ's own record


class ImportOutcome(StrEnum):
    """What became of one row of a file of existing licences."""

    WAITING = "waiting"
    TAKEN = "taken"
    REFUSED = "refused"


PRESENTATION_LIFE = timedelta(seconds=60)
"""How long a one-time presentation code (亮证码) lives."""


def next_state(state: State, move: Move) -> State:
    """The state after `move`. Raises MoveNotOpen for every pair the table does not name."""
    try:
        return MOVES[state, move]
    except KeyError:
        raise MoveNotOpen(state, move) from None


def require_edition(standing: State, edition: Edition) -> None:
    """Raises MoveNotOpen where a licence that stands like this cannot get such a later version."""
    if (standing, edition) not in EDITIONS:
        raise MoveNotOpen(standing, edition)


def require_reason(reason: str, basis: str) -> tuple[str, str]:
    """Reason and legal basis without blanks around them. Raises ReasonMissing("reason" | "basis")."""
    told = {"reason": reason.strip(), "basis": basis.strip()}
    for part, text in told.items():
        if not text:
            raise ReasonMissing(part)
    return told["reason"], told["basis"]


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


def renewal_window(until: date | None, applied_on: date, notice: int = 30) -> RenewalWindow:
    """Whether a renewal asked for on `applied_on` is in time: `notice` days before the period ends
    (行政许可法 50: 届满三十日前, counted in calendar days).

    A period that ends with 2026-12-31 must be renewed by 2026-12-01.
    """
    if until is None:
        return RenewalWindow.UNLIMITED
    if applied_on > until:
        return RenewalWindow.OVER
    return RenewalWindow.OPEN if applied_on <= until - timedelta(days=notice) else RenewalWindow.LATE


def require_renewal(until: date | None, applied_on: date, notice: int = 30) -> date:
    """The last good day of a period whose renewal was asked for in time. Raises RenewalNotOpen."""
    window = renewal_window(until, applied_on, notice)
    if until is None or window is not RenewalWindow.OPEN:
        raise RenewalNotOpen(window)
    return until


def renewal_deemed(until: date | None, applied_on: date, today: date, notice: int = 30) -> bool:
    """Whether a renewal asked for in time and still undecided counts as granted (逾期未作决定的，视为准予延续)."""
    return (
        until is not None
        and today > until
        and renewal_window(until, applied_on, notice) is RenewalWindow.OPEN
    )


def renewed_from(until: date, decided_on: date) -> date:
    """The first day of the renewed period: that of the decision, or, decided late, the day after the old one."""
    return min(decided_on, until + timedelta(days=1))


def ran_out_at(until: date) -> datetime:
    """The moment a period ended: the midnight after its last good day, in China."""
    return datetime.combine(until + timedelta(days=1), time.min, CHINA)


def standing(state: State, until: date | None, today: date) -> State:
    """The state a reader must be told on `today`: a period that ran out counts before anybody records it."""
    ran_out = until is not None and today > until
    return State.EXPIRED if ran_out and state in {State.VALID, State.SUSPENDED} else state


def status_value(state: State) -> int:
    """What a published status list says (IETF Token Status List 7.1): 0 valid, 1 invalid, 2 suspended.

    One that waits for its seal says 0: nobody holds its file yet.
    """
    return {State.VALID: 0, State.INTENDED: 0, State.SUSPENDED: 2}.get(state, 1)


def share_until(days: int, at: datetime) -> datetime:
    """When a licence shown for so many days is no longer shown. Raises ShareUnsound outside 1 to 90."""
    if not 1 <= days <= LONGEST_SHARE:
        raise ShareUnsound("days")
    return at + timedelta(days=days)


LONGEST_SHARE = 90
"""Days for which a licence may be shared at once."""
REMIND_BEFORE = 60
"""Days before the end of a period its holder is reminded: a month before the last day to ask for a renewal."""
