"""A form sent empty: the page that comes back tells every mistake, at the field and above, and axe finds nothing."""

import pytest

from tests.browser.applying import follow, start
from tests.browser.conftest import Visit
from tests.browser.visiting import DESKTOP, PHONE, Visitor

PUBLIC = {"/sign-in": "", "/sign-up": "", "/progress": "number", "/verify": ""}
"""Page → the one field that gets something, where an empty form is just the page itself."""
SENIOR = "19900000007"


def told_well(visitor: Visitor) -> None:
    """The mistakes stand above, each leads to its field, the title says so, and nobody is kept out."""
    summary = visitor.page.locator(".govuk-error-summary")
    assert summary.count() == 1, visitor.page.inner_text("main")
    assert visitor.page.title().startswith("错误：")
    for target in summary.locator("a").evaluate_all("links => links.map(one => one.hash)"):
        assert visitor.page.locator(f"[id='{target.removeprefix('#')}']").count() == 1, target
    found = []
    for size in (PHONE, DESKTOP):
        visitor.page.set_viewport_size(size)
        found += visitor.faults()
    assert found == []


@pytest.mark.parametrize("path", PUBLIC)
def test_an_empty_public_form_is_answered_in_words(visit: Visit, path: str) -> None:
    visitor = visit()
    visitor.go(path)
    if PUBLIC[path]:
        visitor.page.locator(f"main form [name={PUBLIC[path]}]").fill("1")
    follow(visitor, visitor.page.locator("main form button[type=submit]").first)
    told_well(visitor)


def test_an_emptied_page_of_an_application_is_answered_in_words(visit: Visit) -> None:
    visitor = visit(SENIOR)
    start(visitor, "senior-card")
    for link in visitor.page.locator("main a[href*='/pages/']").evaluate_all(
        "all => all.map(one => one.pathname)"
    ):
        visitor.go(link)
        for field in visitor.page.locator("main form input:not([type=hidden]):not([type=radio])").all():
            field.fill("")
        follow(visitor, visitor.page.locator("main form button[name=next]"))
        told_well(visitor)


def test_a_material_without_a_file_and_a_case_that_lacks_it_are_answered_in_words(visit: Visit) -> None:
    visitor = visit(SENIOR)
    start(visitor, "senior-card")
    case = visitor.path
    visitor.go(f"{case}/materials/photo")
    follow(visitor, visitor.page.locator("main form:has(input[type=file]) button[type=submit]").first)
    told_well(visitor)
    visitor.go(f"{case}/check")
    assert visitor.page.locator(".govuk-error-summary").count() == 1
    assert visitor.faults() == []
