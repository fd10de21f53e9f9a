"""Wall boards that come, look and leave, round after round: what memory is left behind. Part of `tests.bench.board`."""

import asyncio
import gc
import tracemalloc
from contextlib import aclosing
from uuid import UUID

import sqlalchemy as sa

from portal.supervision import live
from storage.database import Sessions
from tests.bench.table import Results

ROUNDS, MOVES = 10, 20
MOVE = sa.text("UPDATE oversight_board SET turn = turn + 1")


async def streams(sessions: Sessions, count: int, results: Results) -> None:
    """`count` streams a round; each sees every move of its round, then leaves."""
    watch = live.Watch(sessions)
    tracemalloc.start()
    kept, told = [], 0
    for _ in range(ROUNDS):
        told += await _round(watch, sessions, count)
        gc.collect()
        kept.append(tracemalloc.get_traced_memory()[0] / 1024)
    tracemalloc.stop()
    note = f"{told:,} events; seats left {watch.seats.total()}, looking {watch.looking is not None}"
    results.add(f"wall boards: {ROUNDS} rounds of {count} streams", kept[-1] - kept[1], "kB grown", note=note)


async def _round(watch: live.Watch, sessions: Sessions, count: int) -> int:
    readers = [asyncio.create_task(_read(watch, UUID(int=n + 1))) for n in range(count)]
    for _ in range(MOVES):
        await asyncio.sleep(live.EVERY / 10)
        async with sessions() as session, session.begin():
            await session.execute(MOVE)
    await asyncio.sleep(3 * live.EVERY)
    for reader in readers:
        reader.cancel()
    return sum(one for one in await asyncio.gather(*readers) if isinstance(one, int))


async def _read(watch: live.Watch, person: UUID) -> int:
    seen = 0
    try:
        async with aclosing(watch.events(person)) as events:
            async for _event in events:
                seen += 1
    except asyncio.CancelledError:
        return seen
    return seen
