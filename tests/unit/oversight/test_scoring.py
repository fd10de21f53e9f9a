"""A month in points: nine parts, what is taken off each and what is added; small samples and no source count for nothing."""

import pytest

from services.oversight.checks.rules import ALL
from services.oversight.rules import EVENTS, RULES, CardKind, Rate
from services.oversight.scoring.rules import BASE, POINTS, Month, Part, mean, part_of, score

YELLOW, RED = CardKind.YELLOW, CardKind.RED
COUNTED = BASE - 30
"""Without openness and attitude, which have no source, and satisfaction, of which there are too few ratings."""


def test_the_nine_parts_make_a_hundred():
    assert sum(POINTS.values()) == BASE
    assert len(POINTS) == len(Part) == 9


@pytest.mark.parametrize(
    ("month", "reached"),
    [
        (Month(), COUNTED),
        (Month(warnings={Part.TIME: 2}), COUNTED),
        (Month(warnings={Part.TIME: 7}), COUNTED - 6),
        (Month(cards={(Part.TIME, YELLOW): 1, (Part.FEES, YELLOW): 1}), COUNTED - 10),
        (Month(cards={(Part.TIME, RED): 9}), COUNTED - 14),
        (Month(cards={(part, RED): 9 for part in Part}), 0),
        (Month(discipline={Part.INTEGRITY: 50}), COUNTED - 50),
        (Month(early=Rate(1, 10)), COUNTED + 1),
        (Month(early=Rate(39, 100)), COUNTED + 3),
        (Month(early=Rate(4, 4)), COUNTED),
        (Month(saved=Rate(29, 100)), COUNTED),
        (Month(saved=Rate(59, 100)), COUNTED + 5),
        (Month(incomplete=Rate(3, 100)), COUNTED - 3),
        (Month(incomplete=Rate(50, 100)), COUNTED - 5),
        (Month(satisfied=Rate(9, 10)), COUNTED + 9),
        (Month(satisfied=Rate(4, 4)), COUNTED),
    ],
)
def test_a_month_is_worth_so_many_points(month, reached):
    assert score(month).reached == reached


def test_a_sum_is_converted_from_the_points_it_stands_on():
    clean = score(Month())
    assert (clean.counted, clean.total) == (COUNTED, 100.0)
    rated = score(Month(satisfied=Rate(5, 10), cards={(Part.FEES, YELLOW): 1}))
    assert (rated.counted, rated.reached, rated.total) == (80, 70, 87.5)
    assert mean([clean, rated]) == 93.8
    assert mean([]) is None
    assert clean.quiet
    assert not rated.quiet
    assert not score(Month(early=Rate(5, 5))).quiet


def test_each_part_keeps_its_own_grounds():
    lines = {line.part: line for line in score(Month({Part.TIME: 3}, {(Part.LAW, RED): 2})).lines}
    assert (lines[Part.TIME].left, lines[Part.TIME].warnings) == (11, 3)
    assert (lines[Part.LAW].left, lines[Part.LAW].red) == (0, 2)
    assert lines[Part.OPENNESS].left is lines[Part.ATTITUDE].left is lines[Part.SATISFACTION].left is None


def test_every_rule_belongs_to_a_part():
    parts = {one.id: part_of(one.id) for one in (*ALL, *RULES, *EVENTS)}
    assert {parts[rule] for rule in ("T1", "T0Y", "T2R", "T4", "E1R", "J1")} == {Part.TIME}
    assert {parts["M1"], parts["M2"]} == {Part.FEES}
    assert {parts["C1"], parts["C2"], parts["H1"]} == {Part.LAW}
    assert {parts[rule] for rule in ("F4", "B1", "S1", "Q1", "R1", "C3", "E2Y")} == {Part.PROCESS}
    assert part_of("T5R") is Part.SUPERVISION
