"""Must hold 2: faults are normal events. No wrong datum passes, nothing is counted twice, and what recovers does so once.

YIWANG_CALLS calls of each fault (a few by default, 1,000 by `make endurance`).
"""

import json
import os
import time
from collections import Counter
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa

from identity.tokens import verifiers
from portal.hub.app import create_hub
from services.sharing.client import HubClient, Timeouts
from services.sharing.errors import ExchangeRefused, HubUnavailable
from services.sharing.messages import Subject
from services.sharing.models import Use
from services.sharing.sources import Patience
from storage.database import open_engine, open_sessions
from storage.lanes import Lanes
from tests.integration.sharing.builders import (
    MARKET,
    PERSON,
    PORTAL,
    http_server,
    open_hub,
    sources,
)
from tests.integration.sharing.test_rest_source import open_source

pytestmark = pytest.mark.anyio
CALLS = int(os.environ.get("YIWANG_CALLS", "7"))
TRUTH = {"name": "示例甲", "born_on": "1990-01-01"}
LINE = {"number": PERSON, **TRUTH}
SHORT = Patience(tries=2, each=0.12, total=0.2, pause=0.001)
LONG = Patience(tries=2, each=20, total=30, pause=0.001)
"""Only what is about time is judged by a short limit: everything else has to come out the same on a slow machine."""
TIMED = {"hangs", "answers slowly"}


def say(body, status=200):
    return lambda handler: handler.say(status, body if isinstance(body, bytes) else json.dumps(body).encode())


def half(handler):
    handler.send_response(200)
    handler.send_header("content-length", "200")
    handler.end_headers()
    handler.wfile.write(b'{"number": "' + PERSON.encode())
    handler.close_connection = True


def slowly(handler):
    time.sleep(0.03)
    say(LINE)(handler)


SOUND = say(LINE)
FAULTS = {
    "refuses": (say({}, 503), {"failed/down"}),
    "hangs": (lambda _: time.sleep(0.3), {"failed/slow", "failed/down"}),
    "answers slowly": (slowly, {"hit/", "failed/slow", "failed/down"}),
    "answers half": (half, {"failed/down"}),
    "answers another person": (say(LINE | {"number": "520115200112310037"}), {"mismatch/"}),
    "answers garbage": (say(b"<html>\x00\xff not json"), {"failed/wrong", "failed/down"}),
    "answers a value of another type": (say(LINE | {"born_on": "yesterday"}), {"failed/wrong"}),
    "answers two people": (say([LINE, LINE]), {"mismatch/"}),
}


@pytest.fixture
async def ground(sessions, now):
    """A hub over an HTTP register whose manners can change, and a portal's client to it."""
    manners = [SOUND]

    def answer(handler):
        manners[0](handler)

    with http_server(answer) as url:
        source = open_source(
            url,
            resource="population",
            path="/people",
            parameter="number",
            subject_path="number",
            mapping={"name": "name", "born_on": "born_on"},
            timeout=20,
        )
        hub = await open_hub(sessions, now, source, per_minute=100_000, per_day=1_000_000)
        hub.sources = sources(source, patience=LONG)
        hub.manners, hub.seconds, hub.at = manners, [0.0], [now]
        hub.sources.monotonic = lambda: hub.seconds[0]
        hub.app = create_hub(
            sessions, key=hub.key, keys=verifiers(hub.key), sources=hub.sources, clock=lambda: hub.at[0]
        )
        yield hub
        await source.close()


def client_of(hub, app=None):
    return HubClient(
        "http://hub",
        consumer=PORTAL,
        key=hub.portal,
        hub_keys=verifiers(hub.key),
        timeouts=Timeouts(connect=30, total=60, tries=3, pause=0.001),
        chance=lambda: 0.5,
        transport=httpx.ASGITransport(app or hub.app, raise_app_exceptions=False),
    )


