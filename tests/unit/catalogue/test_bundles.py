"""One form and one set of materials for several items, and each item's own answers back."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.catalogue import bundles, commands
from services.catalogue.answers import check
from services.catalogue.bundles import pooling
from services.catalogue.conditions import Expression
from tests.unit.catalogue.building import TODAY, right_answers

ITEMS = {item.code: item for item in commands.shipped()}
BUNDLES = {bundle.code: bundle for bundle in bundles.shipped()}
POOLS = {code: pooling.pool(bundle, ITEMS) for code, bundle in BUNDLES.items()}
RESTAURANT, RETIRING = BUNDLES["open-a-restaurant"], BUNDLES["retiring"]


@pytest.mark.parametrize("code", BUNDLES)
def test_every_shipped_bundle_can_be_put_together_and_says_it_is_a_sample(code):
    assert pooling.faults(BUNDLES[code], ITEMS) == []
    assert BUNDLES[code].sample


@pytest.mark.parametrize("code", BUNDLES)
def test_nothing_is_asked_or_handed_in_twice(code):
    whole = POOLS[code]
    questions = [question.key for question in whole.form.questions()]
    facts = [question.source for question in whole.form.questions() if question.source]
    assert len(set(questions)) == len(questions)
    assert len(set(facts)) == len(facts)
    served = [pair for pooled in whole.materials for pair in pooled.serves]
    assert len(set(served)) == len(served)
    assert len({pooled.material.code for pooled in whole.materials}) == len(whole.materials)


@pytest.mark.parametrize("code", BUNDLES)
def test_one_form_is_shorter_than_its_parts(code):
    whole = POOLS[code]
    asked = sum(len(list(ITEMS[item].form.questions())) for item in whole.items)
    papers = sum(len(ITEMS[item].materials) for item in whole.items)
    assert len(list(whole.form.questions())) <= 0.76 * asked
    assert len(whole.materials) <= 0.65 * papers


@pytest.mark.parametrize("code", BUNDLES)
@settings(max_examples=6, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_right_answers_to_the_one_form_are_right_answers_for_every_item(code, data):
    whole = POOLS[code]
    typed = data.draw(right_answers(whole.form))
    assert check(whole.form, typed, today=TODAY, complete=True).mistakes == ()
    for item in whole.items:
        own = pooling.share(BUNDLES[code], ITEMS, whole, item, typed, today=TODAY)
        mistakes = check(ITEMS[item].form, own, today=TODAY, complete=True).mistakes
        # An address told in words may be shorter or longer than the words another item wants: told, never lost.
        told = {f"{item}.{one.key}": one.code for one in mistakes}
        assert told.keys() <= BUNDLES[code].answered_by.keys()
        assert set(told.values()) <= {"too-long", "too-short"}


def test_a_shared_question_is_as_strict_as_the_strictest_it_stands_for():
    born = POOLS["retiring"].form.question("pension__born_on")
    assert born.rules.latest == "today-60y"
    alone = pooling.pool(RETIRING, ITEMS, chosen=[]).form.question("pension__born_on")
    assert alone.rules.latest == ITEMS["pension"].form.question("born_on").rules.latest


def test_items_go_side_by_side_unless_one_needs_another():
    assert POOLS["open-a-restaurant"].promised_days == 0 + 8
    assert POOLS["retiring"].promised_days == 10 + 2


def test_an_item_that_is_not_wanted_leaves_no_question_behind():
    whole = pooling.pool(RETIRING, ITEMS, chosen=["senior-card"])
    assert whole.items == ("pension", "senior-card")
    assert not [key for key in whole.keys if key[0] == "provident-fund-withdrawal"]
    assert not [one for one in whole.materials if "provident-fund-withdrawal" in dict(one.serves)]


def test_what_the_bundle_says_itself_is_not_asked():
    assert "food_business__handler" not in {
        question.key for question in POOLS["open-a-restaurant"].form.questions()
    }
    own = pooling.share(RESTAURANT, ITEMS, POOLS["open-a-restaurant"], "food-business", {}, today=TODAY)
    assert own == {"handler": "legal-representative"}


def test_one_answer_serves_every_item_that_asks():
    whole = POOLS["open-a-restaurant"]
    typed = {
        "enterprise_registration__company_name": "示例餐饮有限公司",
        "enterprise_registration__premises-region": "520102",
        "enterprise_registration__premises-detail": "示例路1号",
    }
    shares = {item: pooling.share(RESTAURANT, ITEMS, whole, item, typed, today=TODAY) for item in whole.items}
    assert shares["food-business"]["firm_name"] == shares["outdoor-sign"]["shop_name"] == "示例餐饮有限公司"
    assert shares["food-business"]["premises"] == "南区示例路1号"
    assert shares["fire-safety-check"]["premises-detail"] == "示例路1号"


def test_a_register_asked_for_two_items_is_asked_once_for_all_fields():
    identity = next(one for one in POOLS["retiring"].materials if one.material.resource == "population")
    assert identity.material.fields == ("name", "sex", "born_on", "address")
    assert len(identity.serves) == 3


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"parts": (bundles.Part(item="no-such-item"),)}, "no-such-item: no such item"),
        ({"parts": (bundles.Part(item="pension"), bundles.Part(item="pension"))}, "pension: twice"),
        ({"parts": (bundles.Part(item="pension", after=("senior-card",)),)}, "senior-card, which does not"),
        ({"same_questions": (("pension.bank", "pension.nothing"),)}, "pension.nothing: no such question"),
        ({"same_questions": (("pension.bank", "pension.born_on"),)}, "of different types"),
        ({"same_materials": (("pension.nothing",),)}, "pension.nothing: no such material"),
        ({"made_on_the_way": ("nowhere.nothing",)}, "nowhere.nothing: no such material"),
    ],
)
def test_a_bundle_that_cannot_be_put_together_says_why(change, fault):
    faults = pooling.faults(msgspec.structs.replace(RETIRING, **change), ITEMS)
    assert any(fault in one for one in faults)


@pytest.mark.parametrize(
    ("when", "decided"),
    [
        (Expression(eq=("withdrawal_reason", "retire")), True),
        (Expression(ne=("withdrawal_reason", "retire")), False),
        (Expression(in_=("withdrawal_reason", ("buy", "retire"))), True),
        (Expression(present="withdrawal_reason"), True),
        (Expression(not_=Expression(present="withdrawal_reason")), False),
        (Expression(and_=(Expression(eq=("withdrawal_reason", "buy")), Expression(present="bank"))), False),
        (Expression(or_=(Expression(eq=("withdrawal_reason", "retire")), Expression(present="bank"))), True),
        (Expression(always=True), True),
    ],
)
def test_conditions_on_what_the_bundle_says_are_decided_at_once(when, decided):
    keys = POOLS["retiring"].keys
    assert pooling.renamed(RETIRING, "provident-fund-withdrawal", when, keys) == Expression(always=decided)


def test_conditions_on_answers_ask_the_one_form():
    when = Expression(and_=(Expression(present="bank"), Expression(eq=("whole_balance", True))))
    assert pooling.renamed(RETIRING, "provident-fund-withdrawal", when, POOLS["retiring"].keys) == Expression(
        and_=(
            Expression(present="pension__bank"),
            Expression(eq=("provident_fund_withdrawal__whole_balance", True)),
        )
    )


def with_rows_that_ask(when):
    """The registration with a last question in every row of shareholders, asked under this condition."""
    item = ITEMS["enterprise-registration"]
    group = item.form.question("shareholders")
    more = msgspec.structs.replace(group.questions[0], key="asked_too", when=when)
    changed = msgspec.structs.replace(group, questions=(*group.questions, more))

    def page(one):
        questions = tuple(changed if each is group else each for each in one.questions)
        return msgspec.structs.replace(one, questions=questions)

    sections = tuple(
        msgspec.structs.replace(section, pages=tuple(map(page, section.pages)))
        for section in item.form.sections
    )
    form = msgspec.structs.replace(item.form, sections=sections)
    return ITEMS | {item.code: msgspec.structs.replace(item, form=form)}


def row_question(definitions):
    whole = pooling.pool(RESTAURANT, definitions)
    group = whole.form.question("enterprise_registration__shareholders")
    return next((one for one in group.questions if one.key == "asked_too"), None)


def test_conditions_inside_a_group_go_by_the_names_of_the_one_form():
    outside = Expression(and_=(Expression(present="company_kind"), Expression(eq=("holder_kind", "firm"))))
    asked = row_question(with_rows_that_ask(outside))
    assert asked.when == Expression(
        and_=(
            Expression(present="enterprise_registration__company_kind"),
            Expression(eq=("holder_kind", "firm")),
        )
    )
    part = RESTAURANT.part("enterprise-registration")
    assert part.fixed == {}
    assert row_question(with_rows_that_ask(Expression(always=False))) is None
