"""情形引导 and sample answers: what a reader's answers mean, and forms filled in from their own definition."""

import itertools

import pytest

from services.catalogue import commands, papering, samples, situations
from services.catalogue.answers import check
from services.catalogue.codes import QuestionType as T
from services.catalogue.conditions import Outcome
from services.catalogue.rows import owner
from tests.unit.catalogue.building import TODAY, every_type

ITEMS = {item.code: item for item in commands.shipped()}
GUIDED = {code: item for code, item in ITEMS.items() if item.situations}


def needed(code, **chosen):
    item = GUIDED[code]
    values = situations.known(item.situations, item.form, chosen)
    return {
        one.code: situations.applies(one.ask_when, item.form, values, today=TODAY) for one in item.materials
    }


def test_five_items_and_more_are_guided():
    assert set(GUIDED) >= {
        *("food-business", "provident-fund-withdrawal", "residence-permit"),
        *("property-registration", "pension"),
    }


@pytest.mark.parametrize("code", GUIDED)
def test_every_way_through_the_questions_ends_and_its_answers_fit_the_form(code):
    item = GUIDED[code]
    asked = item.situations.questions
    barred = set()
    for way in itertools.product(*([option.value for option in one.options] for one in asked)):
        given = dict(zip([one.key for one in asked], way, strict=True))
        standing = situations.stand(item.situations, given, today=TODAY)
        assert standing.settled
        if standing.barrier:
            barred.add(standing.barrier.key)
            continue
        typed = situations.carried(item.situations, item.form, standing.chosen)
        checked = check(item.form, typed, today=TODAY, complete=False)
        assert checked.mistakes == ()
        assert {owner(name) for name in typed} <= set(checked.asked)
    assert barred == {one.key for one in item.situations.barriers}


@pytest.mark.parametrize("code", GUIDED)
def test_where_to_go_instead_exists(code):
    assert all(one.item is None or one.item in ITEMS for one in GUIDED[code].situations.barriers)


def test_answers_that_were_never_offered_do_not_count():
    item = GUIDED["food-business"]
    standing = situations.stand(item.situations, {"registered": "perhaps", "sells": "made"}, today=TODAY)
    assert (standing.chosen, standing.following.key) == ({}, "registered")


def test_the_list_holds_what_this_situation_needs():
    sale = needed("property-registration", matter="transfer", way="sale")
    assert sale["sale-contract"] is Outcome.MET
    assert sale["gift-or-inheritance"] is Outcome.NOT_MET
    new = needed("property-registration", matter="first")
    assert new["source-of-right"] is Outcome.MET
    assert new["sale-contract"] is Outcome.NOT_MET  # how it was transferred is not asked at all
    assert needed("property-registration")["sale-contract"] is Outcome.UNKNOWN


@pytest.mark.parametrize("code", ITEMS)
def test_sample_answers_are_complete_and_right(code):
    form = ITEMS[code].form
    assert check(form, samples.sample(form, today=TODAY), today=TODAY, complete=True).mistakes == ()


def test_sample_answers_fit_every_type_but_files():
    form = every_type()
    found = check(form, samples.sample(form, today=TODAY), today=TODAY, complete=True)
    wrong = {form.question(owner(one.key)).type for one in found.mistakes}
    assert wrong == {T.FILE}


@pytest.mark.parametrize("code", ITEMS)
def test_the_paper_form_holds_every_question_blank_and_those_asked_when_filled(code):
    item = ITEMS[code]
    blank = [line for block in papering.blank(item) for line in block.lines]
    assert len(blank) == len(list(item.form.questions()))
    typed = samples.sample(item.form, today=TODAY)
    full = [line.label for block in papering.filled(item, typed, today=TODAY) for line in block.lines]
    asked = check(item.form, typed, today=TODAY, complete=False).asked
    assert full == [item.form.question(key).label.zh for key in asked]
