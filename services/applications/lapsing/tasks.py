"""The clock's worker: looks every minute, on every node; each case in a transaction of its own, each event once."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeAlias

from services.applications.lapsing import commands
from storage.database import Sessions

LAPSE = "applications.lapse"

Find: TypeAlias = Callable[..., Awaitable[list[str]]]
Done: TypeAlias = Callable[..., Awaitable[bool]]


async def lapse(*, sessions: Sessions, at: datetime | None = None) -> None:
    """Everything that is due by law and that nobody did. Safe to run again, and beside another worker."""
    now = at or datetime.now(UTC)
    await _all(sessions, commands.overdue_at_intake, commands.deem_accepted, now)
    await _all(sessions, commands.archivable, commands.archive_old, now)


async def _all(sessions: Sessions, find: Find, deed: Done, at: datetime) -> None:
    """Batch by batch, until one is not full or leaves something undone: the rest is looked at next time."""
    done = commands.BATCH
    while done == commands.BATCH:
        async with sessions() as session, session.begin():
            numbers = await find(session, at=at)
        done = 0
        for number in numbers:
            async with sessions() as session, session.begin():
                done += await deed(session, number, at=at)
