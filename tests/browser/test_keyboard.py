"""A clean case from the queue to its acceptance with the keyboard alone (issue D: 12 key presses, 2 page loads)."""

from pathlib import Path

from tests.browser.applying import apply
from tests.browser.conftest import Doorman, Visit
from tests.browser.visiting import Visitor
from tests.support.sample_answers import ANSWERS

SHOP = "individual-registration"
MOST_KEYS, MOST_LOADS = 12, 2


def test_a_clean_case_is_accepted_by_keys(visit: Visit, doorman: Doorman, tmp_path: Path) -> None:
    apply(visit("19900000003"), SHOP, ANSWERS[SHOP], tmp_path)
    clerk = visit("market-window")
    clerk.go("/window?item=" + SHOP)
    assert clerk.page.locator("[data-row]").count()
    keys, loads = 0, []
    clerk.page.on("load", lambda page: loads.append(page.url))

    # Take the next case; it is on the desk and its page is open.
    keys += pressed(clerk, "n", leaves=True)
    assert "/window/cases/" in clerk.page.url
    number = clerk.path.rsplit("/", 1)[-1]
    keys += pressed(clerk, "a")
    assert clerk.page.evaluate("document.activeElement.name") == "accept_opinion"
    keys += pressed(clerk, "Control+Enter", leaves=True)
    assert "已受理" in clerk.page.inner_text(".govuk-notification-banner")
    assert number in clerk.page.url
    assert keys <= MOST_KEYS
    assert len(loads) <= MOST_LOADS, loads

    # The list of keys opens on `?`, and files are walked, made larger and turned without the mouse.
    pressed(clerk, "?")
    assert clerk.page.locator("#keys").evaluate("part => part.open")
    clerk.go(f"/window/cases/{number}")
    assert clerk.page.locator("[role=toolbar]").is_visible()
    pressed(clerk, "o")
    pressed(clerk, "+")
    shown = clerk.page.locator(".portal-viewer__image")
    if shown.is_visible():
        assert "--turn-1" in (shown.get_attribute("class") or "")
    pressed(clerk, "q", leaves=True)
    assert clerk.path == "/window"


def pressed(visitor: Visitor, key: str, *, leaves: bool = False) -> int:
    """Press one key, Control+Enter counting as two; how many presses it took."""
    if leaves:
        with visitor.page.expect_navigation(wait_until="load"):
            visitor.page.keyboard.press(key)
    else:
        visitor.page.keyboard.press(key)
    return key.count("+") + 1 if len(key) > 1 else 1
