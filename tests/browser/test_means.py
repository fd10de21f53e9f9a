"""Passkeys by Chromium's virtual authenticator, and an authenticator app's codes, in a real browser."""

from datetime import UTC, datetime

import pytest

from identity import second_factor
from portal.cli.demo import people
from tests.browser.conftest import Visit
from tests.browser.visiting import PHONE, Visitor

KEYS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_keys(visitor: Visitor) -> Visitor:
    """A browser on `localhost` (an address owns no passkeys) with an authenticator built in."""
    visitor.url = visitor.url.replace("127.0.0.1", "localhost")
    line = visitor.context.new_cdp_session(visitor.page)
    line.send("WebAuthn.enable")
    line.send("WebAuthn.addVirtualAuthenticator", {"options": KEYS})
    return visitor


def enter(visitor: Visitor, account: str) -> None:
    visitor.go("/sign-in")
    visitor.page.get_by_label("账号", exact=True).fill(account)
    visitor.page.get_by_label("密码", exact=True).fill(people.PASSWORD)
    visitor.press("登录")


KEY_HOLDER, APP_HOLDER = people.person("person-j").phone, people.person("person-e").phone
"""Citizens whom no other browser test signs in: from here on they need more than a password."""


@pytest.mark.parametrize("staff", [False, True])
def test_a_passkey_is_made_used_and_given_up(visit: Visit, staff: bool) -> None:
    visitor = with_keys(visit())
    account = "land-reviewer-1" if staff else KEY_HOLDER
    enter(visitor, account)
    if staff:
        secret = people.staff(account).totp_secret
        visitor.page.locator("input[name=code]").fill(second_factor.code_at(secret, datetime.now(UTC)))
        visitor.press("确认登录")
    visitor.go("/my/security/passkeys/new")
    visitor.page.get_by_label("名称", exact=True).fill("我的电脑")
    visitor.press("登记这台设备")
    assert visitor.path == "/my/security"
    assert visitor.page.get_by_role("heading", name="我的电脑").is_visible()
    assert visitor.faults() == []
    visitor.press("退出")
    visitor.go("/sign-in")
    visitor.press("用通行密钥登录")
    assert visitor.path == ("/window" if staff else "/my")
    visitor.go("/sign-in/confirm?next=/my/security")
    visitor.press("用通行密钥确认")
    assert visitor.path == "/my/security"
    visitor.press("删除 我的电脑")
    assert visitor.page.get_by_role("heading", name="我的电脑").count() == 0


def test_an_authenticator_app_is_set_up_and_asked_for(visit: Visit) -> None:
    visitor = visit(viewport=PHONE)
    account = APP_HOLDER
    enter(visitor, account)
    visitor.go("/my/security/authenticator")
    assert visitor.faults() == []
    visitor.page.get_by_text("不能扫码，手动输入密钥").click()
    secret = visitor.page.locator("details code").inner_text()
    visitor.page.get_by_label("验证码", exact=True).fill(second_factor.code_at(secret, datetime.now(UTC)))
    visitor.press("绑定")
    assert visitor.path == "/my/security"
    visitor.press("退出")
    enter(visitor, account)
    assert visitor.path == "/sign-in/code"


def test_a_browser_without_passkeys_is_told_what_to_do(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/sign-in")
    assert "通行密钥只认网站的名字" in visitor.page.inner_text("main")
    assert visitor.faults() == []
