"""Who knows no password confirms a sensitive deed with a code; who could not sign in by one alone cannot."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from identity import second_factor
from identity.means.models import OneTimeCode
from identity.models import WebSession
from portal.cli.demo import people
from tests.integration.openid.issuer import ISSUER
from tests.journeys.conftest import checked
from tests.journeys.test_security_pages import code_from_mailbox
from tests.journeys.test_signing_in_elsewhere import arriving, issuer, out_and_back

__all__ = ["arriving", "issuer"]  # fixtures

pytestmark = pytest.mark.anyio
BY_MESSAGE = "/sign-in/confirm/message"


async def aged(held):
    """Everybody showed who they are an hour ago."""
    async with held.sessions() as session, session.begin():
        await session.execute(sa.update(WebSession).values(proved_at=datetime.now(UTC) - timedelta(hours=1)))


async def test_a_code_confirms_and_what_was_posted_goes_on(sign_in, held):
    browser = await sign_in("person-j")
    await browser.get("/my/mandates/new?way=for-parent")
    await aged(held)
    one = people.person("person-b")
    said = {"name": one.name, "id_number": one.id_number, "scope": "all", "days": "365"}
    await browser.post("/my/mandates/new?way=for-parent", said)
    assert browser.last.headers["location"].startswith("/sign-in/confirm?next=")
    page = checked(await browser.follow())
    assert "发送验证码到 199****" in page.text
    place = re.search(r'name="next" value="([^"]+)"', page.text)[1]
    await browser.post(BY_MESSAGE, {"channel": "sms", "next": place})
    assert browser.last.headers["location"].startswith(f"{BY_MESSAGE}/code")
    checked(await browser.follow())
    wrong = checked(await browser.post(f"{BY_MESSAGE}/code", {"code": "000000", "next": place}))
    assert (wrong.status_code, "还可以试 4 次" in wrong.text) == (422, True)
    code = await code_from_mailbox(browser)
    await browser.post(f"{BY_MESSAGE}/code", {"code": code, "next": place})
    assert browser.last.headers["location"] == "/sign-in/resume"
    page = checked(await browser.follow())
    assert one.name in page.text, "what was typed is kept"
    used = await browser.post(f"{BY_MESSAGE}/code", {"code": code})
    assert "已经失效" in checked(used).text
    english = checked(await browser.get("/sign-in/confirm?lang=en")).text
    assert "Send a code to 199****" in english


async def test_a_code_is_for_whoever_could_sign_in_by_it_alone(sign_in, held):
    clerk, browser = await sign_in("market-window"), await sign_in("person-a")
    assert "发送验证码" not in checked(await clerk.get("/sign-in/confirm")).text
    assert (await clerk.post(BY_MESSAGE, {"channel": "sms"})).status_code == 404
    page = checked(await browser.get("/my/security/authenticator"))
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)[1]
    offer = re.search(r'name="offer" value="([^"]+)"', page.text)[1]
    await browser.post(BY_MESSAGE, {"channel": "sms"})
    code = await code_from_mailbox(browser)
    right = second_factor.code_at(secret, datetime.now(UTC))
    await browser.post("/my/security/authenticator", {"offer": offer, "code": right})
    assert "发送验证码" not in checked(await browser.get("/sign-in/confirm")).text
    assert (await browser.post(BY_MESSAGE, {"channel": "sms"})).status_code == 404
    late = await browser.post(f"{BY_MESSAGE}/code", {"code": code})
    assert "已经失效" in checked(late).text, "nor by a code sent before"
    assert (await browser.post(BY_MESSAGE, {"channel": "email"})).status_code == 404


async def test_somebody_elses_code_confirms_nothing(sign_in, held):
    mine, theirs = await sign_in("person-a"), await sign_in("person-c")
    await theirs.post(BY_MESSAGE, {"channel": "sms"})
    code = await code_from_mailbox(theirs)
    async with held.sessions() as session:
        before = await session.scalar(sa.select(sa.func.max(WebSession.proved_at)))
    mine.client.cookies.set("one-time-code", theirs.client.cookies["one-time-code"])
    refused = await mine.post(f"{BY_MESSAGE}/code", {"code": code})
    assert "已经失效" in checked(refused).text
    async with held.sessions() as session:
        assert await session.scalar(sa.select(sa.func.max(WebSession.proved_at))) == before
        assert await session.scalar(sa.select(sa.func.count()).select_from(OneTimeCode)) == 1


async def test_linking_and_unlinking_an_account_elsewhere_is_confirmed_first(arriving, issuer, held):
    browser, one = arriving(), people.person("person-a")
    issuer.person = {"name": one.name}
    assert (await out_and_back(browser, issuer)).headers["location"] == "/openid/link"
    await browser.get("/sign-in?next=/openid/link")
    given = {"account": one.id_number, "password": people.PASSWORD, "next": "/openid/link"}
    await browser.post("/sign-in", given)
    await browser.follow()
    await aged(held)
    await browser.post("/openid/link")
    assert browser.last.headers["location"].startswith("/sign-in/confirm")
    checked(await browser.follow())
    await browser.post("/sign-in/confirm", {"password": people.PASSWORD, "next": "/openid/link"})
    await browser.get("/openid/link")
    await browser.post("/openid/link")
    assert browser.last.headers["location"] == "/my/systems"
    assert "登录方式有变动" in (await browser.get("/demo/mailbox")).text
    await browser.get("/my/systems")
    await aged(held)
    await browser.post("/my/systems/unlink", {"issuer": ISSUER})
    assert browser.last.headers["location"].startswith("/sign-in/confirm")
