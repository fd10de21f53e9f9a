"""One date for a bundle, a hearing the applicant asks for, and reminders of days that come near."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col

from identity.means.rules import Channel
from portal.templating import day
from portal.window import clock
from services.applications import queries
from services.applications.afterwards.models import CommitmentCheck, MaterialToFollow
from services.applications.bundling import redating
from services.applications.commands import receiving, reviewing, starting, timing
from services.applications.errors import HearingNotOpen
from services.applications.hearing import commands as hearings
from services.applications.models import Application
from services.applications.rules import Channel as Arrival
from services.applications.rules import State
from services.catalogue import queries as catalogue
from services.catalogue.messages import Node
from services.notices import reminding
from services.notices.models import Message
from services.workflow import calendar
from services.workflow.rules import ClockKind, due_on, local_day
from tests.journeys.conftest import checked
from tests.journeys.desk import APPROVER, WINDOW, accepted, do, food, recorded
from tests.journeys.machine import machine
from tests.journeys.test_bundles import case_of, handed_in
from tests.journeys.test_messages import tell
from tests.support.city import actor_for, officer

pytestmark = pytest.mark.anyio

WAYS = frozenset(Channel)


async def test_a_bundle_has_one_date_on_every_page(sign_in, stranger, held):
    done = await handed_in(await machine(stranger, "person-c"))
    promised = date.fromisoformat(done["promised_on"])
    number = case_of(done, "enterprise-registration")["number"]
    owner = await sign_in("person-c")
    page = checked(await owner.get(f"/applications/{number}")).text
    assert "一件事的联办时限" in page
    clerk = await sign_in(WINDOW)
    listed = checked(await clerk.get("/window?tray=intake")).text
    assert "前全部办好" in listed
    assert "前全部办好" in checked(await clerk.get(f"/window/cases/{number}")).text
    supervisor = await sign_in("supervisor-1")
    watched = checked(await supervisor.get("/supervision/joint")).text
    assert done["number"] in watched
    assert "全部办好" in watched
    assert "项等前一项的结果" in watched
    assert day(promised) in watched
    moved = await extended_on_its_last_day(held, number)
    assert moved > promised
    for _ in range(2):
        await tell(held)
    assert day(moved) in checked(await owner.get(f"/applications/{done['number']}")).text
    assert [deed for deed, _ in await recorded(held, done["number"])].count("joint date moved") == 1
    told = checked(await owner.get("/my/messages")).text
    assert f"全部办好的日期现在是 {moved.year}年{moved.month}月{moved.day}日" in told
    async with held.sessions() as session, session.begin():
        # A part that is merely late, or moved by less than there was room for, moves nothing.
        assert await redating.follow(session, number, at=datetime.now(UTC)) is None
        assert await redating.follow(session, done["number"], at=datetime.now(UTC)) is None


async def extended_on_its_last_day(held, number):
    """Accept a part on the last day there is, extend its limit, and answer the joint date as it then must be."""
    async with held.sessions() as session, session.begin():
        case = await queries.by_number(session, number)
        at = datetime.combine(case.due_on, time(2), UTC)
        await receiving.accept(session, await officer(session, WINDOW), number, at=at)
        await reviewing.extend(session, await officer(session, APPROVER), number, reason="案情复杂", at=at)
        days = await calendar.load(session)
        last = case.due_on
        for limit in (5, 8):
            last = due_on(last, limit, days).on
        return last


async def test_a_joint_limit_shows_its_own_and_the_laws_last_day(held):
    async with held.sessions() as session, session.begin():
        item = await catalogue.get(session, "enterprise-registration")
        definition = item.definition
        kind, limit, _basis = timing.decision_limit(definition)
        assert (kind, timing.legal_days(definition) <= timing.JOINT_DAYS) == (ClockKind.JOINT, True)
        at = datetime(2026, 11, 23, 2, tzinfo=UTC)
        owner = await actor_for(session, "person-a")
        draft = await starting.start(session, owner, item, channel=Arrival.ONLINE, at=at)
        await timing.start_intake(session, draft, definition, at=at)
        await timing.start_decision(session, draft, definition, at=at)
        (_, reading), _extended = await clock.readings(session, draft.number, definition, today=local_day(at))
        assert (reading.kind, reading.limit) == (ClockKind.JOINT, limit)
        assert (reading.legal_on is None) is (timing.legal_days(definition) == limit)


async def test_the_applicant_asks_for_the_hearing_within_five_days(sign_in, stranger, held):
    number, late = await accepted(held), await accepted(held)
    owner = await sign_in("person-a", firm="firm-restaurant")
    assert (await owner.get(f"/applications/{number}/hearing")).status_code == 409
    await do(held, APPROVER, hearings.offer, number, interest="涉及相邻商户的重大利益")
    await do(held, APPROVER, hearings.offer, late, to="示例邻居", interest="涉及相邻商户的重大利益")
    assert "您有权要求听证" in checked(await owner.get(f"/applications/{number}")).text
    page = checked(await owner.get(f"/applications/{number}/hearing")).text
    assert "涉及相邻商户的重大利益" in page
    assert (await owner.post(f"/applications/{number}/hearing")).status_code == 303
    assert "已经要求听证" in checked(await owner.follow()).text
    program = await machine(stranger, "person-a")
    assert (await program.post(f"/applications/{number}/hearing")).status_code == 200
    # What was told to somebody else is not the applicant's to ask for.
    assert (await program.post(f"/applications/{late}/hearing")).status_code == 409
    deeds = [deed for deed, _ in await recorded(held, number)]
    assert deeds.count("hearing asked for") == 1
    other = await accepted(held)
    await do(held, APPROVER, hearings.offer, other, interest="涉及相邻商户的重大利益")
    async with held.sessions() as session, session.begin():
        firm = await actor_for(session, "person-a", firm="firm-restaurant")
        with pytest.raises(HearingNotOpen):
            await hearings.ask_oneself(session, firm, other, at=datetime.now(UTC) + timedelta(days=7))


async def test_days_that_come_near_are_reminded_of_once(held):
    following, granted = await food(held), await food(held)
    now = datetime.now(UTC)
    today = local_day(now)
    async with held.sessions() as session, session.begin():
        for number, state in ((following, State.ACCEPTED), (granted, State.DELIVERED)):
            await session.execute(
                sa.update(Application).where(col(Application.number) == number).values(state=state)
            )
        first, second = [await queries.by_number(session, one) for one in (following, granted)]
        session.add_all(
            [
                MaterialToFollow(
                    application_id=first.id,
                    code=code,
                    due_on=today + timedelta(days=days),
                    promised_at=now,
                )
                for code, days in (("a", 3), ("b", 9))
            ]
        )
        session.add(
            CommitmentCheck(
                application_id=second.id, code="c", due_on=today + timedelta(days=8), asked_at=now
            )
        )
        await session.flush()
        assert await reminding.remind_of_checks(session, open_ways=WAYS, at=now) == 0
        later = now + timedelta(days=1)
        assert await reminding.remind_of_materials(session, open_ways=WAYS, at=now) == 1
        assert await reminding.remind_of_materials(session, open_ways=WAYS, at=later) == 0
        assert await reminding.remind_of_checks(session, open_ways=WAYS, at=later) == 2
        assert await reminding.remind_of_checks(session, open_ways=WAYS, at=later) == 0
        told = list(await session.scalars(sa.select(Message).where(col(Message.source).like("%:%-%"))))
        mine = {one.node: one for one in told if one.node in {Node.FOLLOW_DUE, Node.CHECK_DUE}}
        assert set(mine) == {Node.FOLLOW_DUE, Node.CHECK_DUE}
        assert "补交" in mine[Node.FOLLOW_DUE].words["zh"]["text"]
