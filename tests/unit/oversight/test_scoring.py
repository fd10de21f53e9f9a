"""A month in points: what is taken off, what is added, never below zero, and small samples count for nothing."""

import pytest

from services.oversight.rules import Rate
from services.oversight.scoring.rules import Ground, Month, score


@pytest.mark.parametrize(
    ("month", "total"),
    [
        (Month(), 100),
        (Month(warnings=2), 100),
        (Month(warnings=7), 94),
        (Month(yellow=2, red=1), 80),
        (Month(red=11), 0),
        (Month(early=Rate(1, 10)), 101),
        (Month(early=Rate(39, 100)), 103),
        (Month(early=Rate(4, 4)), 100),
        (Month(early=Rate(5, 5)), 110),
        (Month(saved=Rate(29, 100)), 100),
        (Month(saved=Rate(6, 20)), 103),
        (Month(saved=Rate(59, 100)), 105),
        (Month(warnings=3, yellow=1, red=1, early=Rate(2, 10), saved=Rate(30, 60)), 89),
    ],
)
def test_a_month_is_worth_so_many_points(month, total):
    assert score(month).total == total


def test_every_ground_stands_on_a_line_of_its_own():
    lines = {line.ground: (line.amount, line.points) for line in score(Month(warnings=3, red=2)).lines}
    assert lines == {
        Ground.WARNINGS: (3, -3),
        Ground.YELLOW: (0, 0),
        Ground.RED: (2, -20),
        Ground.EARLY: (None, 0),
        Ground.SHORTENED: (None, 0),
    }
