"""How the queue is doing: read from its tables, without the library that works on it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.database import Session

STATE = sa.text(
    "SELECT (SELECT max(last_heartbeat) FROM procrastinate_workers) AS seen,"
    " count(*) FILTER (WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())) AS waiting,"
    " count(*) FILTER (WHERE status = 'doing') AS doing,"
    " count(*) FILTER (WHERE status = 'failed') AS failed FROM procrastinate_jobs"
)


@dataclass(frozen=True, slots=True)
class QueueState:
    """When a worker was last seen, and how many jobs are due, being done, and given up."""

    seen: datetime | None
    waiting: int
    doing: int
    failed: int


async def read(session: Session) -> QueueState:
    row = (await session.execute(STATE)).one()
    return QueueState(row.seen, row.waiting, row.doing, row.failed)
