"""Other systems sign people in through the portal: every endpoint, its success and each of its errors.

The clause beside a row is of OpenID Connect Core 1.0 where it says Core, else of the RFC or specification named.
"""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from identity.openid import tasks
from identity.openid.models import OpenIDGrant
from portal.cli.demo import people
from portal.openid.publishing import metadata
from tests.journeys.conftest import checked
from tests.journeys.openid_systems import (
    CALLBACK,
    agree,
    claims,
    code_for,
    field,
    onward,
    registered,
    signed_in,
    told,
)
from tests.support.city import HOST, work

pytestmark = pytest.mark.anyio


@pytest.fixture
async def system(held, stranger):
    return await registered(held, stranger().client)


REFUSED_REQUESTS = [
    # clause, changes to a good request, error told to the client
    ("RFC 6749 4.1.2.1", {"response_type": None}, "invalid_request"),
    ("RFC 6749 4.1.2.1", {"response_type": "token"}, "unsupported_response_type"),
    ("Core 3.1.2.1", {"response_type": "id_token"}, "unsupported_response_type"),
    ("Core 3.3", {"response_type": "code id_token"}, "unsupported_response_type"),
    ("Core 3.1.2.1", {"response_mode": "fragment"}, "invalid_request"),
    ("Core 3.1.2.1", {"scope": None}, "invalid_scope"),
    ("Core 3.1.2.1", {"scope": "profile"}, "invalid_scope"),
    ("RFC 7636 4.4.1", {"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    ("RFC 7636 4.4.1", {"code_challenge_method": "plain"}, "invalid_request"),
    ("RFC 7636 4.3", {"code_challenge_method": None}, "invalid_request"),
    ("RFC 7636 4.2", {"code_challenge": "short"}, "invalid_request"),
    ("Core 6.1, 3.1.2.6", {"request": "a.b.c"}, "request_not_supported"),
    ("Core 6.2, 3.1.2.6", {"request_uri": "https://housing.example/r"}, "request_uri_not_supported"),
    ("Core 7.2.1, 3.1.2.6", {"registration": "{}"}, "registration_not_supported"),
    ("Core 3.1.2.1", {"prompt": "none login"}, "invalid_request"),
    ("Core 3.1.2.1", {"prompt": "dance"}, "invalid_request"),
    ("Core 3.1.2.1", {"max_age": "soon"}, "invalid_request"),
    ("Core 3.1.2.1", {"max_age": "-1"}, "invalid_request"),
    ("Core 3.1.2.6", {"prompt": "none"}, "login_required"),
    ("RFC 6749 4.1.2.1", {"state": "s" * 5000}, "invalid_request"),
]


@pytest.mark.parametrize(("clause", "changes", "error"), REFUSED_REQUESTS, ids=lambda one: str(one)[:50])
async def test_a_request_that_cannot_be_answered_is_told_to_the_client(
    system, stranger, clause, changes, error
):
    answer = await stranger().get(system.request(**changes))
    said = told(answer)
    assert answer.headers["location"].startswith(f"{CALLBACK}&")
    assert (said["error"], said["iss"], said["kept"]) == (error, HOST, "1")
    assert said.get("state") == changes.get("state", "state-1")
    assert "code" not in said


async def test_a_parameter_given_twice_is_refused(system, stranger):
    """RFC 6749 3.1."""
    answer = await stranger().get(system.request() + "&nonce=another")
    assert told(answer)["error"] == "invalid_request"


NEVER_SENT_ON = [
    ("RFC 6749 4.1.2.1", {"client_id": None}),
    ("RFC 6749 4.1.2.1", {"client_id": "nobody"}),
    ("RFC 6749 4.1.2.1", {"client_id": "\x00"}),
    ("Core 3.1.2.1", {"redirect_uri": None}),
    ("RFC 9700 2.1", {"redirect_uri": "https://housing.example/callback"}),
    ("RFC 9700 2.1", {"redirect_uri": CALLBACK + "&more=1"}),
    ("RFC 9700 2.1", {"redirect_uri": CALLBACK.replace("housing", "HOUSING")}),
    ("RFC 9700 2.1", {"redirect_uri": "https://housing.example.attacker.example/callback?kept=1"}),
    ("RFC 9700 4.11", {"redirect_uri": "javascript:alert(1)"}),
]


@pytest.mark.parametrize(("clause", "changes"), NEVER_SENT_ON, ids=str)
async def test_an_unknown_client_or_address_is_answered_with_a_page(system, stranger, clause, changes):
    answer = checked(await stranger().get(system.request(**changes)))
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "refresh" not in answer.headers


async def test_an_address_given_twice_is_answered_with_a_page(system, stranger):
    answer = await stranger().get(system.request() + "&redirect_uri=https%3A%2F%2Fattacker.example")
    assert answer.status_code == 400


async def test_signing_in_agreeing_and_what_the_system_learns(system, stranger):
    """Core 3.1.2 to 3.1.3, 5.3; the whole way of a person nobody knows yet in this browser."""
    browser = stranger()
    answer = await browser.get(system.request(scope="openid profile id_number unheard-of"))
    assert answer.headers["location"].startswith("/sign-in?next=%2Fopenid%2Fcontinue")
    await browser.follow()
    one = people.PEOPLE[0]
    await browser.post(
        "/sign-in",
        {"account": one.id_number, "password": people.PASSWORD, "next": field_next(browser.last)},
    )
    led = checked(await browser.follow())
    page = checked(await onward(browser, led))
    for words in ("示例住房系统", "办理公租房申请", "您的姓名", "您的身份证号码", one.name):
        assert words in page.text
    assert "您的手机号码" not in page.text
    said = told(await agree(browser, page))
    assert (said["state"], said["iss"]) == ("state-1", HOST)
    answer = await system.redeem(said["code"])
    tokens = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert (tokens["token_type"], tokens["scope"]) == ("Bearer", "openid profile id_number")
    identity = claims(tokens["id_token"])
    assert (identity["iss"], identity["aud"], identity["nonce"]) == (HOST, system.client_id, "nonce-1")
    assert identity["acr"] == "urn:yiwang:assurance:1"
    told_of = (await system.userinfo(tokens["access_token"])).json()
    assert told_of == {"sub": identity["sub"], "name": one.name, "id_number": one.id_number}
    assert one.id_number not in tokens["id_token"] + tokens["access_token"]


def field_next(page):
    return field(page, "next").replace("&amp;", "&")


async def test_consent_is_remembered_and_asked_for_what_is_new(system, sign_in):
    browser = await sign_in("person-a")
    await code_for(browser, system)
    assert "code" in told(await browser.get(system.request(prompt="none")))
    assert told(await browser.get(system.request(prompt="none", scope="openid phone")))["error"] == (
        "consent_required"
    )
    page = checked(await browser.get(system.request(scope="openid phone")))
    assert "您的手机号码" in page.text
    asked = checked(await browser.get(system.request(prompt="consent")))
    assert "code" in told(await agree(browser, asked))
    assert "code" in told(await browser.get(system.request(scope="openid profile")))


async def test_refusing_sends_back_with_access_denied(system, sign_in):
    """RFC 6749 4.1.2.1."""
    browser = await sign_in("person-a")
    page = await browser.get(system.request())
    answer = await agree(browser, page, "no")
    assert told(answer)["error"] == "access_denied"
    assert told(await browser.get(system.request(prompt="none")))["error"] == "consent_required"


@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "0"}, {"prompt": "select_account"}])
async def test_a_fresh_sign_in_can_be_asked_for(system, sign_in, changes):
    """Core 3.1.2.1 (prompt, max_age), 2 (auth_time)."""
    browser = await sign_in("person-a")
    first = claims((await signed_in(browser, system))["id_token"])
    if "max_age" in changes:
        again = await browser.get(system.request(prompt="none", **changes))
        assert told(again)["error"] == "login_required"
    await browser.get(system.request(**changes))
    page = checked(await browser.follow())
    await browser.post("/openid/again", {"ticket": field(page, "ticket")})
    await browser.follow()
    one = people.PEOPLE[0]
    await browser.post(
        "/sign-in",
        {"account": one.id_number, "password": people.PASSWORD, "next": field_next(browser.last)},
    )
    answer = await onward(browser, await browser.follow())
    tokens = (await system.redeem(told(answer)["code"])).json()
    second = claims(tokens["id_token"])
    assert second["sub"] == first["sub"]
    assert second["auth_time"] >= first["auth_time"]
    assert second["sid"] != first["sid"]


