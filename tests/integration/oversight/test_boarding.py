"""The board's summaries: equal to the cases after any moves, taken up behind the ledger, proved and mended at night."""

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.applications.models import CaseMaterial, Rating, Supply
from services.applications.rules import Outcome, State
from services.oversight import board
from services.oversight.boarding import commands, summaries, tables
from services.oversight.boarding.cutting import Cut, Period
from services.oversight.boarding.models import BoardPlace, CaseShare, LightCount, OpenCase
from services.oversight.indicators import commands as indicators
from services.oversight.indicators import queries
from services.oversight.indicators.models import DaySummary, MonthSummary
from services.oversight.measures import following
from services.oversight.measures.models import StepsFollowed
from services.oversight.rules import CaseLight, Rate
from storage import ledger, sequencing
from storage.signed_notes import Signer
from tests.bench import board_plain
from tests.integration.oversight.builders import CIVIL, DAY, MARKET, NOON, TODAY, actor, application

pytestmark = pytest.mark.anyio
SCOPES = (("*",), (MARKET,), (CIVIL, "11520100MADEM00003"), ())
CUTS = (Cut(), Cut(department=MARKET), Cut(item="old-age"), Cut(CIVIL, "food-licence"))


def bend(chance, case):
    """Some other standing of the case, with moments of yesterday and today."""
    case.state = chance.choice(list(State))
    case.due_on = chance.choice([None, *(TODAY + days * DAY for days in range(-2, 3))])
    case.yellow_on = chance.choice([None, *(TODAY + days * DAY for days in range(-2, 2))])
    for name in ("submitted_at", "accepted_at", "decided_at", "closed_at"):
        setattr(case, name, chance.choice([None, NOON, NOON - DAY, NOON - 40 * DAY]))
    case.outcome = chance.choice([None, Outcome.GRANTED, Outcome.REFUSED])
    case.on_time = chance.choice([None, True, False])
    case.corrections = chance.randint(0, 2)


async def same(session, today=TODAY):
    """Every panel in every scope and cut, from the summaries and from the cases."""
    for departments in SCOPES:
        who = actor(departments=departments)
        for cut in CUTS:
            found, keys, period = [], (*board.KEYS, *board.EVENTS), Period(today - DAY, today)
            for source in (summaries, tables):
                lights = await source.lights(session, who, cut, today)
                sums = await source.sums(session, who, cut, period, keys)
                heads = [
                    [case.number for case in await source.next_due(session, who, cut, today, shown, 9)]
                    for shown in (CaseLight.RED, CaseLight.YELLOW)
                ]
                found.append((lights, sums, heads))
            assert found[0] == found[1], (departments, cut)
            assert found[0][1] == await board_plain.sums(session, who, cut, period, keys), "by hand"


async def test_whatever_moves_the_summaries_are_what_the_cases_say(session):
    chance = random.Random(11)
    cases = [
        application(
            department_code=chance.choice([MARKET, CIVIL]),
            item_code=chance.choice(["food-licence", "old-age"]),
        )
        for _ in range(40)
    ]
    session.add_all(cases)
    await session.flush()
    await commands.rebuild(session, at=NOON)
    session.add(
        CaseMaterial(
            application_id=cases[0].id, code="a", supply=Supply.OBTAINED, required=True, changed_at=NOON
        )
    )
    session.add(Rating(application_id=cases[1].id, grade=1, by=cases[1].id, at=NOON))
    for _ in range(6):
        moved = chance.sample(cases, 9)
        for case in moved:
            bend(chance, case)
        await session.flush()
        await commands.take_up(session, {case.number for case in moved} | {"account:x"}, at=NOON)
    await commands.take_up(session, {case.number for case in cases}, at=NOON)
    await same(session)
    for days in (1, 2, 5):  # lights move with time although nothing was written
        later = TODAY + days * DAY
        who, cut = actor(), Cut()
        assert await summaries.lights(session, who, cut, later) == await tables.lights(
            session, who, cut, later
        )
    assert await session.scalar(sa.select(sa.func.min(LightCount.cases))) > 0
    shares = sa.select(sa.func.sum(CaseShare.denominator)).where(CaseShare.day == TODAY)
    days = sa.select(sa.func.sum(DaySummary.denominator)).where(DaySummary.day == TODAY)
    assert await session.scalar(shares) == await session.scalar(days)


