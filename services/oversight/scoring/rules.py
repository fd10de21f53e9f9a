"""How a month is scored: a hundred points, what is taken off and what is added. Pure.

The measure is of the kind in use in Shenzhen (domain.md 5.4): three warnings −3, a yellow card −5, a red card −10;
finished early ≥ 10 % +1 and +1 for every further 10 %; limits promised ≥ 30 % shorter than the law's +3 and +1 for
every further 10 %. What was retracted counts against nobody. Half-years and years are means of months.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.oversight.rules import FEWEST, Rate

BASE = 100
PER_THREE_WARNINGS, PER_YELLOW, PER_RED = 3, 5, 10
STEP = 10
"""Hundredths that make a further point."""
EARLY_FROM, SHORTENED_FROM, SHORTENED_FIRST = 10, 30, 3


class Ground(StrEnum):
    WARNINGS = "warnings"  # 预警
    YELLOW = "yellow"  # 黄牌
    RED = "red"  # 红牌
    EARLY = "early"  # 提前办结
    SHORTENED = "shortened"  # 承诺时限压缩


@dataclass(frozen=True, slots=True)
class Month:
    """What happened: warnings and cards that stand, cases finished early of those finished, days saved of the law's."""

    warnings: int = 0
    yellow: int = 0
    red: int = 0
    early: Rate = Rate(0, 0)  # noqa: RUF009  a frozen value
    saved: Rate = Rate(0, 0)  # noqa: RUF009  a frozen value


@dataclass(frozen=True, slots=True)
class Line:
    """One ground: `amount` is a count of warnings or cards, or hundredths; None where the sample is too small."""

    ground: Ground
    amount: int | None
    points: int


@dataclass(frozen=True, slots=True)
class Score:
    lines: Sequence[Line]

    @property
    def total(self) -> int:
        """Never below zero."""
        return max(0, BASE + sum(line.points for line in self.lines))


def score(month: Month) -> Score:
    early = _hundredths(month.early, FEWEST)
    saved = _hundredths(month.saved, 1)
    return Score(
        (
            Line(Ground.WARNINGS, month.warnings, -PER_THREE_WARNINGS * (month.warnings // 3)),
            Line(Ground.YELLOW, month.yellow, -PER_YELLOW * month.yellow),
            Line(Ground.RED, month.red, -PER_RED * month.red),
            Line(Ground.EARLY, early, _bonus(early, EARLY_FROM, 1)),
            Line(Ground.SHORTENED, saved, _bonus(saved, SHORTENED_FROM, SHORTENED_FIRST)),
        )
    )


def _hundredths(rate: Rate, least: int) -> int | None:
    """A share in whole hundredths, rounded down; None for fewer than `least`."""
    return rate.numerator * 100 // rate.denominator if rate.denominator >= least else None


def _bonus(share: int | None, begins: int, first: int) -> int:
    return 0 if share is None or share < begins else first + (share - begins) // STEP
