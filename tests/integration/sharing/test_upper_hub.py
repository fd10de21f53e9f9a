"""Level to level: the city's hub asks the province's, under the province's contract and for the same case."""

import httpx
import pytest
import sqlalchemy as sa

from identity.tokens import new_signer, verifiers
from portal.hub.app import create_hub
from services.sharing import commands
from services.sharing.adapters.upper import UpperHub
from services.sharing.client import HubClient, Timeouts
from services.sharing.models import Case, Use
from services.sharing.rules import Form
from storage.database import open_engine, open_sessions
from tests.integration.sharing.builders import contract, file_source, open_hub

pytestmark = pytest.mark.anyio
CITY = "11520100MADEM0046U"


@pytest.fixture
async def province(server, now, tmp_path):
    """Another hub with a database of its own and a contract for the city."""
    name = server.copy()
    engine = open_engine(server.url(name), pool_size=3)
    upper = await open_hub(open_sessions(engine), now, file_source(tmp_path / "register.csv"))
    upper.app = create_hub(
        upper.sessions, key=upper.key, keys=verifiers(upper.key), sources=upper.sources, clock=lambda: now
    )
    yield upper
    await engine.dispose()
    server.drop(name)


async def test_a_city_passes_on_what_the_province_allows_and_nothing_else(sessions, province, now):
    city_key = new_signer()
    await province.tell(case_number="another", open=False)
    async with province.sessions.begin() as session:
        await session.execute(sa.delete(Case).where(Case.number == "1-0001"))
        for number, form in (("QY-CITY", Form.FULL), ("QY-CITY-M", Form.MASKED)):
            fields = ["name"] if form is Form.FULL else ["address"]
            row = contract(now, number=number, consumer=CITY, form=form, fields=fields)
            await commands.conclude(session, row, actor="system:test", at=now)
        known = verifiers(city_key)[city_key.kid]
        await commands.admit(session, known, party=CITY, keeps_cases=True, actor="system:test", at=now)
    client = HubClient(
        "http://province",
        consumer=CITY,
        key=city_key,
        hub_keys=verifiers(province.key),
        timeouts=Timeouts(total=3, tries=1),
        transport=httpx.ASGITransport(province.app, raise_app_exceptions=False),
    )
    upper = UpperHub(name="province", resource="population", client=client, item="", remote="population")
    city = await open_hub(sessions, now, upper)
    await upper.check()
    answer = await city.call(fields=["name"])
    assert (answer.outcome, answer.values) == ("hit", {"name": "示例甲"})
    masked_above = await city.call(fields=["address"])
    assert (masked_above.outcome, masked_above.reason, masked_above.values) == ("failed", "wrong", {})
    not_allowed = await city.call(fields=["born_on"])
    assert (not_allowed.outcome, not_allowed.reason) == ("failed", "wrong")
    async with province.sessions() as session:
        keepers = set(await session.scalars(sa.select(Case.keeper)))
        uses = list(await session.scalars(sa.select(Use).where(Use.consumer == CITY).order_by(Use.at)))
    assert CITY in keepers
    assert sorted({(one.judgment, one.reason) for one in uses}) == [
        ("granted", ""),
        ("refused", "no-contract"),
    ]
    await client.close()