async def test_a_deed_is_taken_up_once_its_entry_and_its_steps_are_read(session):
    signer = Signer("portal.example/ledger", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    place = (await session.scalars(sa.select(BoardPlace))).one()
    assert await commands.follow(session, at=NOON) == 0
    assert place.leaf == (await session.scalars(sa.select(StepsFollowed))).one().leaf
    assert (await board.board(session, actor(), today=TODAY)).everything.total == 0
    case = application(state=State.SUBMITTED, submitted_at=NOON, accepted_at=None)
    session.add(case)
    await session.flush()
    for deed in ("application submitted", "something else"):
        await ledger.append(
            session, chain=case.number, deed=deed, subject=case.number, actor="system:x", at=NOON
        )
    await sequencing.sequence(session, signer, at=NOON)
    assert await commands.follow(session, at=NOON) == 0, "its steps are not read yet"
    late = await board.board(session, actor(), today=TODAY, now=NOON + timedelta(minutes=1))
    assert (late.everything.total, late.behind) == (0, True)
    await following.follow(session)
    assert await commands.follow(session, at=NOON) == 2
    found = await board.board(session, actor(), today=TODAY, now=NOON + timedelta(minutes=1))
    assert (found.everything.total, found.flow["received"], found.behind) == (1, 1, False)
    assert await board.turn(session) == place.turn > 1
    asked = queries.Asked(TODAY, TODAY)
    assert (await queries.rates(session, actor(), asked, today=TODAY))["online"][""] == Rate(1, 1)


async def test_the_nightly_proof_names_what_differs_and_counts_anew(session):
    session.add_all([application(), application(department_code=CIVIL)])
    await session.flush()
    await commands.rebuild(session, at=NOON)
    assert (await commands.prove(session, at=NOON)).differing == 0
    number = await session.scalar(sa.select(sa.func.min(OpenCase.number)))
    await session.execute(sa.update(OpenCase).where(OpenCase.number == number).values(paused=True))
    proof = await commands.prove(session, at=NOON)
    assert (proof.differing, proof.example, proof.kind) == (3, number, "board"), (
        "the case, and its light twice"
    )
    assert (await commands.prove(session, at=NOON)).differing == 0
    assert (await queries.proofs(session, kind="board"))[0].rows == 4
    assert await queries.proofs(session) == []
    await same(session)


async def test_a_month_that_is_over_is_the_sum_of_its_days(session):
    chance, values, numbers = random.Random(3), {}, set()
    for _ in range(40):
        at = NOON - chance.randint(0, 80) * DAY
        case = application(submitted_at=at, accepted_at=at, decided_at=at, on_time=chance.random() < 0.7)
        session.add(case)
        numbers.add(case.number)
    await session.flush()
    await commands.rebuild(session, at=NOON)
    await commands.take_up(session, numbers, at=NOON)
    for days in (80, 61, 45, 20):
        asked = queries.Asked(TODAY - days * DAY, TODAY)
        await indicators.keep(session, TODAY - 100 * DAY, TODAY - 2 * DAY)
        values[days] = await queries.rates(session, actor(), asked, today=TODAY)
        assert await session.scalar(sa.select(sa.func.count()).select_from(MonthSummary)) == 0
        await indicators.sum_months(session, until=TODAY - DAY)
        months = {row.month for row in await session.scalars(sa.select(MonthSummary))}
        assert {str(month)[:7] for month in months} == {"2026-09", "2026-10"}
        assert await queries.rates(session, actor(), asked, today=TODAY) == values[days]
        plain = await tables.sums(session, actor(), Cut(), Period(asked.first, TODAY), ("on-time",))
        assert list(plain["on-time"].values()) == [values[days]["on-time"][""]]
    await indicators.prove(session, at=NOON, days=100)
    assert await session.scalar(sa.select(sa.func.count()).select_from(MonthSummary)) > 0


async def test_behind_every_share_stand_the_cases_that_were_counted(session):
    chance = random.Random(5)
    cases = [application(department_code=chance.choice([MARKET, CIVIL])) for _ in range(30)]
    for case in cases:
        bend(chance, case)
    session.add_all(cases)
    await session.flush()
    for case in cases[:9]:
        for code in ("a", "b"):
            supply = chance.choice([Supply.OBTAINED, Supply.HANDED_IN])
            session.add(
                CaseMaterial(application_id=case.id, code=code, supply=supply, required=True, changed_at=NOON)
            )
        session.add(Rating(application_id=case.id, grade=chance.randint(1, 5), by=case.id, at=NOON))
    await session.flush()
    period = Period(TODAY - 50 * DAY, TODAY)
    narrow = actor(departments=(MARKET,))
    for who in (actor(), narrow, actor(departments=())):
        sums = await tables.sums(session, who, Cut(), period, tuple(queries.NAMED))
        for key in queries.NAMED:
            rates = sums.get(key, {}).values()
            for part, wanted in (("of", "denominator"), ("good", "numerator")):
                if key == "mean-minutes" and part == "good":
                    continue
                listed = await board.counted(session, who, board.Counted(key, part, period, limit=500))
                assert len(listed) == sum(getattr(rate, wanted) for rate in rates), (key, part)
    whole = await board.counted(session, actor(), board.Counted("spared", "of", period))
    paged, after = [], None
    while page := await board.counted(
        session, actor(), board.Counted("spared", "of", period, after=after, limit=4)
    ):
        paged += page
        after = page[-1].at, page[-1].key
    assert [line.key for line in paged] == [line.key for line in whole], (
        "from the nearest days to the farthest"
    )
    assert len({line.at for line in paged}) > 2
