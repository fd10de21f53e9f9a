"""What a case still owes, and which commitments wait for somebody to look."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from services.applications import queries
from services.applications.afterwards.models import CommitmentCheck, MaterialToFollow
from services.applications.models import Application
from storage.database import Session

PAGE = 50


async def to_follow(session: Session, application: Application) -> list[MaterialToFollow]:
    """Everything that was to follow, what came too. For those who may see the case."""
    query = sa.select(MaterialToFollow).where(col(MaterialToFollow.application_id) == application.id)
    return list(await session.scalars(query.order_by(col(MaterialToFollow.code))))


async def outstanding(session: Session, application: Application) -> list[MaterialToFollow]:
    """What has not come yet."""
    return [one for one in await to_follow(session, application) if one.met_at is None]


async def checks_of(session: Session, application: Application) -> list[CommitmentCheck]:
    """The commitments of a granted case and what was found. For those who may see the case."""
    query = sa.select(CommitmentCheck).where(col(CommitmentCheck.application_id) == application.id)
    return list(await session.scalars(query.order_by(col(CommitmentCheck.code))))


async def checks_due(
    session: Session, actor: Actor, *, until: date, limit: int = PAGE
) -> Sequence[tuple[Application, CommitmentCheck]]:
    """Commitments of the officer's departments to be verified by `until` at the latest, the most urgent first."""
    seen = queries.visible_to(actor).with_only_columns(col(Application.id)).subquery()
    query = (
        sa.select(Application, CommitmentCheck)
        .join(CommitmentCheck, col(CommitmentCheck.application_id) == col(Application.id))
        .where(
            col(Application.id).in_(sa.select(seen.c.id)),
            col(CommitmentCheck.checked_at).is_(None),
            col(CommitmentCheck.due_on) <= until,
        )
        .order_by(col(CommitmentCheck.due_on), col(Application.number))
        .limit(limit)
    )
    return [(row.Application, row.CommitmentCheck) for row in await session.execute(query)]
