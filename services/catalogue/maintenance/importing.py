"""Taking in a file of items: every readable one becomes a draft, each row wholly or not at all.

Nothing is published by it: drafts go through legal review like any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor, Party, PartyKind, Role
from services.catalogue import rules as items
from services.catalogue.commands import publisher
from services.catalogue.form import Pair
from services.catalogue.maintenance.arriving import Arrived, Told
from services.catalogue.maintenance.commands import start_draft
from services.catalogue.maintenance.drafting import identity, name
from services.catalogue.maintenance.errors import DraftExists, DraftNotFound
from services.catalogue.maintenance.merging import merged
from services.catalogue.maintenance.models import ChangeKind, Draft, ItemImport, ItemImportRow, Outcome
from services.catalogue.queries import newest_version
from storage import queue
from storage.database import Session

IMPORT = "catalogue.import"
BATCH = 20
MOST = 500
EDITED = Pair("{name}正在编辑这个事项（{day}）", "{name} is editing this item ({day})")


@dataclass(frozen=True, slots=True)
class Import:
    """A file taken in: how many items it has and what became of them."""

    id: UUID
    file: str
    by: str
    started_at: datetime
    finished_at: datetime | None
    counts: Mapping[Outcome, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        return self.total - self.counts.get(Outcome.WAITING, 0)


async def receive(
    session: Session,
    arrived: Sequence[Arrived],
    *,
    file: str,
    partial: bool,
    actor: Actor | str,
    at: datetime,
    later: bool = True,
) -> UUID:
    """Keep what arrived, to be taken in by a worker (`later`) or by calls of `carry_on`. Raises PublishingNotAllowed."""
    publisher(actor, file)
    started = ItemImport(
        id=uuid4(),
        file=file[:200],
        partial=partial,
        started_by=identity(actor),
        started_by_name=name(actor),
        started_at=at,
    )
    session.add(started)
    await session.flush()
    if arrived:
        rows = [_row(started.id, number, one) for number, one in enumerate(arrived, 1)]
        await session.execute(sa.insert(ItemImportRow), rows)
    if later:
        await queue.enqueue(session, IMPORT, lock=str(started.id), import_id=str(started.id))
    return started.id


async def carry_on(session: Session, import_id: UUID, *, at: datetime, batch: int = BATCH) -> bool:
    """Take in the next rows that wait, each in its own savepoint; whether others may still wait."""
    started = await session.get(ItemImport, import_id, with_for_update=True)
    if started is None:
        return False
    query = (
        sa.select(ItemImportRow)
        .where(col(ItemImportRow.import_id) == import_id, col(ItemImportRow.outcome) == Outcome.WAITING)
        .order_by(col(ItemImportRow.number))
        .limit(batch)
    )
    rows = (await session.scalars(query)).all()
    for row in rows:
        await _take_in(session, started, row, at)
    if len(rows) < batch:
        started.finished_at = at
    await session.flush()
    return len(rows) == batch


async def take_in(
    session: Session,
    code: str,
    definition: Mapping[str, Any],
    *,
    partial: bool,
    actor: Actor | str,
    at: datetime,
) -> Draft | None:
    """A draft of one item that arrived; nothing when its newest version says the same.

    With `partial` what the definition does not state stays as the newest version has it. Raises DraftExists.
    """
    newest = await newest_version(session, code)
    content = dict(definition)
    if newest is not None:
        base = items.builtins(newest.definition)
        content = merged(base, definition) if partial else content
        if items.digest_of(content) == items.digest_of(base):
            return None
    content.pop("effective_on", None)
    kind = ChangeKind.NEW if newest is None else ChangeKind.CHANGE
    return await start_draft(session, code, actor=actor, at=at, definition=content, kind=kind)


async def import_of(session: Session, import_id: UUID) -> Import:
    """How far a file is. Raises DraftNotFound when there is no such import."""
    found = await imports(session, only=import_id)
    if not found:
        raise DraftNotFound(str(import_id))
    return found[0]


async def imports(session: Session, *, only: UUID | None = None, limit: int = 20) -> list[Import]:
    """Files taken in, the newest first."""
    query = sa.select(ItemImport).order_by(col(ItemImport.started_at).desc()).limit(limit)
    if only is not None:
        query = query.where(col(ItemImport.id) == only)
    rows = (await session.scalars(query.execution_options(populate_existing=True))).all()
    counted = (
        sa.select(col(ItemImportRow.import_id), col(ItemImportRow.outcome), sa.func.count())
        .where(col(ItemImportRow.import_id).in_([row.id for row in rows]))
        .group_by(col(ItemImportRow.import_id), col(ItemImportRow.outcome))
    )
    counts: dict[UUID, dict[Outcome, int]] = {}
    for import_id, outcome, number in await session.execute(counted):
        counts.setdefault(import_id, {})[outcome] = number
    return [
        Import(row.id, row.file, row.started_by_name, row.started_at, row.finished_at, counts.get(row.id, {}))
        for row in rows
    ]


async def rows_of(
    session: Session, import_id: UUID, *, after: int = 0, limit: int = MOST
) -> list[ItemImportRow]:
    """What became of each item, those that were refused first."""
    query = (
        sa.select(ItemImportRow)
        .where(col(ItemImportRow.import_id) == import_id, col(ItemImportRow.number) > after)
        .order_by(col(ItemImportRow.outcome) != Outcome.REFUSED, col(ItemImportRow.number))
        .limit(limit)
    )
    return list(await session.scalars(query))


async def _take_in(session: Session, started: ItemImport, row: ItemImportRow, at: datetime) -> None:
    actor = _actor(started)
    try:
        async with session.begin_nested():
            draft = await take_in(
                session, row.code, row.definition or {}, partial=started.partial, actor=actor, at=at
            )
        row.outcome = Outcome.UNCHANGED if draft is None else Outcome.DRAFTED
    except DraftExists as exc:
        words = {
            "name": exc.draft.edited_by,
            "day": f"{exc.draft.edited_at.astimezone(items.CHINA):%Y-%m-%d %H:%M}",
        }
        told = Told(row.place, Pair(EDITED.zh.format_map(words), EDITED.en.format_map(words)))
        row.outcome, row.mistakes = Outcome.REFUSED, [_plain(told)]
    row.definition = None


def _actor(started: ItemImport) -> Actor | str:
    """The official who brought the file; that they keep the catalogue was found when they brought it."""
    if started.started_by.startswith("system:"):
        return started.started_by
    person, called = UUID(started.started_by), started.started_by_name
    return Actor(person, called, frozenset({Role.CATALOGUE}), Party(PartyKind.PERSON, person, called))


def _row(import_id: UUID, number: int, one: Arrived) -> dict[str, Any]:
    return {
        "import_id": import_id,
        "number": number,
        "place": one.place[:200],
        "code": one.code[:60],
        "name": one.name[:300],
        "definition": one.definition,
        "outcome": Outcome.REFUSED if one.mistakes or one.definition is None else Outcome.WAITING,
        "mistakes": [_plain(told) for told in one.mistakes],
    }


def _plain(told: Told) -> dict[str, str]:
    return {"place": told.place, "zh": told.words.zh, "en": told.words.en}
