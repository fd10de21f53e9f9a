"""Leave and substitutes: which days, which posts, and what a substitute may take up."""

from datetime import date, timedelta
from itertools import combinations
from uuid import UUID, uuid4

import pytest

from identity import rules
from identity.absences import stand_ins
from identity.actor import STAFF, Actor, Party, PartyKind, Role, StandIn
from identity.errors import AbsenceRefused
from portal.admin.leaving import REFUSED
from services.applications.rules import ROLES, Deed

TODAY = date(2026, 11, 23)
ABSENT, OTHER = uuid4(), uuid4()


def officer(*roles, standing_in=()):
    own = uuid4()
    return Actor(
        own,
        "示例丑",
        frozenset(roles),
        Party(PartyKind.PERSON, own, "示例丑"),
        standing_in=frozenset(standing_in),
    )


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        (0, 0, None),
        (-3, 0, None),
        (5, 9, None),
        (0, 365, None),
        (0, 366, "long"),
        (-9, -1, "past"),
        (3, 2, "order"),
    ],
)
def test_leave_is_of_days_that_come_in_order_and_at_most_a_year(first, last, why):
    days = TODAY + timedelta(first), TODAY + timedelta(last)
    if why is None:
        rules.check_leave(*days, TODAY)
        return
    with pytest.raises(AbsenceRefused) as refused:
        rules.check_leave(*days, TODAY)
    assert (refused.value.field, refused.value.why) == ("last_day", why)


@pytest.mark.parametrize("role", sorted(STAFF), ids=lambda role: role.value)
def test_a_post_is_lent_to_who_holds_it_and_an_administrators_never(role):
    if role in rules.ADMINISTRATORS:
        with pytest.raises(AbsenceRefused, match="not-lent"):
            rules.check_lent([role], [role], [role])
        return
    assert rules.check_lent([role], [role, Role.SECURITY_ADMIN], [role]) == {role}
    others = STAFF - {role}
    with pytest.raises(AbsenceRefused, match="not-lent"):
        rules.check_lent([role], others, [role])
    with pytest.raises(AbsenceRefused, match="substitute: roles"):
        rules.check_lent([role], [role], others)
    with pytest.raises(AbsenceRefused, match="missing"):
        rules.check_lent([], [role], [role])


def test_what_is_told_of_leaves_becomes_the_posts_both_hold():
    def told(person, roles, held):
        return {"id": str(person), "name": "示例子", "roles": roles, "held": held}

    rows = [
        told(ABSENT, ["window", "reviewer"], ["window"]),
        told(ABSENT, ["approver"], ["approver", "window"]),
        told(OTHER, ["window"], ["reviewer"]),
    ]
    own = ["window", "approver", "security-admin"]
    assert stand_ins(rows, own) == {
        StandIn(ABSENT, "示例子", frozenset({Role.WINDOW, Role.APPROVER})),
    }
    assert stand_ins(None, own) == stand_ins(rows, []) == frozenset()


POSTS = [frozenset(pair) for pair in combinations([Role.WINDOW, Role.REVIEWER, Role.APPROVER], 2)]


@pytest.mark.parametrize("deed", sorted(ROLES), ids=lambda deed: deed.value)
def test_a_substitute_takes_up_what_lies_on_the_desk_in_posts_held_and_lent(deed):
    for own in POSTS:
        for lent in POSTS:
            actor = officer(*own, standing_in=[StandIn(ABSENT, "示例子", lent)])
            assert actor.may_take(ABSENT, ROLES[deed]) == any(
                role in own and role in lent for role in map(Role, ROLES[deed])
            )
            assert actor.may_take(None, ROLES[deed])
            assert actor.may_take(actor.person_id, ROLES[deed])
            assert not actor.may_take(OTHER, ROLES[deed])


def test_whose_desk_it_is_stays_known():
    absent = StandIn(ABSENT, "示例子", frozenset({Role.WINDOW}))
    actor = officer(Role.WINDOW, standing_in=[absent])
    assert actor.desks == {actor.person_id, ABSENT}
    assert actor.instead_of(ABSENT) == absent
    assert actor.instead_of(OTHER) is actor.instead_of(None) is None
    alone = officer(Role.WINDOW)
    assert alone.desks == {alone.person_id}
    assert not alone.may_take(UUID(int=0), ROLES[Deed.ACCEPT])


def test_every_refusal_has_words():
    assert set(REFUSED) == {
        ("person", "no-post"),
        *(("last_day", why) for why in ("order", "past", "long", "overlap")),
        *(("roles", why) for why in ("missing", "not-lent")),
        *(("substitute", why) for why in ("oneself", "no-post", "department", "roles", "scope", "absent")),
    }
