"""Telling open boards that something changed: one look at the database for all of them, nothing kept for those that left.

A stream says «look again» and nothing else; what there is to see is fetched with the rights of whoever looks.
"""

import asyncio
import signal
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from litestar.datastructures import State
from litestar.response.sse import ServerSentEventMessage

from portal.dependencies import resources_of
from services.oversight import board
from storage.database import Sessions

EVERY = 0.5
QUIET = 20.0
"""A stream says something at least every so many seconds, so that nobody between takes it for dead."""
LONGEST = 600.0
"""After so many seconds a stream ends; the browser comes back by itself and is asked anew who it is."""
SEATS, SEATS_EACH = 400, 12
RETRY = 3000

log = structlog.get_logger()


class Watch:
    """The streams of one process: who has how many, and the task that looks while there are any."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self.turn = 0
        self.seats: Counter[UUID] = Counter()
        self.looking: asyncio.Task[None] | None = None
        self.changed = asyncio.Event()
        self.ended = False

    def full(self, person: UUID) -> bool:
        return self.ended or self.seats.total() >= SEATS or self.seats[person] >= SEATS_EACH

    async def events(self, person: UUID) -> AsyncGenerator[ServerSentEventMessage, None]:
        """First where the board stands, then every change of it."""
        self._sit(person)
        try:
            ends = asyncio.get_running_loop().time() + LONGEST
            seen = await self._look()
            yield ServerSentEventMessage(event="board", id=seen, data=seen, retry=RETRY)
            while not self.ended and asyncio.get_running_loop().time() < ends:
                if await self._moved(seen):
                    seen = self.turn
                    yield ServerSentEventMessage(event="board", id=seen, data=seen)
                elif not self.ended:
                    yield ServerSentEventMessage(data=None, comment="quiet")
        finally:
            self._leave(person)

    async def _moved(self, seen: int) -> bool:
        if self.turn == seen:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.changed.wait(), QUIET)
        return self.turn != seen

    async def _look(self) -> int:
        async with self.sessions() as session:
            found = await board.turn(session)
        if found != self.turn:
            self.turn = found
            self.wake()
        return found

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    async def _keep_looking(self) -> None:
        """A database that is away for a moment ends no stream."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self._look()
            except Exception as exc:
                log.warning("board not looked at", error=type(exc).__name__)

    def _sit(self, person: UUID) -> None:
        self.seats[person] += 1
        if self.looking is None:
            self.looking = asyncio.create_task(self._keep_looking())

    def _leave(self, person: UUID) -> None:
        self.seats[person] -= 1
        self.seats += Counter()  # who has none is not kept
        if not self.seats and self.looking is not None:
            self.looking.cancel()
            self.looking = None

    def end(self) -> None:
        """The process is about to stop: every stream ends now."""
        self.ended = True
        self.wake()


def watch_of(state: State) -> Watch:
    """The watch of this application, made when the first board is opened."""
    sessions = resources_of(state).sessions
    found: Watch | None = state.get("board_watch")
    if found is None or found.sessions is not sessions:
        found = Watch(sessions)
        state.board_watch = found
        _end_with_process(found)
    return found


def _end_with_process(watch: Watch) -> None:
    """A server that is told to stop waits for its answers, and a stream is one: it ends first, then what was there before."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)
        if callable(before):
            signal.signal(number, partial(_told, loop, watch, before))


def _told(
    loop: asyncio.AbstractEventLoop, watch: Watch, before: Callable[[int, Any], Any], number: int, frame: Any
) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(watch.end)
    before(number, frame)
