"""What a worker does for the rules: safe to run again."""

from collections.abc import Collection
from datetime import UTC, datetime

from services.oversight.checks import commands
from services.oversight.measures import following
from storage.database import Session, Sessions

QUEUES, RUNNING = "oversight.queues", "oversight.running"


async def follow(*, sessions: Sessions) -> None:
    """Read what is new in the ledger into steps, and hold the cases that moved against the rules."""
    read = following.BATCH
    while read == following.BATCH:
        async with sessions() as session, session.begin():
            read = await following.follow(session, then=_hold)


async def _hold(session: Session, numbers: Collection[str]) -> None:
    await commands.hold(session, numbers, at=datetime.now(UTC))


async def hold_queues(*, sessions: Sessions) -> None:
    """Once a night: who was taken before others."""
    async with sessions() as session, session.begin():
        await commands.hold_queues(session, at=datetime.now(UTC))


async def hold_running(*, sessions: Sessions) -> None:
    """Once an hour: cases that nobody moves while the law's limit ends."""
    after: str | None = ""
    while after is not None:
        async with sessions() as session, session.begin():
            after = await commands.hold_running(session, at=datetime.now(UTC), after=after)
