"""Cards, orders and looking: each deed once, each in the ledger, each only for whom it is."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from identity.actor import Role
from services.applications.errors import ApplicationNotFound
from services.applications.models import Application
from services.applications.rules import State
from services.oversight import board, commands, queries, records, running, tasks
from services.oversight.errors import (
    AddresseeUnknown,
    CardNotFound,
    DueTooSoon,
    NotForOversight,
    OrderAnswered,
    OrderClosed,
    OrderNotAnswered,
    OrderNotFound,
    TextMissing,
)
from services.oversight.models import Card
from services.oversight.rules import CLOCKS, CardKind, light, rule_for
from storage import ledger, sequencing
from storage.database import open_engine, open_sessions
from storage.signed_notes import Signer
from tests.integration.oversight.builders import (
    CIVIL,
    DAY,
    MARKET,
    NOON,
    TODAY,
    actor,
    application,
    late,
    near,
    staff,
)
from tests.support import postgres

pytestmark = pytest.mark.anyio

SIGNER = Signer("portal.example/ledger", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


async def add(session, *cases):
    session.add_all(cases)
    await session.flush()
    return cases


async def deeds(session, chain):
    return [entry.deed for entry in await ledger.entries(session, chain)]


async def test_each_due_event_gets_its_card_once(session):
    green, yellow, red = await add(session, application(), near(), late())
    assert await commands.raise_cards(session, at=NOON) == 2
    assert await commands.raise_cards(session, at=NOON + timedelta(hours=1)) == 0
    found = {card.application_number: card for card in await queries.cards(session, actor())}
    assert found.keys() == {yellow.number, red.number}
    assert (found[red.number].kind, found[red.number].rule) == (CardKind.RED, "T2R")
    assert found[yellow.number].inputs["due_on"] == str(yellow.due_on)
    assert await deeds(session, red.number) == ["red card raised"]
    assert await deeds(session, green.number) == []


async def test_a_yellow_card_is_followed_by_a_red_one_when_the_day_is_over(session):
    (case,) = await add(session, near())
    assert await commands.raise_cards(session, at=NOON) == 1
    assert await commands.raise_cards(session, at=NOON + 2 * DAY) == 1
    assert [card.kind for card in await queries.cards_of(session, case.number)] == ["yellow", "red"]
    assert await deeds(session, case.number) == ["yellow card raised", "red card raised"]


async def test_the_rule_in_sql_is_the_rule_of_the_rules(session):
    dates = [None, *(TODAY + days * DAY for days in range(-1, 2))]
    cases = [
        application(state=state, due_on=due, yellow_on=yellow)
        for state in State
        for due in dates
        for yellow in dates
    ]
    await add(session, *cases)
    await commands.raise_cards(session, at=NOON, most=999)
    carded = {card.application_number: card.rule for card in await session.scalars(sa.select(Card))}
    for case in cases:
        rule = rule_for(case.state, light(case.state, case.due_on, case.yellow_on, TODAY))
        assert carded.get(case.number) == (rule.id if rule else None)
    assert len(carded) > len(CLOCKS)


async def test_cards_are_raised_in_batches(session):
    await add(session, *(late() for _ in range(7)))
    assert await commands.raise_cards(session, at=NOON, most=3) == 3
    assert await commands.raise_cards(session, at=NOON, most=3) == 3
    assert await commands.raise_cards(session, at=NOON, most=3) == 1


async def test_cards_are_seen_within_the_scope_only(session):
    await add(session, late(), late(department_code=CIVIL))
    await commands.raise_cards(session, at=NOON)
    assert len(await queries.cards(session, actor())) == 2
    (own,) = await queries.cards(session, actor(departments=(MARKET,)))
    assert await queries.cards(session, actor(Role.WINDOW)) == []
    assert (await queries.card(session, actor(), own.id)).id == own.id
    with pytest.raises(CardNotFound):
        await queries.card(session, actor(departments=(CIVIL,)), own.id)
    board_now = await board.board(session, actor(departments=(MARKET,)), today=TODAY)
    assert board_now.cards == {CardKind.YELLOW: 0, CardKind.RED: 1}


async def test_cards_are_filtered_and_paged(session):
    await add(session, *(late() for _ in range(5)), near())
    await commands.raise_cards(session, at=NOON)
    assert len(await queries.cards(session, actor(), kind=CardKind.RED)) == 5
    assert await queries.cards(session, actor(), department=CIVIL) == []
    seen, before = [], None
    while page := await queries.cards(session, actor(), before=before, limit=4):
        seen += [card.application_number for card in page]
        before = (page[-1].raised_at, page[-1].application_number)
    assert len(seen) == len(set(seen)) == 6


async def issue(session, case, by=None, **values):
    given = {"text": "请说明超期原因并尽快办结", "due_on": TODAY + 3 * DAY, "at": NOON} | values
    return await commands.issue_order(session, by or actor(), case.number, **given)


async def test_an_order_is_given_answered_and_closed(session):
    (case,) = await add(session, late())
    officer = await staff(session)
    order = await issue(session, case, to_person=officer.person_id)
    assert order.number == "督〔2026〕1号"
    assert (order.to_name, order.department_code) == ("示例审批员", MARKET)
    await commands.reply(session, officer, order.id, text="材料复核耗时，今日办结", at=NOON + DAY)
    closed = await commands.close(session, actor(), order.id, at=NOON + 2 * DAY)
    assert (closed.replied_by_name, closed.closed_at) == ("示例审批员", NOON + 2 * DAY)
    assert await deeds(session, case.number) == [
        "supervision order issued",
        "supervision order answered",
        "supervision order closed",
    ]
    entry = (await ledger.entries(session, case.number))[0]
    assert "说明" not in entry.body, "the words of an order stay out of the ledger"


async def test_an_order_to_the_department_is_answered_by_any_of_its_officers(session):
    (case,) = await add(session, late())
    officer, stranger = await staff(session), await staff(session, department=CIVIL)
    order = await issue(session, case)
    assert [one.id for one in await queries.orders(session, officer)] == [order.id]
    with pytest.raises(OrderNotFound):
        await commands.reply(session, stranger, order.id, text="不是我们的办件", at=NOON)
    await commands.reply(session, officer, order.id, text="已经安排办理", at=NOON)
    with pytest.raises(OrderAnswered):
        await commands.reply(session, officer, order.id, text="已经安排办理", at=NOON)


async def test_an_order_to_one_officer_is_not_answered_by_another(session):
    (case,) = await add(session, late())
    officer, colleague = await staff(session), await staff(session)
    order = await issue(session, case, to_person=officer.person_id)
    with pytest.raises(OrderNotFound):
        await commands.reply(session, colleague, order.id, text="我来代为回复", at=NOON)
    both = actor(Role.SUPERVISOR, Role.WINDOW)
    with pytest.raises(NotForOversight):
        await commands.reply(session, both, order.id, text="我来代为回复", at=NOON)


async def test_only_officers_of_the_department_can_be_named(session):
    (case,) = await add(session, late())
    stranger = await staff(session, department=CIVIL)
    gone = await staff(session, active=False)
    clerk = await staff(session, departments=("*",), roles=(Role.WINDOW,), name="示例窗口员")
    names = [entry.name for entry in await queries.addressees(session, MARKET)]
    assert names == ["示例窗口员"]
    for somebody in (stranger, gone):
        with pytest.raises(AddresseeUnknown):
            await issue(session, case, to_person=somebody.person_id)
    assert (await issue(session, case, to_person=clerk.person_id)).to_name == "示例窗口员"


async def test_an_order_needs_words_time_and_a_case_in_the_scope(session):
    (case,) = await add(session, late())
    with pytest.raises(TextMissing):
        await issue(session, case, text="  ")
    with pytest.raises(DueTooSoon):
        await issue(session, case, due_on=TODAY)
    with pytest.raises(ApplicationNotFound):
        await issue(session, case, by=actor(departments=(CIVIL,)))
    with pytest.raises(NotForOversight):
        await issue(session, case, by=actor(Role.APPROVER))
    assert await deeds(session, case.number) == []


async def test_an_order_is_closed_with_a_reply_or_a_reason(session):
    (case,) = await add(session, late())
    order = await issue(session, case)
    with pytest.raises(OrderNotAnswered):
        await commands.close(session, actor(), order.id, at=NOON)
    with pytest.raises(NotForOversight):
        await commands.close(session, actor(Role.APPROVER), order.id, at=NOON)
    await commands.close(session, actor(), order.id, remark="申请人已撤回", at=NOON)
    with pytest.raises(OrderClosed):
        await commands.close(session, actor(), order.id, remark="申请人已撤回", at=NOON)
    assert await queries.orders(session, actor(), closed=False) == []
    assert len(await queries.orders(session, actor(), closed=True)) == 1
    assert len(await queries.orders_of(session, case.number)) == 1


async def test_orders_are_numbered_and_paged(session):
    (case,) = await add(session, late())
    for _ in range(3):
        await issue(session, case)
    seen, before = [], None
    while page := await queries.orders(session, actor(), before=before, limit=2):
        seen += [order.number for order in page]
        before = (page[-1].issued_at, page[-1].number)
    assert seen == ["督〔2026〕3号", "督〔2026〕2号", "督〔2026〕1号"]
    assert await queries.orders(session, actor(Role.CITIZEN, departments=())) == []


async def test_whoever_looks_leaves_a_trace(session):
    (case,) = await add(session, late())
    watcher = actor(departments=(MARKET,))
    await commands.look(session, watcher, case.number, at=NOON)
    await commands.look(session, watcher, case.number, at=NOON, deed=records.EXPORTED)
    with pytest.raises(ApplicationNotFound):
        await commands.look(session, actor(departments=(CIVIL,)), case.number, at=NOON)
    found = await records.looks(session)
    assert [(look.deed, look.by, look.subject) for look in found] == [
        ("evidence exported", "示例监察员", case.number),
        ("case viewed", "示例监察员", case.number),
    ]
    assert await deeds(session, f"oversight:{watcher.person_id}") == ["case viewed", "evidence exported"]
    assert await deeds(session, case.number) == [], "looking changes nothing in the case's own record"
    assert await records.looks(session, subject="another case") == []
    following = await records.looks(session, before=(found[0].at, found[0].id))
    assert [look.deed for look in following] == ["case viewed"]


async def test_a_case_proves_its_record(session):
    (case,) = await add(session, late())
    await commands.raise_cards(session, at=NOON)
    await sequencing.sequence(session, SIGNER, at=NOON)
    proof = await records.proof(session, case.number, SIGNER.verifier, at=NOON)
    assert proof.whole
    assert (proof.verdict.entries, proof.verdict.proven_to, proof.verdict.signed) == (1, 1, True)
    (event,) = await records.timeline(session, case.number)
    assert (event.deed, event.by, event.details["rule"]) == ("red card raised", "", "T2R")


async def test_the_running_portal_is_described(session):
    await ledger.append(session, chain="x", deed="done", subject="x", actor="system:test", at=NOON)
    found = await running.running(session)
    assert found.megabytes > 0
    assert (found.queue.failed, found.ledger.waiting, found.ledger.oldest) == (0, 1, NOON)


@pytest.fixture
async def own(server):
    name = server.copy()
    engine = open_engine(server.url(name, postgres.APPLICATION))
    yield name, open_sessions(engine)
    await engine.dispose()
    server.drop(name)


async def test_a_worker_numbers_entries_and_keeps_what_checks_find(server, own):
    name, sessions = own
    async with sessions() as session, session.begin():
        for _ in range(3):
            await ledger.append(
                session, chain="case", deed="done", subject="case", actor="system:test", at=NOON
            )
    await tasks.sequence(sessions=sessions, signer=SIGNER)
    await tasks.check_ledger(sessions=sessions, signer=SIGNER)
    with psycopg.connect(server.cluster.url(name), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE ledger_entry SET deed = 'undone' WHERE position = 2")
    await tasks.check_ledger(sessions=sessions, signer=SIGNER)
    async with sessions() as session:
        broken, whole = await queries.ledger_checks(session)
        assert whole.whole
        assert (whole.entries, whole.chains, whole.leaves) == (3, 1, 3)
        assert (broken.why, broken.chain, broken.position) == ("columns", "case", 2)


async def test_sweeps_at_the_same_time_give_one_card(own):
    _, sessions = own
    async with sessions() as session, session.begin():
        session.add_all(late(due_on=datetime.now(UTC).date() - 9 * DAY) for _ in range(30))
    await asyncio.gather(*(tasks.sweep(sessions=sessions) for _ in range(4)))
    await tasks.sweep(sessions=sessions)
    async with sessions() as session:
        cards = await session.scalar(sa.select(sa.func.count()).select_from(Card))
        chains = await session.scalar(
            sa.text("SELECT count(*) FROM ledger_entry WHERE deed = 'red card raised'")
        )
        assert (
            cards == chains == await session.scalar(sa.select(sa.func.count()).select_from(Application)) == 30
        )


async def test_a_check_is_asked_for_once_while_one_waits(session):
    await commands.ask_for_check(session, actor(), at=NOON)
    await commands.ask_for_check(session, actor(), at=NOON)
    waiting = await session.scalar(
        sa.text(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'ledger.check' AND status = 'todo'"
        )
    )
    assert waiting == 1
    with pytest.raises(NotForOversight):
        await commands.ask_for_check(session, actor(Role.WINDOW), at=NOON)
