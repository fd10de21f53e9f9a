"""What a worker does for exports: write one, page by page; delete those whose time is over."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor, Party, PartyKind, Role
from services.applications.models import Application
from services.oversight.boarding import filters
from services.oversight.exports import commands
from services.oversight.exports.models import Export
from services.oversight.exports.sheets import Sheets
from services.workflow.rules import local_day
from storage import unnamed
from storage.database import Session, Sessions
from storage.objects import ObjectStore

__all__ = ["EXPORT", "FORGET", "Wording", "forget", "write"]

EXPORT = commands.EXPORT
FORGET = "oversight.forget-exports"
PAGE = 500


@dataclass(frozen=True, slots=True)
class Wording:
    """How a list reads as a table: its title, its columns with their widths, and the cells of some cases."""

    title: str
    heads: Sequence[str]
    widths: Sequence[int]
    rows: Callable[[Session, Sequence[Application], date], Awaitable[Sequence[Sequence[Any]]]]


async def write(*, sessions: Sessions, objects: ObjectStore, wording: Wording, export_id: str) -> None:
    """Write what was asked for, with the scope the asker had then. Done again, it is the same file."""
    async with sessions() as session, session.begin():
        export = await session.get(Export, UUID(export_id))
    if export is None or export.ended_at is not None:
        return
    sheets = Sheets(wording.title, wording.heads, wording.widths)
    async with sessions() as session, session.begin():
        await _fill(session, sessions, sheets, export, wording)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        await asyncio.to_thread(sheets.save, path)
        size = path.stat().st_size
        digest = await objects.put_file(path)
    async with sessions() as session, session.begin():
        kept = await session.get(Export, export.id)
        if kept is not None:
            kept.digest, kept.size, kept.ended_at = digest, size, datetime.now(UTC)
            kept.total = kept.written = sheets.written


async def _fill(
    session: Session, sessions: Sessions, sheets: Sheets, export: Export, wording: Wording
) -> None:
    wanted, actor = filters.read(export.asked), _asker(export)
    today = local_day(export.asked_at)
    after: filters.After | None = None
    seen: set[str] = set()
    while True:
        found, last = await filters.page(session, actor, wanted, today=today, after=after, limit=PAGE)
        # What is due may move while one writes; what happened does not.
        fresh = [case for case in found if wanted.by_moment or case.number not in seen]
        seen.update(() if wanted.by_moment else [case.number for case in fresh])
        for row in await wording.rows(session, fresh, today):
            sheets.add(row)
        if len(found) < PAGE:
            return
        after = last
        session.expunge_all()
        async with sessions() as other, other.begin():
            progress = sa.update(Export).where(col(Export.id) == export.id)
            await other.execute(progress.values(written=sheets.written))


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
