"""Acting for a parent, a child, a firm; being verified; and what a mandate that has ended opens: nothing."""

import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import sqlalchemy as sa

from identity import queries
from identity.mandates import queries as mandates
from identity.mandates.models import Mandate, MandateRequest
from identity.rules import Level
from portal.app import furnish
from portal.cli.demo import people
from portal.register_checks import check_representatives
from storage import ledger
from tests.journeys.cases import begin, photo, senior_card
from tests.journeys.conftest import act_for, checked
from tests.support.city import work

pytestmark = pytest.mark.anyio
ACTION = re.compile(r'action="/my/mandates/([^"]+)"')
WINDOW_ACTION = re.compile(r'action="(/window/identity/guardianships/[^"]+)"')


def parent_of(key="person-b", **changes):
    one = people.person(key)
    return {"name": one.name, "id_number": one.id_number, "scope": "all", "days": "365"} | changes


async def mandate_for_parent(sign_in, **changes):
    """壬 asks to act for 乙, who agrees in a browser of her own."""
    child, parent = await sign_in("person-j"), await sign_in("person-b")
    checked(await child.get("/my/mandates/new?way=for-parent"))
    await child.post("/my/mandates/new?way=for-parent", parent_of(**changes))
    checked(await child.follow())
    page = checked(await parent.get("/my/mandates"))
    confirm = next(one for one in ACTION.findall(page.text) if one.endswith("/confirm"))
    await parent.post(f"/my/mandates/{confirm}")
    checked(await parent.follow())
    return child, parent


async def test_a_mandate_withdrawn_in_one_window_is_refused_in_the_other_at_the_next_request(sign_in):
    child, parent = await mandate_for_parent(sign_in)
    await act_for(child, "示例乙")
    page = checked(await child.get("/apply/senior-card"))
    assert "您正在代表 示例乙" in page.text
    number = await begin(child, "senior-card")
    assert (await child.get(f"/applications/{number}")).status_code == 200
    page = await parent.get("/my/mandates")
    withdraw = next(one for one in ACTION.findall(page.text) if one.endswith("/withdraw"))
    await parent.post(f"/my/mandates/{withdraw}")
    refused = await child.post("/apply/senior-card")
    assert refused.status_code == 404
    assert "刚刚结束" in checked(refused).text
    assert (await child.get(f"/applications/{number}")).status_code == 404
    assert "您正在代表" not in (await child.get("/my")).text
    assert (await parent.get(f"/applications/{number}")).status_code == 200, "the parent's case stays hers"


async def test_every_deed_under_a_mandate_shows_both_names(sign_in, held):
    child, parent = await mandate_for_parent(sign_in)
    await act_for(child, "示例乙")
    number = await senior_card(child)
    async with held.sessions() as session:
        entries = await ledger.entries(session, number)
        ids = {
            key: await queries.person_id(session, people.person(f"person-{key}").id_number) for key in "jb"
        }
    done = [one for one in entries if one.actor == str(ids["j"])]
    assert {one.deed for one in done} >= {"application drafted", "application submitted"}
    for one in done:
        assert one.on_behalf_of == str(ids["b"])
        assert (one.details["by"], one.details["for"]) == ("示例壬", "示例乙")
    for browser in (child, parent):
        page = checked(await browser.get(f"/applications/{number}"))
        assert "示例壬（代表 示例乙）" in page.text
    clerk = await sign_in("civil-window")
    assert "示例壬（代表 示例乙）" in (await clerk.get(f"/window/cases/{number}")).text


async def test_a_mandate_for_named_items_opens_these_only(sign_in):
    child, _ = await mandate_for_parent(sign_in, scope="named", items="senior-card")
    await act_for(child, "示例乙")
    page = checked(await child.get("/apply/residence-permit"))
    assert "委托不包括这个事项" in page.text
    refused = await child.post("/apply/residence-permit")
    assert refused.status_code == 403
    assert "您的委托不包括这个事项" in checked(refused).text
    assert await begin(child, "senior-card")


async def test_what_is_typed_wrong_is_said_at_its_field_and_kept(sign_in):
    browser = await sign_in("person-j")
    await browser.get("/my/mandates/new?way=for-parent")
    page = await browser.post("/my/mandates/new?way=for-parent", parent_of(scope="named"))
    assert page.status_code == 422
    assert "请至少选择一个事项" in checked(page).text
    assert 'value="示例乙"' in page.text
    child = parent_of("person-k")
    page = await browser.post("/my/mandates/new?way=for-parent", child)
    assert "只能由监护人代办" in checked(page).text
    own = people.person("person-j")
    page = await browser.post(
        "/my/mandates/new?way=for-parent", parent_of(name=own.name, id_number=own.id_number)
    )
    assert "不能是您自己的" in checked(page).text


