"""Filing whatever is not filed by today's rules and words: after an upgrade, a changed alias table, a new bundle."""

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from services.catalogue import bundles
from services.catalogue.definition import ItemDefinition
from services.catalogue.finding import filing
from services.catalogue.finding.models import Kind, SearchEntry
from services.catalogue.models import ItemState, ItemVersion
from storage.database import Session

AT_ONCE = 100


async def file_outstanding(session: Session, *, limit: int = AT_ONCE) -> int:
    """File bundles and at most `limit` items that are not filed as they should be now; how many there were."""
    filed = await _bundles(session)
    for code, version in (await session.execute(_outstanding().limit(limit))).all():
        query = sa.select(col(ItemVersion.definition)).where(
            col(ItemVersion.code) == code, col(ItemVersion.version) == version
        )
        definition = msgspec.convert((await session.execute(query)).scalar_one(), ItemDefinition)
        await filing.file_item(session, definition, version)
        filed += 1
    return filed


def _outstanding() -> sa.Select[str, int]:
    """Published versions in force or to come, without an entry by today's rules."""
    newer = aliased(ItemVersion)
    superseded = sa.exists().where(
        col(newer.code) == col(ItemVersion.code),
        col(newer.version) > col(ItemVersion.version),
        col(newer.state) != ItemState.DRAFT,
        col(newer.effective_on) <= sa.func.current_date(),
    )
    present = sa.exists().where(
        col(SearchEntry.kind) == Kind.ITEM,
        col(SearchEntry.code) == col(ItemVersion.code),
        col(SearchEntry.version) == col(ItemVersion.version),
        col(SearchEntry.mark) == filing.mark(),
    )
    return (
        sa.select(col(ItemVersion.code), col(ItemVersion.version))
        .where(col(ItemVersion.state) == ItemState.PUBLISHED, ~superseded, ~present)
        .order_by(col(ItemVersion.code), col(ItemVersion.version))
    )


async def _bundles(session: Session) -> int:
    """File bundles that are new or changed, and forget those no longer shipped."""
    shipped = bundles.shipped()
    query = sa.select(col(SearchEntry.code), col(SearchEntry.mark)).where(
        col(SearchEntry.kind) == Kind.BUNDLE
    )
    present = {code: mark for code, mark in await session.execute(query)}
    for gone in sorted(present.keys() - {bundle.code for bundle in shipped}):
        await filing.remove(session, Kind.BUNDLE, gone)
    outstanding = [
        bundle for bundle in shipped if present.get(bundle.code) != filing.bundle_filed(bundle).mark
    ]
    for bundle in outstanding:
        await filing.file_bundle(session, bundle)
    return len(outstanding)
