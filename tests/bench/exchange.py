"""The hub beside a direct call to the same register: what signatures, contract and evidence cost; calls a second."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import httpx
import sqlalchemy as sa

from identity import keys, tokens
from portal.cli.demo.departments import CENTRE, MARKET
from portal.cli.demo.market_register import KEY_HEADER, KEY_VARIABLE
from portal.cli.demo.people import firm
from portal.resources import HUB_KEYS, HUB_PURPOSE
from services.sharing import commands, signing
from services.sharing.client import HubClient, Timeouts
from services.sharing.messages import Request, Subject
from services.sharing.models import Contract
from services.sharing.rules import Form
from storage import cipher
from storage.database import open_engine, open_sessions
from tests.bench import exchange_rates as rates
from tests.bench.table import Results
from tests.support.demonstration import Demonstration

CALLS, WARM = 300, 30
CLIENTS, EACH, WINDOWS = 16, 25, 3
CONTRACTS = 8
CASE = f"BENCH-{datetime.now(UTC):%H%M%S}"
KEPT = sa.text(
    "SELECT count(*) FROM hub_use u WHERE u.case_number = :case AND u.outcome = 'hit' AND u.answer_jws IS NOT NULL"
    " AND (SELECT count(*) FROM ledger_entry e WHERE e.chain = 'hub:' || :case AND e.subject = u.id::text) = 2"
)
FIELDS = ["name", "legal_representative", "premises"]
FIRM = firm("firm-restaurant").credit_code
HUB, DIRECT = "one exchange through the hub", "the same register, asked directly"
PRODUCT = "exchanges a second by the portal's own client"


def measure(results: Results, demo: Demonstration, *, application_url: str, hub_url: str) -> None:
    """On a running, otherwise idle demonstration with its market register."""
    cipher.install(cipher.load_ring(demo.data / "keys" / "ring.json"))
    asyncio.run(_measure(results, demo, application_url, hub_url))


async def _measure(results: Results, demo: Demonstration, application_url: str, hub_url: str) -> None:
    known = json.loads((demo.data / "keys" / "sample-registers.json").read_text())
    register = httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{demo.port + 2}",
        headers={KEY_HEADER: known[KEY_VARIABLE]},
        trust_env=False,
    )
    key = await _own_key(application_url)
    client = _client(demo, key)
    await _prepare(hub_url, client)
    ways: dict[str, Callable[[int], Awaitable[object]]] = {
        DIRECT: lambda _: register.get(f"/entities/{FIRM}"),
        HUB: lambda n: _ask(client, n),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for n in range(WARM + CALLS):
        for name, way in ways.items():
            began = perf_counter()
            await way(n)
            if n >= WARM:
                times[name].append((perf_counter() - began) * 1000)
    for name, found in times.items():
        beside = DIRECT if name == HUB else None
        note = f"median; 95 % within {quantiles(found, n=20)[-1]:.1f} ms"
        results.add(name, median(found), "ms", beside=beside, note=note)
    over = [through - direct for through, direct in zip(times[HUB], times[DIRECT], strict=True)]
    results.add(
        "the hub's share of it", median(over), "ms", note=f"95 % within {quantiles(over, n=20)[-1]:.1f} ms"
    )
    signed = [signing.sign(_request(n), key) for n in range(rates.ASKED)]
    rates.measure(results, demo, directly=(f"/entities/{FIRM}", register.headers), signed=signed)
    rate = median([await _window(lambda n: _ask(client, n)) for _ in range(WINDOWS)])
    results.add(PRODUCT, rate, "/s", note=f"one process on the same cores; {CLIENTS} at once")
    kept, asked = await _kept(hub_url), WARM + CALLS + rates.ASKED + WINDOWS * CLIENTS * EACH
    results.add(
        "of them recorded whole", kept / asked * 100, "%", note=f"{asked:,} uses, both messages, ledger"
    )
    await client.close()
    await register.aclose()


async def _window(way: Callable[[int], Awaitable[None]]) -> float:
    """Calls a second of CLIENTS at once, each asking EACH times."""

    async def several(place: int) -> None:
        for n in range(EACH):
            await way(place + n)

    began = perf_counter()
    await asyncio.gather(*(several(place) for place in range(CLIENTS)))
    return CLIENTS * EACH / (perf_counter() - began)


async def _kept(hub_url: str) -> int:
    """Uses of the last bench's case whose both messages are kept and whose two entries stand in the ledger."""
    engine = open_engine(hub_url, pool_size=1)
    async with open_sessions(engine)() as session:
        found = await session.scalar(KEPT, {"case": CASE})
    await engine.dispose()
    return int(found or 0)


async def _own_key(application_url: str) -> tokens.Signer:
    engine = open_engine(application_url, pool_size=1)
    async with open_sessions(engine)() as session, session.begin():
        own = await keys.load(session, HUB_PURPOSE, at=datetime.now(UTC))
    await engine.dispose()
    return own.signer


def _client(demo: Demonstration, key: tokens.Signer) -> HubClient:
    known = [tokens.verifier(one) for one in json.loads((demo.data / "keys" / HUB_KEYS).read_text())["keys"]]
    return HubClient(
        f"http://127.0.0.1:{demo.port + 1}",
        consumer=CENTRE.code,
        key=key,
        hub_keys={one.kid: one for one in known},
        timeouts=Timeouts(total=20),
    )


async def _prepare(hub_url: str, client: HubClient) -> None:
    """Contracts wide enough for what is measured, and the case it is measured for."""
    at = datetime.now(UTC)
    engine = open_engine(hub_url, pool_size=1)
    async with open_sessions(engine)() as session, session.begin():
        for place in range(CONTRACTS):
            row = Contract(
                number=f"QY-BENCH-{place}",
                consumer=MARKET.code,
                item_code="food-business",
                legal_basis="示例",
                resource="business-register",
                fields=FIELDS,
                form=Form.FULL,
                per_minute=1_000_000,
                per_day=10_000_000,
                valid_from=at - timedelta(minutes=1),
                valid_until=at + timedelta(days=1),
                concluded_at=at,
            )
            await commands.conclude(session, row, actor="system:bench", at=at)
    await engine.dispose()
    await client.announce(
        case_number=CASE,
        item="food-business",
        consumer=MARKET.code,
        applicant="bench",
        subjects=[Subject(credit_code=FIRM)],
        operators=["bench"],
        at=at,
    )


def _request(n: int) -> Request:
    """The n-th of the requests that are signed before the hub is measured."""
    return Request(**_asked(n), nonce=secrets.token_hex(16), expected={})


def _asked(n: int) -> dict[str, Any]:
    return {
        "item": "food-business",
        "consumer": MARKET.code,
        "contract": f"QY-BENCH-{n % CONTRACTS}",
        "resource": "business-register",
        "fields": FIELDS,
        "subject": Subject(credit_code=FIRM),
        "case_number": CASE,
        "applicant": "bench",
        "operator": "bench",
        "purpose": "测量",
        "at": datetime.now(UTC),
    }


async def _ask(client: HubClient, n: int) -> None:
    answer = await client.fetch(**_asked(n))
    assert answer.outcome == "hit", answer.reason