async def test_a_mother_the_register_names_acts_for_her_child_at_once(sign_in):
    mother = await sign_in("person-j")
    checked(await mother.get("/my/mandates/new?way=guardian"))
    child = people.person("person-k")
    await mother.post("/my/mandates/new?way=guardian", {"name": child.name, "id_number": child.id_number})
    assert "监护关系核对一致" in checked(await mother.follow()).text
    await act_for(mother, "示例癸")
    assert "您正在代表 示例癸" in (await mother.get("/my")).text


async def test_a_guardian_no_register_names_is_confirmed_by_an_officer(sign_in):
    guardian = await sign_in("person-d")
    child, own = people.person("person-k"), people.person("person-d")
    await guardian.post("/my/mandates/new?way=guardian", {"name": child.name, "id_number": child.id_number})
    assert "还差一步" in checked(await guardian.follow()).text
    clerk = await sign_in("civil-window")
    checked(await clerk.get("/window/identity"))
    page = await clerk.post("/window/identity", {"name": own.name, "id_number": own.id_number})
    assert page.status_code == 422, "nothing without looking at person and card"
    page = await clerk.post("/window/identity", {"name": own.name, "id_number": own.id_number, "seen": "yes"})
    assert own.id_number not in checked(page).text
    assert "520181********0023" in page.text
    await clerk.post(WINDOW_ACTION.search(page.text)[1])
    checked(await clerk.follow())
    await act_for(guardian, "示例癸")


async def test_a_newcomer_is_verified_by_two_proofs_and_may_then_apply(stranger, held):
    browser, one = stranger(), people.NEWCOMER
    await browser.get("/sign-up")
    password = "green-tea-42"
    await browser.post(
        "/sign-up",
        {
            "name": one.name,
            "id_number": one.id_number,
            "phone": one.phone,
            "password": password,
            "password_again": password,
            "agreed": "yes",
        },
    )
    await browser.follow()
    await browser.get("/sign-in")
    await browser.post("/sign-in", {"account": one.id_number, "password": password})
    await browser.follow()
    assert "您还没有达到" in checked(await browser.get("/apply/unemployment-benefit")).text
    refused = await browser.post("/apply/unemployment-benefit")
    assert refused.status_code == 403
    assert "还要先核验您的身份" in checked(refused).text
    page = checked(await browser.get("/my/identity"))
    assert "520101********003X" in page.text
    assert one.id_number not in page.text
    page = await browser.post("/my/identity", {"phone": one.phone})
    assert "请至少填写两项" in checked(page).text
    page = await browser.post("/my/identity", {"phone": one.phone, "social_card": "SA9999999"})
    assert "核验没有通过" in checked(page).text
    await browser.post("/my/identity", {"phone": one.phone, "social_card": "sa 0000001"})
    assert "实名认证通过" in checked(await browser.follow()).text
    assert await begin(browser, "unemployment-benefit")
    async with held.sessions() as session:
        person = await queries.person_id(session, one.id_number)
        assert await mandates.level(session, person) is Level.REGISTRY


async def test_a_firm_is_claimed_by_whom_the_register_names_and_by_nobody_else(sign_in):
    stranger_to_it, owner = await sign_in("person-c"), await sign_in("person-f")
    code = people.firm("firm-tea").credit_code
    checked(await stranger_to_it.get("/my/firms/new"))
    page = await stranger_to_it.post("/my/firms/new", {"credit_code": code})
    assert page.status_code == 422
    assert "登记里您不是这个单位的法定代表人" in checked(page).text
    await owner.post("/my/firms/new", {"credit_code": code})
    assert "示例茶业有限公司" in checked(await owner.follow()).text


async def _aged(held, *, firm, person):
    """Let the portal believe that `person` represents the firm, long after the register was asked."""
    async with held.sessions() as session, session.begin():
        who = await queries.person_id(session, people.person(person).id_number)
        organisation = await queries.organisation(session, people.firm(firm).credit_code)
        await session.execute(
            sa.update(Mandate)
            .where(Mandate.for_organisation == organisation.id)
            .values(person_id=who, checked_at=datetime.now(UTC) - timedelta(days=2))
        )


