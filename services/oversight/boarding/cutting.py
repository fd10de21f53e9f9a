"""What a board or a list is narrowed to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.oversight.rules import CaseLight, Rate
from services.workflow.rules import ZONE

Place = tuple[str, str]
"""Department and item."""
Lights = Mapping[Place, Mapping[CaseLight, int]]
Sums = Mapping[str, Mapping[Place, Rate]]
"""Number → place → numerator and denominator."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One department, one item, or neither."""

    department: str | None = None
    item: str | None = None

    def holds(self, department: str, item: str) -> bool:
        return self.department in {None, department} and self.item in {None, item}


@dataclass(frozen=True, slots=True)
class Period:
    """Days in China, both included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), ZONE)

    @property
    def end(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), ZONE)


EVER = Period(date(2000, 1, 1), date(2099, 12, 31))
"""All days that an address may name."""


def dark() -> dict[CaseLight, int]:
    return dict.fromkeys(CaseLight, 0)
