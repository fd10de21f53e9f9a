from hypothesis import given
from hypothesis import strategies as st

from services.sharing.breaker import FAILURES, REST, BreakerState, Position


def broken(at=0.0):
    state = BreakerState()
    for _ in range(FAILURES):
        assert state.admit(at)
        state.note(success=False, now=at)
    return state


def test_a_few_failures_change_nothing_and_a_success_forgets_them():
    state = BreakerState()
    for _ in range(3):
        for _ in range(FAILURES - 1):
            state.note(success=False, now=0)
        state.note(success=True, now=0)
    assert state.position(0) is Position.CLOSED
    assert state.admit(0)


def test_after_five_failures_the_partner_is_left_alone_for_its_rest():
    state = broken()
    assert state.position(1) is Position.OPEN
    assert not state.admit(REST - 0.1)


def test_after_the_rest_one_call_tries_and_the_others_still_wait():
    state = broken()
    assert state.admit(REST)
    assert state.position(REST) is Position.TRIAL
    assert not state.admit(REST)


def test_a_successful_trial_closes_it_and_a_failed_one_starts_the_rest_anew():
    state = broken()
    state.admit(REST)
    state.note(success=False, now=REST)
    assert not state.admit(REST + 1)
    assert state.admit(2 * REST)
    state.note(success=True, now=2 * REST)
    assert state.admit(2 * REST)
    assert state.admit(2 * REST)


def test_a_trial_that_never_came_back_does_not_keep_it_open_for_ever():
    state = broken()
    assert state.admit(REST)
    assert state.admit(2 * REST)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 5)), max_size=60))
def test_it_is_never_open_without_as_many_failures_and_never_for_ever(calls):
    state, now, failures = BreakerState(), 0.0, 0
    for success, pause in calls:
        now += pause
        if state.admit(now):
            state.note(success=success, now=now)
            failures = 0 if success else failures + 1
        else:
            assert failures >= FAILURES
    assert state.admit(now + 2 * REST)
