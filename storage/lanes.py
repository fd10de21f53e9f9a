"""One statement, one transaction, straight on the database driver: for what is done hundreds of times a second.

A session of the object mapper costs more than most statements that run in it. Who needs speed writes the whole deed as
one statement (rows and ledger entry together) and runs it here: it is committed when the call returns, or it is not done.
"""

import asyncio
import select
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, LiteralString

import psycopg
from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation

from storage.database import Session
from storage.errors import DatabaseAway

Line = tuple[Any, ...]
Run = Callable[[LiteralString, Mapping[str, object]], Awaitable[Line | None]]
"""Runs one statement (`%(name)s` for each value) and commits it; its first row, None without one.

None too where the database holds a row of that name already: then nothing was done. Raises DatabaseAway.
"""

SLOW_SECONDS = 5


class Lanes:
    """Up to `most` connections kept open to one database, each used by one statement at a time."""

    def __init__(self, url: str, *, most: int = 10) -> None:
        self._url = f"postgresql://{url.partition('://')[2]}"
        self._idle: list[AsyncConnection[Line]] = []
        self._free = asyncio.Semaphore(most)

    async def run(self, statement: LiteralString, values: Mapping[str, object]) -> Line | None:
        """See `Run`. A connection on which anything went wrong is not used again."""
        async with self._free:
            return await self._run(statement, values)

    async def _run(self, statement: LiteralString, values: Mapping[str, object]) -> Line | None:
        lane = await self._lane()
        try:
            cursor = await lane.execute(statement, values, prepare=True)
            row = await cursor.fetchone()
        except UniqueViolation:
            await lane.close()
            return None
        except psycopg.Error as exc:
            await lane.close()
            raise DatabaseAway(type(exc).__name__) from None
        except BaseException:
            await lane.close()
            raise
        self._idle.append(lane)
        return row

    async def close(self) -> None:
        """Let go of every connection that is not in use."""
        while self._idle:
            await self._idle.pop().close()

    async def _lane(self) -> AsyncConnection[Line]:
        while self._idle:
            lane = self._idle.pop()
            if not _spoken_to(lane):
                return lane
            await lane.close()
        try:
            return await AsyncConnection.connect(self._url, autocommit=True, connect_timeout=SLOW_SECONDS)
        except psycopg.Error as exc:
            raise DatabaseAway(type(exc).__name__) from None


def _spoken_to(lane: AsyncConnection[Line]) -> bool:
    """Whether an idle connection has ended or the server has something to say on it: it can only be good-bye."""
    if lane.closed:
        return True
    waiting = select.poll()
    waiting.register(lane.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def within(begin: Callable[[], AbstractAsyncContextManager[Session]]) -> Run:
    """The same through sessions: each statement in a transaction that `begin` opens."""

    async def run(statement: LiteralString, values: Mapping[str, object]) -> Line | None:
        try:
            async with begin() as session:
                pooled = await (await session.connection()).get_raw_connection()
                driver: AsyncConnection[Line] = pooled.driver_connection  # type: ignore[assignment]
                return await (await driver.execute(statement, values)).fetchone()
        except UniqueViolation:
            return None
        except psycopg.Error as exc:
            raise DatabaseAway(type(exc).__name__) from None

    return run
