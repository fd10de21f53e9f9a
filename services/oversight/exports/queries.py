"""Exports are their askers' own: nobody else finds them."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor, Role
from services.oversight.errors import ExportNotFound
from services.oversight.exports.models import Export
from storage.database import Session


def own(actor: Actor) -> sa.Select[Export]:
    mine = col(Export.asked_by) == actor.person_id
    return sa.select(Export).where(mine if actor.has(Role.SUPERVISOR) else sa.false())


async def listing(session: Session, actor: Actor, *, limit: int = 50) -> list[Export]:
    """What the actor asked for, the latest first."""
    return list(await session.scalars(own(actor).order_by(col(Export.asked_at).desc()).limit(limit)))


async def get(session: Session, actor: Actor, export_id: UUID) -> Export:
    """Raises ExportNotFound, the same whether there is none, it is not theirs, or its file is not there."""
    found: Export | None = await session.scalar(own(actor).where(col(Export.id) == export_id))
    if found is None or found.digest is None:
        raise ExportNotFound(str(export_id))
    return found
