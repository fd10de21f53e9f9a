"""What a rule is held against: a case's deeds and steps from the ledger, and what its item asks for. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from services.oversight.measures.stepping import Event, Step
from services.workflow.rules import Calendar

Thresholds = Mapping[str, int]
Inputs = dict[str, Any]
DECISIONS = {"application granted", "application refused"}
ACCEPTED = {"application accepted", "application deemed accepted"}
BY_RULES = "application decided by rules"
GRANTS = {"application granted", BY_RULES}
ENDED = {"application withdrawn", "application terminated"}
TURNED_AWAY = {"acceptance refused", "no licence needed"}
STOPS, GOES_ON = {"special procedure begun", "hearing called"}, {"special procedure ended", "hearing closed"}
SHARED = {"hub", "licence"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a case: its deeds and steps from the ledger, and what its item asks for.

    `limits`: working days of each node; `sources`: where each material comes from; `reasons`: deeds whose reason is on
    file; `wanting`: required materials that are not there; `legal_days`: 法定时限 of the decision in working days of
    `calendar`; `joint_by`: the day by which the bundle that the case is part of was to be decided; `at`: the moment
    at which a case still running is looked at.
    """

    number: str
    events: Sequence[Event]
    steps: Sequence[Step] = ()
    flow: Sequence[str] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    on_the_spot: bool = False
    reason_given: bool = True
    wanting: Sequence[str] = ()
    legal_days: int = 0
    calendar: Calendar | None = None
    joint_by: date | None = None
    at: datetime | None = None

    def moments(self, *deeds: str) -> list[datetime]:
        return [event.at for event in self.events if event.deed in deeds]

    def did(self, *deeds: str) -> bool:
        return any(event.deed in deeds for event in self.events)
