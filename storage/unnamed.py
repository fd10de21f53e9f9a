"""Objects that no row names: left over where a file was stored and its transaction failed.

An object is put before the row that names it is committed. Whoever puts one inside a transaction does so by `keep`,
which shares a lock on its digest until the transaction ends; whoever deletes one takes that lock alone. So nothing is
deleted under somebody's hands, and what is deleted is named nowhere: every column that holds text is asked.
"""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from storage.database import Session
from storage.objects import ObjectStore, digest_of

LOCKS = 7_460_118
"""Of advisory locks, the family for digests."""
LIKELY = ("digest", "document", "receipt", "signature", "object", "file")
"""Parts of the names of columns that hold digests; asked first, because they rule nearly everything out."""
DIGEST = "[0-9a-f]{64}"
COLUMNS = sa.text(
    "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c "
    "JOIN information_schema.tables t USING (table_schema, table_name) "
    "WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' "
    "AND c.data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY') "
    "AND has_table_privilege(quote_ident(c.table_schema) || '.' || quote_ident(c.table_name), 'SELECT') "
    "ORDER BY 1, 2"
)
LOCK_SHARED = sa.text("SELECT pg_advisory_xact_lock_shared(:family, hashtext(:digest))")
LOCK_ALONE = sa.text("SELECT pg_try_advisory_xact_lock(:family, hashtext(:digest))")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that could name an object. `plain`: it holds nothing but one text."""

    table: str
    name: str
    plain: bool

    @property
    def likely(self) -> bool:
        return self.plain and any(part in self.name for part in LIKELY)


async def keep(session: Session, objects: ObjectStore, content: bytes) -> str:
    """Put `content` for a row of this transaction; nobody deletes it before the transaction ends."""
    await session.execute(LOCK_SHARED, {"family": LOCKS, "digest": digest_of(content)})
    return await objects.put(content)


async def delete(session: Session, objects: ObjectStore, digest: str) -> bool:
    """Delete one object unless somebody is putting it now or a row names it; whether it went.

    Holds the lock until the transaction ends. Raises StoreUnavailable.
    """
    alone = await session.scalar(LOCK_ALONE, {"family": LOCKS, "digest": digest})
    if not alone or not await unnamed(session, [digest]):
        return False
    await objects.delete(digest)
    return True


async def unnamed(session: Session, digests: Collection[str]) -> list[str]:
    """Of these digests, those that stand in no column the portal can read."""
    columns = [
        Column(table, name, kind in {"text", "character varying"})
        for table, name, kind in await session.execute(COLUMNS)
    ]
    left = set(digests)
    for column in sorted(columns, key=lambda one: not one.likely):
        if not left:
            break
        left -= await _named(session, column, left)
    return sorted(left)


async def _named(session: Session, column: Column, digests: Collection[str]) -> set[str]:
    """Those of them that the column holds: as they are, or somewhere inside what it holds."""
    place: sa.ColumnElement[str] = sa.cast(sa.column(column.name), sa.Text)
    rows = sa.table(column.table)
    if column.likely:
        query = sa.select(place).select_from(rows).distinct()
        found = query.where(place == sa.any_(sa.cast(sorted(digests), sa.ARRAY(sa.Text))))
        return set(await session.scalars(found))
    inside = sa.func.regexp_matches(place, DIGEST, "g").table_valued("found", name="inside").render_derived()
    digest = sa.func.array_to_string(inside.c.found, "")
    query = sa.select(digest).select_from(rows.join(inside, sa.true())).distinct()
    return set(await session.scalars(query)) & set(digests)
