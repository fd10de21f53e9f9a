"""How a month is scored: a hundred points in nine parts, what is taken off each, and what is added. Pure.

The measure is of the kind in use in Shenzhen (domain.md 5.4): three warnings −3, a yellow card −5, a red card −10, in
the part that the rule belongs to and never more than the part has; discipline −10 to −50; incomplete records −1 for
each hundredth, at most −5; finished early ≥ 10 % +1 and +1 for every further 10 %; limits promised ≥ 30 % shorter than
the law's +3 and +1 for every further 10 %. What was retracted counts against nobody. A part that the portal has no
source for counts neither for nor against: the sum is converted (折合系数) from the points it stands on to a hundred.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from services.oversight.rules import FEWEST, CardKind, Rate

BASE = 100
PER_THREE_WARNINGS = 3
PER_CARD: Mapping[CardKind, int] = {CardKind.YELLOW: 5, CardKind.RED: 10}
STEP = 10
"""Hundredths that make a further point."""
EARLY_FROM, SHORTENED_FROM, SHORTENED_FIRST = 10, 30, 3
MOST_INCOMPLETE = 5
DISCIPLINE = (10, 15, 20, 30, 40, 50)
MONTHS = 12
"""As far back as scores are shown and discipline is entered."""


class Part(StrEnum):
    OPENNESS = "openness"  # 政务公开
    PROCESS = "process"  # 流程规范
    TIME = "time"  # 期限合法
    FEES = "fees"  # 收费合理
    SATISFACTION = "satisfaction"  # 满意度
    ATTITUDE = "attitude"  # 服务态度
    SUPERVISION = "supervision"  # 监督检查
    LAW = "law"  # 法律责任
    INTEGRITY = "integrity"  # 廉洁


POINTS: Mapping[Part, int] = {
    Part.OPENNESS: 10,
    Part.PROCESS: 14,
    Part.TIME: 14,
    Part.FEES: 8,
    Part.SATISFACTION: 10,
    Part.ATTITUDE: 10,
    Part.SUPERVISION: 14,
    Part.LAW: 10,
    Part.INTEGRITY: 10,
}
SOURCELESS = frozenset({Part.OPENNESS, Part.ATTITUDE})
"""Nothing in the portal says how open a department is or how it treats people."""
BELONGS: Mapping[str, Part] = {
    **dict.fromkeys(("P1", "T", "E1", "J1"), Part.TIME),
    **dict.fromkeys(("T5",), Part.SUPERVISION),
    **dict.fromkeys(("M",), Part.FEES),
    **dict.fromkeys(("C1", "C2", "H1"), Part.LAW),
}
"""How a rule's name begins → the part it belongs to, the longest beginning first; every other rule is of process."""


def part_of(rule: str) -> Part:
    beginnings = sorted((one for one in BELONGS if rule.startswith(one)), key=len)
    return BELONGS[beginnings[-1]] if beginnings else Part.PROCESS


class Bonus(StrEnum):
    EARLY = "early"  # 提前办结
    SHORTENED = "shortened"  # 承诺时限压缩


@dataclass(frozen=True, slots=True)
class Month:
    """What happened: prompts and cards that stand, by part; points of discipline; shares of cases.

    `satisfied`: satisfied of those who rated; `early`: finished early of those finished; `saved`: days saved of the
    law's; `incomplete`: decided cases whose record does not say that they were accepted.
    """

    warnings: Mapping[Part, int] = field(default_factory=dict)
    cards: Mapping[tuple[Part, CardKind], int] = field(default_factory=dict)
    discipline: Mapping[Part, int] = field(default_factory=dict)
    satisfied: Rate = Rate(0, 0)  # noqa: RUF009  a frozen value
    early: Rate = Rate(0, 0)  # noqa: RUF009  a frozen value
    saved: Rate = Rate(0, 0)  # noqa: RUF009  a frozen value
    incomplete: Rate = Rate(0, 0)  # noqa: RUF009  a frozen value


@dataclass(frozen=True, slots=True)
class Line:
    """One part: its points, what is left of them (None where it is not counted), and the grounds."""

    part: Part
    points: int
    left: int | None
    warnings: int = 0
    yellow: int = 0
    red: int = 0
    discipline: int = 0


@dataclass(frozen=True, slots=True)
class Extra:
    """What is added: `amount` in hundredths, None where the sample is too small."""

    bonus: Bonus
    amount: int | None
    points: int


@dataclass(frozen=True, slots=True)
class Score:
    lines: Sequence[Line]
    extras: Sequence[Extra]
    incomplete: int = 0

    @property
    def quiet(self) -> bool:
        """Whether nothing happened that could be counted: such a month says nothing, and no mean rests on it."""
        early = next((one.amount for one in self.extras if one.bonus is Bonus.EARLY), None)
        grounds = (line.warnings + line.yellow + line.red + line.discipline for line in self.lines)
        rated = any(line.part is Part.SATISFACTION and line.left is not None for line in self.lines)
        return early is None and not rated and not any(grounds) and not self.incomplete

    @property
    def counted(self) -> int:
        """On how many of the hundred points it stands."""
        return sum(line.points for line in self.lines if line.left is not None)

    @property
    def reached(self) -> int:
        """Before it is converted; never below zero."""
        kept = sum(line.left for line in self.lines if line.left is not None)
        return max(0, kept + sum(extra.points for extra in self.extras) - self.incomplete)

    @property
    def factor(self) -> Fraction:
        """折合系数: from the points it stands on to a hundred."""
        return Fraction(BASE, self.counted) if self.counted else Fraction(0)

    @property
    def total(self) -> float:
        """Converted, to one decimal."""
        return round(float(self.reached * self.factor), 1)


def score(month: Month) -> Score:
    early = _hundredths(month.early, FEWEST)
    saved = _hundredths(month.saved, 1)
    extras = (
        Extra(Bonus.EARLY, early, _bonus(early, EARLY_FROM, 1)),
        Extra(Bonus.SHORTENED, saved, _bonus(saved, SHORTENED_FROM, SHORTENED_FIRST)),
    )
    missing = _hundredths(month.incomplete, 1) or 0
    return Score([_line(part, month) for part in Part], extras, min(MOST_INCOMPLETE, missing))


def mean(scores: Sequence[Score]) -> float | None:
    """Half a year or a year: the mean of its months; None without any."""
    return round(sum(one.total for one in scores) / len(scores), 1) if scores else None


def _line(part: Part, month: Month) -> Line:
    points = POINTS[part]
    warnings, discipline = month.warnings.get(part, 0), month.discipline.get(part, 0)
    yellow, red = (month.cards.get((part, kind), 0) for kind in (CardKind.YELLOW, CardKind.RED))
    if part in SOURCELESS:
        return Line(part, points, None)
    if part is Part.SATISFACTION:
        share = _hundredths(month.satisfied, FEWEST)
        return Line(part, points, None if share is None else points * share // 100)
    off = PER_THREE_WARNINGS * (warnings // 3) + PER_CARD[CardKind.YELLOW] * yellow
    off += PER_CARD[CardKind.RED] * red
    # A disciplinary decision counts in full, beyond what the part has.
    return Line(part, points, max(0, points - off) - discipline, warnings, yellow, red, discipline)


def _hundredths(rate: Rate, least: int) -> int | None:
    """A share in whole hundredths, rounded down; None for fewer than `least`."""
    return rate.numerator * 100 // rate.denominator if rate.denominator >= least else None


def _bonus(share: int | None, begins: int, first: int) -> int:
    return 0 if share is None or share < begins else first + (share - begins) // STEP
