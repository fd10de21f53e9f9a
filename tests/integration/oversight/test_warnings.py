"""Rules raise, warnings climb and end; thresholds change by version and can be tried before; privileges excuse."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from identity.actor import Role
from services.applications.rules import State
from services.oversight import commands as orders
from services.oversight import queries as cards
from services.oversight.checks import commands as checks
from services.oversight.checks import reading
from services.oversight.checks.models import RuleVersion
from services.oversight.errors import (
    AppealTooLate,
    DueTooSoon,
    NotForOversight,
    OwnDisposal,
    RuleUnknown,
    TextMissing,
    ThresholdWrong,
    WarningClosed,
    WarningNotFound,
    WarningNotOpenTo,
)
from services.oversight.measures import following
from services.oversight.models import Card
from services.oversight.warnings import commands, queries
from services.oversight.warnings.models import Warning
from services.oversight.warnings.rules import Level
from storage import ledger
from tests.integration.oversight.builders import DAY, MARKET, NOON, actor, application, late, near, staff

pytestmark = pytest.mark.anyio


async def add(session, *cases):
    session.add_all(cases)
    await session.flush()
    return cases


async def deeds(session, number):
    query = sa.text("SELECT deed FROM ledger_entry WHERE chain = :number ORDER BY position")
    return list(await session.scalars(query, {"number": number}))


async def only(session, number, rule=None):
    query = sa.select(Warning).where(Warning.application_number == number)
    return (await session.scalars(query.where(Warning.rule == rule) if rule else query)).one()


async def test_a_warning_nobody_answers_climbs_from_the_handler_to_a_red_card(session):
    handler = await staff(session, roles=(Role.REVIEWER,))
    case, calm = await add(
        session,
        application(due=3, yellow=1, claimed_by=handler.person_id, claimed_by_name=handler.name),
        application(),
    )
    await commands.raise_due(session, at=NOON)
    assert await commands.raise_due(session, at=NOON) == 0
    warning = await only(session, case.number)
    assert (warning.rule, warning.level, warning.to_person) == ("P1", Level.HANDLER, handler.person_id)
    assert await queries.of_case(session, calm.number) == []
    seen = []
    for days in (1, 2, 4, 9, 15, 30):
        await commands.escalate(session, at=NOON + days * DAY)
        seen.append(warning.level)
    assert seen == [Level.HANDLER, Level.LEADER, Level.YELLOW, Level.RED, Level.RED, Level.RED]
    raised = [(card.rule, card.kind.value) for card in await cards.cards_of(session, case.number)]
    assert raised == [("T5Y", "yellow"), ("T5R", "red")]
    leader = actor(Role.APPROVER, departments=(MARKET,))
    assert [one.id for one in await queries.listing(session, leader)] == [warning.id]
    assert (await deeds(session, case.number)).count("warning escalated") == 3


async def test_a_warning_is_answered_disposed_of_appealed_and_decided_by_another(session):
    (case,) = await add(session, late())
    officer, stranger = await staff(session), actor(Role.REVIEWER, departments=("nowhere",))
    first, second = actor(), actor(name="示例另一监察员")
    await orders.raise_cards(session, at=NOON)
    await commands.raise_due(session, at=NOON)
    warning = await only(session, case.number)
    assert (warning.rule, warning.level) == ("T2R", Level.RED)
    with pytest.raises(WarningNotFound):
        await commands.reply(session, stranger, warning.id, text="不归我管。", at=NOON)
    with pytest.raises(NotForOversight):
        await commands.dispose(session, officer, warning.id, text="自己处治。", at=NOON)
    with pytest.raises(TextMissing):
        await commands.reply(session, officer, warning.id, text="好", at=NOON)
    await commands.reply(session, officer, warning.id, text="等待外部检测报告。", at=NOON)
    with pytest.raises(WarningNotOpenTo):
        await commands.reply(session, officer, warning.id, text="再说一次。", at=NOON)
    await commands.dispose(session, first, warning.id, text="约谈并限期办结。", at=NOON)
    assert [one.id for one in await queries.listing(session, first, ended=True)] == [warning.id]
    with pytest.raises(WarningClosed):
        await commands.retract(session, first, warning.id, text="又要撤销。", at=NOON)
    with pytest.raises(AppealTooLate):
        await commands.appeal(session, officer, warning.id, text="检测期间不应计时。", at=NOON + 30 * DAY)
    await commands.appeal(session, officer, warning.id, text="检测期间不应计时。", at=NOON + DAY)
    assert [one.id for one in await queries.listing(session, first)] == [warning.id]
    with pytest.raises(OwnDisposal):
        await commands.decide(session, first, warning.id, holds=False, text="维持原处治。", at=NOON + DAY)
    await commands.decide(session, second, warning.id, holds=True, text="申诉成立，予以撤销。", at=NOON + DAY)
    assert warning.retracted_at == NOON + DAY
    assert (await deeds(session, case.number))[-3:] == [
        "warning appealed",
        "warning appeal decided",
        "warning retracted",
    ]
    assert await commands.escalate(session, at=NOON + 30 * DAY) == 0


async def test_supervisors_retract_and_see_their_departments_only(session):
    await add(session, late(), near())
    await orders.raise_cards(session, at=NOON)
    assert await commands.raise_due(session, at=NOON) == 2
    supervisor = actor(departments=(MARKET,))
    found = await queries.listing(session, supervisor)
    assert {one.level for one in found} == {Level.RED, Level.YELLOW}
    assert await queries.listing(session, actor(departments=("nowhere",))) == []
    assert await queries.listing(session, actor(Role.CITIZEN, departments=())) == []
    for one in found:
        await commands.retract(session, supervisor, one.id, text="日历导入有误。", at=NOON)
    assert await queries.listing(session, supervisor) == []
    assert len(await queries.listing(session, supervisor, ended=True, limit=1)) == 1


async def handled(session, case, *told):
    await add(session, case)
    for n, (deed, officer, details) in enumerate(told):
        await ledger.append(
            session, chain=case.number, deed=deed, subject=case.number, actor=str(officer),
            at=NOON - DAY + timedelta(minutes=n), details={"by": f"示例{str(officer)[-1]}", **details},
        )  # fmt: skip
    return case


async def test_rules_raise_once_keep_their_version_and_can_be_tried_before(session):
    one, two = UUID(int=1), UUID(int=2)
    quick = await handled(
        session,
        application(state=State.GRANTED, due=None, yellow=None),
        ("application submitted", uuid4(), {}),
        ("application accepted", one, {}),
        ("application granted", two, {}),
    )
    city = actor()
    assert await checks.hold(session, [quick.number], at=NOON) == 1
    assert await checks.hold(session, [quick.number], at=NOON) == 0
    card = (await session.scalars(sa.select(Card).where(Card.application_number == quick.number))).one()
    assert (card.rule, card.rule_version, card.inputs["seconds"]) == ("X1", 1, 60)
    await following.read_cases(session, [quick.number])
    span = {"since": NOON - 9 * DAY, "until": NOON + DAY}
    trial = await checks.try_out(session, city, "X1", {"minutes": 1}, **span)
    assert (trial.cases, trial.raised) == (1, 0)
    trial = await checks.try_out(session, city, "X1", {"minutes": 2}, **span)
    assert (trial.raised, dict(trial.departments), trial.examples) == (1, {MARKET: 1}, [quick.number])
    assert set(trial.officers) == {"示例1", "示例2"}
    assert (await checks.try_out(session, actor(departments=("nowhere",)), "X1", {}, **span)).cases == 0
    row = await checks.set_rule(
        session, city, "X1", {"minutes": 1}, live=True, reason="两分钟太严。", at=NOON
    )
    assert row.version == 2
    newest = {standing.check.id: standing for standing in await reading.in_force(session)}
    assert (newest["X1"].version, newest["X1"].thresholds, newest["F1"].version) == (2, {"minutes": 1}, 1)
    off = await checks.set_rule(session, city, "X1", {}, live=False, reason="暂时停用。", at=NOON)
    assert off.version == 3
    assert await session.scalar(sa.select(sa.func.count()).select_from(RuleVersion)) == 2


async def test_who_may_set_a_rule_and_to_what(session):
    with pytest.raises(NotForOversight):
        await checks.set_rule(
            session, actor(departments=(MARKET,)), "X1", {}, live=True, reason="想改一改。", at=NOON
        )
    with pytest.raises(RuleUnknown):
        await checks.set_rule(session, actor(), "Z9", {}, live=True, reason="没有这条。", at=NOON)
    with pytest.raises(RuleUnknown):
        await checks.try_out(session, actor(), "Q1", {}, since=NOON, until=NOON)
    for wrong in ({"hours": 1}, {"minutes": -1}, {"minutes": 100_001}):
        with pytest.raises(ThresholdWrong):
            await checks.set_rule(session, actor(), "X1", wrong, live=True, reason="改错了的。", at=NOON)


async def test_jumping_a_queue_is_raised_unless_the_case_had_the_privilege(session):
    officer, cases = UUID(int=7), []
    for n in range(8):
        case = await handled(
            session, application(claimed_by=officer), ("application submitted", uuid4(), {}),
        )  # fmt: skip
        cases.append(case)
        await ledger.append(
            session, chain=case.number, deed="application claimed", subject=case.number, actor=str(officer),
            at=NOON - timedelta(minutes=8 - n if n < 6 else 60), details={"by": "示例"},
        )  # fmt: skip
        await session.execute(sa.text("SELECT 1"))
    await session.execute(sa.text("UPDATE application SET claimed_by = NULL"))
    await following.read_cases(session, [case.number for case in cases])
    await session.execute(
        sa.text("UPDATE oversight_step SET since = since + make_interval(secs => right(number, 4)::int)")
    )
    jumpers = cases[6:]
    await checks.grant_privilege(session, actor(), jumpers[0].number, reason="救灾物资审批。", at=NOON)
    await checks.grant_privilege(session, actor(), jumpers[0].number, reason="救灾物资审批。", at=NOON)
    assert (await deeds(session, jumpers[0].number)).count("priority granted") == 1
    with pytest.raises(NotForOversight):
        await checks.grant_privilege(
            session, actor(Role.WINDOW), jumpers[1].number, reason="熟人的办件。", at=NOON
        )
    assert await checks.hold_queues(session, at=NOON) == 1
    card = (await session.scalars(sa.select(Card).where(Card.rule == "Q1"))).one()
    assert (card.application_number, card.inputs["over"]) == (jumpers[1].number, 6)


async def test_an_order_is_extended_with_a_reason_to_a_later_day(session):
    (case,) = await add(session, late())
    supervisor = actor()
    order = await orders.issue_order(
        session, supervisor, case.number, text="请说明超期原因。", due_on=NOON.date() + 2 * DAY, at=NOON
    )
    with pytest.raises(DueTooSoon):
        await orders.extend_order(
            session, supervisor, order.id, due_on=order.due_on, reason="对方出差。", at=NOON
        )
    later = order.due_on + 5 * DAY
    await orders.extend_order(session, supervisor, order.id, due_on=later, reason="对方出差。", at=NOON)
    assert order.due_on == later
    assert (await deeds(session, case.number))[-1] == "supervision order extended"
    with pytest.raises(NotForOversight):
        await orders.extend_order(
            session, actor(Role.WINDOW), order.id, due_on=later, reason="自己延。", at=NOON
        )
