"""Searching among three thousand items more, beside looking up one row by its key."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import sqlalchemy as sa
import yaml

from services.catalogue.finding import queries
from storage.database import Session, open_engine, open_sessions
from tests.bench.table import Results
from tests.support.crowd import fill

PHRASES = Path(__file__).parents[1] / "fixtures" / "phrases.yaml"
BARE_50, BARE_95 = "a bare look-up by key, p50", "a bare look-up by key, p95"
LOOK_UP = sa.text("SELECT code FROM search_entry WHERE id = :id")
MOST = 300


def measure(results: Results, *, owner_url: str, application_url: str) -> None:
    """Fills the database: run it last."""
    asyncio.run(_measure(results, owner_url, application_url))


async def _measure(results: Results, owner_url: str, application_url: str) -> None:
    engine = open_engine(application_url)
    sessions = open_sessions(engine)
    async with sessions() as session, session.begin():
        await fill(session)
    owner = open_engine(owner_url, isolation_level="AUTOCOMMIT")
    async with owner.connect() as connection:
        await connection.execute(sa.text("VACUUM ANALYZE"))
    await owner.dispose()
    groups = yaml.safe_load(PHRASES.read_text("utf-8")).values()
    phrases = [phrase for by_code in groups for some in by_code.values() for phrase in some][:MOST]
    async with sessions() as session:
        searches = await _timed(lambda phrase: queries.hits(session, phrase), phrases)
        bare = await _timed(lambda at: _look_up(session, at), range(1, len(phrases) + 1))
    await engine.dispose()
    results.add("a search among 3,019 items, p50", _share(searches, 0.5), "ms", beside=BARE_50)
    results.add("a search among 3,019 items, p95", _share(searches, 0.95), "ms", beside=BARE_95)
    results.add(BARE_50, _share(bare, 0.5), "ms")
    results.add(BARE_95, _share(bare, 0.95), "ms")


async def _look_up(session: Session, at: int) -> object:
    return await session.scalar(LOOK_UP, {"id": at})


async def _timed(deed: Callable[..., Awaitable[object]], given: list[str] | range) -> list[float]:
    """Milliseconds of each, sorted; every one is done once before."""
    for one in given:
        await deed(one)
    taken = []
    for one in given:
        start = time.perf_counter()
        await deed(one)
        taken.append((time.perf_counter() - start) * 1000)
    return sorted(taken)


def _share(taken: list[float], share: float) -> float:
    return taken[int(len(taken) * share)]