async def test_a_sign_in_young_enough_is_enough(system, sign_in):
    browser = await sign_in("person-a")
    assert "auth_time" in claims((await signed_in(browser, system, max_age="600"))["id_token"])


async def test_a_hint_about_somebody_else_asks_for_a_sign_in(system, sign_in):
    """Core 3.1.2.1 (id_token_hint)."""
    first, second = await sign_in("person-a"), await sign_in("person-b")
    own = await signed_in(first, system)
    await signed_in(second, system)
    same = await first.get(system.request(prompt="none", id_token_hint=own["id_token"]))
    assert "code" in told(same)
    other = await second.get(system.request(prompt="none", id_token_hint=own["id_token"]))
    assert told(other)["error"] == "login_required"
    nonsense = await first.get(system.request(prompt="none", id_token_hint="a.b.c"))
    assert told(nonsense)["error"] == "invalid_request"


async def test_a_request_may_be_posted(system, sign_in):
    """Core 3.1.2.1: GET and POST."""
    browser = await sign_in("person-a")
    await code_for(browser, system)
    said = dict(pair.split("=", 1) for pair in system.request().split("?")[1].split("&"))
    from urllib.parse import unquote_plus

    body = {name: unquote_plus(value) for name, value in said.items()}
    answer = await browser.client.post("/openid/authorize", data=body)
    assert answer.status_code == 303
    assert "code" in told(await browser.get(answer.headers["location"]))


