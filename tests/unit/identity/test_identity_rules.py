"""Roles, pauses, ages and names: the rules of identity."""

from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity import rules
from identity.actor import STAFF, Role
from identity.errors import RolesIncompatible, TooYoung
from identity.rules import ADMINISTRATORS, OrganisationKind


@pytest.mark.parametrize("size", range(len(Role) + 1))
def test_every_set_of_roles_is_judged(size):
    for chosen in map(frozenset, combinations(Role, size)):
        allowed = bool(chosen) and chosen <= STAFF and len(chosen & ADMINISTRATORS) <= 1
        if allowed:
            assert rules.check_roles(chosen) == chosen
        else:
            with pytest.raises(RolesIncompatible) as refused:
                rules.check_roles(chosen)
            assert refused.value.roles == {role.value for role in chosen}


def test_the_wait_only_grows_and_begins_at_the_fifth_failure():
    waits = [rules.pause_after(failures) for failures in range(40)]
    assert waits == sorted(waits)
    assert waits[4] == timedelta(0)
    assert waits[5] == timedelta(minutes=1)
    assert waits[-1] == timedelta(hours=1)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("91520115MADEM0011Q", OrganisationKind.ENTERPRISE),
        ("92520103MADEM00119", OrganisationKind.SOLE_TRADER),
        ("93520103MADEM00119", OrganisationKind.COOPERATIVE),
        ("11520100MADEM00119", OrganisationKind.PUBLIC_BODY),
        ("12520100MADEM00119", OrganisationKind.INSTITUTION),
        ("52520100MADEM00112", OrganisationKind.SOCIAL),
        ("N1520100MADEM00112", OrganisationKind.OTHER),
    ],
)
def test_the_credit_code_says_what_an_organisation_is(code, kind):
    assert rules.kind_of(code) is kind


@pytest.mark.parametrize(
    ("on", "age"),
    [(date(2020, 6, 1), 0), (date(2034, 5, 31), 13), (date(2034, 6, 1), 14), (date(2034, 6, 2), 14)],
)
def test_a_year_is_full_on_the_birthday(on, age):
    assert rules.age("520102202006010089", on) == age


def test_born_on_a_leap_day_one_is_older_on_the_first_of_march():
    assert rules.age("520181197602290023", date(1990, 2, 28)) == 13
    assert rules.age("520181197602290023", date(1990, 3, 1)) == 14


def test_a_child_has_no_account_of_its_own():
    rules.check_age("520102202006010089", date(2034, 6, 1))
    with pytest.raises(TooYoung):
        rules.check_age("520102202006010089", date(2034, 5, 31))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" 示例甲 ", "示例甲"),
        ("阿不都·热合曼", "阿不都·热合曼"),
        ("䶮𬎆㛃𠅤", "䶮𬎆㛃𠅤"),
        ("Anna  Maria\tSample", "Anna Maria Sample"),
        ("e\u0301", "é"),
        ("\uf900", "豈"),
    ],
)
def test_a_name_is_kept_as_it_is_written(typed, name):
    assert rules.person_name(typed) == name


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "missing"),
        (" \n", "missing"),
        ("甲" * 101, "too-long"),
        ("甲\x00", "characters"),
        ("甲\u202e乙", "characters"),
    ],
)
def test_what_is_no_name_is_refused(typed, why):
    with pytest.raises(ValueError, match=f"^{why}$"):
        rules.person_name(typed)


@pytest.mark.parametrize("typed", ["Clerk-1", "a.b_c", "market-window "])
def test_a_login_name_is_kept_in_small_letters(typed):
    assert rules.login_name(typed) == typed.strip().lower()


@given(
    st.from_regex(r"[0-9+].*", fullmatch=True)
    | st.sampled_from(["", "ab", "a b c", "甲乙丙", "a" * 41, "abc@d"])
)
def test_a_login_name_is_never_mistaken_for_a_number(typed):
    with pytest.raises(ValueError, match="format"):
        rules.login_name(typed)
