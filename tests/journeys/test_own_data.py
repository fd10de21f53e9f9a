"""我的数据: seeing it, taking it along, asking for a correction and getting an answer, closing the account."""

import json

import pytest
import sqlalchemy as sa

from portal.cli.demo import people
from services.applications.commands import receiving
from services.notices.models import Message
from tests.journeys.cases import granted, officers_do, senior_card
from tests.journeys.conftest import checked
from tests.journeys.test_messages import tell
from tests.support.city import work

pytestmark = pytest.mark.anyio


def number_of(key):
    return next(one for one in people.PEOPLE if one.key == key).id_number


async def test_the_page_shows_what_is_kept_and_who_used_it(sign_in, held):
    person = await sign_in("person-b")
    number = await senior_card(person)
    await work(held)
    supervisor = await sign_in(next(one.login for one in people.STAFF if "supervisor" in one.roles))
    await supervisor.get(f"/supervision/cases/{number}")
    page = checked(await person.get("/my/data"))
    assert page.status_code == 200
    assert number_of("person-b") not in page.text
    assert "人口基础信息库" in page.text
    assert "查看办件" in page.text
    english = checked(await person.get("/my/data?lang=en"))
    assert "Who looked at my cases" in english.text


async def test_what_is_kept_can_be_taken_along(sign_in, held):
    person = await sign_in("person-b")
    number = await senior_card(person)
    await granted(held, number)
    await tell(held)
    file = await person.get("/my/data/export.json")
    content = json.loads(file.content)
    assert file.headers["cache-control"] == "no-store"
    assert content["person"]["id_number"] == number_of("person-b")
    assert [one["number"] for one in content["cases"]] == [number]
    assert content["licences"][0]["elements"]
    assert content["uses"]
    assert {one["case"] for one in content["messages"]} == {number}
    assert content["messages"][0]["words"]["zh"]["title"]
    assert content["messages_not_wanted_by"] == content["account_notices"] == []
    paper = await person.get("/my/data/export.pdf")
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")
    assert len(paper.content) > 10_000


async def test_the_page_stands_while_the_hub_is_away(sign_in_without_hub):
    person = await sign_in_without_hub("person-b")
    page = checked(await person.get("/my/data"))
    assert (page.status_code, "暂时连不上" in page.text) == (200, True)
    assert json.loads((await person.get("/my/data/export.json")).content)["uses"] is None


async def test_a_correction_is_asked_and_the_department_answers(sign_in):
    person = await sign_in("person-a")
    checked(await person.get("/my/data/corrections"))
    unclear = checked(await person.post("/my/data/corrections", {"about": "register", "text": "住址"}))
    assert (unclear.status_code, "请选择保存这项信息的部门" in unclear.text, "住址" in unclear.text) == (
        422,
        True,
        True,
    )
    clerk = people.staff("civil-window")
    invented = {"department": "no-such", "about": "register", "text": "住址不对"}
    assert checked(await person.post("/my/data/corrections", invented)).status_code == 422
    await person.post("/my/data/corrections", invented | {"department": clerk.department})
    assert "等待答复" in checked(await person.follow()).text
    window = await sign_in("civil-window")
    queue = checked(await window.get("/window/corrections"))
    link = queue.text.split('href="/window/corrections/')[1].split('"')[0]
    assert "住址不对" in checked(await window.get(f"/window/corrections/{link}")).text
    empty = checked(await window.post(f"/window/corrections/{link}", {"text": "核实过"}))
    assert (empty.status_code, "请选择核实的结果" in empty.text) == (422, True)
    stranger = await sign_in("market-window")
    assert (await stranger.get(f"/window/corrections/{link}")).status_code == 404
    answer = {"verdict": "corrected", "text": "户籍系统里已经改正"}
    assert (await stranger.post(f"/window/corrections/{link}", answer)).status_code == 404
    await window.post(f"/window/corrections/{link}", answer)
    assert "现在没有更正请求" in checked(await window.follow()).text
    assert (await window.post(f"/window/corrections/{link}", answer)).status_code == 409
    page = checked(await person.get("/my/data"))
    assert "户籍系统里已经改正" in page.text
    assert "已经改正" in checked(await window.get("/window/corrections?answered=yes")).text


async def test_an_account_with_a_running_case_cannot_be_closed(sign_in, held):
    person = await sign_in("person-b")
    number = await senior_card(person)
    page = checked(await person.get("/my/data/closing"))
    assert f'href="/applications/{number}"' in page.text
    assert (await person.post("/my/data/closing", {"sure": "yes"})).status_code == 409
    await officers_do(held, "civil-window", receiving.accept, number)
    assert (await person.get("/my/data")).status_code == 200


async def test_closing_an_account_says_what_stays_and_signs_out(sign_in, stranger, held):
    person = await sign_in("person-b")
    await granted(held, await senior_card(person))
    await tell(held)
    page = checked(await person.get("/my/data/closing"))
    assert "办件档案要按规定的期限保存" in page.text
    unsure = checked(await person.post("/my/data/closing"))
    assert (unsure.status_code, "请确认您要注销账号" in unsure.text) == (422, True)
    await person.post("/my/data/closing", {"sure": "yes"})
    assert "账号已注销" in checked(await person.follow()).text
    assert (await person.get("/my")).status_code == 303
    other = stranger()
    await other.get("/sign-in")
    refused = await other.post("/sign-in", {"account": number_of("person-b"), "password": people.PASSWORD})
    assert refused.status_code == 422
    async with held.sessions() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(Message)) == 0


async def test_stale_accounts_are_for_the_security_administrator(sign_in):
    chief = await sign_in(next(one.login for one in people.STAFF if "security-admin" in one.roles))
    assert "没有长期未用的账号" in checked(await chief.get("/admin/stale-accounts")).text
    other = await sign_in(next(one.login for one in people.STAFF if "audit-admin" in one.roles))
    assert (await other.get("/admin/stale-accounts")).status_code == 403