async def test_a_login_hint_is_passed_over(system, sign_in):
    browser = await sign_in("person-a")
    await code_for(browser, system)
    assert "code" in told(await browser.get(system.request(login_hint="somebody", prompt="none")))


REFUSED_EXCHANGES = [
    # clause, changes to a good request of a token, status, error
    ("RFC 6749 5.2", {"grant_type": None}, 400, "invalid_request"),
    ("RFC 6749 5.2", {"grant_type": "password"}, 400, "unsupported_grant_type"),
    ("RFC 6749 4.1.3", {"code": "x" * 43}, 400, "invalid_grant"),
    ("RFC 6749 5.2", {"code": None}, 400, "invalid_request"),
    ("RFC 6749 4.1.3", {"redirect_uri": "https://housing.example/other"}, 400, "invalid_grant"),
    ("RFC 6749 4.1.3", {"redirect_uri": None}, 400, "invalid_request"),
    ("RFC 7636 4.6", {"code_verifier": "w" * 43}, 400, "invalid_grant"),
    ("RFC 7636 4.6", {"code_verifier": "v"}, 400, "invalid_grant"),
    ("RFC 7636 4.5", {"code_verifier": None}, 400, "invalid_request"),
    ("RFC 6749 2.3", {"client_secret": "another-way"}, 400, "invalid_request"),
    ("RFC 6749 2.3.1", {"client_id": "somebody-else"}, 400, "invalid_request"),
    ("RFC 6749 5.2", {"basic": False}, 401, "invalid_client"),
    ("RFC 6749 5.2", {"basic": False, "client_id": "nobody", "client_secret": "x"}, 401, "invalid_client"),
]


