"""Decided by rules and offered without applying: what the rules say, and until when a person may be asked for."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.applications.elsewhere.rules import receiver
from services.applications.errors import NotDecidedByRules, OfferNotOpen, ReviewTimeOver, ReviewUnderWay
from services.applications.instant import rules as instant
from services.applications.instant.rules import Course
from services.applications.unasked import rules as unasked
from services.applications.unasked.rules import EVERY_DAYS, Look, Standing
from services.catalogue import commands, reforms
from services.catalogue.conditions import Outcome

ITEMS = {item.code: item for item in commands.shipped()}
ALLOWANCE = ITEMS["old-age-allowance"]
TODAY = date(2026, 11, 22)
KNOWN = {
    "hub:population.born_on": "1955-03-15",
    "hub:population.household": "示例市",
    "born_on": date(1955, 3, 15),
}


def judged(**changed):
    known = {key: value for key, value in (KNOWN | changed).items() if value is not None}
    return instant.judged(ALLOWANCE.instant.rules, known, today=TODAY)


def test_all_rules_grant_and_anything_else_is_a_persons_affair():
    assert instant.course(judged()) is Course.GRANTED
    young = judged(**{"hub:population.born_on": "1990-01-01"})
    assert [one.outcome for one in young] == [Outcome.NOT_MET, Outcome.MET, Outcome.MET]
    unknown = judged(**{"hub:population.born_on": None})
    assert unknown[0].outcome is Outcome.UNKNOWN
    assert {instant.course(young), instant.course(unknown), instant.course([])} == {Course.TO_A_PERSON}


@given(st.lists(st.sampled_from(Outcome), min_size=1, max_size=6))
def test_no_list_of_outcomes_ever_refuses(outcomes):
    found = [instant.Judged(str(place), outcome) for place, outcome in enumerate(outcomes)]
    granted = all(outcome is Outcome.MET for outcome in outcomes)
    assert instant.course(found) is (Course.GRANTED if granted else Course.TO_A_PERSON)


def test_the_values_looked_at_are_those_the_rules_name_and_no_more():
    seen = instant.inputs(ALLOWANCE.instant.rules, KNOWN | {"holder_phone": "19900000002", "x": ("a", "b")})
    assert seen == {key: str(value) for key, value in KNOWN.items()}
    assert instant.inputs(ALLOWANCE.instant.rules, {"born_on": ("a", "b")}) == {"born_on": "a、b"}


def test_rules_with_other_words_or_another_limit_have_another_digest():
    rules = ALLOWANCE.instant.rules
    assert reforms.digest(rules) == reforms.digest(tuple(rules))
    assert len({reforms.digest(rules), reforms.digest(rules[:2]), reforms.digest(rules[::-1])}) == 3


@pytest.mark.parametrize(
    ("course", "days", "open_reviews", "refusal"),
    [
        (Course.GRANTED, 0, 0, None),
        (Course.GRANTED, 60, 0, None),
        (Course.GRANTED, 61, 0, ReviewTimeOver),
        (Course.GRANTED, 1, 1, ReviewUnderWay),
        (Course.TO_A_PERSON, 1, 0, NotDecidedByRules),
        (Course.TAKEN_OUT, 1, 0, NotDecidedByRules),
        (None, 1, 0, NotDecidedByRules),
    ],
)
def test_a_person_may_be_asked_for_while_the_remedies_are_open(course, days, open_reviews, refusal):
    def ask():
        instant.require_open("1", course, TODAY, TODAY + timedelta(days=days), open_reviews)

    if refusal is None:
        ask()
    else:
        with pytest.raises(refusal):
            ask()


def test_registers_are_asked_only_for_what_the_rules_look_at():
    assert unasked.looks(ALLOWANCE.unasked.rules) == [Look("population", ("born_on", "household"))]


def test_who_is_entitled():
    rules = ALLOWANCE.unasked.rules
    assert unasked.entitled(rules, KNOWN, today=TODAY)
    assert not unasked.entitled(rules, KNOWN | {"hub:population.household": ""}, today=TODAY)
    assert not unasked.entitled(rules, {}, today=TODAY)
    assert not unasked.entitled((), KNOWN, today=TODAY)


@given(st.uuids(), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_everybody_has_one_day_of_the_week(person, day):
    week = [unasked.looked_at_on(person, day + timedelta(days=one)) for one in range(EVERY_DAYS)]
    assert week.count(True) == 1


def test_an_offer_is_answered_once():
    unasked.require_open(Standing.OPEN, frozenset({Standing.OPEN}), "x")
    for standing in (None, Standing.DECLINED, Standing.CONFIRMED):
        with pytest.raises(OfferNotOpen):
            unasked.require_open(standing, frozenset({Standing.OPEN}), "x")


def test_only_a_named_window_receives_for_another():
    benefit = ITEMS["unemployment-benefit"]
    assert receiver(benefit, frozenset({"11520200MADEM01692"})).code == "11520200MADEM01692"
    assert receiver(benefit, frozenset({"11520100MADEM00381"})) is None
    assert receiver(ALLOWANCE, frozenset({"11520200MADEM01692"})) is None
