from datetime import UTC, date, datetime

import pytest

from licensing import rules
from licensing.errors import MoveNotOpen
from licensing.rules import MOVES, Move, State


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("move", Move)
def test_every_pair_is_a_move_or_a_refusal(state, move):
    if (state, move) in MOVES:
        assert rules.next_state(state, move) is MOVES[state, move]
    else:
        with pytest.raises(MoveNotOpen) as caught:
            rules.next_state(state, move)
        assert (caught.value.state, caught.value.move) == (state, move)


def test_what_has_ended_stays_ended():
    for state in (State.REVOKED, State.CANCELLED, State.EXPIRED):
        assert not [move for begin, move in MOVES if begin is state]


@pytest.mark.parametrize(
    ("start", "years", "end"),
    [
        (date(2026, 11, 21), 5, date(2031, 11, 20)),
        (date(2028, 2, 29), 5, date(2033, 2, 28)),
        (date(2027, 3, 1), 1, date(2028, 2, 29)),
        (date(2026, 1, 1), None, None),
    ],
)
def test_a_period_ends_the_day_before_its_anniversary(start, years, end):
    assert rules.valid_until(start, years) == end


def test_the_day_of_a_licence_is_the_day_in_china():
    assert rules.local_day(datetime(2026, 11, 21, 16, 0, tzinfo=UTC)) == date(2026, 11, 22)


@pytest.mark.parametrize("state", State)
def test_a_period_that_ran_out_counts_before_anybody_records_it(state):
    until, day_after = date(2026, 11, 21), date(2026, 11, 22)
    assert rules.standing(state, until, until) is state
    assert rules.standing(state, None, day_after) is state
    expected = State.EXPIRED if state in {State.VALID, State.SUSPENDED} else state
    assert rules.standing(state, until, day_after) is expected
