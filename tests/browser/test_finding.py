"""The search box says what one may mean as one types, for keyboards and for screen readers."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit


def test_what_one_may_mean_is_chosen_with_the_keyboard(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/items")
    box = visitor.page.get_by_role("combobox", name="想办的事")
    options = visitor.page.locator(".portal-suggest [role=option]")
    box.press_sequentially("jzz")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(options.first).to_be_visible()
    assert visitor.faults() == []

    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    chosen = options.first.get_attribute("id")
    assert chosen
    expect(box).to_have_attribute("aria-activedescendant", chosen)
    box.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    assert visitor.faults() == []

    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(options).to_have_count(0)
    expect(box).to_have_value("jzz")
    expect(box).to_be_focused()

    box.fill("")
    box.press_sequentially("居住证")
    expect(options.first).to_contain_text("居住证")
    box.press("ArrowDown")
    with visitor.page.expect_navigation():
        box.press("Enter")
    assert visitor.path == "/items/residence-permit"