@pytest.mark.parametrize(
    ("clause", "changes", "status", "error"), REFUSED_EXCHANGES, ids=lambda one: str(one)[:50]
)
async def test_a_token_request_that_does_not_fit_is_refused(system, sign_in, clause, changes, status, error):
    code = await code_for(await sign_in("person-a"), system)
    answer = await system.redeem(code, **changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["cache-control"] == "no-store"
    assert ("www-authenticate" in answer.headers) == (status == 401)


async def test_a_token_request_in_json_is_refused(system):
    """RFC 6749 3.2, 4.1.3: application/x-www-form-urlencoded."""
    answer = await system.client.post("/openid/token", json={"grant_type": "authorization_code"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    answer = await system.client.get("/openid/token")
    assert answer.status_code == 405


@pytest.mark.parametrize("header", ["Basic", "Basic ???", "Basic bm9ib2R5", "Bearer x", "Basic Og=="])
async def test_a_header_that_is_none_is_no_client(system, header):
    """RFC 6749 5.2."""
    answer = await system.client.post(
        "/openid/token", data={"grant_type": "refresh_token"}, headers={"authorization": header}
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_the_secret_may_come_in_the_body(system, sign_in):
    """RFC 6749 2.3.1 (client_secret_post)."""
    code = await code_for(await sign_in("person-a"), system)
    said = {"client_id": system.client_id, "client_secret": system.secret}
    assert (await system.redeem(code, basic=False, **said)).status_code == 200


async def test_a_code_that_comes_twice_ends_everything_it_gave(system, sign_in):
    """RFC 6749 4.1.2, 10.5; Core 3.1.3.2."""
    code = await code_for(await sign_in("person-a"), system)
    tokens = (await system.redeem(code)).json()
    again = await system.redeem(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await system.userinfo(tokens["access_token"])).status_code == 401
    assert (await system.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_wrong_verifier_uses_the_code_up(system, sign_in):
    code = await code_for(await sign_in("person-a"), system)
    assert (await system.redeem(code, code_verifier="w" * 43)).status_code == 400
    assert (await system.redeem(code)).json()["error"] == "invalid_grant"


async def test_a_code_lives_a_minute(system, sign_in, held):
    """RFC 6749 4.1.2."""
    code = await code_for(await sign_in("person-a"), system)
    async with held.sessions() as session, session.begin():
        earlier = OpenIDGrant.issued_at - timedelta(seconds=60)
        await session.execute(sa.update(OpenIDGrant).values(issued_at=earlier))
    answer = await system.redeem(code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_a_code_of_another_client_is_nothing(system, sign_in, held, stranger):
    """RFC 6749 4.1.3."""
    other = await registered(held, stranger().client)
    code = await code_for(await sign_in("person-a"), system)
    assert (await other.redeem(code)).json()["error"] == "invalid_grant"
    assert (await system.redeem(code)).status_code == 200


async def test_refresh_tokens_rotate_and_one_used_twice_ends_the_family(system, sign_in):
    """RFC 6749 6, RFC 9700 4.14.2; Core 12.2."""
    first = await signed_in(await sign_in("person-a"), system, scope="openid profile phone")
    second = (await system.refresh(first["refresh_token"])).json()
    before, after = claims(first["id_token"]), claims(second["id_token"])
    assert {name: before[name] for name in ("iss", "sub", "aud", "auth_time")} == {
        name: after[name] for name in ("iss", "sub", "aud", "auth_time")
    }
    assert "nonce" not in after
    narrow = (await system.refresh(second["refresh_token"], scope="openid")).json()
    assert list((await system.userinfo(narrow["access_token"])).json()) == ["sub"]
    wide = await system.refresh(narrow["refresh_token"], scope="openid email")
    assert (wide.status_code, wide.json()["error"]) == (400, "invalid_scope")
    stolen = await system.refresh(first["refresh_token"])
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert (await system.refresh(narrow["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await system.userinfo(narrow["access_token"])).status_code == 401


async def test_a_refresh_token_of_another_client_is_nothing(system, sign_in, held, stranger):
    other = await registered(held, stranger().client)
    tokens = await signed_in(await sign_in("person-a"), system)
    assert (await other.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await system.refresh(tokens["refresh_token"])).status_code == 200
    assert (await system.token(grant_type="refresh_token")).json()["error"] == "invalid_request"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_userinfo_is_for_bearers(system, sign_in, method):
    """Core 5.3; RFC 6750 3, 3.1."""
    nobody = await system.client.request(method, "/openid/userinfo")
    assert (nobody.status_code, nobody.headers["www-authenticate"]) == (401, "Bearer")
    for token in ("", "nonsense", "a.b.c"):
        answer = await system.client.request(
            method, "/openid/userinfo", headers={"authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    tokens = await signed_in(await sign_in("person-a"), system)
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    answer = await system.client.request(method, "/openid/userinfo", headers=headers)
    assert (answer.status_code, answer.json()["name"]) == (200, people.PEOPLE[0].name)


async def test_departments_cannot_compare_people(system, sign_in, held, stranger):
    """Core 8.1: pairwise; within a sector the same for ever."""
    near = await registered(held, stranger().client)
    far = await registered(
        held, stranger().client, redirect_uris=["https://traffic.example/callback"], leaving_uris=[]
    )
    browser = await sign_in("person-a")
    told_of = [claims((await signed_in(browser, one))["id_token"]) for one in (system, near, far)]
    assert told_of[0]["sub"] == told_of[1]["sub"] != told_of[2]["sub"]
    assert told_of[0]["sid"] == told_of[1]["sid"] != told_of[2]["sid"]


async def test_staff_are_two_factors_sure(system, sign_in):
    """Core 2 (acr)."""
    tokens = await signed_in(await sign_in("market-window"), system, acr_values="urn:yiwang:assurance:2")
    assert claims(tokens["id_token"])["acr"] == "urn:yiwang:assurance:2"


async def test_taking_consent_back_ends_the_tokens(system, sign_in, held):
    browser = await sign_in("person-a")
    tokens = await signed_in(browser, system)
    page = checked(await browser.get("/my/systems"))
    assert "示例住房系统" in page.text
    await browser.post("/my/systems/withdraw", {"client": system.client_id})
    page = checked(await browser.follow())
    assert "示例住房系统" not in page.text
    assert (await system.userinfo(tokens["access_token"])).status_code == 401
    assert (await system.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert told(await browser.get(system.request(prompt="none")))["error"] == "consent_required"
    assert (await browser.post("/my/systems/withdraw", {"client": system.client_id})).status_code == 404
    assert [job for job in await work(held) if job == tasks.TELL_LOGOUT] == [tasks.TELL_LOGOUT]


async def test_the_discovery_document_says_what_is_there(stranger):
    """Discovery 1.0 3, 4.2."""
    client = stranger().client
    answer = await client.get("/.well-known/openid-configuration")
    said = answer.json()
    assert said == metadata(HOST)
    assert answer.headers["content-type"].startswith("application/json")
    required = {"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported"}
    required |= {"subject_types_supported", "id_token_signing_alg_values_supported"}
    assert required <= set(said)
    assert "RS256" in said["id_token_signing_alg_values_supported"]
    assert "registration_endpoint" not in said
    assert (await client.post("/openid/register", json={})).status_code in {403, 404, 405}
    for name in ("authorization_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"):
        assert (await client.get(said[name].removeprefix(HOST))).status_code in {200, 303, 400, 401}


async def test_a_ticket_that_was_altered_leads_nowhere(system, sign_in):
    browser = await sign_in("person-a")
    for path in ("resume", "continue", "again"):
        for ticket in ("", "x", "A" * 400, "é"):
            answer = checked(await browser.get(f"/openid/{path}", params={"ticket": ticket}))
            assert answer.status_code == 400, path


async def test_a_consent_of_another_person_is_none(system, sign_in):
    """A page that one person opened and another posts."""
    first, second = await sign_in("person-a"), await sign_in("person-b")
    page = await first.get(system.request())
    await second.get("/my")
    await second.post("/openid/consent", {"ticket": field(page, "ticket"), "answer": "yes"})
    assert told(await second.get(system.request(prompt="none")))["error"] == "consent_required"
    stranger_post = await second.client.post(
        "/openid/consent", data={"ticket": field(page, "ticket"), "answer": "yes"}
    )
    assert stranger_post.status_code == 403


async def test_a_client_switched_off_is_nobody(system, sign_in, held):
    from identity import queries
    from identity.openid import commands

    browser = await sign_in("person-a")
    tokens = await signed_in(browser, system)
    async with held.sessions() as session, session.begin():
        admin = await queries.person_id(session, people.staff("system-admin").id_number)
        await commands.switch(session, system.client_id, active=False, by=admin, at=datetime.now(UTC))
    assert (await browser.get(system.request())).status_code == 400
    assert (await system.refresh(tokens["refresh_token"])).json()["error"] == "invalid_client"
    assert (await system.userinfo(tokens["access_token"])).status_code == 401


async def test_a_public_client_needs_its_verifier_and_no_secret(held, sign_in, stranger):
    """RFC 7636; RFC 8252 8.1."""
    from identity.openid.rules import ClientKind

    phone = await registered(held, stranger().client, kind=ClientKind.PUBLIC)
    code = await code_for(await sign_in("person-a"), phone)
    assert (await phone.redeem(code, client_id=phone.client_id)).status_code == 200
    assert phone.secret is None
