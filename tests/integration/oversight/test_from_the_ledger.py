"""Every light and every card of a generated city agrees with a slow recomputation from the ledger's text alone.

YIWANG_CITY_CASES says how many cases (1,500); a large city is looked at on a working day and on a Sunday. Beside the
city stands each situation that a rule of the catalogue is about, so that no rule goes untried.
"""

import os
from datetime import UTC, datetime, time, timedelta

import psycopg
import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from identity.actor import Role
from services.applications.models import Application
from services.catalogue import commands as catalogue
from services.catalogue.codes import Source
from services.catalogue.queries import Item
from services.oversight import board, commands, singular
from services.oversight.checks import commands as checks
from services.oversight.checks import reading
from services.oversight.checks.rules import ALL
from services.oversight.models import Card
from services.oversight.rules import EVENTS, RULES, light
from services.oversight.warnings import commands as warnings
from services.oversight.warnings.models import Warning
from services.workflow.rules import local_day
from storage.database import open_engine, open_sessions
from tests.bench.oversight_city import City
from tests.bench.oversight_loading import lay
from tests.integration.oversight.builders import actor
from tests.support import postgres, recomputing, situations

pytestmark = pytest.mark.anyio

CASES = int(os.environ.get("YIWANG_CITY_CASES", "1500"))
MOMENTS = (datetime(2025, 3, 12, 7, tzinfo=UTC), datetime(2025, 6, 8, 3, tzinfo=UTC))
SWEEPS = (4, 8)
"""Working days after the moment on which warnings are looked at."""
FOOD = next(item for item in catalogue.shipped() if item.code == "food-business")
SILENCE = {"T5Y", "T5R"}


def published(code, version):
    """Every item of the city: one review of three days, twenty by law, a paper that sharing supplies and one not."""
    steps = {step.key: step for step in FOOD.steps}
    review = replace(next(step for step in FOOD.steps if step.kind == "review"), key="review", limit=3)
    shared, own = replace(FOOD.materials[0], code="id-copy", source=Source.HUB), FOOD.materials[1]
    definition = replace(
        FOOD,
        steps=(steps["accept"], replace(review, two_persons=False), steps["decide"]),
        statutory_limit=replace(FOOD.statutory_limit, days=recomputing.LAW_DAYS),
        materials=(shared, replace(own, code="plan", source=Source.UPLOAD)),
    )
    return Item(code, version, definition, "")


@pytest.fixture(params=MOMENTS if CASES > 1500 else MOMENTS[:1], ids=str)
async def city(request, server, monkeypatch):
    """The city and every situation as they stood at one moment, and that moment."""

    async def versions(_session, keys):
        return {key: published(*key) for key in keys}

    monkeypatch.setattr(reading.catalogue, "get_versions", versions)
    name, now = server.copy(), request.param
    lay(server.cluster.url(name), City(CASES), ledger=True, until=now)
    engine = open_engine(server.url(name, postgres.APPLICATION))
    sessions = open_sessions(engine)
    async with sessions() as session, session.begin():
        await situations.lay(session, now)
    yield server.cluster.url(name), sessions, now
    await engine.dispose()
    server.drop(name)


def ledger_of(url):
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT chain, body FROM ledger_entry ORDER BY id").fetchall()


async def cards_of(sessions):
    async with sessions() as session, session.begin():
        return {(one.application_number, one.rule) for one in await session.scalars(sa.select(Card))}


async def test_lights_and_cards_agree_with_the_ledger_alone(city):
    url, sessions, now = city
    lights, cards = recomputing.recomputed(ledger_of(url), now)
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
        assert set(lights.values()) == {"green", "yellow", "red", "paused"}
    async with sessions() as session, session.begin():
        while await commands.raise_cards(session, at=now):
            pass
        while await singular.raise_cards(session, at=now):
            pass
        numbers = sorted(shown)
        for start in range(0, len(numbers), checks.BATCH):
            await checks.hold(session, numbers[start : start + checks.BATCH], at=now)
        await checks.hold_queues(session, at=now + timedelta(seconds=1), days=900)
    assert await cards_of(sessions) == cards
    # On a day off the last day of a limit is over already: intake has no yellow day then.
    never = set() if recomputing.works(today) else {"T0Y"}
    assert {one.id for one in (*ALL, *RULES, *EVENTS)} - {rule for _, rule in cards} == never
    await let_warnings_climb(sessions, now)
    sweeps = [recomputing.added(today, days) for days in SWEEPS]
    silences = recomputing.silences(ledger_of(url), sweeps)
    assert await cards_of(sessions) - cards == silences
    assert {rule for _, rule in silences} == SILENCE


async def let_warnings_climb(sessions, now):
    """Warnings for all of it, a few of which are answered, and then two days on which nobody answered."""
    async with sessions() as session, session.begin():
        while await warnings.raise_due(session, at=now):
            pass
        officer = actor(Role.APPROVER)
        for warning in await session.scalars(sa.select(Warning).order_by(Warning.id).limit(5)):
            await warnings.reply(session, officer, warning.id, text="已经核对并改正", at=now)
        for days in SWEEPS:
            at = datetime.combine(recomputing.added(local_day(now), days), time(4), UTC)
            while await warnings.escalate(session, at=at):
                pass
