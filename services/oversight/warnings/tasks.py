"""What a worker does for warnings: safe to run again."""

from datetime import UTC, datetime

from services.oversight.warnings import commands
from storage.database import Sessions

WARN = "oversight.warn"


async def warn(*, sessions: Sessions) -> None:
    """Open what is due and carry upwards what nobody answered, in batches of one transaction each."""
    for deed in (commands.escalate, commands.raise_due):
        done = commands.BATCH
        while done >= commands.BATCH:
            async with sessions() as session, session.begin():
                done = await deed(session, at=datetime.now(UTC))
