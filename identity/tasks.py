"""What a worker does now and then: thin, every one safe to run again."""

from datetime import datetime

from identity import commands, kept_forms
from storage.database import Session


async def sweep(session: Session, *, at: datetime) -> None:
    """Drop forgotten failures and forms nobody came back for. Hourly is enough."""
    await commands.sweep(session, at=at)
    await kept_forms.sweep(session, at=at)
