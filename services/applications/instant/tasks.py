"""What a worker does for cases that may be decided by rules."""

from datetime import UTC, datetime

from services.applications.instant import commands
from services.applications.instant.recording import DECIDE
from storage.database import Sessions

__all__ = ["DECIDE", "decide"]


async def decide(number: str, *, sessions: Sessions, at: datetime | None = None) -> None:
    """Ask the rules about one case. Safe to run again."""
    async with sessions() as session, session.begin():
        await commands.decide(session, number, at=at or datetime.now(UTC))
