"""What a worker does for the board: safe to run again, and cheap when nothing moved."""

from datetime import UTC, datetime

from services.oversight.boarding import commands
from storage.database import Sessions


async def follow(*, sessions: Sessions) -> None:
    """Take up what moved, in batches of one transaction each."""
    read = commands.BATCH
    while read == commands.BATCH:
        async with sessions() as session, session.begin():
            read = await commands.follow(session, at=datetime.now(UTC))
