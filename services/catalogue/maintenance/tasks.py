"""What a worker does for items: closing those whose last day is over, taking in files row by row."""

from datetime import UTC, datetime
from uuid import UUID

from services.catalogue import commands
from services.catalogue.maintenance import importing, standing
from services.catalogue.queries import newest_version
from storage.database import Sessions

BY = "system:catalogue"


async def end_item(*, sessions: Sessions, code: str, version: int, reason: str) -> None:
    """Withdraw the item unless a version newer than the planned one was published since; twice is once."""
    async with sessions() as session, session.begin():
        await commands.alone(session, code)
        newest = await newest_version(session, code)
        if newest is not None and newest.version == version:
            await standing.end(session, code, version=version, reason=reason, actor=BY, at=datetime.now(UTC))


async def take_in_file(*, sessions: Sessions, import_id: str) -> None:
    """Make drafts of what waits in a file, a few rows a transaction, so that a page can tell how far it is."""
    waiting = True
    while waiting:
        async with sessions() as session, session.begin():
            waiting = await importing.carry_on(session, UUID(import_id), at=datetime.now(UTC))
