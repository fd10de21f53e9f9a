"""Events that are a card each, whatever the light shows: silence that became acceptance, a second correction notice."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from services.applications.models import Application
from services.oversight.commands import BATCH, give
from services.oversight.models import Card
from services.oversight.rules import CORRECTED_AGAIN, DEEMED, Rule
from storage.database import Session


async def raise_cards(session: Session, *, at: datetime, most: int = BATCH) -> int:
    """Give each such case its card, once for each rule; says how many were given."""
    deemed, again = col(Application.deemed).is_(True), col(Application.corrections) > 1
    return await _raise(session, DEEMED, deemed, at, most) + await _raise(
        session, CORRECTED_AGAIN, again, at, most
    )


async def _raise(
    session: Session, rule: Rule, happened: sa.ColumnElement[bool], at: datetime, most: int
) -> int:
    carded = sa.exists().where(
        col(Card.application_number) == col(Application.number), col(Card.rule) == rule.id
    )
    query = (
        sa.select(Application)
        # In the words of the partial index that holds these few among all.
        .where(sa.or_(col(Application.deemed), col(Application.corrections) > 1), happened, ~carded)
        .order_by(col(Application.number))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return sum([await give(session, application, rule, at) for application in await session.scalars(query)])
