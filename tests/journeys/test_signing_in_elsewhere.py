"""Signing in here with another issuer's account: out, back, linking once, and being signed out from there."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from identity import tokens
from identity.openid import signed
from portal.cli.demo import people
from tests.integration.openid.issuer import CLIENT, ISSUER, Issuer, counterpart
from tests.journeys.conftest import checked

pytestmark = pytest.mark.anyio


@pytest.fixture
def issuer():
    return Issuer()


@pytest.fixture
def arriving(stranger, issuer):
    """A browser, and going out and back with it."""

    def opened():
        browser = stranger()
        browser.client._transport.app.state.elsewhere = counterpart(issuer)
        return browser

    return opened


async def out_and_back(browser, issuer, place=None, **changes):
    answer = await browser.get("/sign-in/elsewhere" + (f"?next={place}" if place else ""))
    assert answer.status_code == 303, answer.text[:500]
    assert answer.headers["location"].startswith(f"{ISSUER}/authorize?")
    said = {name: one[0] for name, one in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    issuer.nonce = said["nonce"]
    return await browser.get(
        "/sign-in/elsewhere/return", params={"code": "c", "state": said["state"]} | changes
    )


async def test_a_verified_number_signs_its_owner_in(arriving, issuer):
    one = people.PEOPLE[0]
    issuer.person = {"id_number": one.id_number, "real_name_level": "in-person"}
    browser = arriving()
    answer = await out_and_back(browser, issuer, "/my/licences")
    assert (answer.status_code, answer.headers["location"]) == (303, "/my/licences")
    assert one.name in checked(await browser.follow()).text
    issuer.person = {}
    assert (await out_and_back(arriving(), issuer)).headers["location"] == "/my"


async def test_an_unknown_account_is_linked_by_signing_in_once(arriving, issuer):
    browser = arriving()
    one = people.PEOPLE[0]
    issuer.person = {"name": one.name, "email": "x@example.cn", "phone_number": one.phone}
    assert (await out_and_back(browser, issuer)).headers["location"] == "/openid/link"
    page = checked(await browser.follow())
    assert "示例平台" in page.text
    assert (await browser.post("/openid/link")).status_code == 303
    await browser.get("/sign-in?next=/openid/link")
    await browser.post(
        "/sign-in", {"account": one.id_number, "password": people.PASSWORD, "next": "/openid/link"}
    )
    page = checked(await browser.follow())
    assert "关联到我的账号" in page.text
    await browser.post("/openid/link")
    page = checked(await browser.follow())
    assert ISSUER in page.text
    assert (await out_and_back(arriving(), issuer)).headers["location"] == "/my"
    await browser.get("/my/systems")
    await browser.post("/my/systems/unlink", {"issuer": ISSUER})
    assert (await out_and_back(arriving(), issuer)).headers["location"] == "/openid/link"


async def test_staff_still_show_their_code(arriving, issuer):
    issuer.person = {"id_number": people.staff("market-window").id_number, "real_name_level": "registry"}
    browser = arriving()
    answer = await out_and_back(browser, issuer)
    assert answer.headers["location"] == "/sign-in/code"
    assert (await browser.get("/window")).headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"state": "another"}, 400), ({"error": "access_denied"}, 400), ({"iss": "https://x.example"}, 400)],
)
async def test_an_answer_that_does_not_fit_is_a_page(arriving, issuer, changes, status):
    browser = arriving()
    answer = checked(await out_and_back(browser, issuer, **changes))
    assert answer.status_code == status
    assert (await browser.get("/my")).status_code == 303


async def test_an_answer_brings_no_second_sign_in(arriving, issuer):
    one = people.PEOPLE[0]
    issuer.person = {"id_number": one.id_number, "real_name_level": "registry"}
    browser = arriving()
    await out_and_back(browser, issuer)
    again = checked(await browser.get("/sign-in/elsewhere/return", params={"code": "c", "state": "x"}))
    assert again.status_code == 400


async def test_without_an_issuer_there_is_no_such_place(stranger):
    browser = stranger()
    browser.client._transport.app.state.elsewhere = None
    for path in ("/sign-in/elsewhere", "/sign-in/elsewhere/return"):
        assert (await browser.get(path)).status_code == 404


async def test_the_issuer_ends_what_it_began(arriving, issuer):
    """Back-Channel Logout 1.0, 2.6."""
    one = people.PEOPLE[0]
    issuer.person = {"id_number": one.id_number, "real_name_level": "registry"}
    browser = arriving()
    await out_and_back(browser, issuer)
    now = int(datetime.now(UTC).timestamp())
    good = {
        "iss": ISSUER,
        "aud": CLIENT,
        "iat": now,
        "exp": now + 60,
        "jti": "1",
        "sid": "remote-session",
        "sub": "remote-1",
        "events": {signed.LOGOUT_EVENT: {}},
    }
    wrong = [
        {"iss": "https://x.example"},
        {"aud": "x"},
        {"exp": 1},
        {"events": {}},
        {"nonce": "n"},
        {"sid": None, "sub": None},
    ]

    async def tell(key=issuer.key, **changes):
        said = {name: value for name, value in (good | changes).items() if value is not None}
        token = tokens.sign_claims(said, key, "logout+jwt")
        return await browser.client.post("/sign-in/elsewhere/logout", data={"logout_token": token})

    for changes in wrong:
        assert (await tell(**changes)).status_code == 400, changes
    assert (await tell(key=tokens.new_signer())).status_code == 400
    assert (await tell(sid="of another session")).status_code == 200
    assert (await browser.get("/my")).status_code == 200
    answer = await tell()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert (await browser.get("/my")).status_code == 303
