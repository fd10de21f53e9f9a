"""JavaScript off: whole applications are made, taken and decided with nothing but HTML."""

from pathlib import Path

import pytest

from portal.cli.demo import people
from tests.browser import applying
from tests.browser.applying import follow
from tests.browser.conftest import Visit
from tests.browser.visiting import PHONE
from tests.support.sample_answers import ANSWERS

NOTHING_TO_HAND_IN, ONE_PHOTO = "unemployment-benefit", "senior-card"
WHO = {NOTHING_TO_HAND_IN: people.person("person-d").phone, ONE_PHOTO: people.person("person-b").phone}


@pytest.mark.parametrize("item", WHO)
def test_a_whole_application_is_made(visit: Visit, tmp_path: Path, item: str) -> None:
    visitor = visit(WHO[item], scripts=False)
    number = applying.apply(visitor, item, ANSWERS[item], tmp_path)
    visitor.go(f"/applications/{number}")
    assert number in visitor.page.inner_text("main").replace(" ", "").replace("\n", "")


def test_a_firms_application_with_uploads_and_a_commitment_is_made_on_a_phone(
    visit: Visit, tmp_path: Path
) -> None:
    visitor = visit(people.person("person-a").phone, scripts=False, viewport=PHONE)
    applying.act_for(visitor, people.firm("firm-restaurant").name)
    number = applying.apply(visitor, "food-business", ANSWERS["food-business"], tmp_path)
    assert visitor.path == f"/applications/{number}/submitted"
    visitor.picture("no-scripts-phone-submitted")


def test_an_unfinished_page_is_kept_and_found_again(visit: Visit) -> None:
    visitor = visit(people.person("person-f").phone, scripts=False)
    applying.start(visitor, "senior-card")
    number = applying.case_number(visitor)
    visitor.go(f"/applications/{number}/pages/contact")
    visitor.page.locator("[name=holder_phone]").fill("199")
    follow(visitor, visitor.page.locator("main form button[name=later]"))
    assert visitor.path == f"/applications/{number}"
    visitor.go(f"/applications/{number}/pages/contact")
    assert visitor.page.locator("[name=holder_phone]").input_value() == "199"


def test_mistakes_are_told_all_at_once_with_everything_kept(visit: Visit) -> None:
    visitor = visit(people.person("person-f").phone, scripts=False)
    applying.start(visitor, "senior-card")
    number = applying.case_number(visitor)
    visitor.go(f"/applications/{number}/pages/contact")
    visitor.page.locator("[name=holder_phone]").fill("12345678901")
    visitor.page.locator("[name=has_contact][value=yes]").check()
    follow(visitor, visitor.page.locator("main form button[name=next]"))
    assert visitor.page.locator(".govuk-error-summary").count() == 1
    assert visitor.page.locator("[name=holder_phone]").input_value() == "12345678901"
    assert visitor.page.locator("[name=has_contact][value=yes]").is_checked()
    assert visitor.page.title().startswith("错误：")


def test_a_licence_is_verified_by_number(visit: Visit) -> None:
    visitor = visit(scripts=False)
    visitor.go("/verify")
    assert visitor.page.locator("main input[type=file]").count() == 1
    assert visitor.page.locator("main form").count() >= 1
