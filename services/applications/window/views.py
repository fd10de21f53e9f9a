"""Lists of the queue that an officer keeps under a name: their own, and nobody else's."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.actor import Actor
from services.applications.window.errors import TooManyViews, ViewUnknown
from services.applications.window.models import DeskView
from storage.database import Session

MOST = 20
LONGEST = 20
"""Characters of a name."""


async def of(session: Session, actor: Actor) -> list[DeskView]:
    """The officer's own, by name."""
    query = sa.select(DeskView).where(col(DeskView.owner_id) == actor.person_id).order_by(col(DeskView.name))
    return list(await session.scalars(query))


async def keep(session: Session, actor: Actor, *, name: str, asked: Mapping[str, str], at: datetime) -> None:
    """Keep a list under a name; the same name again means the new list. Raises TooManyViews."""
    name = " ".join(name.split())[:LONGEST]
    present = {view.name for view in await of(session, actor)}
    if name not in present and len(present) >= MOST:
        raise TooManyViews(MOST)
    row = insert(DeskView).values(
        id=sa.func.gen_random_uuid(), owner_id=actor.person_id, name=name, asked=dict(asked), created_at=at
    )
    await session.execute(
        row.on_conflict_do_update(index_elements=["owner_id", "name"], set_={"asked": dict(asked)})
    )


async def remove(session: Session, actor: Actor, view_id: UUID) -> None:
    """Raises ViewUnknown, the same whether there is none or it is somebody else's."""
    own = sa.delete(DeskView).where(col(DeskView.id) == view_id, col(DeskView.owner_id) == actor.person_id)
    if (await session.execute(own.returning(col(DeskView.id)))).first() is None:
        raise ViewUnknown
