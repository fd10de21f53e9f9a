"""Every light and every card of a generated city agrees with a slow recomputation from the ledger's text alone.

YIWANG_CITY_CASES says how many cases (1,500); a large city is looked at on a working day and on a Sunday.
"""

import os
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import sqlalchemy as sa

from services.applications.models import Application
from services.oversight import board, commands, singular
from services.oversight.checks import commands as checks
from services.oversight.checks import reading
from services.oversight.models import Card
from services.oversight.rules import light
from services.workflow.rules import local_day
from storage.database import open_engine, open_sessions
from tests.bench.oversight_city import FLOW, City
from tests.bench.oversight_loading import lay
from tests.support import postgres, recomputing

pytestmark = pytest.mark.anyio

CASES = int(os.environ.get("YIWANG_CITY_CASES", "1500"))
MOMENTS = (datetime(2025, 3, 12, 7, tzinfo=UTC), datetime(2025, 6, 8, 3, tzinfo=UTC))
DEFINED = {"flow": FLOW, "limits": {"review": recomputing.REVIEW_DAYS}, "legal_days": recomputing.LAW_DAYS}


@pytest.fixture(params=MOMENTS if CASES > 1500 else MOMENTS[:1], ids=str)
async def city(request, server, monkeypatch):
    """The city as it stood at one moment, and that moment; its items are known by their flow and limits alone."""
    monkeypatch.setattr(reading, "_asked", lambda _definition: DEFINED)
    name = server.copy()
    lay(server.cluster.url(name), City(CASES), ledger=True, until=request.param)
    engine = open_engine(server.url(name, postgres.APPLICATION))
    yield server.cluster.url(name), open_sessions(engine), request.param
    await engine.dispose()
    server.drop(name)


async def test_lights_and_cards_agree_with_the_ledger_alone(city):
    url, sessions, now = city
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT chain, body FROM ledger_entry ORDER BY id").fetchall()
    lights, cards = recomputing.recomputed(rows, now)
    today = local_day(now)
    async with sessions() as session, session.begin():
        cases = list(await session.scalars(sa.select(Application)))
        shown = {one.number: str(light(one.state, one.due_on, one.yellow_on, today)) for one in cases}
        assert shown == lights
        by_statement = sa.select(Application.number, board.light_on(today)).where(
            Application.due_on.is_not(None)
        )
        stated = {number: str(told) for number, told in await session.execute(by_statement)}
        assert {number: lights[number] for number in stated} == stated
        assert {"green", "yellow", "red", "paused"} >= set(lights.values()) > {"green", "red"}
    async with sessions() as session, session.begin():
        while await commands.raise_cards(session, at=now):
            pass
        while await singular.raise_cards(session, at=now):
            pass
        numbers = sorted(shown)
        for start in range(0, len(numbers), checks.BATCH):
            await checks.hold(session, numbers[start : start + checks.BATCH], at=now)
        await checks.hold_queues(session, at=now + timedelta(seconds=1), days=900)
        raised = {(one.application_number, one.rule) for one in await session.scalars(sa.select(Card))}
    assert raised == cards
    assert {rule for _, rule in raised} >= {"T2R", "T1", "T1Y", "T3", "B1", "Q1"}
