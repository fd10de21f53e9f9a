"""What a stranger sees, in a real browser."""

import pytest

from tests.browser.conftest import Visit
from tests.browser.visiting import DESKTOP, PHONE

PUBLIC = (
    "/",
    "/items",
    "/items?q=开饭馆",
    "/items/food-business",
    "/themes/work",
    "/sign-in",
    "/sign-up",
    "/help",
)


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_hold_at_both_widths(visit: Visit, path: str) -> None:
    visitor = visit()
    assert visitor.go(path).status == 200
    found = []
    for size in (DESKTOP, PHONE):
        visitor.page.set_viewport_size(size)
        found += visitor.faults()
    assert found == []


def test_an_address_that_does_not_exist_is_told_in_words(visit: Visit) -> None:
    visitor = visit()
    assert visitor.go("/no-such-page").status == 404
    assert "没有找到" in visitor.page.inner_text("h1")
    assert visitor.faults() == []


def test_the_language_switch_keeps_the_page_and_is_remembered(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/items/food-business")
    visitor.page.get_by_role("link", name="English", exact=True).click()
    assert visitor.path == "/items/food-business"
    assert visitor.page.locator("html").get_attribute("lang") == "en"
    visitor.go("/")
    assert visitor.page.locator("html").get_attribute("lang") == "en"


def test_the_larger_type_is_larger_and_is_remembered(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/")
    before = float(
        visitor.page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)")
    )
    visitor.page.get_by_role("link", name="长辈版", exact=True).click()
    visitor.go("/")
    after = float(
        visitor.page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)")
    )
    assert after > before * 1.1


def test_english_in_larger_type_fits_a_phone(visit: Visit) -> None:
    visitor = visit(viewport=PHONE)
    kept = [
        {"name": name, "value": value, "url": visitor.url}
        for name, value in (("lang", "en"), ("size", "large"))
    ]
    visitor.context.add_cookies(kept)  # type: ignore[arg-type]  # the type is Playwright's own
    wide = []
    for path in (
        *PUBLIC,
        "/sign-in/restore",
        "/progress",
        "/verify",
        "/api/docs",
        "/bundles/open-a-restaurant",
    ):
        visitor.go(path)
        width = visitor.page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            wide.append((path, width))
    assert wide == []


def test_browsers_find_the_icon_where_they_look_by_themselves(visit: Visit) -> None:
    visitor = visit()
    answer = visitor.page.request.get(f"{visitor.url}/favicon.ico")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("image/svg+xml")
