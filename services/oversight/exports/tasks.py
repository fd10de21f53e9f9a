"""What a worker does for exports: write one, page by page; delete those whose time is over."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor, Party, PartyKind, Role
from services.oversight.boarding import filters
from services.oversight.boarding.filters import Kept
from services.oversight.exports import commands, sources
from services.oversight.exports.models import Export
from services.oversight.exports.sheets import Sheets
from services.workflow.rules import local_day
from storage import unnamed
from storage.database import Session, Sessions
from storage.objects import ObjectStore

__all__ = ["EXPORT", "FORGET", "Wording", "Wordings", "forget", "write"]

EXPORT = commands.EXPORT
FORGET = "oversight.forget-exports"
PAGE = 500


@dataclass(frozen=True, slots=True)
class Wording:
    """How a list reads as a table: its title, its columns with their widths, and the cells of some of it on a day."""

    title: str
    heads: Sequence[str]
    widths: Sequence[int]
    rows: Callable[[Session, Sequence[Any], date], Awaitable[Sequence[Sequence[Any]]]]


Wordings = Mapping[Kept, Sequence[Wording]]
"""For each kind of export its tables, every one on a sheet of its own; several only of what comes in one piece."""


async def write(*, sessions: Sessions, objects: ObjectStore, wordings: Wordings, export_id: str) -> None:
    """Write what was asked for, with the scope the asker had then. Done again, it is the same file."""
    async with sessions() as session, session.begin():
        export = await session.get(Export, UUID(export_id))
    if export is None or export.ended_at is not None:
        return
    wanted = filters.read(export.asked)
    tables = wordings[wanted.table]
    sheets = Sheets(tables[0].title, tables[0].heads, tables[0].widths)
    rows = 0
    async with sessions() as session, session.begin():
        async for found in sources.pages(
            session, _asker(export), wanted, today=local_day(export.asked_at), limit=PAGE
        ):
            rows += await _add(session, sheets, tables, found, local_day(export.asked_at))
            await _tell(sessions, export, rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        await asyncio.to_thread(sheets.save, path)
        size = path.stat().st_size
        digest = await objects.put_file(path)
    async with sessions() as session, session.begin():
        kept = await session.get(Export, export.id)
        if kept is not None:
            kept.digest, kept.size, kept.ended_at = digest, size, datetime.now(UTC)
            kept.total = kept.written = rows


async def _add(
    session: Session, sheets: Sheets, tables: Sequence[Wording], found: Sequence[Any], today: date
) -> int:
    """Write some of it into every table; how many rows."""
    rows = 0
    for place, table in enumerate(tables):
        if place:
            sheets.begin(table.title, table.heads, table.widths)
        for row in await table.rows(session, found, today):
            sheets.add(row)
            rows += 1
    return rows


async def _tell(sessions: Sessions, export: Export, rows: int) -> None:
    """How far it is, for whoever looks meanwhile."""
    async with sessions() as session, session.begin():
        progress = sa.update(Export).where(col(Export.id) == export.id)
        await session.execute(progress.values(written=rows))


def _asker(export: Export) -> Actor:
    """Whoever asked, with the departments they supervised then and no other right."""
    return Actor(
        person_id=export.asked_by,
        name=export.asked_by_name,
        roles=frozenset({Role.SUPERVISOR}),
        acting_for=Party(PartyKind.PERSON, export.asked_by, export.asked_by_name),
        departments=frozenset(export.departments),
    )


async def forget(*, sessions: Sessions, objects: ObjectStore) -> None:
    """Nightly: exports and their files are kept for a week."""
    async with sessions() as session, session.begin():
        gone = await commands.forget(session, at=datetime.now(UTC))
    for digest in gone:
        async with sessions() as session, session.begin():
            await unnamed.delete(session, objects, digest)
