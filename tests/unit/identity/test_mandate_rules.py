"""What a mandate may be, and when somebody is known surely enough."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from identity.actor import Actor, Party, PartyKind, Role
from identity.mandates import rules
from identity.mandates.errors import (
    ChildNeedsGuardian,
    LevelTooLow,
    NotAChild,
    PeriodWrong,
    PowerMissing,
    ScopeWrong,
)
from identity.mandates.rules import Kind, Proof
from identity.rules import Level

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
GROWN = "520102199001010018"
CHILD = "520102202006010089"
LEAPLING = "520101200002290014"


def actor(*, limited: tuple[str, ...] | None = None) -> tuple[Actor, Party]:
    own, firm = uuid4(), Party(PartyKind.ORGANISATION, uuid4(), "示例餐饮有限公司")
    within = frozenset() if limited is None else frozenset({(firm.id, frozenset(limited))})
    made = Actor(
        own,
        "示例甲",
        frozenset({Role.CITIZEN}),
        firm,
        parties=frozenset({own, firm.id}),
        within=within,
    )
    return made, firm


def test_everything_may_be_done_for_oneself_and_under_a_full_mandate() -> None:
    who, firm = actor()
    assert rules.may_act(who, who.person_id, "food-business")
    assert rules.may_act(who, firm.id, "food-business")
    assert not rules.may_act(who, uuid4(), "food-business")
    assert who.whole == {who.person_id, firm.id}


def test_a_mandate_for_named_items_covers_these_and_nothing_else() -> None:
    who, firm = actor(limited=("food-business",))
    assert rules.may_act(who, firm.id, "food-business")
    with pytest.raises(PowerMissing):
        rules.require_power(who, firm.id, "road-freight")
    assert who.whole == {who.person_id}


def test_a_scope_names_items_once_or_is_everything() -> None:
    assert rules.scope(["b", "a", "b"]) == ["a", "b"]
    assert rules.scope(["a", "*"]) == ["*"]
    with pytest.raises(ScopeWrong):
        rules.scope([])


def test_a_guardian_acts_until_the_child_is_of_age() -> None:
    ends = rules.period(Kind.GUARDIAN, CHILD, None, AT)
    assert ends is not None
    assert ends.isoformat() == "2038-06-01T00:00:00+08:00"
    with pytest.raises(NotAChild):
        rules.period(Kind.GUARDIAN, GROWN, None, AT)
    assert rules.under_age(CHILD, ends - timedelta(seconds=1))
    assert not rules.under_age(CHILD, ends)


def test_somebody_born_on_29_february_is_of_age_on_1_march() -> None:
    assert rules.full_age_at(LEAPLING).isoformat() == "2018-03-01T00:00:00+08:00"


def test_nobody_but_a_guardian_acts_for_a_child() -> None:
    with pytest.raises(ChildNeedsGuardian):
        rules.period(Kind.CHILD, CHILD, AT + timedelta(days=30), AT)


@pytest.mark.parametrize("until", [None, AT, AT - timedelta(days=1), AT + timedelta(days=1099)])
def test_a_mandate_ends_after_it_began_and_within_three_years(until: datetime | None) -> None:
    with pytest.raises(PeriodWrong):
        rules.period(Kind.AGENT, GROWN, until, AT)


def test_a_legal_representative_acts_until_the_register_says_otherwise() -> None:
    assert rules.period(Kind.REPRESENTATIVE, None, None, AT) is None


@pytest.mark.parametrize(
    ("confirmed", "named", "verified"),
    [
        ((Proof.PHONE, Proof.SOCIAL_CARD), True, True),
        ((Proof.PHONE, Proof.PHONE), True, False),
        ((Proof.PHONE,), True, False),
        (tuple(Proof), False, False),
    ],
)
def test_the_name_and_two_proofs_make_somebody_verified(
    confirmed: tuple[Proof, ...], named: bool, verified: bool
) -> None:
    assert rules.proved(confirmed, named_right=named) is verified


def test_a_higher_level_does_for_a_lower_one() -> None:
    rules.require_level(Level.IN_PERSON, Level.REGISTRY)
    with pytest.raises(LevelTooLow):
        rules.require_level(Level.REGISTRY, Level.IN_PERSON)
