"""登录和安全: a citizen sets up ways of signing in, uses them, forgets the password, and comes back."""

import json
import re
from datetime import UTC, datetime
from html import unescape

import pytest

from identity import second_factor
from identity.means import notices
from portal.cli.demo import people
from tests.journeys.conftest import checked
from tests.support.authenticator import Authenticator
from tests.support.city import work

pytestmark = pytest.mark.anyio
PHONE = "19912345678"


def number_of(key):
    return next(one for one in people.PEOPLE if one.key == key).id_number


async def code_from_mailbox(browser):
    page = checked(await browser.get("/demo/mailbox"))
    return re.search(r"验证码 (\d{6})", page.text)[1]


async def confirm_phone(browser):
    checked(await browser.get("/my/security/contacts/sms"))
    await browser.post("/my/security/contacts/sms", {"address": PHONE})
    checked(await browser.follow())
    code = await code_from_mailbox(browser)
    await browser.post("/my/security/contacts/sms/code", {"code": code})
    assert browser.last.headers["location"] == "/my/security"


async def test_a_citizen_confirms_a_phone_and_signs_in_with_a_code(sign_in, stranger, held):
    browser = await sign_in("person-a")
    checked(await browser.get("/my/security"))
    await confirm_phone(browser)
    page = checked(await browser.get("/my/security"))
    assert "199****5678" in page.text
    assert PHONE not in page.text
    await work(held)
    other = stranger()
    checked(await other.get("/sign-in/message"))
    await other.post("/sign-in/message", {"account": PHONE, "channel": "sms"})
    checked(await other.follow())
    wrong = checked(await other.post("/sign-in/message/code", {"code": "000000"}))
    assert (wrong.status_code, "还可以试 4 次" in wrong.text) == (422, True)
    code = await code_from_mailbox(other)
    await other.post("/sign-in/message/code", {"code": code})
    assert other.last.headers["location"] == "/my"


async def test_a_citizen_sets_up_an_authenticator(sign_in, stranger):
    browser = await sign_in("person-a")
    page = checked(await browser.get("/my/security/authenticator"))
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)[1]
    offer = re.search(r'name="offer" value="([^"]+)"', page.text)[1]
    wrong = checked(await browser.post("/my/security/authenticator", {"offer": offer, "code": "000000"}))
    assert (wrong.status_code, secret in wrong.text) == (422, True), "the same secret again"
    code = second_factor.code_at(secret, datetime.now(UTC))
    await browser.post("/my/security/authenticator", {"offer": offer, "code": code})
    assert browser.last.headers["location"] == "/my/security"
    assert "已绑定" in checked(await browser.follow()).text
    other = stranger()
    await other.get("/sign-in")
    await other.post("/sign-in", {"account": number_of("person-a"), "password": people.PASSWORD})
    assert other.last.headers["location"].startswith("/sign-in/code")


async def test_forgetting_the_password(sign_in, stranger):
    browser = await sign_in("person-a")
    await confirm_phone(browser)
    other = stranger()
    checked(await other.get("/sign-in/recover"))
    await other.post("/sign-in/recover", {"account": PHONE, "channel": "sms"})
    checked(await other.follow())
    code = await code_from_mailbox(other)
    waits = checked(await other.post("/sign-in/recover/code", {"code": code}))
    assert "起可以设新密码" in waits.text
    told = await other.get("/demo/mailbox")
    assert notices.RECOVERY_BEGUN.split("\n")[0] in unescape(told.text)
    page = checked(await browser.get("/my/security"))
    assert "有人正在重设您账号的密码" in page.text
    await browser.post("/my/security/recovery/stop")
    assert "有人正在重设" not in (await browser.follow()).text
    assert (await other.get("/sign-in/recover/password")).status_code in {200, 303}
    refused = await other.post(
        "/sign-in/recover/password", {"password": "new-tea-4711-x", "password_again": "new-tea-4711-x"}
    )
    assert refused.headers["location"] == "/sign-in/recover"


