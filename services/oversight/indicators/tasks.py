"""What a worker does for the summaries: safe to run again."""

from datetime import UTC, datetime

from services.oversight.boarding import commands as boarding
from services.oversight.indicators import commands
from storage.database import Sessions

PROVE = "oversight.prove"


async def prove(*, sessions: Sessions) -> None:
    """Once a night: prove the days that are over and the board, mend both, measure how long items take."""
    at = datetime.now(UTC)
    async with sessions() as session, session.begin():
        await commands.prove(session, at=at)
        await boarding.prove(session, at=at)
    async with sessions() as session, session.begin():
        await commands.measure_speed(session, at=at)
