"""一件事: several items filled in as one and handed in as one, and what becomes of its parts."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.applications.commands import closing, deciding, receiving
from services.catalogue.bundles import pooling
from tests.journeys.cases import officers_do
from tests.journeys.conftest import checked
from tests.journeys.machine import Machine, machine
from tests.journeys.test_every_item import BUNDLES, ITEMS, POOLS, apply_by_program
from tests.support.city import actor_for, work

pytestmark = pytest.mark.anyio

RESTAURANT = "open-a-restaurant"


async def started(owner: Machine, code: str = RESTAURANT, parts: tuple[str, ...] = ()) -> dict:
    answer = await owner.post(f"/bundles/{code}/applications", {"parts": list(parts)})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def handed_in(owner: Machine, code: str = RESTAURANT) -> dict:
    """A bundle without its optional parts, handed in."""
    draft, pool = await started(owner, code), POOLS[code]
    materials = {one.material.code: one.material for one in pool.materials}
    form = pooling.pool(BUNDLES[code], ITEMS, chosen=draft["items"]).form
    address = f"/bundle-applications/{draft['number']}"
    return await apply_by_program(owner, address, draft, form, materials)


def case_of(done, item):
    return next(one for one in done["branches"] if one["item_code"] == item)


async def test_the_guide_tells_parts_materials_and_time(stranger):
    page = checked(await stranger().get(f"/bundles/{RESTAURANT}"))
    for item in POOLS[RESTAURANT].items:
        assert ITEMS[item].short_name.zh in page.text
    assert f"{POOLS[RESTAURANT].promised_days} 个工作日" in page.text
    assert page.text.count("经营设备布局和操作流程图") == 1
    assert (await stranger().get("/bundles/no-such-thing")).status_code == 404


async def test_a_bundle_is_one_draft_and_its_parts_are_not_touched_alone(sign_in):
    person = await sign_in("person-a")
    await person.get(f"/bundles/{RESTAURANT}/apply")
    await person.post(f"/bundles/{RESTAURANT}/apply", {"parts": ["outdoor-sign"]})
    number = person.last.headers["location"].rpartition("/")[2]
    checked(await person.follow())
    mine = checked(await person.get("/my"))
    assert mine.text.count("portal-result__title") == 1
    assert "一件事，共 4 项" in mine.text
    start = checked(await person.get(f"/bundles/{RESTAURANT}/apply"))
    assert f"/applications/{number}" in start.text
    stranger = await sign_in("person-b")
    for path in ("", "/check", "/submitted", "/receipt"):
        assert (await stranger.get(f"/applications/{number}{path}")).status_code == 404
    await person.get(f"/applications/{number}/discard")
    assert (await person.post(f"/applications/{number}/discard")).headers["location"] == "/my"
    assert (await person.get(f"/applications/{number}")).status_code == 404


async def test_a_part_that_is_being_filled_in_sends_to_its_bundle(stranger, sign_in):
    owner = await machine(stranger, "person-a")
    number = (await started(owner))["number"]
    seen = (await owner.get(f"/bundle-applications/{number}")).json()
    part = case_of(seen, "enterprise-registration")["number"]
    refused = await owner.patch(part, {"company_name": "示例餐饮有限公司"})
    assert (refused.status_code, refused.json()["title"]) == (409, "part-of-bundle")
    refused = await owner.post(f"/applications/{part}/submission", {}, key="k1")
    assert refused.status_code == 409
    person = await sign_in("person-a")
    page = await person.get(f"/applications/{part}")
    assert page.status_code == 409
    assert f"/applications/{number}" in checked(page).text


async def test_nothing_is_handed_in_while_anything_is_missing(stranger):
    owner = await machine(stranger, "person-a")
    draft = await started(owner)
    answer = await owner.post(f"/bundle-applications/{draft['number']}/submission", {}, key="k1")
    assert (answer.status_code, answer.json()["title"]) == (422, "incomplete")
    seen = (await owner.get(f"/bundle-applications/{draft['number']}")).json()
    assert {one["state"] for one in seen["branches"]} == {"draft"}
    other = await machine(stranger, "person-b")
    assert (await other.get(f"/bundle-applications/{draft['number']}")).status_code == 404


async def test_the_firm_is_founded_and_its_licence_lets_the_next_part_go_on(held, stranger, sign_in):
    owner = await machine(stranger, "person-a")
    done = await handed_in(owner)
    await work(held)
    receipt = await owner.get(f"/bundle-applications/{done['number']}/receipt")
    assert receipt.content.startswith(b"%PDF-")
    first = case_of(done, "enterprise-registration")["number"]
    later = case_of(done, "food-business")
    assert later["standing"] == "held"
    clerk = await sign_in("market-window")
    assert (await clerk.get(f"/window/cases/{later['number']}")).status_code == 404
    assert "属于一件事" in checked(await clerk.get(f"/window/cases/{first}")).text
    await officers_do(held, "market-window", receiving.accept, first)
    await officers_do(held, "market-approver", deciding.grant, first)
    await work(held)
    seen = (await owner.get(f"/bundle-applications/{done['number']}")).json()
    later = case_of(seen, "food-business")
    assert (later["standing"], later["state"]) == ("handed-in", "submitted"), seen
    page = checked(await clerk.get(f"/window/cases/{later['number']}"))
    assert page.status_code == 200
    assert "属于一件事" in page.text
    person = await sign_in("person-a")
    overview = checked(await person.get(f"/applications/{done['number']}"))
    assert "营业执照" in overview.text


async def test_when_the_first_part_fails_the_next_is_left_to_the_applicant(held, stranger, sign_in):
    owner = await machine(stranger, "person-a")
    done = await handed_in(owner)
    first = case_of(done, "enterprise-registration")["number"]
    async with held.sessions() as session, session.begin():
        actor = await actor_for(session, "person-a")
        await closing.withdraw(session, actor, first, reason="不办了", at=datetime.now(UTC))
    await work(held)
    seen = (await owner.get(f"/bundle-applications/{done['number']}")).json()
    left = case_of(seen, "food-business")
    assert (left["standing"], left["state"]) == ("left", "draft")
    person = await sign_in("person-a")
    assert "请您接着办" in checked(await person.get(f"/applications/{done['number']}")).text
    assert checked(await person.get(f"/applications/{left['number']}")).status_code == 200


async def test_a_whole_bundle_is_withdrawn_in_one_deed(held, stranger, sign_in):
    owner = await machine(stranger, "person-a")
    draft = await started(owner)
    early = await owner.post(f"/bundle-applications/{draft['number']}/withdrawal", {"reason": ""})
    assert (early.status_code, early.json()["title"]) == (409, "step-not-open")
    done = await handed_in(owner)
    address = f"/applications/{done['number']}"
    other = await machine(stranger, "person-b")
    assert (await other.post(f"/bundle-applications/{done['number']}/withdrawal", {})).status_code == 404
    person = await sign_in("person-a")
    assert "撤回整件事" in checked(await person.get(address)).text
    asked = checked(await person.get(f"{address}/withdrawal"))
    assert ITEMS["enterprise-registration"].short_name.zh in asked.text
    assert "还没有提交的会删除" in asked.text
    withdrawn = await person.post(f"{address}/withdrawal", {"reason": "不开了"})
    assert withdrawn.headers["location"] == address
    await work(held)
    page = checked(await person.follow())
    assert "撤回整件事" not in page.text
    assert "已撤回" in page.text
    seen = (await owner.get(f"/bundle-applications/{done['number']}")).json()
    assert {one["state"] for one in seen["branches"]} == {"withdrawn"}
    assert "food-business" not in {one["item_code"] for one in seen["branches"]}
    again = await owner.post(f"/bundle-applications/{done['number']}/withdrawal", {"reason": ""})
    assert again.status_code == 409


async def test_what_is_decided_stays_when_the_rest_is_withdrawn(held, stranger):
    owner = await machine(stranger, "person-a")
    done = await handed_in(owner)
    first = case_of(done, "enterprise-registration")["number"]
    await officers_do(held, "market-window", receiving.accept, first)
    await officers_do(held, "market-approver", deciding.grant, first)
    await work(held)
    answer = await owner.post(f"/bundle-applications/{done['number']}/withdrawal", {"reason": "改主意"})
    assert answer.status_code == 200, answer.text
    states = {one["item_code"]: one["state"] for one in answer.json()["branches"]}
    assert states.pop("enterprise-registration") in {"granted", "delivered"}
    assert set(states.values()) == {"withdrawn"}


async def test_whoever_holds_the_receipt_sees_every_part(stranger):
    owner = await machine(stranger, "person-a")
    done = await handed_in(owner, "retiring")
    query = f"/progress?number={done['number']}&code={done['query_code']}"
    page = checked(await stranger().get(query))
    assert "等待受理" in page.text
    assert "示例甲" not in page.text
    again = await owner.post(f"/bundle-applications/{done['number']}/submission", {}, key=str(uuid4()))
    assert again.status_code == 409
