"""The steps of a case, from the deeds in its chain: who held it, how long, and how much of that was too late. Pure.

Time that the applicant or a special procedure takes never counts (行政许可法 32, 45). The minutes before an officer took
the case are nobody's: they belong to the queue of the node that waits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from services.oversight.measures.office import Office, end_of


class Kind(StrEnum):
    BEGIN = "begin"  # the applicant hands in, for the first time or again
    TAKE = "take"  # an officer takes the case from a queue
    ACT = "act"  # an officer does what the node asks; the case leaves the desk
    STOP = "stop"  # the clock stops: correction, special procedure, hearing
    GO_ON = "go-on"
    DESK = "desk"  # it moves between desks
    END = "end"


DEEDS: Mapping[str, tuple[Kind, str]] = {
    "application submitted": (Kind.BEGIN, ""),
    "application corrected": (Kind.BEGIN, ""),
    "application claimed": (Kind.TAKE, ""),
    "case handed over": (Kind.DESK, ""),
    "case put back": (Kind.DESK, ""),
    "correction requested": (Kind.STOP, "accept"),
    "application accepted": (Kind.ACT, "accept"),
    "application deemed accepted": (Kind.ACT, "accept"),
    "acceptance refused": (Kind.END, "accept"),
    "no licence needed": (Kind.END, "accept"),
    "step reviewed": (Kind.ACT, "review"),
    "step sent back": (Kind.ACT, "review"),
    "special procedure begun": (Kind.STOP, "review"),
    "hearing called": (Kind.STOP, "review"),
    "special procedure ended": (Kind.GO_ON, ""),
    "hearing closed": (Kind.GO_ON, ""),
    "limit extended": (Kind.DESK, ""),
    "application granted": (Kind.ACT, "decide"),
    "application refused": (Kind.ACT, "decide"),
    "result delivered": (Kind.END, "deliver"),
    "application withdrawn": (Kind.END, ""),
    "application terminated": (Kind.END, ""),
}
"""The deeds that move a case, and the node that each belongs to. Everything else in a chain is no step."""

BESIDE = frozenset(
    {
        *("fee taken", "fee refunded", "fee waived"),
        *("application decided by rules", "person asked for", "decision by rules reviewed"),
    }
)
"""Deeds that no step comes from, which the rules look at."""
READ = BESIDE | DEEDS.keys()

NODES = {"application accepted", "step reviewed", "application granted", "application refused"}
"""Deeds by which a node of the item's own flow is done."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a case's chain. `officer` is the id of whoever did it, empty for the portal and applicants."""

    entry: int
    position: int
    at: datetime
    deed: str
    officer: str
    name: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: from `since` to `at` the case lay with `holder` (None: in a queue, or not with the authority).

    `minutes` counts office time only; `late` the part of it after the limit that ran.
    """

    entry: int
    position: int
    deed: str
    node: str
    officer: str | None
    name: str
    holder: str | None
    since: datetime
    at: datetime
    minutes: int
    late: int


def steps_of(events: Sequence[Event], office: Office) -> list[Step]:
    """The steps of one case, from its entries oldest first."""
    moved = [event for event in events if event.deed in DEEDS]
    walk = _Walk(office)
    return [walk.step(event, _node(moved, place)) for place, event in enumerate(moved)]


def _node(moved: Sequence[Event], place: int) -> str:
    """The node of an event; taking a case belongs to the node that is done next."""
    event = moved[place]
    if DEEDS[event.deed][0] is not Kind.TAKE:
        return str(event.details.get("step") or DEEDS[event.deed][1])
    following = (one for one in moved[place + 1 :] if DEEDS[one.deed][1])
    done = next(following, None)
    return str(done.details.get("step") or DEEDS[done.deed][1]) if done else ""


class _Walk:
    """What is known of the case between two of its events."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.since: datetime | None = None
        self.holder: str | None = None
        self.passed_on = self.stopped = False
        self.due: date | None = None

    def step(self, event: Event, node: str) -> Step:
        kind = DEEDS[event.deed][0]
        since = min(self.since or event.at, event.at)
        holder = self.holder
        if self.passed_on and kind in {Kind.ACT, Kind.STOP}:
            holder = event.officer or None
        counted = not self.stopped and kind is not Kind.BEGIN
        minutes = self.office.between(since, event.at) if counted else 0
        late = self._late(since, event.at) if counted else 0
        self._move(kind, event)
        return Step(
            event.entry,
            event.position,
            event.deed,
            node,
            event.officer or None,
            event.name,
            holder,
            since,
            event.at,
            minutes,
            late,
        )

    def _late(self, since: datetime, at: datetime) -> int:
        if self.due is None:
            return 0
        return self.office.between(max(since, end_of(self.due)), at)

    def _move(self, kind: Kind, event: Event) -> None:
        self.since = event.at
        self.passed_on = event.deed == "case handed over"
        if kind is Kind.TAKE:
            self.holder = event.officer or None
        elif kind is not Kind.DESK or event.deed != "limit extended":
            self.holder = None
        self.stopped = kind is Kind.STOP or (self.stopped and kind not in {Kind.BEGIN, Kind.GO_ON, Kind.END})
        self.due = _due(kind, event, self.due)


def _due(kind: Kind, event: Event, before: date | None) -> date | None:
    """The last day of the limit that runs from here on: as the entry says it, gone once the case is decided."""
    told = event.details.get("due")
    if told and told != "None":
        return date.fromisoformat(str(told)[:10])
    ended = kind in {Kind.STOP, Kind.END, Kind.BEGIN} or event.deed in {
        "application granted",
        "application refused",
    }
    return None if ended else before
