"""Imported logs."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.oversight.mining.errors import LogUnknown
from services.oversight.mining.models import ForeignLog
from storage.database import Session


async def logs(session: Session, *, limit: int = 100) -> list[ForeignLog]:
    query = sa.select(ForeignLog).order_by(col(ForeignLog.imported_at).desc(), col(ForeignLog.id))
    return list(await session.scalars(query.limit(limit)))


async def log(session: Session, log_id: UUID) -> ForeignLog:
    """Raises LogUnknown."""
    found = await session.get(ForeignLog, log_id)
    if found is None:
        raise LogUnknown(str(log_id))
    return found
