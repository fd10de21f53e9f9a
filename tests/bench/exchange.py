"""The hub beside a direct call to the same register: what signatures, contract and evidence cost; calls a second."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import httpx
import sqlalchemy as sa

from identity import keys, tokens
from portal.cli.demo.departments import CENTRE, MARKET
from portal.cli.demo.market_register import KEY_HEADER, KEY_VARIABLE
from portal.cli.demo.people import firm
from portal.resources import HUB_KEYS, HUB_PURPOSE
from services.sharing import commands
from services.sharing.client import HubClient, Timeouts
from services.sharing.messages import Subject
from services.sharing.models import Contract
from services.sharing.rules import Form
from storage import cipher
from storage.database import open_engine, open_sessions
from tests.bench import processes
from tests.bench.table import Results
from tests.support.demonstration import Demonstration

CALLS, WARM = 300, 30
CLIENTS, EACH, WINDOWS = 16, 25, 5
CONTRACTS = 8
CASE = f"BENCH-{datetime.now(UTC):%H%M%S}"
KEPT = sa.text(
    "SELECT count(*) FROM hub_use u WHERE u.case_number = :case AND u.outcome = 'hit' AND u.answer_jws IS NOT NULL"
    " AND (SELECT count(*) FROM ledger_entry e WHERE e.chain = 'hub:' || :case AND e.subject = u.id::text) = 2"
)
FIELDS = ["name", "legal_representative", "premises"]
FIRM = firm("firm-restaurant").credit_code
HUB, DIRECT = "one exchange through the hub", "the same register, asked directly"
DIRECT_RATE = "the same register, asked directly by many"


def measure(results: Results, demo: Demonstration, *, application_url: str, hub_url: str) -> None:
    """On a running, otherwise idle demonstration with its market register."""
    cipher.install(cipher.load_ring(demo.data / "keys" / "ring.json"))
    asyncio.run(_measure(results, demo, application_url, hub_url))


async def _measure(results: Results, demo: Demonstration, application_url: str, hub_url: str) -> None:
    secrets = json.loads((demo.data / "keys" / "sample-registers.json").read_text())
    register = httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{demo.port + 2}",
        headers={KEY_HEADER: secrets[KEY_VARIABLE]},
        trust_env=False,
    )
    client = await _client(demo, application_url)
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
    await _rates(results, demo, register, client)
    kept, asked = await _kept(hub_url), WARM + CALLS + WINDOWS * CLIENTS * EACH
    results.add(
        "of them recorded whole", kept / asked * 100, "%", note=f"{asked:,} uses, both messages, ledger"
    )
    await client.close()
    await register.aclose()


async def _rates(
    results: Results, demo: Demonstration, register: httpx.AsyncClient, client: HubClient
) -> None:
    """How many a second, from many at once, asked directly and through the hub; and what one takes of the cores."""

    async def directly(_: int) -> None:
        await register.get(f"/entities/{FIRM}")

    note = f"{CLIENTS} at once, median of {WINDOWS} times {CLIENTS * EACH}"
    bare = [await _window(directly) for _ in range(WINDOWS)]
    results.add(DIRECT_RATE, median(bare), "/s", note=note)
    parts = ("hub", "postgresql")
    before = {part: _seconds(demo, part) for part in parts}
    rates = [await _window(lambda n: _ask(client, n)) for _ in range(WINDOWS)]
    took = {part: (_seconds(demo, part) - before[part]) * 1000 / (WINDOWS * CLIENTS * EACH) for part in parts}
    told = f"{note}; best {max(rates):.0f}; {CONTRACTS} contracts"
    results.add("exchanges with evidence kept", median(rates), "/s", beside=DIRECT_RATE, note=told)
    each = ", ".join(f"{part} {spent:.1f}" for part, spent in took.items())
    spent = sum(took.values())
    results.add(
        "processor time of one exchange", spent, "ms", note=f"{each}: {2000 / spent:,.0f} /s of two cores"
    )


async def _window(way: Callable[[int], Awaitable[None]]) -> float:
    """Calls a second of CLIENTS at once, each asking EACH times."""

    async def several(place: int) -> None:
        for n in range(EACH):
            await way(place + n)

    began = perf_counter()
    await asyncio.gather(*(several(place) for place in range(CLIENTS)))
    return CLIENTS * EACH / (perf_counter() - began)


def _seconds(demo: Demonstration, part: str) -> float:
    """Processor seconds that a part with all its processes has used so far."""
    ticks = 0
    for pid in processes.family(demo.parts()[part]):
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(told[11]) + int(told[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def _kept(hub_url: str) -> int:
    """Uses of the last bench's case whose both messages are kept and whose two entries stand in the ledger."""
    engine = open_engine(hub_url, pool_size=1)
    async with open_sessions(engine)() as session:
        found = await session.scalar(KEPT, {"case": CASE})
    await engine.dispose()
    return int(found or 0)


async def _client(demo: Demonstration, application_url: str) -> HubClient:
    engine = open_engine(application_url, pool_size=1)
    async with open_sessions(engine)() as session, session.begin():
        own = await keys.load(session, HUB_PURPOSE, at=datetime.now(UTC))
    await engine.dispose()
    known = [tokens.verifier(one) for one in json.loads((demo.data / "keys" / HUB_KEYS).read_text())["keys"]]
    return HubClient(
        f"http://127.0.0.1:{demo.port + 1}",
        consumer=CENTRE.code,
        key=own.signer,
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


async def _ask(client: HubClient, n: int) -> None:
    answer = await client.fetch(
        item="food-business",
        consumer=MARKET.code,
        contract=f"QY-BENCH-{n % CONTRACTS}",
        resource="business-register",
        fields=FIELDS,
        subject=Subject(credit_code=FIRM),
        case_number=CASE,
        applicant="bench",
        operator="bench",
        purpose="测量",
        at=datetime.now(UTC),
    )
    assert answer.outcome == "hit", answer.reason
