"""What a worker does for messages: each safe to run again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog

from identity.means import notices as outgoing
from identity.means.notice import SUBJECT, Doors, NoticeRefused
from identity.means.rules import Channel
from services.notices import commands, dispatching, reminding
from services.notices.commands import BATCH, DISPATCH, TELL
from storage.database import Sessions

__all__ = ["DISPATCH", "REMIND", "TELL", "SampleMailbox", "dispatch", "follow", "remind", "tell"]

REMIND = "notices.remind"

log = structlog.get_logger()


@dataclass(frozen=True)
class SampleMailbox:
    """A door into the mailbox of a demonstration, which shows what would have gone out."""

    channel: Channel
    sessions: Sessions

    async def send(self, identifier: str, address: str, text: str, *, subject: str = SUBJECT) -> None:
        lines = "\n".join(line for line in text.splitlines() if line)
        async with self.sessions() as session, session.begin():
            await outgoing.keep(session, identifier, self.channel, address, lines, at=datetime.now(UTC))


async def follow(*, sessions: Sessions) -> None:
    """Look at what is new in the ledger."""
    read = BATCH
    while read == BATCH:
        async with sessions() as session, session.begin():
            read = await commands.follow(session)


async def tell(*, sessions: Sessions, open_ways: Collection[Channel], chain: str, position: int) -> None:
    """Write the messages of one deed."""
    async with sessions() as session, session.begin():
        await commands.tell(session, chain, position, open_ways=open_ways, at=datetime.now(UTC))


async def remind(*, sessions: Sessions, open_ways: Collection[Channel]) -> None:
    """Remind of what is due soon and does not come, and forget reports nobody could repeat."""
    at = datetime.now(UTC)
    async with sessions() as session, session.begin():
        await commands.remind(session, open_ways=open_ways, at=at)
        await reminding.remind_of_materials(session, open_ways=open_ways, at=at)
        await reminding.remind_of_checks(session, open_ways=open_ways, at=at)
        await dispatching.forget_reports(session, at=at)


async def dispatch(*, sessions: Sessions, doors: Doors, message: str, channel: str) -> None:
    """Hand one message over by one way: the intent first, then the deed, then its outcome."""
    async with sessions() as session, session.begin():
        parcel = await dispatching.take(
            session, UUID(message), Channel(channel), doors=doors, at=datetime.now(UTC)
        )
    if parcel is None:
        return
    try:
        await doors[parcel.channel].send(
            parcel.identifier, parcel.address, parcel.text, subject=parcel.subject
        )
    except NoticeRefused as refused:
        log.warning("message not taken", message=message, channel=channel, why=refused.why)
        async with sessions() as session, session.begin():
            await dispatching.note_refused(session, parcel, refused, at=datetime.now(UTC))
        return
    async with sessions() as session, session.begin():
        await dispatching.note_taken(session, parcel, at=datetime.now(UTC))
