"""Staff sign in with their account of the city's own directory: linked by an administrator, confirmed by the owner."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import sqlalchemy as sa

from identity import queries, staffing, tokens
from identity.openid import signed
from identity.openid.relying import BARE, Counterpart
from portal.cli.demo import people
from storage import ledger
from tests.integration.openid.issuer import CLIENT, ISSUER, Issuer, counterpart
from tests.journeys.conftest import application, checked, entrance
from tests.journeys.desk import FIRST, SECOND
from tests.journeys.openid_systems import agree, registered, told
from tests.support.city import Browser, today_code

pytestmark = pytest.mark.anyio
HERE = "https://portal.example/sign-in/directory/return"
THERE = "https://directory.example"
STRONG = {"amr": ["pwd", "otp"]}


@pytest.fixture
def issuer():
    return Issuer()


@pytest.fixture
def portal(stranger, issuer):
    """Browsers of a portal that knows a directory."""

    def opened():
        browser = stranger()
        state = browser.client._transport.app.state
        state.staff_directory = counterpart(issuer, address=HERE, scope=BARE)
        state.staff_directory_acr = frozenset()
        return browser

    return opened


@pytest.fixture
def sign_in(portal):
    return entrance(portal)


async def out_and_back(browser, issuer, place=None, **changes):
    answer = await browser.get("/sign-in/directory" + (f"?next={place}" if place else ""))
    asked = {name: one[0] for name, one in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    assert asked["scope"] == "openid"
    issuer.nonce = asked["nonce"]
    return await browser.get(
        "/sign-in/directory/return", params={"code": "c", "state": asked["state"]} | changes
    )


async def told_of_logout(browser, issuer):
    now = int(datetime.now(UTC).timestamp())
    said = {
        "iss": ISSUER,
        "aud": CLIENT,
        "iat": now,
        "exp": now + 60,
        "jti": "1",
        "sid": "remote-session",
        "sub": "remote-1",
        "events": {signed.LOGOUT_EVENT: {}},
    }
    token = tokens.sign_claims(said, issuer.key, "logout+jwt")
    return await browser.client.post("/sign-in/directory/logout", data={"logout_token": token})


async def linked(chief, login, subject="remote-1"):
    page = checked(await chief.get("/admin/directory"))
    person = re.search(rf'<option value="([0-9a-f-]{{36}})"[^>]*>{people.staff(login).name} ', page.text)[1]
    answer = await chief.post("/admin/directory", {"person": person, "subject": subject})
    return person, checked(answer)


async def test_an_account_is_linked_by_the_administrator_and_confirmed_by_its_owner(
    portal, sign_in, issuer, held
):
    # The directory says the name of somebody who works here, and that proves nothing.
    issuer.said = STRONG | {"name": people.staff(FIRST).name}
    page = checked(await out_and_back(portal(), issuer))
    assert (page.status_code, "remote-1" in page.text) == (403, True)
    assert "用示例平台登录" in checked(await portal().get("/sign-in")).text
    chief = await sign_in("security-admin")
    person, answer = await linked(chief, FIRST)
    assert answer.status_code == 303
    assert "等待本人确认" in checked(await chief.get("/admin/directory")).text
    # However strong the directory says it was: the first time our own factor is asked for on top.
    owner = portal()
    answer = await out_and_back(owner, issuer, "/window?tray=all")
    assert answer.headers["location"].startswith("/sign-in/code")
    assert (await owner.get("/window")).headers["location"].startswith("/sign-in")
    await owner.get(answer.headers["location"])
    await owner.post("/sign-in/code", {"code": today_code(FIRST), "next": "/window?tray=all"})
    assert people.staff(FIRST).name in checked(await owner.follow()).text
    assert "本人已确认" in checked(await chief.get("/admin/directory")).text
    again = portal()
    assert (await out_and_back(again, issuer)).headers["location"] == "/window"
    assert (await again.get("/window")).status_code == 200
    for weak in ({}, {"amr": ["pwd", "sms", "mfa"]}, {"acr": "urn:yiwang:assurance:2"}):
        issuer.said = weak
        assert (await out_and_back(portal(), issuer)).headers["location"] == "/sign-in/code", weak
    # Signing out there ends what it opened here (Back-Channel Logout 1.0, 2.6).
    assert (await told_of_logout(again, issuer)).status_code == 200
    assert (await again.get("/window")).status_code == 303
    issuer.said = STRONG
    assert (await out_and_back(again, issuer)).headers["location"] == "/window"
    # Taken back: what it opened is over, and so is the way in.
    await chief.get("/admin/directory")
    await chief.post(f"/admin/directory/{person}/unlink")
    assert (await again.get("/window")).status_code == 303
    assert (await out_and_back(portal(), issuer)).status_code == 403
    async with held.sessions() as session, session.begin():
        entries = await ledger.entries(session, f"account:{person}")
        deeds = [one.deed for one in entries if one.deed.startswith("directory")]
        assert deeds == ["directory account linked", "directory account unlinked"]
        assert "remote-1" not in "".join(one.body for one in entries)


async def test_a_link_made_in_any_other_way_or_for_no_post_opens_nothing(portal, sign_in, issuer, held):
    issuer.said = STRONG
    chief = await sign_in("security-admin")
    person, _ = await linked(chief, FIRST)
    _, answer = await linked(chief, SECOND)
    assert (answer.status_code, "已经关联了另一个人" in answer.text) == (422, True)
    _, answer = await linked(chief, SECOND, "员工 7")
    assert (answer.status_code, "只有英文、数字和符号" in answer.text) == (422, True)
    page = checked(await chief.post("/admin/directory", {"person": "x", "subject": ""}))
    assert page.status_code == 422
    async with held.sessions() as session, session.begin():
        await session.execute(sa.text("UPDATE openid_link SET proven_by = 'sign-in'"))
    assert (await out_and_back(portal(), issuer)).status_code == 403
    async with held.sessions() as session, session.begin():
        await session.execute(sa.text("UPDATE openid_link SET proven_by = 'administrator'"))
        one = await queries.person_id(session, people.staff(FIRST).id_number)
        assert str(one) == person
        await staffing.dismiss(session, one, by="system:test", at=datetime.now(UTC))
    assert (await out_and_back(portal(), issuer)).status_code == 403
    assert (await out_and_back(portal(), issuer, state="another")).status_code == 400
    for other in (await sign_in("system-admin"), await sign_in("person-a")):
        assert (await other.get("/admin/directory")).status_code == 403


async def test_without_a_directory_there_is_no_such_place(stranger):
    browser = stranger()
    for path in ("/sign-in/directory", "/sign-in/directory/return"):
        assert (await browser.get(path)).status_code == 404
    chief = await entrance(stranger)("security-admin")
    assert (await chief.get("/admin/directory")).status_code == 404
    assert "/admin/directory" not in checked(await chief.get("/admin/staff")).text


async def test_a_second_yiwang_is_such_a_directory(portal, sign_in, held):
    """Its `acr` is believed where the operator says what it means; its roles and names are not even asked for."""
    elsewhere = replace(held, settings=held.settings.model_copy(update={"public_url": THERE}))
    with application(elsewhere) as app:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=THERE) as client:
            system = await registered(held, client, redirect_uris=[HERE], scopes=["profile"])
            there = Counterpart(
                issuer=THERE,
                client_id=system.client_id,
                secret=system.secret or "",
                address=HERE,
                scope=BARE,
                transport=transport,
            )
            theirs = await entrance(lambda: Browser(client))("supervisor-1")

            async def arrive(browser):
                state = browser.client._transport.app.state
                state.staff_directory, state.staff_directory_acr = there, trusted
                away = (await browser.get("/sign-in/directory")).headers["location"]
                answer = await theirs.get(away.removeprefix(THERE))
                back = told(await agree(theirs, answer) if answer.status_code == 200 else answer)
                return await browser.get("/sign-in/directory/return", params=back)

            trusted = frozenset({"urn:yiwang:assurance:2"})
            page = checked(await arrive(portal()))
            assert page.status_code == 403
            subject = re.search(r'<code translate="no">([^<]+)</code>', page.text)[1]
            chief = await sign_in("security-admin")
            chief.client._transport.app.state.staff_directory = there
            _, answer = await linked(chief, FIRST, subject)
            assert answer.status_code == 303
            owner = portal()
            await owner.get((await arrive(owner)).headers["location"])
            await owner.post("/sign-in/code", {"code": today_code(FIRST)})
            assert (await owner.follow()).status_code == 200
            again = portal()
            assert (await arrive(again)).headers["location"] == "/window"
            page = checked(await again.get("/window"))
            assert people.staff(FIRST).name in page.text
            assert people.staff("supervisor-1").name not in page.text
            trusted = frozenset()
            assert (await arrive(portal())).headers["location"] == "/sign-in/code"
