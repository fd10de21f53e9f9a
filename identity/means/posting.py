"""Notices that stand in the portal for a person: about mandates and about standing in for a colleague."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.means.models import Posted
from identity.means.rules import News
from identity.models import Person
from storage.database import Moment, Session

PAGE = 50
NOBODY = UUID(int=0)


async def post(session: Session, person_id: UUID | None, kind: News, *, at: datetime) -> None:
    """Put it up; for nobody nothing is put up, by the same statement in the same time."""
    row = sa.select(
        sa.literal(uuid4()), col(Person.id), sa.literal(kind.value), sa.literal(at, Moment)
    ).where(col(Person.id) == (person_id or NOBODY))
    await session.execute(insert(Posted).from_select(["id", "person_id", "kind", "at"], row))


async def own(session: Session, person_id: UUID, *, limit: int = PAGE) -> Sequence[Posted]:
    """A person's own, newest first."""
    query = sa.select(Posted).where(col(Posted.person_id) == person_id)
    return list(await session.scalars(query.order_by(col(Posted.at).desc(), col(Posted.id)).limit(limit)))
