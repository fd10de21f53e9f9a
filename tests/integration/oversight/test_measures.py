"""The measures in a generated city: what was planted is found, the reader agrees with the ledger, officers see first."""

import asyncio
import itertools
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from identity.actor import Role
from services.oversight.checks import commands as checks
from services.oversight.errors import MeasureAnswered, MeasureNotFound, OfficerNotFound
from services.oversight.measures import commands, following, queries, reading
from services.oversight.measures.deviation import Aspect
from services.oversight.measures.kinds import MeasureKind
from services.oversight.measures.models import CaseStep, Measure
from services.oversight.measures.reading import Scope
from services.oversight.measures.stepping import NODES
from services.workflow.rules import ZONE, local_day
from storage import ledger, sequencing
from storage.database import open_engine, open_sessions
from storage.signed_notes import Signer
from tests.bench import oversight as bench
from tests.bench.oversight_city import City
from tests.bench.oversight_loading import lay
from tests.integration.oversight.builders import actor, application

pytestmark = pytest.mark.anyio
CASES = 6_000
DURING = datetime(2025, 12, 1, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def generated(server, key_ring):
    """A city with everything planted, and its ledger."""
    city, name = City(CASES), server.copy()
    lay(server.cluster.url(name), city, ledger=True)
    yield city, server.url(name)
    server.drop(name)


@pytest.fixture
async def found(generated):
    """The generated city's database, rolled back."""
    engine = open_engine(generated[1])
    async with engine.connect() as connection:
        transaction = await connection.begin()
        async with open_sessions(engine)(bind=connection) as session:
            yield session
        await transaction.rollback()
    await engine.dispose()


def test_what_was_planted_is_found_and_little_else(generated):
    city, url = generated
    found = asyncio.run(bench.measured(url, city))
    assert bench.missed(found) == []
    assert [len(one.planted) for one in found[:5]] == [40, 25, 30, 300, 200]


async def test_steps_are_those_of_the_ledger(generated, found):
    """What a worker reads from the chains is what was laid, row for row."""
    numbers = list(await found.scalars(sa.text("SELECT number FROM application ORDER BY number LIMIT 300")))
    query = (
        sa.select(CaseStep).where(CaseStep.number.in_(numbers)).order_by(CaseStep.number, CaseStep.position)
    )

    async def rows():
        found.expire_all()
        return [one.model_dump() for one in await found.scalars(query)]

    laid = await rows()
    assert await following.read_cases(found, numbers) == len(laid) > 2000
    assert await rows() == laid


async def test_cards_agree_with_a_plain_recomputation_from_the_ledger_alone(generated, found):
    """Every rule that the city's cases can break, reckoned again from the entries' own text, one case at a time."""
    numbers = list(
        await found.scalars(sa.text("SELECT number FROM application ORDER BY right(number, 3) LIMIT 900"))
    )
    await checks.hold(found, numbers, at=DURING)
    raised = {
        (row.application_number, row.rule)
        for row in await found.execute(sa.text("SELECT application_number, rule FROM oversight_card"))
    }
    bodies: dict[str, list[dict]] = {}
    for row in await found.execute(sa.text("SELECT chain, body FROM ledger_entry ORDER BY chain, position")):
        if row.chain in set(numbers):
            bodies.setdefault(row.chain, []).append(json.loads(row.body))
    expected = {(number, rule) for number, entries in bodies.items() for rule in broken(entries)}
    assert len(bodies) == 900
    assert raised == expected
    assert {rule for _, rule in raised} >= {"B1"}


def broken(entries):
    """The rules a case breaks, by the plain reading of each."""
    at = [datetime.fromisoformat(entry["at"]) for entry in entries]
    when = {entry["deed"]: moment for entry, moment in zip(entries, at, strict=True)}
    decided = when.get("application granted") or when.get("application refused")
    accepted = when["application accepted"]
    doers = [entry["actor"] for entry in entries if entry["deed"] in NODES]
    local = accepted.astimezone(ZONE)
    if any((early - late).total_seconds() > 3600 for early, late in itertools.pairwise(at)):
        yield "B1"
    if accepted > decided:
        yield "F1"
    elif (decided - accepted).total_seconds() < 120:
        yield "X1"
    if len(doers) >= 2 and len(set(doers)) == 1:
        yield "S1"
    if local.hour < 7 or local.hour >= 20:
        yield "N1"


async def test_officers_see_their_flags_first_and_may_answer(generated, found):
    await commands.count(found, at=DURING)
    flags = list(await found.scalars(sa.select(Measure).where(Measure.flagged)))
    assert {one.kind for one in flags} >= {MeasureKind.INTIMACY, MeasureKind.DURATION}
    pair = next(one for one in flags if one.kind is MeasureKind.INTIMACY)
    officer = actor(Role.REVIEWER, departments=(pair.department_code,), person_id=pair.officer)
    supervisor, today = actor(), local_day(DURING)
    assert pair.id in [one.id for one in await queries.profile(found, officer, pair.officer, today=today)]
    hidden = await queries.profile(found, supervisor, pair.officer, today=today)
    assert pair.id not in [one.id for one in hidden]
    later = await queries.listing(found, supervisor, MeasureKind.INTIMACY, today=today + timedelta(days=7))
    assert pair.id in [one.id for one in later]
    narrow = actor(departments=("nowhere",))
    assert await queries.listing(found, narrow, MeasureKind.INTIMACY, today=today + timedelta(days=7)) == []
    acts = await queries.acts(found, pair, since=DURING - commands.YEAR, limit=99)
    assert len(acts) >= pair.numbers["k"]
    await commands.answer(found, officer, pair.id, text="专门负责这家代办机构的窗口。", at=DURING)
    with pytest.raises(MeasureAnswered):
        await commands.answer(found, officer, pair.id, text="再说一次。", at=DURING)
    with pytest.raises(MeasureNotFound):
        await commands.answer(found, supervisor, pair.id, text="不是我的。", at=DURING)
    shown = await commands.look_at_officer(found, supervisor, pair.officer, at=DURING)
    assert "代办机构" in next(one.answer for one in shown if one.id == pair.id)
    with pytest.raises(OfficerNotFound):
        await commands.look_at_officer(found, supervisor, UUID(int=1 << 99), at=DURING)
    looked = await found.scalar(
        sa.text("SELECT subject FROM ledger_entry WHERE deed = 'officer profile viewed'")
    )
    assert looked == str(pair.officer)
    await commands.count(found, at=DURING + timedelta(days=1))
    again = await queries.profile(found, supervisor, pair.officer, today=today)
    assert "代办机构" in next(one.answer for one in again if one.id == pair.id)


async def test_the_city_with_nothing_planted_raises_no_more_than_chance(server, key_ring):
    name = server.copy()
    await asyncio.to_thread(lay, server.cluster.url(name), City(2_500, plant=False, seed=7))
    found = await bench.measured(server.url(name), City(2_500, plant=False))
    server.drop(name)
    assert [len(one.flagged) <= 2 for one in found[:5]] == [True] * 5


async def test_a_worker_reads_on_from_where_it_was(session):
    case = application()
    session.add(case)
    await session.flush()
    signer = Signer("portal.example/ledger", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    officer, seen = str(UUID(int=9)), []
    for deed in ("application submitted", "application claimed", "number unmasked", "application accepted"):
        await ledger.append(
            session, chain=case.number, deed=deed, subject=case.number, actor=officer, at=DURING
        )
        await sequencing.sequence(session, signer, at=DURING)
        assert await following.follow(session) == 1
        query = sa.select(CaseStep.deed).where(CaseStep.number == case.number).order_by(CaseStep.position)
        seen.append(len(list(await session.scalars(query))))
    assert seen == [1, 2, 2, 3]
    assert await following.follow(session) == 0
    holders = await session.scalars(sa.select(CaseStep.holder).where(CaseStep.deed == "application accepted"))
    assert [str(holder) for holder in holders] == [officer]


async def test_who_lets_fees_off_far_more_often_than_others_is_asked_why(session):
    now, officers = datetime(2025, 6, 2, 4, tzinfo=UTC), [UUID(int=place) for place in range(1, 6)]
    for officer, case in itertools.product(officers, range(40)):
        let_off = case < (20 if officer == officers[0] else 2)
        number = f"FEE{officer.int}{case:04d}"
        session.add(
            CaseStep(
                number=number, position=1, entry=officer.int * 100 + case, item_code="passport", department_code="x",
                deed="fee waived" if let_off else "fee taken", node="decide", officer=officer,
                officer_name=f"示例{officer.int}", holder=None, since=now, at=now, minutes=0, late=0,
            )
        )  # fmt: skip
    await session.flush()
    found = [
        one
        for one in await reading.deviations(session, Scope(now - timedelta(days=1), now + timedelta(days=1)))
        if one.aspect is Aspect.WAIVERS
    ]
    assert [one.officer for one in found if one.flagged] == [str(officers[0])]
    assert (found[0].n, found[0].value, found[0].peer) == (40, 0.5, 0.05)
