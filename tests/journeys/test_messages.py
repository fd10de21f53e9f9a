"""Messages at each node: in the portal for everybody, by short message for whoever can be reached, and as one wishes."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from identity.means.models import Outgoing
from identity.means.notice import signature
from identity.means.rules import Channel
from portal.jobs import loops
from services.applications.commands import closing, deciding, receiving
from services.catalogue.messages import Node
from services.notices import commands, queries
from services.notices.models import Dispatch, Message
from services.notices.rules import REPORT, Stage, Why
from storage import ledger
from tests.journeys.cases import ask_to_correct, food_licence, officers_do, senior_card
from tests.journeys.conftest import checked, portal_on
from tests.journeys.machine import machine
from tests.journeys.test_bundles import case_of, handed_in
from tests.support.city import actor_for, work
from tests.support.gateway import KEY

pytestmark = pytest.mark.anyio

REPORTS = "/notices/reports"


async def tell(held):
    """What the worker does all the time, until there is nothing left to do."""
    for loop in loops(held):
        await loop.run()
    return await work(held)


async def titles(browser):
    return checked(await browser.get("/my/messages")).text


async def texts(held, number):
    """What went out by short message about a case, in the sample mailbox."""
    async with held.sessions() as session:
        rows = await session.scalars(sa.select(Outgoing).where(Outgoing.channel == Channel.SMS))
        return [row.text for row in rows if number in row.text]


async def test_every_node_is_told_once_and_a_short_message_names_item_and_number_only(sign_in, held):
    person = await sign_in("person-b")
    assert "还没有消息" in await titles(person)
    number = await senior_card(person)
    assert "notices.tell" in await tell(held)
    assert "已经收到您的申请" in await titles(person)
    await officers_do(held, "civil-window", receiving.accept, number)
    await officers_do(held, "civil-approver", deciding.grant, number)
    await tell(held)
    await tell(held)
    await tell(held)
    page = await titles(person)
    for said in ("已经收到您的申请", "已经受理", "已经办好", "结果已经送达"):
        assert page.count(said) >= 1, said
    assert f'href="/applications/{number}"' in page
    assert "结果已经送达" in checked(await person.get("/my")).text
    sent = await texts(held, number)
    assert len(sent) == 4
    assert not any("示例乙" in one or "http" in one or "19900000002" in one for one in sent)
    english = checked(await person.get("/my/messages?lang=en")).text
    assert "Senior card: done" in english
    stranger = await sign_in("person-c")
    assert number not in await titles(stranger)


async def test_what_the_law_prescribes_is_sent_whatever_one_ticked(sign_in, held):
    person = await sign_in("person-b")
    settings = checked(await person.get("/my/settings")).text
    assert "怎样通知您" in settings
    assert "199****0002" in settings
    assert "还没有验证过的邮箱" in settings
    assert (await person.post("/my/messages/ways", {})).status_code == 303
    assert (
        "checked"
        not in checked(await person.get("/my/settings")).text.split('id="telling"')[1].split("</form>")[0]
    )
    number = await senior_card(person)
    await tell(held)
    assert await texts(held, number) == []
    await ask_to_correct(held, number, "civil-window", ("material:photo", "照片太暗"))
    await tell(held)
    assert "需要补正" in (await texts(held, number))[0]
    async with held.sessions() as session, session.begin():
        await closing.withdraw(
            session, await actor_for(session, "person-b"), number, reason="", at=datetime.now(UTC)
        )
    await tell(held)
    assert len(await texts(held, number)) == 1
    assert "已经撤回" in await titles(person)
    await person.get("/my/settings")
    assert (await person.post("/my/messages/ways", {"ways": ["sms", "none of ours"]})).status_code == 303
    async with held.sessions() as session:
        assert (await session.execute(sa.text("SELECT count(*) FROM message_silenced"))).scalar() == 0


def signed(body, identifier="report-1", *, key=KEY, moment=None, purpose=REPORT):
    moment = int(time.time()) if moment is None else moment
    return signature(key, moment, identifier, body, purpose=purpose)


async def test_a_forged_or_replayed_delivery_report_changes_nothing(held, sign_in):
    person = await sign_in("person-b")
    number = await senior_card(person)
    await tell(held)
    async with held.sessions() as session:
        dispatch = await session.scalar(
            sa.select(Dispatch)
            .join(Message, Message.id == Dispatch.message_id)
            .where(Message.application_number == number)
        )
    settings = held.settings.model_copy(update={"sms_key": SecretStr(KEY), "sms_url": "http://127.0.0.1:9/"})
    body = json.dumps({"message": str(dispatch.message_id), "state": "undelivered"}).encode()
    old, now = int(time.time()) - 3600, int(time.time())
    forged = {
        "nothing signed": {},
        "another key": signed(body, key="another"),
        "another body": signed(body + b" "),
        "our own request sent back": signed(body, purpose=""),
        "an hour old": signed(body, moment=old),
        "an hour ahead": signed(body, moment=now + 3600),
        "time that is none": signed(body) | {"x-yiwang-time": "١٢٣"},
        "id with a line feed in it": signed(body) | {"x-yiwang-id": "a" * 200},
        "signature of another length": signed(body) | {"x-yiwang-signature": "00"},
    }
    async with portal_on(replace(held, settings=settings)) as opened:
        gateway = opened().client

        async def report(body, headers):
            return (
                await gateway.post(REPORTS, content=body, headers={k: v.encode() for k, v in headers.items()})
            ).status_code

        async def stage():
            async with held.sessions() as session:
                return (await session.get(Dispatch, (dispatch.message_id, Channel.SMS))).stage

        assert await stage() is Stage.SENT
        for what, headers in forged.items():
            assert await report(body, headers) == 401, what
        assert await report(b"no report", signed(b"no report")) == 401
        assert await stage() is Stage.SENT
        assert await report(body, signed(body)) == 204
        assert await stage() is Stage.UNDELIVERED
        good = json.dumps({"message": str(dispatch.message_id), "state": "delivered"}).encode()
        assert await report(good, signed(good, "report-1")) == 409
        assert await stage() is Stage.UNDELIVERED
        assert await report(good, signed(good, "report-2")) == 204
        assert await stage() is Stage.DELIVERED
        assert await report(body, signed(body)) == 409
        assert await report(body, signed(body, "report-3")) == 204
        assert await stage() is Stage.DELIVERED
        for unknown in ("0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f", "no id at all"):
            text = json.dumps({"message": unknown, "state": "delivered"}).encode()
            assert await report(text, signed(text, f"about {unknown}")) == 204


async def test_a_correction_that_does_not_come_is_reminded_of_once_and_old_news_are_not_sent(sign_in, held):
    person = await sign_in("person-b")
    number = await senior_card(person)
    await ask_to_correct(held, number, "civil-window", ("material:photo", "照片太暗"))
    ways, now = frozenset(Channel), datetime.now(UTC)
    async with held.sessions() as session, session.begin():
        assert await commands.remind(session, open_ways=ways, at=now) == 0
        later = now + timedelta(days=40)
        assert await commands.remind(session, open_ways=ways, at=later) == 1
        assert await commands.remind(session, open_ways=ways, at=later) == 0
        (entry,) = [
            one for one in await ledger.entries(session, number) if one.deed == "correction requested"
        ]
        assert await commands.tell(session, number, entry.position, open_ways=ways, at=later) == 1
        assert await commands.tell(session, number, entry.position, open_ways=ways, at=later) == 0
        (shown,) = await queries.undelivered(session, number)
        assert (shown.person, shown.node, shown.why) == ("示例乙", Node.CORRECTION, Why.TOO_LATE)
    page = await titles(person)
    assert "还有内容等您补正" in page
    assert "请补正" in page


async def test_a_firms_case_is_told_to_whoever_filed_it(sign_in, held):
    firm = await sign_in("person-a", firm="firm-restaurant")
    number = await food_licence(firm)
    await tell(held)
    assert number in await titles(firm)
    async with held.sessions() as session:
        one = (await session.scalars(sa.select(Message).where(Message.application_number == number))).one()
        assert one.person_id == (await actor_for(session, "person-a")).person_id


async def test_a_bundle_is_told_of_as_one_and_what_becomes_of_its_parts_by_part(held, stranger):
    done = await handed_in(await machine(stranger, "person-a"))
    first, second = (case_of(done, code)["number"] for code in ("enterprise-registration", "food-business"))
    async with held.sessions() as session, session.begin():
        actor = await actor_for(session, "person-a")
        await closing.withdraw(session, actor, first, reason="不办了", at=datetime.now(UTC))
    await tell(held)
    await tell(held)
    async with held.sessions() as session:
        numbers = [done["number"], first, second]
        query = sa.select(Message).where(Message.application_number.in_(numbers)).order_by(Message.at)
        told = [(one.application_number, one.node) for one in await session.scalars(query)]
    assert sorted(told) == sorted(
        [(done["number"], Node.SUBMITTED), (first, Node.WITHDRAWN), (second, Node.LEFT)]
    )
