"""Nobody is surprised by the end of a sign-in: warned before, kept by one press, and what was typed stays."""

from tests.browser.conftest import Visit
from tests.browser.visiting import PHONE

WARNED, OVER = "两分钟后会自动退出登录", "登录已经过期"
TYPED = "住址写错了，应该是示例路二号"


def test_a_warning_comes_in_time_and_nothing_typed_is_lost(visit: Visit) -> None:
    visitor = visit("19900000004", viewport=PHONE)
    page = visitor.page
    page.clock.install()
    visitor.go("/my/data/corrections")
    warning = page.locator("[data-idle]")
    assert warning.get_attribute("data-idle") == "30", "as long as the portal itself waits"
    page.locator("textarea[name=text]").fill(TYPED)
    page.clock.fast_forward("27:30")
    assert warning.is_hidden()
    page.clock.fast_forward("01:00")
    page.get_by_text(WARNED).wait_for()
    assert visitor.faults() == []
    page.get_by_role("button", name="继续使用").click()
    warning.wait_for(state="hidden")
    page.clock.fast_forward("28:30")
    page.get_by_text(WARNED).wait_for()
    other = visitor.context.new_page()
    other.goto(f"{visitor.url}/my")
    warning.wait_for(state="hidden")  # being here in another window counts
    other.close()
    page.clock.fast_forward("31:00")
    page.get_by_text(OVER).wait_for()
    assert page.get_by_role("button", name="继续使用").is_hidden()
    assert page.locator("textarea[name=text]").input_value() == TYPED
    assert visitor.faults() == []
