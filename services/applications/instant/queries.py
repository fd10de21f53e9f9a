"""What rules decided and what persons were asked to look at again."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from services.applications import queries
from services.applications.instant.models import HumanReview, Ruling
from services.applications.instant.rules import Course
from services.applications.models import Application
from services.applications.rules import State
from storage.database import Session

PAGE = 50


async def ruling_of(session: Session, application: Application) -> Ruling | None:
    """What became of the rules in this case; nothing where they were not asked yet. For those who may see the case."""
    found: Ruling | None = await session.get(Ruling, application.id)
    return found


async def reviews_of(session: Session, application: Application) -> list[HumanReview]:
    """Every asking for a person, oldest first. For those who may see the case."""
    query = sa.select(HumanReview).where(col(HumanReview.application_id) == application.id)
    return list(await session.scalars(query.order_by(col(HumanReview.asked_at))))


async def reviews_due(
    session: Session, actor: Actor, *, limit: int = PAGE
) -> Sequence[tuple[Application, HumanReview]]:
    """What the officer's departments were asked to look at and have not concluded, the most urgent first."""
    query = (
        sa.select(Application, HumanReview)
        .join(HumanReview, col(HumanReview.application_id) == col(Application.id))
        .where(
            col(Application.id).in_(_seen(actor)),
            col(Application.state).in_({State.GRANTED, State.DELIVERED}),
            col(HumanReview.reviewed_at).is_(None),
        )
        .order_by(col(HumanReview.due_on), col(Application.number))
        .limit(limit)
    )
    return [(row.Application, row.HumanReview) for row in await session.execute(query)]


async def rulings(
    session: Session,
    actor: Actor,
    *,
    course: Course = Course.GRANTED,
    before: tuple[datetime, str] | None = None,
    limit: int = PAGE,
) -> Sequence[tuple[Application, Ruling]]:
    """What rules did in the departments the actor may see, the latest first; `before`: (moment, number) last seen."""
    query = (
        sa.select(Application, Ruling)
        .join(Ruling, col(Ruling.application_id) == col(Application.id))
        .where(col(Application.id).in_(_seen(actor)), col(Ruling.course) == course)
    )
    if before is not None:
        place = sa.tuple_(col(Ruling.at), col(Application.number))
        query = query.where(place < sa.tuple_(*map(sa.literal, before)))
    query = query.order_by(col(Ruling.at).desc(), col(Application.number).desc()).limit(limit)
    return [(row.Application, row.Ruling) for row in await session.execute(query)]


async def asked_for_a_person(session: Session, applications: Collection[UUID]) -> dict[UUID, HumanReview]:
    """The latest asking for a person in each of these cases, in one query."""
    query = sa.select(HumanReview).where(col(HumanReview.application_id).in_(applications))
    found = await session.scalars(query.order_by(col(HumanReview.asked_at)))
    return {one.application_id: one for one in found}


def _seen(actor: Actor) -> sa.Select[tuple[object]]:
    seen = queries.visible_to(actor).with_only_columns(col(Application.id)).subquery()
    return sa.select(seen.c.id)
