"""What the register says is looked at, disputed and answered; a contract is asked for and answered: by page."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from services.applications import queries
from services.applications.facts.commands import forget
from services.applications.models import Application, Fact, Supply
from services.applications.rules import State
from services.applications.tasks import tell_closed
from services.sharing import keeping
from tests.journeys.cases import begin
from tests.journeys.conftest import checked

pytestmark = pytest.mark.anyio
NEW = {
    "resource": "population",
    "item": "food-business",
    "legal_basis": "《食品安全法》（示例）",
    "fields": ["name", "sex"],
    "form": "masked",
    "per_day": "100",
    "days": "30",
}


TICKET = re.compile(r"/exchange/tickets/[0-9a-f-]{36}")


async def test_what_the_register_says_is_disputed_checked_and_answered(sign_in, held):
    police = await sign_in("police-approver")
    before = set(TICKET.findall(checked(await police.get("/exchange")).text))
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    material = checked(await person.get(f"/applications/{number}/materials/identity"))
    assert f"/applications/{number}/registers" in material.text
    page = checked(await person.get(f"/applications/{number}/registers"))
    assert "示例乙" in page.text
    assert "办结即失效" in page.text
    one = f"/applications/{number}/registers/population"
    checked(await person.get(one))
    assert (await person.post(one, {"word": "disputed", "words": ""})).status_code == 422
    assert "请写明哪里不对" in checked(person.last).text
    assert (await person.post(one, {"word": "accepted"})).status_code == 303
    assert "您已确认" in checked(await person.follow()).text
    assert await supply(held, number) is Supply.OBTAINED
    assert (await person.post(one, {"word": "disputed", "words": "住址已经搬了"})).status_code == 303
    assert "已经转给登记的部门核实" in checked(await person.follow()).text
    assert await supply(held, number) is Supply.NEEDED
    checked(await person.get(f"/applications/{number}"))
    assert await supply(held, number) is Supply.NEEDED
    assert (await person.get(f"/applications/{number}/registers/salaries")).status_code == 404
    other = await sign_in("person-c")
    assert (await other.get(one)).status_code == 404

    (ticket,) = set(TICKET.findall(checked(await police.get("/exchange")).text)) - before
    assert "住址已经搬了" in checked(await police.get(ticket)).text
    assert (await police.post(ticket, {"stands": "no"})).status_code == 422
    checked(police.last)
    assert (await police.post(ticket, {"stands": "no", "words": "已按新住址更正"})).status_code == 303
    uses = checked(await person.get("/my/data-uses"))
    assert "已按新住址更正" in uses.text
    complaint = re.findall(r"/my/data-uses/[0-9a-f-]{36}/complaint", uses.text)[0]
    checked(await person.get(complaint))
    assert (await person.post(complaint, {"words": ""})).status_code == 422
    checked(person.last)
    assert (await person.post(complaint, {"words": "没有同意过"})).status_code == 303
    assert "没有同意过" in checked(await person.follow()).text
    assert (await other.get(complaint)).status_code == 404


async def supply(held, number):
    async with held.sessions() as session:
        case = await queries.by_number(session, number)
        materials = await queries.materials_of(session, case)
        return next(one.supply for one in materials if one.code == "identity")


async def test_the_hub_is_told_of_closed_cases_and_nothing_of_the_register_stays(sign_in, held, monkeypatch):
    monkeypatch.setattr(keeping, "SETTLES", timedelta(0))
    person = await sign_in("person-b")
    number = await begin(person, "senior-card")
    async with held.sessions() as session, session.begin():
        await session.execute(
            sa.update(Application).where(Application.number == number).values(state=State.WITHDRAWN)
        )
    await tell_closed(sessions=held.sessions, hub=held.hub)
    assert number not in await held.hub.cases_open(at=datetime.now(UTC), limit=500)
    async with held.sessions() as session, session.begin():
        case = await queries.by_number(session, number)
        facts = list(await session.scalars(sa.select(Fact).where(Fact.application_id == case.id)))
        assert [(one.values, bool(one.request)) for one in facts] == [({}, True)]
        assert await forget(session, [number]) == 0


async def test_a_contract_is_asked_for_refused_and_agreed_to_by_page(sign_in):
    market = await sign_in("market-approver")
    checked(await market.get("/exchange/askings"))
    assert "用于哪个事项" in checked(await market.get("/exchange/askings?resource=population")).text
    assert (await market.post("/exchange/askings", {**NEW, "legal_basis": ""})).status_code == 422
    checked(market.last)
    assert (await market.post("/exchange/askings", {**NEW, "fields": ["salary"]})).status_code == 422
    assert "目录里没有这样的信息项" in checked(market.last).text
    assert (await market.post("/exchange/askings", NEW)).status_code == 303
    asked = market.last.headers["location"]
    assert "等待答复" in checked(await market.follow()).text
    police = await sign_in("police-approver")
    assert asked in checked(await police.get("/exchange")).text
    checked(await police.get(asked))
    assert (await police.post(asked, {"agree": "no"})).status_code == 422
    assert "请写明理由" in checked(police.last).text
    assert (await police.post(asked, {"agree": "yes"})).status_code == 303
    assert "已同意" in checked(await police.follow()).text
    contract = re.findall(
        r"/exchange/contracts/QY-\d{4}-[0-9a-f]{8}", checked(await market.get("/exchange")).text
    )[-1]
    checked(await market.get(contract))
    assert (await market.post(f"{contract}/end", {"reason": ""})).status_code == 422
    checked(market.last)
    assert (await market.post(f"{contract}/end", {"reason": "不再需要"})).status_code == 303
    assert "不再需要" in checked(await market.get(contract)).text
    supervisor = await sign_in("supervisor-1")
    assert "数据契约和使用情况" in checked(await supervisor.get("/exchange")).text
    quality = checked(await supervisor.get("/exchange/quality")).text
    assert "命中率" in quality
    assert "各事项的材料免提交率" in quality
    assert (await supervisor.get(contract)).status_code == 403
    assert (await (await sign_in("civil-approver")).get(asked)).status_code == 404


async def test_the_directory_is_read_exported_taken_in_and_changed_by_its_own_department(sign_in):
    police = await sign_in("police-approver")
    listing = checked(await police.get("/exchange/directory"))
    assert "办理老年人优待证" in listing.text or "老年人" in listing.text
    one = "/exchange/directory/driving-licences"
    checked(await police.get(one))
    entry = {
        "name": "示例机动车驾驶证信息",
        "name_en": "Sample driving licences",
        "share_type": "2",
        "condition": "",
        "basis": "示例",
        "manner": "接口",
        "update_cycle": "每周",
    }
    assert (await police.post(one, entry)).status_code == 422
    assert "有条件共享的，要写明条件" in checked(police.last).text
    assert (await police.post(one, entry | {"condition": "一事一查"})).status_code == 303
    assert "每周" in checked(await police.follow()).text
    exported = (await police.get("/exchange/directory/export.json")).json()
    own = [dict(known, update_cycle="每日") for known in exported if known["code"] == "driving-licences"]
    foreign = [dict(known, update_cycle="每年") for known in exported if known["code"] == "social-insurance"]
    file = {"file": ("directory.json", json.dumps(own + foreign).encode(), "application/json")}
    assert (await police.post("/exchange/directory/import", files=file)).status_code == 303
    after = {known["code"]: known for known in (await police.get("/exchange/directory/export.json")).json()}
    assert (after["driving-licences"]["update_cycle"], after["social-insurance"]["update_cycle"]) == (
        "每日",
        "每日",
    )
    broken = {"file": ("directory.json", b"{", "application/json")}
    assert (await police.post("/exchange/directory/import", files=broken)).status_code == 422
    checked(police.last)
    civil = await sign_in("civil-approver")
    assert "保存" not in checked(await civil.get(one)).text
    assert (await civil.post(one, entry | {"condition": "一事一查"})).status_code == 404
    assert (await civil.get("/exchange/directory/none")).status_code == 404


async def test_with_the_hub_away_every_page_says_so(sign_in_without_hub):
    steward = await sign_in_without_hub("police-approver")
    nobody = "00000000-0000-4000-8000-000000000000"
    for path in ("", "/quality", "/directory", "/directory/population", "/directory/export.json", "/askings"):
        answer = await steward.get(f"/exchange{path}")
        assert answer.status_code == 503, path
        assert "现在连不上数据共享平台" in checked(answer).text
    for path in (f"/tickets/{nobody}", "/contracts/none", "/askings/none"):
        answer = await steward.get(f"/exchange{path}")
        assert answer.status_code == 503, path
        assert "现在连不上数据共享平台" in checked(answer).text
    checked(await steward.get("/window"))
    told = {
        "/exchange/askings": NEW,
        "/exchange/askings/none": {"agree": "yes"},
        "/exchange/contracts/none/end": {"reason": "不再需要"},
        f"/exchange/tickets/{nobody}": {"stands": "yes", "words": "核对无误"},
    }
    for path, content in told.items():
        answer = await steward.post(path, content)
        assert answer.status_code == 503, path
        assert "现在连不上数据共享平台" in checked(answer).text
