"""Programs sign in by themselves: bearer tokens only, the second factor for staff, problems instead of pages."""

import pytest

from portal.cli.demo import people
from tests.journeys.machine import API, FIRM, Machine, machine, started
from tests.support.city import today_code

pytestmark = pytest.mark.anyio

PROBLEM = "application/problem+json"


async def sign_in(client, **body):
    return await client.post(f"{API}/sessions", json=body)


async def test_a_citizen_gets_a_token_that_works_until_they_sign_out(stranger):
    owner = await machine(stranger, "person-a")
    assert (await owner.get("/parties")).status_code == 200
    assert (await owner.call("DELETE", "/sessions/current")).status_code == 204
    assert (await owner.get("/parties")).status_code == 401


async def test_the_answer_says_how_long_the_token_lasts(stranger):
    answer = await sign_in(stranger().client, account="19900000001", password=people.PASSWORD)
    told = answer.json()
    assert set(told) == {"access_token", "expires_in", "token_type"}
    assert (told["token_type"], told["expires_in"] > 0) == ("Bearer", True)
    assert answer.headers["cache-control"] == "no-store"


async def test_staff_need_a_code_and_a_code_works_once(stranger):
    client, account = stranger().client, "market-window"
    without = await sign_in(client, account=account, password=people.PASSWORD)
    assert (without.status_code, without.json()["title"]) == (401, "code-needed")
    code = today_code(account)
    assert (await sign_in(client, account=account, password=people.PASSWORD, code=code)).status_code == 201
    again = await sign_in(client, account=account, password=people.PASSWORD, code=code)
    assert (again.status_code, again.json()["title"]) == (401, "sign-in-refused")


@pytest.mark.parametrize("account", ["19900000001", "nobody-at-all", "示例", "' OR 1=1 --"])
async def test_a_wrong_account_and_a_wrong_password_are_one_answer(stranger, account):
    answer = await sign_in(stranger().client, account=account, password="wrong")
    assert (answer.status_code, answer.json()["title"]) == (401, "sign-in-refused")
    assert answer.headers["content-type"] == PROBLEM
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_after_too_many_failures_the_problem_says_how_long_to_wait(stranger):
    client = stranger().client
    answers = [await sign_in(client, account="19900000003", password="wrong") for _ in range(12)]
    paused = next(answer for answer in answers if answer.status_code == 429)
    assert paused.json()["title"] == "sign-in-paused"
    assert int(paused.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"account": "a"},
        {"account": "a", "password": 1},
        {"account": "a\x00b", "password": "p"},
        {"account": "a" * 101, "password": "p"},
        {"account": "a", "password": "p", "role": "approver"},
        [],
    ],
)
async def test_a_body_that_does_not_fit_says_so(stranger, body):
    answer = await stranger().client.post(f"{API}/sessions", json=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == PROBLEM


async def test_what_is_no_json_is_a_problem_too(stranger):
    headers = {"content-type": "application/json"}
    answer = await stranger().client.post(f"{API}/sessions", content=b"{", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (400, PROBLEM)


async def test_a_cookie_opens_nothing_here(sign_in):
    browser = await sign_in("person-a")
    assert (await browser.client.get("/acting-for")).status_code == 200
    for method, path in (("GET", "/parties"), ("POST", "/applications"), ("PUT", "/parties/chosen")):
        answer = await browser.client.request(method, f"{API}{path}", json={"item_code": "food-business"})
        assert answer.status_code == 401, path


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "Ω"])
async def test_a_token_that_is_none_is_nobody(stranger, token):
    client = stranger().client
    headers = {"authorization": f"Bearer {token}".encode()}
    answer = await client.get(f"{API}/parties", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)


async def test_one_acts_for_whom_one_represents_and_for_nobody_else(stranger):
    owner = await machine(stranger, "person-a")
    parties = (await owner.get("/parties")).json()
    assert [one["kind"] for one in parties] == ["person", "organisation"]
    chosen = await owner.call("PUT", "/parties/chosen", json={"party": FIRM})
    assert (chosen.status_code, chosen.json()["name"]) == (200, "示例餐饮有限公司")
    assert (await started(owner))["applicant_name"] == "示例餐饮有限公司"
    for other, status in ((people.firm("firm-tea").credit_code, 404), ("123", 422), ("\x00", 422)):
        answer = await owner.call("PUT", "/parties/chosen", json={"party": other})
        assert answer.status_code == status, answer.text


async def test_staff_are_nobodys_applicants_and_citizens_no_officers(stranger):
    clerk, owner = await machine(stranger, "market-window"), await machine(stranger, "person-a")
    assert (await clerk.get("/parties")).status_code == 403
    assert (await clerk.post("/applications", {"item_code": "food-business"})).status_code == 403
    assert (await owner.get("/window/cases")).status_code == 403
    assert (await owner.get("/oversight/board")).status_code == 403


async def test_nobody_gets_in_anywhere_but_where_it_is_open(stranger):
    nobody = Machine(stranger().client)
    for path in ("/applications", "/applications/1", "/window/cases", "/licences", "/oversight/board"):
        assert (await nobody.get(path)).status_code == 401, path
    for path in ("/items", "/items/food-business"):
        assert (await nobody.get(path)).status_code == 200, path
