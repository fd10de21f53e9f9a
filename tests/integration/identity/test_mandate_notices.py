"""Who is told of a mandate, when, and how little the notice says."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from identity import tasks
from identity.mandates import commands, controlling, guarding, telling
from identity.mandates import queries as mandates
from identity.mandates.models import Mandate
from identity.mandates.rules import ENDS_SOON, Kind
from identity.means import contacts, posting
from identity.means.models import Outgoing
from identity.means.rules import Channel, News
from tests.integration.identity import people

pytestmark = pytest.mark.anyio
AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
YEAR = AT + timedelta(days=365)
ONE, OTHER, THIRD = "19900000001", "19900000002", "19900000003"
PARENT = {"login": "second", "id_number": "520103195503151126", "phone": OTHER, "name": "示例乙"}
FREE = "520102198807084521"
CHILD = {"name": "示例癸", "id_number": "520102202006010089"}


async def reachable(session, phone, **who):
    person = await people.citizen(session, AT, phone=phone, **who)
    await contacts.prove(session, person, Channel.SMS, phone, by="system:test", at=AT)
    return person


async def told(session):
    """What was put on its way since the last call, as (address, text), in the order of addresses."""
    rows = list(await session.scalars(sa.select(Outgoing)))
    await session.execute(sa.delete(Outgoing))
    for row in rows:
        assert not any(word in row.text for word in ("示例", "1990", "5201", "http", "*")), row.text
    return sorted((row.address, row.text) for row in rows)


async def ask(session, asker, *, at=AT, **changes):
    said = {"kind": Kind.CHILD, "name": "示例乙", "id_number": PARENT["id_number"], "asker_acts": True}
    return await commands.ask(session, asker, until=YEAR, at=at, **said | changes)


async def test_both_sides_are_told_of_what_is_asked_agreed_and_ended(session):
    child, parent = await reachable(session, ONE), await reachable(session, **PARENT)
    request = await ask(session, child)
    assert await told(session) == [(OTHER, telling.ASKED)]
    given = await commands.confirm(session, parent, request, at=AT)
    assert await told(session) == [(ONE, telling.IN_FORCE), (OTHER, telling.IN_FORCE)]
    await commands.withdraw(session, parent, given, at=AT)
    assert await told(session) == [(ONE, telling.OVER)], "who ended it knows"
    again = await ask(session, child, at=AT + timedelta(hours=1))
    assert await told(session) == [], "the same two are not told twice a day"
    await commands.decline(session, parent, again, at=AT + timedelta(hours=1))
    assert await told(session) == [(ONE, telling.DECLINED)]
    shown = [[one.kind for one in await posting.own(session, who)] for who in (child, parent)]
    assert sorted(shown[0]) == [News.MANDATE_DECLINED, News.MANDATE_IN_FORCE, News.MANDATE_OVER]
    assert sorted(shown[1]) == [News.MANDATE_ASKED, News.MANDATE_IN_FORCE], "in the portal itself as well"
    await ask(session, child, at=AT + timedelta(hours=26))
    assert await told(session) == [(OTHER, telling.ASKED)]


async def test_a_request_that_reaches_nobody_costs_the_same_notice_to_nobody(session):
    child, _ = await reachable(session, ONE), await reachable(session, **PARENT)
    await ask(session, child, name="示例丙", id_number=PARENT["id_number"])  # the number of another name
    assert await told(session) == [("", telling.ASKED)]
    await ask(session, child, name="示例丙", id_number=FREE)
    assert await told(session) == [("", telling.ASKED)]
    await ask(session, child, kind=Kind.GUARDIAN, **CHILD)
    assert await told(session) == [], "a child is not asked"


async def test_many_requests_of_one_person_send_no_more_notices(session, monkeypatch):
    monkeypatch.setattr(telling, "OPEN_REQUESTS", 1)
    child, parent = await reachable(session, ONE), await reachable(session, **PARENT)
    await commands.decline(session, parent, await ask(session, child), at=AT)
    await told(session)
    await reachable(session, THIRD, login="third", id_number=FREE, name="示例丙")
    await ask(session, child, name="示例丙", id_number=FREE)
    assert await told(session) == []


async def test_a_guardian_is_told_and_whoever_runs_a_firm(session):
    owner, agent = await reachable(session, ONE), await reachable(session, **PARENT)
    request = await commands.ask(session, owner, kind=Kind.GUARDIAN, asker_acts=True, at=AT, **CHILD)
    await guarding.confirm_by_register(session, request, evidence={}, at=AT)
    assert await told(session) == [(ONE, telling.IN_FORCE)]
    firm = await people.firm(session, AT, owner)
    named = await ask(session, owner, kind=Kind.AGENT, organisation=firm, items=("food-business",))
    await told(session)
    await commands.confirm(session, agent, named, at=AT)
    assert await told(session) == [(ONE, telling.IN_FORCE), (OTHER, telling.IN_FORCE)]
    [standing] = [one for one in await mandates.acting(session, agent, AT) if one.principal_id == firm]
    await commands.withdraw(session, agent, standing.id, at=AT)
    assert await told(session) == [(ONE, telling.OVER)]
    own = await mandates.representative(session, owner, firm)
    await controlling.note_representative(session, own.id, holds=False, at=AT)
    assert await told(session) == [(ONE, telling.OVER)]


async def test_what_ends_soon_is_told_once_to_both_sides(sessions, monkeypatch):
    monkeypatch.setattr(telling, "AT_ONCE", 1)
    now = datetime.now(UTC)
    async with sessions() as session, session.begin():
        child, parent = await reachable(session, ONE), await reachable(session, **PARENT)
        soon, late = now + ENDS_SOON - timedelta(minutes=1), now + ENDS_SOON + timedelta(days=1)
        for until, asker, answering in ((soon, child, parent), (late, parent, child)):
            by_child = asker == child
            request = await commands.ask(
                session,
                asker,
                kind=Kind.CHILD,
                name="示例乙" if by_child else "示例甲",
                id_number=PARENT["id_number"] if by_child else "520102199001010018",
                asker_acts=True,
                until=until,
                at=now - timedelta(days=30),
            )
            await commands.confirm(session, answering, request, at=now - timedelta(days=30))
        await told(session)
    for expected in ([(ONE, telling.ENDING), (OTHER, telling.ENDING)], []):
        await tasks.remind_of_mandates(sessions=sessions)
        async with sessions() as session, session.begin():
            assert await told(session) == expected
    async with sessions() as session:
        rows = list(await session.scalars(sa.select(Mandate).order_by(Mandate.valid_until)))
        assert [row.ending_told_at is not None for row in rows] == [True, False]
