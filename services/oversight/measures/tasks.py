"""What a worker does for the measures: each safe to run again."""

from datetime import UTC, datetime

from services.oversight.measures import commands
from storage.database import Sessions

COUNT = "oversight.measures"


async def count(*, sessions: Sessions) -> None:
    """Count the measures anew."""
    async with sessions() as session, session.begin():
        await commands.count(session, at=datetime.now(UTC))
