"""What a thief, a planter of cookies and a forger of forms try; and what a stranger may not learn."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from litestar.routes import HTTPRoute

from identity.models import WebSession
from identity.rules import Limits
from portal.app import create_app
from portal.cli.demo import people
from portal.guards import FRESH_MINUTES
from tests.journeys.conftest import portal_on

pytestmark = pytest.mark.anyio
PUBLIC_POSTS = {"/csp-reports"}


async def stale(held, minutes=FRESH_MINUTES):
    """Everybody showed who they are a while ago."""
    async with held.sessions() as session, session.begin():
        long_ago = datetime.now(UTC) - timedelta(minutes=minutes + 1)
        await session.execute(sa.update(WebSession).values(proved_at=long_ago))


def posts(held):
    """The address of every form of the portal, with something in place of its parameters."""
    app = create_app(held.settings, opened=held)
    for route in app.routes:
        if isinstance(route, HTTPRoute) and "POST" in route.methods and not route.path.startswith("/api/"):
            address = route.path
            for kind, value in (
                ("uuid", "00000000-0000-0000-0000-000000000000"),
                ("int", "1"),
                (r"\w+", "x"),
            ):
                address = re.sub(rf"\{{\w+:{kind}\}}", value, address)
            yield address


async def test_every_form_of_the_portal_needs_the_token_of_a_page(held, sign_in):
    addresses = sorted(set(posts(held)) - PUBLIC_POSTS)
    machines = {"/sign-in/elsewhere/logout", "/sign-in/directory/logout", "/notices/reports"} | {
        one for one in addresses if one.startswith(("/openid/", "/oauth"))
    }
    assert {"/sign-in", "/sign-out", "/sign-in/passkey", "/sign-in/recover", "/sign-in/confirm"} <= set(
        addresses
    )
    browser = await sign_in("person-a")
    found = {}
    for address in addresses:
        if address not in machines:
            found[address] = (await browser.client.post(address, data={"account": "x"})).status_code
    assert {address: status for address, status in found.items() if status != 403} == {}


async def test_a_chosen_session_is_never_taken_up(stranger):
    browser = stranger()
    browser.client.cookies.set("session", "chosen-by-the-thief", domain="portal.example")
    page = await browser.get("/sign-in")
    assert page.status_code == 200
    one = next(one for one in people.PEOPLE if one.key == "person-a")
    await browser.post("/sign-in", {"account": one.id_number, "password": people.PASSWORD})
    assert "chosen-by-the-thief" not in str(browser.last.headers.get_list("set-cookie"))
    thief = stranger()
    thief.client.cookies.set("session", "chosen-by-the-thief", domain="portal.example")
    assert (await thief.get("/my")).status_code == 303


async def test_a_stolen_session_ends_with_the_owners_sign_out(sign_in, stranger):
    browser = await sign_in("person-a")
    token = browser.client.cookies["session"]
    thief = stranger()
    thief.client.cookies.set("session", token, domain="portal.example")
    assert (await thief.get("/my")).status_code == 200
    await browser.get("/my")
    await browser.post("/sign-out")
    assert (await thief.get("/my")).status_code == 303


async def test_a_stolen_session_may_not_do_sensitive_deeds_without_the_password(held, sign_in):
    browser = await sign_in("person-a")
    await stale(held)
    for path in ("/my/security/password", "/my/security/passkeys/new", "/my/security/authenticator"):
        answer = await browser.get(path)
        assert answer.headers["location"].startswith("/sign-in/confirm?next=%2Fmy%2Fsecurity"), path
    await browser.get("/my/security")
    answer = await browser.post("/my/security/sign-ins/end-others")
    assert answer.headers["location"].startswith("/sign-in/confirm")


async def test_confirming_gives_a_new_token_and_goes_on_with_what_was_posted(held, sign_in, stranger):
    browser = await sign_in("person-a")
    await stale(held)
    old = browser.client.cookies["session"]
    await browser.get("/my/security")
    await browser.post(
        "/my/security/contacts/email", {"address": "a@example.org"},
        headers={"referer": "http://portal.example/my/security/contacts/email"},
    )  # fmt: skip
    page = await browser.follow()
    assert "确认是您本人" in page.text
    wrong = await browser.post("/sign-in/confirm", {"password": "wrong-password"})
    assert wrong.status_code == 422
    await browser.post("/sign-in/confirm", {"password": people.PASSWORD})
    assert browser.last.headers["location"] == "/sign-in/resume"
    assert browser.client.cookies["session"] != old
    thief = stranger()
    thief.client.cookies.set("session", old, domain="portal.example")
    assert (await thief.get("/my")).status_code == 303
    page = await browser.follow()
    assert "a@example.org" not in re.sub(r"<input[^>]*>", "", page.text)
    typed = dict(re.findall(r'<input type="hidden" name="(address)" value="([^"]*)"', page.text))
    again = await browser.post("/sign-in/resume", typed)
    assert (again.status_code, again.headers["location"]) == (307, "/my/security/contacts/email")


async def test_cookies_are_out_of_reach_of_scripts_and_other_sites(stranger):
    browser = stranger()
    await browser.get("/sign-in")
    one = next(one for one in people.PEOPLE if one.key == "person-a")
    answer = await browser.post("/sign-in", {"account": one.id_number, "password": people.PASSWORD})
    lines = [line for line in answer.headers.get_list("set-cookie") if "Max-Age=0" not in line]
    assert {line.split("=")[0] for line in lines} >= {"session", "device"}
    for line in lines:
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(line.split("; ")), line
        assert "Domain" not in line


@pytest.mark.parametrize("path", ["/sign-in/message", "/sign-in/recover"])
async def test_a_stranger_learns_nothing_about_accounts(stranger, path):
    known = next(one for one in people.PEOPLE if one.key == "person-a").id_number
    answers = []
    for account in (known, "520103195503151126", "nobody", "market-window"):
        browser = stranger()
        await browser.get(path)
        sent = await browser.post(path, {"account": account, "channel": "sms"})
        page = await browser.follow()
        tried = await browser.post(f"{path}/code", {"code": "000000"})
        body = re.sub(r'value="[^"]*"|nonce="[^"]*"', "", tried.text)
        answers.append(
            (sent.status_code, sent.headers["location"], page.status_code, tried.status_code, body)
        )
    assert all(one == answers[0] for one in answers)


async def test_the_warning_can_be_answered_and_counts_as_being_here(held, sign_in):
    browser = await sign_in("person-a")
    page = await browser.get("/my")
    assert 'data-idle="30"' in page.text
    async with held.sessions() as session, session.begin():
        await session.execute(
            sa.update(WebSession).values(seen_at=WebSession.seen_at - timedelta(minutes=29))
        )
    assert (await browser.get("/sign-in/still-here")).status_code == 204
    async with held.sessions() as session, session.begin():
        await session.execute(
            sa.update(WebSession).values(seen_at=WebSession.seen_at - Limits().citizen_idle)
        )
    assert (await browser.get("/sign-in/still-here")).status_code == 403


async def test_the_mailbox_exists_in_a_demonstration_only(held):
    from dataclasses import replace

    plain = replace(held, settings=held.settings.model_copy(update={"demo": False}))
    async with portal_on(plain) as opened:
        assert (await opened().get("/demo/mailbox")).status_code == 404
        assert (await opened().get("/sign-in/message")).status_code == 404, (
            "nothing is set up that could send"
        )
    async with portal_on(held) as opened:
        assert (await opened().get("/demo/mailbox")).status_code == 200
