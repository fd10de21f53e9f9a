"""The life of a contract and of what departments have to answer: states and limits. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class AskingState(StrEnum):
    """A contract asked for: waiting, agreed (a contract stands), refused (with reasons), taken back."""

    WAITING = "waiting"
    AGREED = "agreed"
    REFUSED = "refused"
    TAKEN_BACK = "taken-back"


class TicketKind(StrEnum):
    """校核: a value its subject disputes; a subject the register should hold; a use its subject complains of."""

    DISPUTE = "dispute"
    MISS = "miss"
    COMPLAINT = "complaint"


class TicketState(StrEnum):
    """Open; the register or the use was put right; it was right as it was, with reasons."""

    OPEN = "open"
    PUT_RIGHT = "put-right"
    STANDS = "stands"


@dataclass(frozen=True, slots=True)
class Limit:
    """`days` working days, `more` of them once with the data authority's consent; `basis` as configured."""

    days: int
    more: int
    basis: str


UNUSED_DAYS = 90
"""A contract nobody used for so long is shown to supervisors as unused."""
UNUSUAL_TIMES = 3
"""A day with so many times the usual volume is unusual; the usual is the mean of the days before."""
UNUSUAL_LEAST = 20


def unusual(today: int, before: Mapping[str, int], days: int) -> bool:
    """Whether today's volume stands out from the mean of the `days` before it (days without a use count as 0)."""
    usual = sum(before.values()) / days if days else 0
    return today >= UNUSUAL_LEAST and today > UNUSUAL_TIMES * usual
