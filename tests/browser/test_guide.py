"""The guide of every item answers its five questions where somebody in a hurry sees them (issue 3, must-hold 6)."""

import pytest

from services.catalogue import commands
from tests.browser.conftest import Visit

CODES = tuple(item.code for item in commands.shipped())
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
BOTTOMS = """() => [...document.querySelectorAll('.portal-answer, .portal-start .govuk-button')]
    .map(one => one.getBoundingClientRect().bottom + scrollY)"""


@pytest.mark.parametrize("code", CODES)
def test_the_five_questions_and_the_start_are_answered_at_first_sight(visit: Visit, code: str) -> None:
    visitor = visit()
    visitor.page.set_viewport_size(DESK)
    assert visitor.go(f"/items/{code}").status == 200
    bottoms = visitor.page.evaluate(BOTTOMS)
    assert len(bottoms) == 7  # can I, what, how long, how much, where; who answers; and the button
    assert max(bottoms) <= DESK["height"]
    visitor.page.set_viewport_size(PHONE)
    assert max(visitor.page.evaluate(BOTTOMS)) <= 2 * PHONE["height"]
