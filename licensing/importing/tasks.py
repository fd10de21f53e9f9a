"""What a worker does for files of existing licences."""

from datetime import UTC, datetime
from uuid import UUID

from licensing.importing import commands
from licensing.importing.commands import IMPORT
from storage.database import Sessions

__all__ = ["IMPORT", "take_in_file"]


async def take_in_file(import_id: str, *, sessions: Sessions) -> None:
    """Take in what waits, some rows a transaction, so that a page can tell how far it is. Safe to run again."""
    waiting = True
    while waiting:
        async with sessions() as session, session.begin():
            waiting = await commands.carry_on(session, UUID(import_id), at=datetime.now(UTC))
