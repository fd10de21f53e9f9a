"""What a worker does now and then: thin, every one safe to run again."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

from identity import commands, devices, kept_forms, pressure
from identity.mandates import telling
from identity.means import codes, notices, passkeys
from identity.means.notice import Doors, NoticeDoor, NoticeRefused, NoticeUncertain
from storage.database import Sessions

SWEEP = "identity.sweep"
DELIVER = notices.DELIVER
CHECK_REPRESENTATIVES = "identity.check-representatives"
REMIND = "identity.remind-of-mandates"


async def sweep(*, sessions: Sessions) -> None:
    """Drop forgotten failures, codes, challenges and notices, and forms nobody came back for. Hourly is enough."""
    at = datetime.now(UTC)
    async with sessions() as session, session.begin():
        await commands.sweep(session, at=at)
        for room in (kept_forms, devices, pressure, codes, notices, passkeys):
            await room.sweep(session, at=at)


async def deliver(*, sessions: Sessions, doors: Doors, keep: bool = False, notice: str) -> None:
    """Hand one notice over and drop it. With `keep` (a demonstration) it stays where its mailbox shows it.

    Raises NoticeRefused: the queue tries again, unless that would be in vain or could deliver it twice.
    """
    async with sessions() as session, session.begin():
        row = await notices.taken(session, UUID(notice))
        if row is None:
            return
        door = doors.get(row.channel)
        if door is not None and row.address and row.expires_at > datetime.now(UTC):
            await _hand_over(door, notice, row.address, row.text)
        elif keep and row.address:
            return
        await session.delete(row)


async def _hand_over(door: NoticeDoor, notice: str, address: str, text: str) -> None:
    """Whoever waits for a code that does not come asks for another; one that may have come is not sent again."""
    try:
        await door.send(notice, address, text)
    except NoticeUncertain:
        return
    except NoticeRefused as refused:
        if not refused.final:
            raise


async def remind_of_mandates(*, sessions: Sessions) -> None:
    """Daily: tell both sides of every mandate that ends soon; some at a time, each with what was told of it."""
    while True:
        async with sessions() as session, session.begin():
            if await telling.remind(session, at=datetime.now(UTC)) < telling.AT_ONCE:
                return


async def check_representatives(*, ask: Callable[..., Awaitable[int]]) -> None:
    """Daily: `ask(at=…)` holds legal representatives against the register and ends what it no longer bears out."""
    await ask(at=datetime.now(UTC))
