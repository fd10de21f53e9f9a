import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.actor import Role
from services.applications import rules
from services.applications.errors import (
    AcceptorMayNotDecide,
    AlreadySpoke,
    NotYourDeed,
    ReasonMissing,
    StepNotOpen,
)
from services.applications.rules import MOVES, OPEN, ROLES, Deed, State


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("deed", Deed)
def test_every_pair_of_state_and_deed_is_a_move_or_a_refusal(state, deed):
    if (state, deed) in MOVES:
        assert rules.next_state(state, deed) is MOVES[state, deed]
        assert deed in rules.open_deeds(state)
    else:
        with pytest.raises(StepNotOpen):
            rules.next_state(state, deed)
        assert deed not in rules.open_deeds(state)


def test_every_state_can_be_reached_and_every_deed_is_somewhere_open():
    assert set(MOVES.values()) | {State.DRAFT} == set(State)
    assert {deed for _, deed in MOVES} == set(Deed)


def test_what_is_over_stays_over():
    """Only the law takes a grant back (行政许可法 69, 70); archiving and a person's second look change nothing."""
    after = {Deed.ARCHIVE, Deed.VERIFY_COMMITMENT, Deed.REVOKE, Deed.CANCEL}
    after |= {Deed.ASK_FOR_A_PERSON, Deed.REVIEW_DECISION}
    for state in rules.CLOSED:
        assert rules.open_deeds(state) <= (after if state is State.DELIVERED else {Deed.ARCHIVE})
        assert rules.next_state(state, Deed.ARCHIVE) is state
        assert state not in OPEN
    assert {state for state in State if state not in OPEN | rules.CLOSED} == {
        State.DRAFT,
        State.GRANTED,
        State.REFUSED,
    }


def test_a_decision_is_made_only_from_an_accepted_case():
    for deed in (Deed.GRANT, Deed.REFUSE):
        assert {state for state, one in MOVES if one is deed} == {State.ACCEPTED}


@pytest.mark.parametrize("deed", sorted(ROLES))
@pytest.mark.parametrize("role", Role)
def test_a_deed_is_done_only_by_its_roles(deed, role):
    if role.value in ROLES[deed]:
        rules.require_role(deed, {role})
    else:
        with pytest.raises(NotYourDeed):
            rules.require_role(deed, {role})


def test_officers_deeds_and_applicants_deeds_are_all_there_are():
    assert set(ROLES) | rules.APPLICANTS_DEEDS | rules.PORTALS_DEEDS == set(Deed)
    assert not set(ROLES) & (rules.APPLICANTS_DEEDS | rules.PORTALS_DEEDS)


@given(st.text(alphabet=" \t\n　", max_size=20))
def test_a_blank_reason_is_no_reason(text):
    for deed in rules.REASONED:
        with pytest.raises(ReasonMissing):
            rules.require_reason(deed, text)


def test_a_deed_that_needs_no_reason_takes_none():
    assert rules.require_reason(Deed.GRANT, "  ") == ""


def test_who_received_may_not_decide_whatever_else_they_are():
    rules.require_separation("1", "b", ["a"])
    with pytest.raises(AcceptorMayNotDecide):
        rules.require_separation("1", "a", ["b", "a"])


def test_the_same_person_twice_is_one_person():
    rules.require_second_person("inspect", "b", {"a"})
    with pytest.raises(AlreadySpoke):
        rules.require_second_person("inspect", "a", {"a"})
