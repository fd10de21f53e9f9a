"""How long after a deed a board shows it: the worker's own loops run, a stream waits, the whole board is asked for anew."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from functools import partial

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import col

from identity.actor import Actor
from portal import jobs
from portal.supervision import live
from services.applications.models import Application
from services.applications.queries import visible_to
from services.applications.rules import Outcome, State
from services.oversight import board
from services.oversight import tasks as oversight
from services.oversight.boarding import commands as boarding
from services.oversight.boarding import tasks as boards
from services.oversight.checks import tasks as checks
from services.workflow.rules import local_day
from storage import ledger
from storage.database import Session, Sessions
from storage.signed_notes import Signer
from tests.bench.table import Results

DEEDS, APART = 40, 0.37
"""So many deeds, and seconds between what is seen and the next: at every moment of the loops' rounds."""
LIMIT, PATIENCE = 2.0, 20.0
"""Seconds."""
OFFICER = "00000000-0000-0000-0000-000000000001"


class Wall:
    """A board on a wall: what it shows as decided today, and a word whenever it looked again."""

    def __init__(self, sessions: Sessions, actor: Actor) -> None:
        self.sessions, self.actor = sessions, actor
        self.shown, self.looked = 0, asyncio.Event()

    async def watch(self) -> None:
        async with aclosing(live.Watch(self.sessions).events(self.actor.person_id)) as events:
            async for _event in events:
                async with self.sessions() as session:
                    found = await board.board(session, self.actor, today=local_day(datetime.now(UTC)))
                self.shown = found.flow["decided"]
                self.looked.set()

    async def shows(self, decided: int) -> None:
        while self.shown < decided:
            self.looked.clear()
            await self.looked.wait()


async def fresh(sessions: Sessions, actor: Actor, results: Results) -> list[str]:
    """Decide some cases one by one; what was missed."""
    async with sessions() as session, session.begin():
        accepted = visible_to(actor).where(col(Application.state) == State.ACCEPTED)
        numbers = [case.number for case in await session.scalars(accepted.limit(DEEDS + 2))]
        await boarding.rebuild(session, at=datetime.now(UTC))
    wall = Wall(sessions, actor)
    async with _beside(*_loops(sessions), wall.watch):
        taken = [await _seen(wall, number, place + 1) for place, number in enumerate(numbers)]
    taken = sorted(taken[2:])
    middle, most = taken[len(taken) // 2], taken[-1]
    note = f"median {middle:.2f} s; the longest of {len(taken)} deeds"
    results.add("from the deed to the board that shows it", most, "s", note=note)
    return [f"fresh after {most:.1f} s"] if most > LIMIT else []


async def _seen(wall: Wall, number: str, decided: int) -> float:
    """Seconds from the end of the deed's transaction until the board shows it."""
    await asyncio.sleep(APART)
    async with wall.sessions() as session, session.begin():
        await _decide(session, number)
    begun = time.perf_counter()
    await asyncio.wait_for(wall.shows(decided), PATIENCE)
    return time.perf_counter() - begun


async def _decide(session: Session, number: str) -> None:
    """The deed as a case and its chain remember it."""
    at = datetime.now(UTC)
    case = (await session.scalars(sa.select(Application).where(col(Application.number) == number))).one()
    case.state, case.outcome, case.decided_at, case.on_time = State.GRANTED, Outcome.GRANTED, at, True
    for deed in ("application accepted", "application granted"):
        await ledger.append(session, chain=number, deed=deed, subject=number, actor=OFFICER, at=at)


def _loops(sessions: Sessions) -> Sequence[Callable[[], Awaitable[None]]]:
    """What a worker does all the time, as often as it does it (`portal.jobs.loops`)."""
    signer = Signer("example.com/ledger", Ed25519PrivateKey.generate())
    return (
        partial(_again, partial(oversight.sequence, sessions=sessions, signer=signer), jobs.PLACE_SECONDS),
        partial(_again, partial(checks.follow, sessions=sessions), jobs.BOARD_SECONDS),
        partial(_again, partial(boards.follow, sessions=sessions), jobs.BOARD_SECONDS),
    )


async def _again(work: Callable[[], Awaitable[None]], seconds: float) -> None:
    while True:
        await work()
        await asyncio.sleep(seconds)


@asynccontextmanager
async def _beside(*works: Callable[[], Awaitable[None]]) -> AsyncGenerator[None, None]:
    """Run these meanwhile."""
    tasks = [asyncio.ensure_future(work()) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
