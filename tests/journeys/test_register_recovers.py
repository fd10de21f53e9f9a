"""A case whose registers were away: asked of the applicant, then recovered once, with nothing twice and nothing stuck."""

import dataclasses
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from services.applications import queries
from services.applications.commands import gathering
from services.applications.models import Supply
from services.sharing.models import Use
from storage import ledger
from tests.journeys.cases import begin

pytestmark = pytest.mark.anyio


async def test_a_case_asks_for_what_is_missing_and_takes_what_recovers_once(
    sign_in_without_hub, held_without_hub, held, city
):
    began = datetime.now(UTC)
    person = await sign_in_without_hub("person-b")
    number = await begin(person, "senior-card")
    sessions = held_without_hub.sessions
    assert await supplies(sessions, number) == {"identity": Supply.NEEDED, "photo": Supply.NEEDED}
    ours = dataclasses.replace(held_without_hub, hub=held.hub)
    for _ in range(3):
        assert not await gathering.gather(sessions, ours.hub, number, at=datetime.now(UTC))
    assert await supplies(sessions, number) == {"identity": Supply.OBTAINED, "photo": Supply.NEEDED}
    async with city.hub_sessions() as session:
        uses = list(await session.scalars(sa.select(Use).where(Use.case_number == number, Use.at >= began)))
    assert [(one.judgment, one.outcome) for one in uses] == [("granted", "hit")]
    async with sessions() as session:
        told = [one.deed for one in await ledger.entries(session, number)]
        case = await queries.by_number(session, number)
    assert told.count("facts gathered") == 2
    origin = case.origins["holder_name"]
    assert origin["fact"] == "hub:population.name"
    assert origin["request"] == uses[0].request_digest


async def supplies(sessions, number):
    async with sessions() as session:
        case = await queries.by_number(session, number)
        return {one.code: one.supply for one in await queries.materials_of(session, case)}
