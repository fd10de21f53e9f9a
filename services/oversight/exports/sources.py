"""What an export writes, some at a time, as its filter says and with the rights its asker had."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from services.oversight import board, queries
from services.oversight.boarding import filters
from services.oversight.boarding.filters import Filter, Kept
from services.oversight.models import Card
from storage.database import Session

Pages = AsyncIterator[Sequence[Any]]


def pages(session: Session, actor: Actor, wanted: Filter, *, today: date, limit: int) -> Pages:
    """At most `limit` cases or cards at a time; or the one board."""
    if wanted.table is Kept.BOARD:
        return _board(session, actor, wanted, today)
    if wanted.table is Kept.CARDS:
        return _cards(session, actor, wanted, limit)
    return _cases(session, actor, wanted, today, limit)


async def _board(session: Session, actor: Actor, wanted: Filter, today: date) -> Pages:
    yield [await board.board(session, actor, today=today, period=wanted.period, cut=wanted.cut, top=1)]


async def _cards(session: Session, actor: Actor, wanted: Filter, limit: int) -> Pages:
    """The latest first; several of one moment by their ids, so that none is left out between two pages."""
    narrowed = queries.cards_narrowed(
        actor,
        kind=wanted.card,
        department=wanted.cut.department,
        item=wanted.cut.item,
        between=(wanted.period.start, wanted.period.end),
    )
    place = sa.tuple_(col(Card.raised_at), col(Card.id))
    ordered = narrowed.order_by(col(Card.raised_at).desc(), col(Card.id).desc()).limit(limit)
    after: tuple[datetime, UUID] | None = None
    while True:
        query = ordered if after is None else ordered.where(place < sa.tuple_(*map(sa.literal, after)))
        found = list(await session.scalars(query))
        yield found
        if len(found) < limit:
            return
        after = found[-1].raised_at, found[-1].id
        session.expunge_all()


async def _cases(session: Session, actor: Actor, wanted: Filter, today: date, limit: int) -> Pages:
    after: filters.After | None = None
    seen: set[str] = set()
    while True:
        found, last = await filters.page(session, actor, wanted, today=today, after=after, limit=limit)
        # What is due may move while one writes; what happened does not.
        fresh = [case for case in found if wanted.by_moment or case.number not in seen]
        seen.update(() if wanted.by_moment else [case.number for case in fresh])
        yield fresh
        if len(found) < limit:
            return
        after = last
        session.expunge_all()
