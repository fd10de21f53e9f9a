"""秒批: granted by the published rules, left to a person where a rule does not hold, and a person for whoever asks."""

from datetime import UTC, datetime, timedelta

import pytest

from services.applications import queries
from services.applications.commands import receiving
from services.applications.errors import ReviewTimeOver
from services.applications.instant import commands as instant
from services.applications.rules import State
from storage import ledger
from tests.journeys.cases import begin, fill, hand_in, upload
from tests.journeys.conftest import checked
from tests.journeys.machine import machine
from tests.support.city import actor_for, officer, work
from tests.unit.applications.test_documents_in import pdf

pytestmark = pytest.mark.anyio

ITEM = "old-age-allowance"
SAID = {
    "holder": {
        "holder_name": "示例乙",
        "born_on-year": "1955",
        "born_on-month": "3",
        "born_on-day": "15",
        "household": "示例省示例市北区示例街道二号",
    },
    "contact": {"holder_phone": "19900000002"},
}


async def applied(browser, **decider):
    """An allowance applied for; its number."""
    number = await begin(browser, ITEM)
    await fill(browser, number, SAID)
    page = checked(await browser.get(f"/applications/{number}/check"))
    assert "由谁来决定" in page.text
    await hand_in(browser, number, more=decider)
    return number


async def entry_of(held, number, deed):
    async with held.sessions() as session:
        return next(one for one in await ledger.entries(session, number) if one.deed == deed)


async def test_rules_decide_at_once_and_a_person_looks_again_when_asked(sign_in, held):
    owner = await sign_in("person-b")
    assert "可以按规则当场决定" in checked(await owner.get(f"/items/{ITEM}")).text
    number = await applied(owner)
    await work(held)
    page = checked(await owner.get(f"/applications/{number}")).text
    assert "这个决定由系统按公布的规则自动作出" in page
    decided = await entry_of(held, number, "application decided by rules")
    assert decided.actor == "system:portal"
    assert decided.details["found"] == {"seventy": "met", "household": "met", "as-registered": "met"}
    assert (decided.details["version"], len(decided.details["rules"])) == (1, 64)
    assert "1955" not in str(decided.details)
    async with held.sessions() as session:
        case = await queries.by_number(session, number)
        papers = {one.kind: one.told for one in await queries.documents_of(session, case)}
        assert (case.state, case.decided_by, case.accepted_by, case.received_by) == (
            State.DELIVERED,
            None,
            None,
            [],
        )
        assert case.on_time
        assert "年满七十周岁" in papers["grant"]["rules"]
    await _asks_for_a_person(sign_in, held, owner, number)
    await _is_supervised(sign_in, number)


async def _asks_for_a_person(sign_in, held, owner, number):
    address = f"/applications/{number}/person"
    assert "请人工审查" in checked(await owner.get(address)).text
    assert (await owner.post(address, {"words": "金额好像不对"})).status_code == 303
    assert "请求了人工审查" in checked(await owner.follow()).text
    assert (await owner.get(address)).status_code == 409
    approver = await sign_in("civil-approver")
    assert "金额好像不对" in checked(await approver.get("/window/reviews")).text
    case = f"/window/cases/{number}"
    assert "系统按规则作出了准予决定" in checked(await approver.get(case)).text
    blank = await approver.post(f"{case}/review-decision", {"review_upheld": "yes", "review_finding": "好"})
    assert blank.status_code == 422
    said = {"review_upheld": "yes", "review_finding": "年龄、户籍核对无误"}
    assert (await approver.post(f"{case}/review-decision", said)).status_code == 303
    assert "现在没有要审查的" in checked(await approver.get("/window/reviews")).text
    assert "决定正确，维持" in checked(await owner.get(f"/applications/{number}")).text
    again = await approver.post(f"{case}/review-decision", said)
    assert again.status_code == 409
    clerk = await sign_in("civil-window")
    assert "申请人要求人工审查" in checked(await clerk.get(case)).text
    assert (await clerk.post(f"{case}/person")).status_code == 303
    assert "审查期限" in checked(await clerk.get("/window/reviews")).text
    assert (await clerk.post(f"{case}/person")).status_code == 409


async def _is_supervised(sign_in, number):
    supervisor = await sign_in("supervisor-1")
    page = checked(await supervisor.get("/supervision/by-rules")).text
    assert number in page
    assert "审查中" in page
    left = checked(await supervisor.get("/supervision/by-rules?course=to-a-person")).text
    assert number not in left


async def test_whoever_wants_a_person_has_one(sign_in, held, stranger):
    owner = await sign_in("person-b")
    before = await applied(owner, decider="person")
    await work(held)
    assert "按您的要求" in checked(await owner.get(f"/applications/{before}")).text
    waiting = await applied(owner)
    assert "系统正在按公布的规则核对" in checked(await owner.get(f"/applications/{waiting}")).text
    program = await machine(stranger, "person-b")
    taken = await program.post(f"/applications/{waiting}/person", {})
    assert (taken.status_code, taken.json()["ruling"]["course"]) == (200, "taken-out")
    await work(held)
    assert "application decided by rules" not in await _deeds(held, waiting)
    claimed = await applied(owner)
    now = datetime.now(UTC)
    async with held.sessions() as session, session.begin():
        await receiving.claim(session, await officer(session, "civil-window"), claimed, at=now)
        assert await instant.decide(session, claimed, at=now) is None


async def _deeds(held, number):
    async with held.sessions() as session:
        return [one.deed for one in await ledger.entries(session, number)]


async def test_what_a_register_does_not_know_is_left_to_a_person_and_never_refused(sign_in, held):
    owner = await sign_in("person-e")
    number = await begin(owner, ITEM)
    await fill(owner, number, SAID)
    assert (await upload(owner, number, "identity", "证明.pdf", pdf())).status_code == 303
    await hand_in(owner, number)
    await work(held)
    left = await entry_of(held, number, "left to a person")
    assert left.details["found"] == {"seventy": "unknown", "household": "not-met", "as-registered": "met"}
    assert "转给工作人员办理" in checked(await owner.get(f"/applications/{number}")).text
    clerk = await sign_in("civil-window")
    page = checked(await clerk.get(f"/window/cases/{number}")).text
    assert "规则没有全部成立" in page
    async with held.sessions() as session, session.begin():
        person = await actor_for(session, "person-e")
        case = await queries.by_number(session, number)
        assert case.state is State.SUBMITTED
        assert await instant.decide(session, number, at=datetime.now(UTC)) is None
        await instant.ask_for_a_person(session, person, number, at=datetime.now(UTC))
        await receiving.accept(session, await officer(session, "civil-window"), number, at=datetime.now(UTC))


async def test_a_person_can_be_asked_for_as_long_as_the_remedies_are_open(sign_in, held):
    owner = await sign_in("person-b")
    number = await applied(owner)
    await work(held)
    later = datetime.now(UTC) + timedelta(days=61)
    async with held.sessions() as session, session.begin():
        person = await actor_for(session, "person-b")
        with pytest.raises(ReviewTimeOver):
            await instant.ask_for_a_person(session, person, number, at=later)
