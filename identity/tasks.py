"""What a worker does now and then: thin, every one safe to run again."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

from identity import commands, devices, kept_forms, pressure
from identity.means import codes, notices, passkeys
from identity.means.notice import Doors
from storage.database import Sessions

SWEEP = "identity.sweep"
DELIVER = notices.DELIVER
CHECK_REPRESENTATIVES = "identity.check-representatives"


async def sweep(*, sessions: Sessions) -> None:
    """Drop forgotten failures, codes, challenges and notices, and forms nobody came back for. Hourly is enough."""
    at = datetime.now(UTC)
    async with sessions() as session, session.begin():
        await commands.sweep(session, at=at)
        for room in (kept_forms, devices, pressure, codes, notices, passkeys):
            await room.sweep(session, at=at)


async def deliver(*, sessions: Sessions, doors: Doors, keep: bool = False, notice: str) -> None:
    """Hand one notice over and drop it. With `keep` (a demonstration) it stays where its mailbox shows it.

    Raises NoticeRefused: the queue tries again.
    """
    async with sessions() as session, session.begin():
        row = await notices.taken(session, UUID(notice))
        if row is None:
            return
        door = doors.get(row.channel)
        if door is not None and row.address and row.expires_at > datetime.now(UTC):
            await door.send(notice, row.address, row.text)
        elif keep and row.address:
            return
        await session.delete(row)


async def check_representatives(*, ask: Callable[..., Awaitable[int]]) -> None:
    """Daily: `ask(at=…)` holds legal representatives against the register and ends what it no longer bears out."""
    await ask(at=datetime.now(UTC))
