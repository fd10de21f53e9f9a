from datetime import UTC, date, datetime

import pytest

from licensing import rules
from licensing.errors import MoveNotOpen, ReasonMissing, RenewalNotOpen
from licensing.rules import EDITIONS, MOVES, Edition, Move, RenewalWindow, State


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


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("edition", Edition)
def test_every_later_version_is_open_or_refused(state, edition):
    if (state, edition) in EDITIONS:
        rules.require_edition(state, edition)
    else:
        with pytest.raises(MoveNotOpen) as caught:
            rules.require_edition(state, edition)
        assert (caught.value.state, caught.value.move) == (state, edition)


def test_only_what_is_valid_gets_a_later_version_except_a_renewal_decided_late():
    assert {state for state, _ in EDITIONS} == {State.VALID, State.EXPIRED}
    assert [edition for state, edition in EDITIONS if state is State.EXPIRED] == [Edition.RENEWAL]


UNTIL = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("until", "applied_on", "window"),
    [
        (None, date(2026, 11, 21), RenewalWindow.UNLIMITED),
        (UNTIL, date(2026, 1, 1), RenewalWindow.OPEN),
        (UNTIL, date(2026, 12, 1), RenewalWindow.OPEN),
        (UNTIL, date(2026, 12, 2), RenewalWindow.LATE),
        (UNTIL, UNTIL, RenewalWindow.LATE),
        (UNTIL, date(2027, 1, 1), RenewalWindow.OVER),
    ],
)
def test_a_renewal_is_asked_for_thirty_days_before_the_end(until, applied_on, window):
    assert rules.renewal_window(until, applied_on) is window
    if window is RenewalWindow.OPEN:
        assert rules.require_renewal(until, applied_on) == until
    else:
        with pytest.raises(RenewalNotOpen) as caught:
            rules.require_renewal(until, applied_on)
        assert caught.value.window == window


def test_rules_on_a_type_may_set_another_notice():
    assert rules.renewal_window(UNTIL, date(2026, 12, 20), notice=10) is RenewalWindow.OPEN
    assert rules.renewal_window(UNTIL, date(2026, 12, 1), notice=90) is RenewalWindow.LATE


def test_silence_on_a_renewal_asked_for_in_time_is_consent():
    in_time, late = date(2026, 12, 1), date(2026, 12, 2)
    assert rules.renewal_deemed(UNTIL, in_time, date(2027, 1, 1))
    assert not rules.renewal_deemed(UNTIL, in_time, UNTIL)
    assert not rules.renewal_deemed(UNTIL, late, date(2027, 1, 1))
    assert not rules.renewal_deemed(None, in_time, date(2027, 1, 1))


def test_a_renewed_period_leaves_no_gap():
    assert rules.renewed_from(UNTIL, date(2026, 12, 10)) == date(2026, 12, 10)
    assert rules.renewed_from(UNTIL, date(2027, 1, 20)) == date(2027, 1, 1)


def test_a_period_ends_at_midnight_in_china():
    assert rules.ran_out_at(UNTIL) == datetime(2026, 12, 31, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(("reason", "basis", "part"), [(" ", "第七十条", "reason"), ("遗失", "\n", "basis")])
def test_a_deed_against_a_licence_needs_reason_and_basis(reason, basis, part):
    with pytest.raises(ReasonMissing) as caught:
        rules.require_reason(reason, basis)
    assert caught.value.part == part


def test_reason_and_basis_lose_the_blanks_around_them():
    assert rules.require_reason(" 遗失 ", "第七十条\n") == ("遗失", "第七十条")
