"""Indicators: summaries equal the tables, differences are reported and mended, today is never behind, nobody sees beyond."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from identity.actor import Role
from portal.supervision import indicator_words
from services.applications.models import CaseMaterial, Fact, Gathering, Rating, Supply
from services.applications.rules import Channel, Outcome, State
from services.oversight.indicators import commands, queries
from services.oversight.indicators.definitions import BY_KEY, INDICATORS
from services.oversight.indicators.models import DaySummary
from services.oversight.indicators.queries import Asked
from services.oversight.measures.models import CaseStep
from services.oversight.rules import Rate
from tests.integration.oversight.builders import CIVIL, DAY, MARKET, NOON, TODAY, actor, application

pytestmark = pytest.mark.anyio
YESTERDAY = NOON - DAY


def step(case, **values):
    defaults = {
        "number": case.number, "position": 1, "entry": 1, "item_code": case.item_code, "node": "", "late": 0,
        "department_code": case.department_code, "officer_name": "", "minutes": 0, "since": case.created_at,
    }  # fmt: skip
    return CaseStep(**(defaults | values))


async def lay(session):
    """Six decided yesterday, one of them late and refused; one handed in at the window today, elsewhere."""
    done = {
        "state": State.DELIVERED, "submitted_at": YESTERDAY, "accepted_at": YESTERDAY, "decided_at": YESTERDAY,
        "closed_at": YESTERDAY, "due_on": None, "yellow_on": None,
    }  # fmt: skip
    cases = [
        application(**done, on_time=n > 0, outcome=Outcome.GRANTED if n else Outcome.REFUSED)
        for n in range(6)
    ]
    cases[1].corrections = 2
    fresh = application(department_code=CIVIL, submitted_at=NOON, accepted_at=None, channel=Channel.WINDOW)
    session.add_all([*cases, fresh])
    await session.flush()
    session.add(step(fresh, at=NOON, deed="application submitted"))
    one = cases[0].id
    session.add_all(
        [
            Rating(application_id=one, grade=5, by=one, at=YESTERDAY),
            Rating(application_id=cases[1].id, grade=1, by=one, at=YESTERDAY),
            CaseMaterial(
                application_id=one, code="a", supply=Supply.OBTAINED, required=True, changed_at=NOON
            ),
            CaseMaterial(
                application_id=one, code="b", supply=Supply.HANDED_IN, required=True, changed_at=NOON
            ),
            Fact(application_id=one, resource="x", outcome=Gathering.HIT, at=YESTERDAY),
            Fact(application_id=one, resource="y", outcome=Gathering.MISMATCH, at=YESTERDAY),
            Fact(application_id=one, resource="z", outcome=Gathering.WAITING, at=YESTERDAY),
        ]
    )
    await session.flush()
    return cases


async def test_every_indicator_counts_what_its_definition_says(session):
    await lay(session)
    await commands.keep(session, TODAY - 9 * DAY, TODAY - DAY)
    asked = Asked(TODAY - 9 * DAY, TODAY)
    found = {
        key: rates[""] for key, rates in (await queries.rates(session, actor(), asked, today=TODAY)).items()
    }
    assert found == {
        "on-time": Rate(5, 6), "same-day": Rate(6, 6), "mean-minutes": Rate(0, 6), "first-time": Rate(5, 6),
        "corrected": Rate(1, 6), "corrected-again": Rate(1, 6), "deemed": Rate(0, 6), "not-accepted": Rate(0, 6),
        "withdrawn": Rate(0, 6), "refused": Rate(1, 6), "extended": Rate(0, 6), "special-procedure": Rate(0, 6),
        "online": Rate(6, 7), "wholly-online": Rate(6, 6), "spared": Rate(1, 2), "hub-hit": Rate(1, 2),
        "hub-mismatch": Rate(1, 2), "rated": Rate(2, 6), "satisfied": Rate(1, 2), "very-satisfied": Rate(1, 2),
        "carded": Rate(0, 6),
    }  # fmt: skip
    split = await queries.rates(session, actor(), asked, today=TODAY, by="department_code")
    assert split["online"] == {MARKET: Rate(6, 6), CIVIL: Rate(0, 1)}
    narrow = await queries.rates(session, actor(departments=(CIVIL,)), asked, today=TODAY)
    assert narrow == {"online": {"": Rate(0, 1)}}
    assert await queries.rates(session, actor(Role.CITIZEN, departments=()), asked, today=TODAY) == {}
    one = Asked(asked.first, asked.last, department=MARKET, item="food-licence")
    assert (await queries.rates(session, actor(), one, today=TODAY))["online"][""] == Rate(6, 6)


async def test_the_nightly_proof_reports_and_mends_what_differs(session):
    await lay(session)
    proof = await commands.prove(session, at=NOON)
    assert (proof.differing, proof.rows) == (
        0,
        await session.scalar(sa.select(sa.func.count()).select_from(DaySummary)),
    )
    await session.execute(sa.update(DaySummary).where(DaySummary.indicator == "refused").values(numerator=0))
    session.expire_all()
    proof = await commands.prove(session, at=NOON)
    assert proof.differing == 1
    assert proof.example.startswith(f"{TODAY - DAY} refused {MARKET}")
    session.expire_all()
    assert (await commands.prove(session, at=NOON)).differing == 0
    fresh = await commands.counted(session, TODAY - 400 * DAY, TODAY - DAY)
    assert await commands.kept(session, TODAY - 400 * DAY, TODAY - DAY) == fresh


async def test_a_day_read_by_its_steps_is_the_day_read_from_the_tables(session):
    for case in await lay(session):
        session.add(step(case, at=YESTERDAY, deed="application granted"))
    await session.flush()
    day = TODAY - DAY
    long = await commands.counted(session, day - 30 * DAY, day)
    assert await commands.counted(session, day, day) == {
        key: pair for key, pair in long.items() if key[0] == day
    }


async def test_how_long_items_take_is_counted_for_everybody(session):
    cases = await lay(session)
    for n, case in enumerate(cases):
        case.accepted_at = YESTERDAY - timedelta(hours=5)
        session.add(step(case, deed="application granted", at=YESTERDAY, minutes=60 * (n + 1)))
    await session.flush()
    assert await commands.measure_speed(session, at=NOON) == 1
    (speed,) = [one for one in await session.execute(sa.text("SELECT * FROM oversight_speed"))]
    assert (speed.count, speed.middle, speed.ninetieth) == (6, 210.0, 330.0)
    assert await commands.measure_speed(session, at=NOON + timedelta(days=900)) == 0


def test_every_indicator_has_a_name_and_a_definition():
    assert set(indicator_words.INDICATORS) == set(BY_KEY)
    assert len(BY_KEY) == len(INDICATORS) == 26
