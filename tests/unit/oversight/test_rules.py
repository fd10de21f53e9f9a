from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.applications.rules import OPEN, State
from services.oversight import rules
from services.oversight.errors import DueTooSoon, OrderAnswered, OrderClosed, OrderNotAnswered, TextMissing
from services.oversight.rules import RULES, CardKind, CaseLight, OrderState, Rate, light, rule_for

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("due", "yellow", "shown"),
    [
        (TODAY + 5 * DAY, TODAY + DAY, CaseLight.GREEN),
        (TODAY + DAY, TODAY, CaseLight.YELLOW),
        (TODAY, TODAY, CaseLight.YELLOW),
        (TODAY - DAY, TODAY - 2 * DAY, CaseLight.RED),
        (None, None, CaseLight.GREEN),
    ],
)
@pytest.mark.parametrize("state", [State.SUBMITTED, State.ACCEPTED, State.GRANTED])
def test_the_light_follows_the_dates(state, due, yellow, shown):
    assert light(state, due, yellow, TODAY) is shown


@pytest.mark.parametrize("state", sorted(rules.STOPPED))
def test_a_stopped_limit_is_never_late(state):
    assert light(state, TODAY - 9 * DAY, TODAY - 9 * DAY, TODAY) is CaseLight.PAUSED


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("shown", CaseLight)
def test_every_state_and_light_has_a_rule_or_none(state, shown):
    rule = rule_for(state, shown)
    if state in rules.CLOCKS and shown in {CaseLight.YELLOW, CaseLight.RED}:
        assert rule is not None
        assert rule.clock is rules.CLOCKS[state]
        assert rule.kind.value == shown.value
    else:
        assert rule is None


def test_rules_have_one_name_each_and_are_found_by_it():
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rules.rule(rule.id) is rule for rule in RULES)
    assert rules.rule("nothing") is None


def test_yellow_comes_before_red_under_every_limit():
    for clock in set(rules.CLOCKS.values()):
        percents = {rule.kind: rule.percent for rule in RULES if rule.clock is clock}
        assert percents == {CardKind.YELLOW: 90, CardKind.RED: 100}


def test_every_watched_state_has_a_limit_or_waits_for_somebody_else():
    assert rules.WATCHED > OPEN
    assert rules.CLOCKS.keys() | rules.STOPPED == rules.WATCHED


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent"),
    [
        (0, 0, None),
        (4, 4, None),
        (5, 5, Decimal("100.0")),
        (2, 3, None),
        (1, 6, Decimal("16.7")),
        (0, 9, Decimal(0)),
    ],
)
def test_a_share_of_too_few_cases_is_not_shown(numerator, denominator, percent):
    rate = Rate(numerator, denominator)
    assert rate.percent == percent
    assert rate.enough is (denominator >= 5)


@pytest.mark.parametrize(
    ("due", "answered", "closed", "state"),
    [
        (TODAY, False, False, OrderState.OPEN),
        (TODAY - DAY, False, False, OrderState.LATE),
        (TODAY - DAY, True, False, OrderState.ANSWERED),
        (TODAY - DAY, True, True, OrderState.CLOSED),
        (TODAY + DAY, False, True, OrderState.CLOSED),
    ],
)
def test_an_order_stands_where_its_dates_say(due, answered, closed, state):
    assert rules.order_state(due_on=due, answered=answered, closed=closed, today=TODAY) is state


def test_words_must_be_words():
    assert rules.require_text("text", "  请说明原因  ") == "请说明原因"
    with pytest.raises(TextMissing) as missing:
        rules.require_text("text", " 好 ")
    assert missing.value.field == "text"


def test_an_order_leaves_at_least_until_tomorrow():
    rules.require_time(TODAY + DAY, TODAY)
    with pytest.raises(DueTooSoon):
        rules.require_time(TODAY, TODAY)


def test_one_reply_to_one_order():
    rules.require_answerable("1", answered=False, closed=False)
    with pytest.raises(OrderAnswered):
        rules.require_answerable("1", answered=True, closed=False)
    with pytest.raises(OrderClosed):
        rules.require_answerable("1", answered=True, closed=True)


def test_an_order_is_closed_with_a_reply_or_a_reason_for_none():
    rules.require_closable("1", answered=True, closed=False, remark="")
    rules.require_closable("1", answered=False, closed=False, remark="办件已撤回")
    with pytest.raises(OrderNotAnswered):
        rules.require_closable("1", answered=False, closed=False, remark=" ")
    with pytest.raises(OrderClosed):
        rules.require_closable("1", answered=True, closed=True, remark="")
