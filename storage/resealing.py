"""Sealing everything again with the ring's current key, and making every look-up hash anew, while the portal runs.

Rows are walked in the order of their keys, some hundred in one short transaction; a row somebody holds is passed over
and met again on the next round. What is done stays done: an interrupted run goes on where the rows say it stopped.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from storage.cipher import SealedJSON, SealedText, ring
from storage.database import Session, Sessions

BATCH = 200
WAIT_SECONDS = 0.2


@dataclass(frozen=True)
class SealedTable:
    """A table with sealed columns, as the bytes that lie in it. `purposes`: column → purpose."""

    table: sa.TableClause
    keys: tuple[str, ...]
    purposes: Mapping[str, str]

    @property
    def name(self) -> str:
        return str(self.table.name)

    def sealed_otherwise(self, key: str) -> sa.ColumnElement[bool]:
        """Rows of which some value is sealed by another key than `key`."""
        name = sa.cast(sa.literal(key.encode(), sa.LargeBinary()), sa.LargeBinary())
        return sa.or_(*(_key_name(self.table.c[one]) != name for one in self.purposes))

    def sealed_by(self, key: str) -> sa.ColumnElement[bool]:
        """Rows of which some value is sealed by `key`."""
        name = sa.cast(sa.literal(key.encode(), sa.LargeBinary()), sa.LargeBinary())
        return sa.or_(*(_key_name(self.table.c[one]) == name for one in self.purposes))


@dataclass(frozen=True)
class Lookup:
    """A keyed hash beside a sealed value: `column` is the hash of what `read` makes of `source`, for `purpose`.

    `source` stands in the same table, or in the one joined by `on`; `read` gets the opened value and answers None where there is
    nothing to hash.
    """

    column: sa.Column[Any]
    source: sa.Column[Any]
    purpose: str
    on: sa.ColumnElement[bool] | None = None
    read: Callable[[Any], str | None] = field(default=lambda value: value)

    @property
    def name(self) -> str:
        return f"{self.column.table.name}.{self.column.name}"


def sealed_tables(metadata: sa.MetaData) -> list[SealedTable]:
    """Every table of `metadata` that has a sealed column, by name."""
    found = []
    for table in metadata.sorted_tables:
        purposes = {
            column.name: column.type.purpose
            for column in table.columns
            if isinstance(column.type, SealedText | SealedJSON)
        }
        if purposes:
            keys = tuple(column.name for column in table.primary_key.columns)
            columns = [sa.column(name, table.columns[name].type) for name in keys]
            columns += [sa.column(name, sa.LargeBinary()) for name in purposes if name not in keys]
            found.append(SealedTable(sa.table(table.name, *columns), keys, purposes))
    return sorted(found, key=lambda one: one.name)


async def rows_to_seal(session: Session, table: SealedTable) -> int:
    """Rows whose values are not all sealed by the current key."""
    return await _count(session, table, table.sealed_otherwise(ring().current))


async def rows_sealed_by(session: Session, table: SealedTable, key: str) -> int:
    return await _count(session, table, table.sealed_by(key))


async def reseal(sessions: Sessions, table: SealedTable) -> AsyncIterator[int]:
    """Seal every row anew with the current key; yields how many rows each batch has done."""
    while True:
        after: tuple[Any, ...] | None = None
        while True:
            async with sessions() as session, session.begin():
                done, after = await _reseal_batch(session, table, after)
            if done == 0:
                break
            yield done
        async with sessions() as session, session.begin():
            if await rows_to_seal(session, table) == 0:
                return
        await asyncio.sleep(WAIT_SECONDS)


async def _reseal_batch(
    session: Session, table: SealedTable, after: tuple[Any, ...] | None
) -> tuple[int, tuple[Any, ...] | None]:
    held, rows = ring(), table.table
    place = [rows.c[name] for name in table.keys]
    query = sa.select(rows).where(table.sealed_otherwise(held.current)).order_by(*place).limit(BATCH)
    if after is not None:
        query = query.where(_beyond(place, after))
    found = (await session.execute(query.with_for_update(skip_locked=True))).all()
    for row in found:
        values = {
            name: held.seal(held.open(bytes(value), purpose), purpose)
            for name, purpose in table.purposes.items()
            if (value := getattr(row, name)) is not None
        }
        this = sa.and_(*(column == getattr(row, column.name) for column in place))
        await session.execute(sa.update(rows).where(this).values(values))
    last = tuple(getattr(found[-1], name) for name in table.keys) if found else after
    return len(found), last


async def rows_of(session: Session, lookup: Lookup) -> int:
    """Rows that carry this look-up hash."""
    query = sa.select(sa.func.count()).select_from(lookup.column.table).where(lookup.column.is_not(None))
    return await session.scalar(query) or 0


async def reindex(sessions: Sessions, lookup: Lookup) -> AsyncIterator[tuple[int, int]]:
    """Make every hash anew with the current look-up key; yields rows walked and rows changed of each batch."""
    after: tuple[Any, ...] | None = None
    while True:
        async with sessions() as session, session.begin():
            rows = await _page(session, lookup, after, lock=True)
            changed = 0
            for key, stood, due in rows:
                if due is not None and stood != due:
                    await session.execute(_set(lookup, key, due))
                    changed += 1
        if not rows:
            return
        yield len(rows), changed
        after = rows[-1][0]


async def hashes_to_make(sessions: Sessions, lookup: Lookup) -> int:
    """Rows whose hash is not the one the current look-up key makes."""
    after: tuple[Any, ...] | None = None
    found = 0
    while True:
        async with sessions() as session, session.begin():
            rows = await _page(session, lookup, after)
        if not rows:
            return found
        found += sum(due is not None and stood != due for _, stood, due in rows)
        after = rows[-1][0]


async def _page(
    session: Session, lookup: Lookup, after: tuple[Any, ...] | None, *, lock: bool = False
) -> list[tuple[tuple[Any, ...], str, str | None]]:
    """The next rows: key, the hash that stands there, the hash that should; none where the value is gone."""
    table = lookup.column.table
    place = list(table.primary_key.columns)
    query = sa.select(*place, lookup.column, lookup.source).order_by(*place).limit(BATCH)
    if lookup.on is not None:
        query = query.select_from(table.join(lookup.source.table, lookup.on))
    query = query.where(lookup.column.is_not(None), lookup.source.is_not(None))
    if after is not None:
        query = query.where(_beyond(place, after))
    if lock:
        query = query.with_for_update(of=table)
    held = ring()
    found: list[tuple[tuple[Any, ...], str, str | None]] = []
    for row in await session.execute(query):
        *key, stood, value = row
        text = lookup.read(value)
        found.append((tuple(key), stood, None if text is None else held.index(text, lookup.purpose)))
    return found


def _set(lookup: Lookup, key: tuple[Any, ...], value: str) -> sa.Update:
    table = lookup.column.table
    this = zip(table.primary_key.columns, key, strict=True)
    return (
        sa.update(table).where(*(column == one for column, one in this)).values({lookup.column.name: value})
    )


def _beyond(place: list[Any], after: tuple[Any, ...]) -> sa.ColumnElement[bool]:
    last = [sa.literal(value, column.type) for column, value in zip(place, after, strict=True)]
    return sa.tuple_(*place) > sa.tuple_(*last)


def _key_name(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bytes]:
    """The name of the key a sealed value was sealed by; NULL for none."""
    name: sa.ColumnElement[bytes] = sa.func.substring(
        column, 2, sa.func.get_byte(column, 0), type_=sa.LargeBinary()
    )
    return name


async def _count(session: Session, table: SealedTable, which: sa.ColumnElement[bool]) -> int:
    return await session.scalar(sa.select(sa.func.count()).select_from(table.table).where(which)) or 0