async def test_a_representative_the_register_no_longer_names_loses_the_firm_on_entering_it(sign_in, held):
    await _aged(held, firm="firm-tea", person="person-c")
    browser = await sign_in("person-c")
    async with held.sessions() as session:
        tea = await queries.organisation(session, people.firm("firm-tea").credit_code)
    await browser.get("/acting-for")
    refused = await browser.post("/acting-for", {"party": str(tea.id)})
    assert refused.status_code == 404
    assert "示例茶业有限公司" not in (await browser.get("/acting-for")).text


async def test_the_daily_check_ends_mandates_of_former_representatives(held):
    await _aged(held, firm="firm-tea", person="person-c")
    await _aged(held, firm="firm-snacks", person="person-h")
    assert await check_representatives(sessions=held.sessions, hub=held.hub, at=datetime.now(UTC)) == 1


async def test_an_agent_named_by_the_representative_acts_in_the_named_items(sign_in):
    owner, agent = await sign_in("person-f"), await sign_in("person-c")
    page = checked(await owner.get("/my/mandates/new?way=agent"))
    firm = re.search(r'name="firm"[^>]*value="([0-9a-f-]{36})"', page.text)[1]
    one = people.person("person-c")
    await owner.post(
        "/my/mandates/new?way=agent",
        {
            "firm": firm,
            "name": one.name,
            "id_number": one.id_number,
            "scope": "named",
            "items": ["road-freight"],
            "days": "30",
        },
    )
    checked(await owner.follow())
    page = checked(await agent.get("/my/mandates"))
    confirm = next(place for place in ACTION.findall(page.text) if place.endswith("/confirm"))
    await agent.post(f"/my/mandates/{confirm}")
    checked(await agent.follow())
    await act_for(agent, "示例茶业有限公司")
    assert (await agent.post("/apply/fire-safety-check")).status_code == 403
    assert await begin(agent, "road-freight")


USES = "/my/data-uses"


async def test_who_used_a_parents_or_a_childs_data_is_told_to_whom_the_mandate_covers_everything(
    sign_in, held
):
    child, parent = await mandate_for_parent(sign_in)
    stranger_to_them = await sign_in("person-c")

    async def uses(browser):
        page = checked(await browser.get(USES)).text
        return page.partition('id="asked"')[0].count("人口基础信息库")

    before = [await uses(one) for one in (child, stranger_to_them)]
    number = await senior_card(parent)
    await work(held)
    assert [await uses(one) for one in (child, stranger_to_them)] == before, "one's own are one's own"
    await act_for(child, "示例乙")
    page = checked(await child.get(USES)).text
    assert "谁用过 示例乙 的数据" in page
    assert f'href="/applications/{number}"' in page
    assert await uses(child) == await uses(parent) > 0
    async with held.sessions() as session:
        ids = [
            str(await queries.person_id(session, people.person(one).id_number))
            for one in ("person-j", "person-b")
        ]
        last = (await ledger.entries(session, f"account:{ids[1]}"))[-1]
    assert (last.deed, last.actor, last.on_behalf_of) == ("data uses read", *ids)
    assert await uses(stranger_to_them) == before[1]
    await child.get("/my/mandates/new?way=guardian")
    one = people.person("person-k")
    await child.post("/my/mandates/new?way=guardian", {"name": one.name, "id_number": one.id_number})
    await act_for(child, "示例癸")
    assert "谁用过 示例癸 的数据" in checked(await child.get(f"{USES}?lang=zh-CN")).text


async def test_a_mandate_for_named_items_tells_nothing_of_who_used_the_data(sign_in, held):
    child, parent = await mandate_for_parent(sign_in, scope="named", items="senior-card")
    await senior_card(parent)
    await work(held)
    await act_for(child, "示例乙")
    refused = checked(await child.get(USES))
    assert refused.status_code == 404
    assert "人口基础信息库" not in refused.text
    assert f'href="{USES}"' not in (await child.get("/my")).text, "nor is it offered"
    assert "即将到期" not in (await parent.get("/my/mandates")).text
    async with held.sessions() as session, session.begin():
        await session.execute(sa.update(Mandate).values(valid_until=datetime.now(UTC) + timedelta(days=5)))
    for browser in (child, parent):
        assert "即将到期" in checked(await browser.get("/my/mandates")).text
    owner = await sign_in("person-a", firm="firm-restaurant")
    assert "谁用过 示例餐饮有限公司 的数据" in checked(await owner.get(USES)).text