async def ask(hub, client, at=None):
    """One call; what came of it, and never anything but the truth."""
    answer = await client.fetch(
        item="food-business",
        consumer=MARKET,
        contract="QY-1",
        resource="population",
        fields=["name", "born_on"],
        subject=Subject(id_number=PERSON),
        case_number="1-0001",
        applicant="applicant",
        operator="system:worker",
        purpose="预填申请表",
        at=at or hub.now,
    )
    assert answer.values == (TRUTH if answer.outcome == "hit" else {})
    return f"{answer.outcome}/{answer.reason}"


async def recorded(hub):
    async with hub.sessions() as session:
        return list(await session.scalars(sa.select(Use)))


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_register_that_fails_passes_on_nothing_wrong_and_recovers_once(ground, fault):
    client = client_of(ground)
    ground.manners[0], expected = FAULTS[fault]
    ground.sources.patience = SHORT if fault in TIMED else LONG
    outcomes = Counter([await ask(ground, client) for _ in range(CALLS)])
    assert set(outcomes) <= expected, outcomes
    ground.manners[0], ground.sources.patience = SOUND, LONG
    ground.seconds[0] += 60
    assert await ask(ground, client) == "hit/"
    uses = await recorded(ground)
    assert len(uses) == CALLS + 1
    assert all(use.outcome is not None and use.answer_jws for use in uses)
    assert len({use.nonce for use in uses}) == CALLS + 1
    await client.close()


async def test_a_clock_ten_minutes_off_is_refused_each_time(ground):
    client = client_of(ground)
    for place in range(CALLS):
        off = timedelta(minutes=10 if place % 2 else -10)
        with pytest.raises(ExchangeRefused) as caught:
            await ask(ground, client, at=ground.now + off)
        assert caught.value.reason == "clock"
    assert {(use.judgment, use.reason) for use in await recorded(ground)} == {("refused", "clock")}
    assert await ask(ground, client) == "hit/"
    await client.close()


class Restarting(httpx.AsyncBaseTransport):
    """A hub that dies in the middle of every first attempt: before its source was asked, or before it could answer."""

    def __init__(self, hub):
        self.hub, self.calls = hub, 0
        self.inner = httpx.ASGITransport(hub.app, raise_app_exceptions=False)

    async def handle_async_request(self, request):
        self.calls += 1
        dies = self.calls % 2 == 1
        if not dies:
            return await self.inner.handle_async_request(request)
        asked = self.hub.sources.ask

        async def die(*_, **__):
            raise RuntimeError("the hub is stopping")

        if self.calls % 4 == 1:
            self.hub.sources.ask = die
        try:
            await self.inner.handle_async_request(request)
        finally:
            self.hub.sources.ask = asked
        raise httpx.ReadError("the connection was cut")


async def test_a_hub_restarted_in_the_middle_of_a_call_answers_it_once(ground):
    client = client_of(ground)
    client._http = httpx.AsyncClient(base_url="http://hub", transport=Restarting(ground))
    for _ in range(CALLS):
        assert await ask(ground, client) == "hit/"
    uses = await recorded(ground)
    assert (len(uses), {use.outcome for use in uses}) == (CALLS, {"hit"})
    await client.close()


async def test_a_hub_without_its_database_answers_nothing_and_is_asked_again_later(ground):
    gone = open_engine("postgresql://nobody@127.0.0.1:1/none", pool_size=1)
    app = create_hub(
        open_sessions(gone),
        key=ground.key,
        keys=verifiers(ground.key),
        sources=ground.sources,
        clock=lambda: ground.now,
        lanes=Lanes("postgresql://nobody@127.0.0.1:1/none"),
    )
    client = client_of(ground, app)
    for _ in range(CALLS):
        with pytest.raises(HubUnavailable):
            await ask(ground, client)
    await client.close()
    await gone.dispose()
    assert await recorded(ground) == []
    again = client_of(ground)
    assert await ask(ground, again) == "hit/"
    assert len(await recorded(ground)) == 1
    await again.close()
