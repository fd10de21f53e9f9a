"""What operators read about finding: searches without result, and the aliases they made."""

import sqlalchemy as sa
from sqlmodel import col

from services.catalogue.finding.models import ItemAlias, SearchMiss
from storage.database import Session


async def misses(session: Session, *, limit: int = 50, offset: int = 0) -> list[SearchMiss]:
    """Searches that found nothing, the most frequent first."""
    query = sa.select(SearchMiss).order_by(col(SearchMiss.count).desc(), col(SearchMiss.words))
    return list(await session.scalars(query.limit(limit).offset(offset)))


async def miss(session: Session, said: str) -> SearchMiss | None:
    return await session.get(SearchMiss, said) if said.isprintable() else None


async def aliases(session: Session, *, limit: int = 100, after: str = "") -> list[ItemAlias]:
    """Aliases that operators made, by their words; `after` is the last word of the page before."""
    query = sa.select(ItemAlias).order_by(col(ItemAlias.words), col(ItemAlias.kind), col(ItemAlias.code))
    return list(await session.scalars(query.where(col(ItemAlias.words) > after).limit(limit)))