async def test_a_paper_that_came_with_a_refused_form_is_not_kept(sign_in, held):
    browser, kept = await sign_in("person-d"), []

    class Keeping:
        def __getattr__(self, name):
            return getattr(held.objects, name)

        async def put(self, content):
            kept.append(content)
            return await held.objects.put(content)

    furnish(browser.client._transport.app, held.settings, replace(held, objects=Keeping()))
    await browser.get("/my/mandates/new?way=guardian")
    grown, child = people.person("person-b"), people.person("person-k")
    paper = {"evidence": ("户口簿.jpg", photo(), "image/jpeg")}
    for said in (
        {"name": "", "id_number": child.id_number},
        {"name": grown.name, "id_number": grown.id_number},
        {"name": child.name, "id_number": "520181202006010000"},
    ):
        page = await browser.post("/my/mandates/new?way=guardian", said, files=paper)
        assert page.status_code == 422, said
    assert kept == []
    said = {"name": child.name, "id_number": child.id_number}
    await browser.post("/my/mandates/new?way=guardian", said, files=paper)
    assert "还差一步" in checked(await browser.follow()).text
    async with held.sessions() as session:
        digests = list(await session.scalars(sa.select(MandateRequest.evidence_digest)))
    assert [hashlib.sha256(one).hexdigest() for one in kept] == digests


async def test_a_child_under_fourteen_gets_an_account_by_no_door(sign_in, stranger, held):
    """Must hold 10: only through a guardian, and none of its own; the birthday itself is an integration test."""
    child, browser = people.person("person-k"), stranger()
    await browser.get("/sign-up")
    password = "green-tea-42"
    page = await browser.post(
        "/sign-up",
        {
            "name": child.name,
            "id_number": child.id_number,
            "phone": "19912340000",
            "password": password,
            "password_again": password,
            "agreed": "yes",
        },
    )
    assert page.status_code == 422
    assert "不满 14 周岁不能单独注册" in checked(page).text
    guardian = await sign_in("person-j")
    await guardian.get("/my/mandates/new?way=guardian")
    await guardian.post("/my/mandates/new?way=guardian", {"name": child.name, "id_number": child.id_number})
    async with held.sessions() as session:
        known = await queries.person_id(session, child.id_number)
        assert known is not None
        assert await queries.credentials_of(session, known) is None
    clerk = await sign_in("civil-window")
    details = {"name": child.name, "id_number": child.id_number, "phone": "19912340000", "seen": "yes"}
    assert "不满 14 周岁" in (await clerk.post("/window/identity/accounts", details)).text
    await act_for(guardian, child.name)
    number = await begin(guardian, "residence-permit")
    async with held.sessions() as session:
        drafted = (await ledger.entries(session, number))[0]
    assert (drafted.on_behalf_of, drafted.details["for"]) == (str(known), child.name)


async def test_an_officer_opens_the_account_of_somebody_at_the_window(sign_in, stranger):
    clerk, one = await sign_in("civil-window"), people.NEWCOMER
    checked(await clerk.get("/window/identity/accounts"))
    details = {"name": one.name, "id_number": one.id_number, "phone": one.phone, "seen": "yes"}
    child = people.person("person-k")
    page = await clerk.post("/window/identity/accounts", details | {"id_number": child.id_number})
    assert "不满 14 周岁" in checked(page).text
    page = checked(await clerk.post("/window/identity/accounts", details))
    password = re.search(r'初始密码</dt>\s*<dd[^>]*><code translate="no">([a-z2-9]{12})<', page.text)[1]
    again = await clerk.post("/window/identity/accounts", details)
    assert "已经有账号" in checked(again).text
    browser = stranger()
    await browser.get("/sign-in")
    await browser.post("/sign-in", {"account": one.id_number, "password": password})
    assert (await browser.follow()).status_code == 200
    assert "经窗口当面核验" in (await browser.get("/my/identity")).text


async def test_pages_of_mandates_are_for_people_and_the_window(sign_in, stranger):
    nobody: httpx.Response = await stranger().get("/my/mandates")
    assert nobody.headers["location"].startswith("/sign-in")
    citizen = await sign_in("person-c")
    assert (await citizen.get("/window/identity")).status_code == 403
    reviewer = await sign_in("civil-reviewer-1")
    assert (await reviewer.get("/window/identity")).status_code == 403
    assert (await reviewer.get("/my/mandates")).status_code == 403
