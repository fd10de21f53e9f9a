"""The portal watched from inside: what runs, what waits, which versions of items are published. For administrators."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col

from services.workflow.models import CalendarYear
from storage import checkpoints, queue_state
from storage.checkpoints import Progress
from storage.database import Session
from storage.queue_state import QueueState


@dataclass(frozen=True, slots=True)
class Running:
    """What the database knows of the running portal: its server, the queue, the ledger's tree, known years."""

    server: str
    megabytes: int
    queue: QueueState
    ledger: Progress
    published_until: int | None


async def running(session: Session) -> Running:
    row = (
        await session.execute(
            sa.text(
                "SELECT current_setting('server_version') AS server,"
                " pg_database_size(current_database()) / 1048576 AS megabytes"
            )
        )
    ).one()
    return Running(
        server=row.server,
        megabytes=row.megabytes,
        queue=await queue_state.read(session),
        ledger=await checkpoints.progress(session),
        published_until=await session.scalar(sa.select(sa.func.max(col(CalendarYear.year)))),
    )
