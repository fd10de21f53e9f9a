"""免申即享: agreed to, found by the registers, confirmed with one press; declined and remembered; nothing of others."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from services.applications import queries
from services.applications.rules import State
from services.applications.unasked import queries as unasked
from services.applications.unasked import tasks
from services.applications.unasked.models import BenefitConsent, BenefitOffer
from services.applications.unasked.rules import EVERY_DAYS
from storage import ledger
from tests.journeys.conftest import checked
from tests.journeys.machine import machine
from tests.support.city import actor_for, work

pytestmark = pytest.mark.anyio

HERE = "/my/benefits"
ITEM = f"{HERE}/old-age-allowance"


async def offers(held, key):
    async with held.sessions() as session:
        return await unasked.offers_of(session, (await actor_for(session, key)).person_id)


async def own_deeds(held, key):
    async with held.sessions() as session:
        person = await actor_for(session, key)
        return [
            (one.deed, one.details) for one in await ledger.entries(session, f"account:{person.person_id}")
        ]


async def test_somebody_entitled_agrees_confirms_and_has_it(sign_in, held):
    owner = await sign_in("person-b")
    page = checked(await owner.get(HERE)).text
    assert "只查出生日期、户籍地址" in page
    assert "1955" not in page
    assert (await owner.post(f"{ITEM}/consent")).status_code == 303
    page = checked(await owner.follow()).text
    assert "1955年3月15日" in page
    assert "确认领取" in page
    assert "您有 1 项待遇不用申请" in checked(await owner.get("/my")).text
    found = dict(await own_deeds(held, "person-b"))["benefit offered"]
    assert "1955" not in str(found)
    assert set(found["requests"]) == {"population"}
    assert (await owner.post(f"{ITEM}/confirmation")).status_code == 303
    assert "申请已经提交" in checked(await owner.follow()).text
    (offer,) = await offers(held, "person-b")
    assert (offer.standing, offer.facts) == ("confirmed", {})
    assert (
        (await owner.post(f"{ITEM}/confirmation"))
        .headers["location"]
        .startswith(f"/applications/{offer.application_number}")
    )
    await work(held)
    async with held.sessions() as session:
        case = await queries.by_number(session, offer.application_number)
        assert case.state is State.DELIVERED
    assert (await owner.post(f"{ITEM}/declining")).status_code == 409


async def test_declining_is_remembered_and_consent_can_be_taken_back(sign_in, held, stranger):
    program = await machine(stranger, "person-g")
    agreed = (await program.call("PUT", "/benefits/old-age-allowance/consent")).json()["benefits"][0]
    assert (agreed["standing"], agreed["known"]["hub:population.born_on"]) == ("open", "1942-09-01")
    declined = (await program.post("/benefits/old-age-allowance/declining")).json()["benefits"][0]
    assert (declined["standing"], declined["known"]) == ("declined", {})
    now = datetime.now(UTC)
    for day in range(EVERY_DAYS):
        await tasks.look(sessions=held.sessions, hub=held.hub, at=now + timedelta(days=day))
    (offer,) = await offers(held, "person-g")
    assert (offer.standing, offer.facts) == ("declined", {})
    owner = await sign_in("person-g")
    assert "您选择了不领取" in checked(await owner.get(HERE)).text
    assert (await owner.post(f"{ITEM}/reconsidering")).status_code == 303
    assert "确认领取" in checked(await owner.follow()).text
    assert (await owner.post(f"{ITEM}/consent/end")).status_code == 303
    assert await offers(held, "person-g") == []
    deeds = [deed for deed, _ in await own_deeds(held, "person-g")]
    assert deeds.count("benefit offered") == 2
    assert deeds[-1] == "looking for a benefit ended"


async def test_of_somebody_not_entitled_nothing_is_kept(sign_in, held):
    owner = await sign_in("person-c")
    assert (await owner.post(f"{ITEM}/consent")).status_code == 303
    page = checked(await owner.follow()).text
    assert "现在还没有可以直接享受的" in page
    assert await offers(held, "person-c") == []
    assert [deed for deed, _ in await own_deeds(held, "person-c")][-1] == "looking for a benefit agreed"
    async with held.sessions() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(BenefitOffer)) == 0
        columns = {column.name for column in sa.inspect(BenefitConsent).columns}
        assert columns == {"person_id", "item_code", "item_version", "at"}
    assert (await owner.post(f"{ITEM}/confirmation")).status_code == 409


async def test_nobody_agrees_for_another(sign_in):
    agent = await sign_in("person-a", firm="firm-restaurant")
    assert "只能由本人确认" in checked(await agent.get(HERE)).text
    assert (await agent.post(f"{ITEM}/consent")).status_code == 409