async def test_two_administrators_bring_a_member_of_staff_back(sign_in, stranger):
    asker, agreer = await sign_in("security-admin"), await sign_in("system-admin")
    page = checked(await asker.get("/admin/recoveries"))
    person = re.search(r'<option value="([0-9a-f-]{36})"[^>]*>[^<]*market-window', page.text)[1]
    half = checked(await asker.post("/admin/recoveries", {"person": person, "reason": "手机丢失"}))
    first = re.search(r"<code>([A-Z2-9]{10})</code>", half.text)[1]
    page = checked(await agreer.get("/admin/recoveries"))
    agree = re.search(r'action="(/admin/recoveries/[^"]+/agree)"', page.text)[1]
    half = checked(await agreer.post(agree))
    second = re.search(r"<code>([A-Z2-9]{10})</code>", half.text)[1]
    clerk = stranger()
    checked(await clerk.get("/sign-in/restore"))
    given = {"account": "market-window", "first": first, "second": second}
    new = {"password": "window-tea-4711", "password_again": "window-tea-4711"}
    wrong = checked(await clerk.post("/sign-in/restore", given | new | {"second": "A" * 10}))
    assert wrong.status_code == 422
    done = checked(await clerk.post("/sign-in/restore", given | new))
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", done.text)[1]
    await clerk.post("/sign-in", {"account": "market-window", "password": "window-tea-4711"})
    await clerk.follow()
    await clerk.post("/sign-in/code", {"code": second_factor.code_at(secret, datetime.now(UTC))})
    assert clerk.last.headers["location"] == "/window"


async def test_every_new_page_speaks_english(sign_in, stranger):
    browser = await sign_in("person-a")
    for path in ("", "/password", "/passkeys/new", "/authenticator", "/contacts/sms", "/contacts/email"):
        page = checked(await browser.get(f"/my/security{path}?lang=en")).text
        main = re.sub(r"示例\w*", "", page[page.index("<main") : page.index("</main>")])
        assert not re.findall(r"[\u4e00-\u9fff]+", re.sub(r"otpauth\S+", "", main)), path
    other = stranger()
    for path in ("message", "recover", "restore", "recover/done"):
        page = checked(await other.get(f"/sign-in/{path}?lang=en")).text
        assert not re.findall(r"[\u4e00-\u9fff]+", page[page.index("<main") : page.index("</main>")]), path


async def test_a_passkey_signs_in_through_http(held, stranger):
    """The whole ceremony with an authenticator in software, at the name the passkey belongs to."""
    import httpx

    from portal.app import create_app

    settings = held.settings.model_copy(update={"public_url": "https://portal.example"})
    app = create_app(settings, opened=held.__class__(**{**held.__dict__, "settings": settings}))
    async with app.lifespan(), httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="https://portal.example"
    ) as client:  # fmt: skip
        device = Authenticator("https://portal.example")

        async def submit(page, path, **fields):
            shown = checked(await client.get(page))
            token = re.search(r'name="_csrf_token" value="([^"]+)"', shown.text)[1]
            found = re.search(r"data-options='([^']*)'", shown.text)
            options = json.loads(unescape(found[1])) if found else {}
            return await client.post(
                path,
                data={"_csrf_token": token}
                | {k: v(options) if callable(v) else v for k, v in fields.items()},
            )

        await submit("/sign-in", "/sign-in", account=number_of("person-a"), password=people.PASSWORD)
        new = "/my/security/passkeys/new"
        assert (await submit(new, new, answer=device.make, label="我的手机")).headers[
            "location"
        ] == "/my/security"
        listed = checked(await client.get("/my/security"))
        assert "我的手机" in listed.text
        await submit("/my/security", "/sign-out")
        answer = await submit("/sign-in", "/sign-in/passkey", answer=device.sign)
        assert answer.headers["location"] == "/my"
        assert "__Host-session" in client.cookies
        answer = await submit("/sign-in/confirm", "/sign-in/confirm/passkey", answer=device.sign)
        assert answer.status_code == 303
