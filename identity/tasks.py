"""What a worker does now and then: thin, every one safe to run again."""

from datetime import UTC, datetime

from identity import commands, kept_forms
from storage.database import Sessions

SWEEP = "identity.sweep"


async def sweep(*, sessions: Sessions) -> None:
    """Drop forgotten failures and forms nobody came back for. Hourly is enough."""
    at = datetime.now(UTC)
    async with sessions() as session, session.begin():
        await commands.sweep(session, at=at)
        await kept_forms.sweep(session, at=at)
