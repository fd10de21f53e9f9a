"""`python -m tests.bench.board`: the indicators' pages from the summaries beside the plain aggregates of the same run.

YIWANG_CITY says how many cases (20,000; 1,000,000 for the whole city). Asserts nothing; prints ratios.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from identity.actor import EVERYWHERE, Actor, Party, PartyKind, Role
from services.oversight.indicators import commands, queries
from services.oversight.indicators.queries import Asked
from storage import cipher
from storage.database import Session, open_engine, open_sessions
from tests.bench.oversight_city import LAST, TWO_YEARS, City, department
from tests.bench.oversight_loading import lay
from tests.bench.table import Results, show
from tests.support import postgres

TIMES = 9
DAY = timedelta(days=1)
ALL = frozenset({EVERYWHERE})
SUPERVISOR = Actor(
    UUID(int=1),
    "示例监察",
    frozenset({Role.SUPERVISOR}),
    Party(PartyKind.PERSON, UUID(int=1), "示例监察"),
    departments=ALL,
)
TODAY = LAST - timedelta(days=180)
"""A day in the middle of the city's life, so that everything before it is past and it has cases of its own."""


async def measure(url: str, results: Results) -> None:
    engine = open_engine(url)
    async with open_sessions(engine)() as session, session.begin():
        begun = time.perf_counter()
        rows = await commands.keep(session, TODAY - timedelta(days=730), TODAY - DAY)
        results.add(f"two years summed up into {rows:,} rows", time.perf_counter() - begun, "s")
    async with open_sessions(engine)() as session:
        total = [0.0, 0.0]
        for days in (30, 91, 365):
            plain = partial(commands.counted, session, TODAY - timedelta(days=days), TODAY)
            name = f"plain aggregates, {days} days"
            slow = await _timed(plain, times=3)
            for what, asked, by in _panels(days):
                fast = await _timed(partial(_rates, session, asked, by))
                results.add(
                    f"{what}, {days} days", fast[1], "ms", beside=name, note=f"median {fast[0]:.1f} ms"
                )
                total = [total[0] + fast[0], total[1] + slow[0]]
            results.add(name, slow[1], "ms", note=f"median {slow[0]:.1f} ms")
        results.add("all panels, in sum", total[0], "ms", beside="all plain aggregates, in sum")
        results.add("all plain aggregates, in sum", total[1], "ms")
    await engine.dispose()


def _panels(days: int) -> list[tuple[str, Asked, str]]:
    first = TODAY - timedelta(days=days)
    return [
        ("every indicator", Asked(first, TODAY - DAY), ""),
        ("by department", Asked(first, TODAY - DAY), "department_code"),
        ("by item, one department", Asked(first, TODAY - DAY, department(3)), "item_code"),
        ("with today", Asked(first, TODAY), ""),
    ]


async def _rates(session: Session, asked: Asked, by: str) -> object:
    return await queries.rates(session, SUPERVISOR, asked, today=TODAY, by=by)


async def _timed(deed: Callable[[], Awaitable[object]], *, times: int = TIMES) -> tuple[float, float]:
    """Median and slowest milliseconds; one more goes before."""
    await deed()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        await deed()
        taken.append((time.perf_counter() - begun) * 1000)
    taken.sort()
    return taken[len(taken) // 2], taken[-1]


def main() -> None:
    cases, results = int(os.environ.get("YIWANG_CITY", "20000")), Results()
    with (
        tempfile.TemporaryDirectory(prefix="yiwang-bench-", dir="/tmp") as folder,
        postgres.serving() as server,
    ):
        cipher.install(cipher.load_ring(Path(folder) / "ring.json"))
        name = server.copy()
        steps = lay(server.cluster.url(name), City(cases, plant=False))
        results.add(f"{cases:,} cases with {steps:,} steps over {TWO_YEARS:,} office minutes", cases, "cases")
        asyncio.run(measure(server.url(name), results))
    show(results)


if __name__ == "__main__":
    main()
