"""What a worker does for files of existing licences."""

from datetime import UTC, datetime
from uuid import UUID

from licensing.importing import awaiting, commands
from licensing.importing.commands import IMPORT
from storage.database import Sessions

__all__ = ["HAND_OVER", "IMPORT", "hand_over", "take_in_file"]

HAND_OVER = "licensing.hand-over"


async def take_in_file(import_id: str, *, sessions: Sessions) -> None:
    """Take in what waits, some rows a transaction, so that a page can tell how far it is. Safe to run again."""
    waiting = True
    while waiting:
        async with sessions() as session, session.begin():
            waiting = await commands.carry_on(session, UUID(import_id), at=datetime.now(UTC))


async def hand_over(*, sessions: Sessions) -> None:
    """Hand licences over to holders who have registered meanwhile and proven who they are. Safe to run again."""
    found = 1
    while found:
        async with sessions() as session, session.begin():
            found = await awaiting.hand_over(session, at=datetime.now(UTC))
