"""What a worker does for the summaries: safe to run again."""

from datetime import UTC, datetime

from services.oversight.indicators import commands
from storage.database import Sessions

PROVE = "oversight.prove"


async def prove(*, sessions: Sessions) -> None:
    """Once a night: sum up the day that ended, prove what was kept, measure how long items take."""
    at = datetime.now(UTC)
    async with sessions() as session, session.begin():
        await commands.prove(session, at=at)
        await commands.measure_speed(session, at=at)
