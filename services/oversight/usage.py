"""How often each item is applied for: counted by the worker, since the catalogue does not know applications."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from services.applications.models import Application
from storage.database import Session

USAGE = "oversight.usage"
LATELY = timedelta(days=90)


async def submitted_lately(session: Session, *, at: datetime) -> dict[str, int]:
    """Item code → applications submitted in the last ninety days."""
    query = (
        sa.select(col(Application.item_code), sa.func.count())
        .where(col(Application.submitted_at) > at - LATELY)
        .group_by(col(Application.item_code))
    )
    return {code: number for code, number in await session.execute(query)}
