"""What every deed on a draft does: hold it, see whether it is open to the deed, move it, keep what was written."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from services.catalogue import rules as items
from services.catalogue.maintenance import rules
from services.catalogue.maintenance.errors import DraftMovedOn, DraftNotFound, DraftNotOpen
from services.catalogue.maintenance.models import Draft, ItemDraft, ItemDraftRevision
from services.catalogue.maintenance.queries import as_draft
from services.catalogue.maintenance.rules import Deed
from storage import ledger
from storage.database import Session


def plain(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition in builtins as JSON has them, as the table gives them back."""
    content: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(definition))
    return content


def identity(actor: Actor | str) -> str:
    """Who, as the ledger and the tables write it."""
    return str(actor.person_id) if isinstance(actor, Actor) else actor


def name(actor: Actor | str) -> str:
    """Who, as colleagues read it."""
    return actor.name if isinstance(actor, Actor) else actor


async def record(
    session: Session,
    draft: Draft,
    deed: str,
    actor: Actor | str,
    at: datetime,
    **details: str | int | None,
) -> None:
    """The ledger's entry of a deed on a draft: which revision, and the digest of what it says."""
    said = {"revision": draft.revision, "digest": items.digest_of(draft.definition)} | details
    await ledger.append(
        session,
        chain=f"item:{draft.code}",
        deed=deed,
        subject=draft.code,
        actor=identity(actor),
        at=at,
        details={key: value for key, value in said.items() if value not in (None, "")},
    )


async def row_of(session: Session, code: str) -> ItemDraft | None:
    if not code.isprintable():
        raise DraftNotFound(code)
    query = sa.select(ItemDraft).where(col(ItemDraft.code) == code).with_for_update()
    row: ItemDraft | None = await session.scalar(query.execution_options(populate_existing=True))
    return row


async def held(session: Session, code: str) -> ItemDraft:
    """The draft, locked until the transaction ends. Raises DraftNotFound."""
    row = await row_of(session, code)
    if row is None:
        raise DraftNotFound(code)
    return row


async def seen(session: Session, code: str, revision: int | None) -> ItemDraft:
    """The draft as the actor saw it. Raises DraftNotFound, DraftMovedOn."""
    row = await held(session, code)
    if revision is not None and row.revision != revision:
        raise DraftMovedOn(as_draft(row), revision)
    return row


def must_be_open(row: ItemDraft, deed: Deed) -> None:
    if not rules.open_to(row.state, deed):
        raise DraftNotOpen(row.code, row.state, deed)


async def move(
    session: Session,
    row: ItemDraft,
    deed: Deed,
    words: str,
    actor: Actor | str,
    at: datetime,
    *,
    note: str,
    also: Mapping[str, Any] | None = None,
) -> Draft:
    must_be_open(row, deed)
    row.sqlmodel_update({"state": rules.MOVES[row.state, deed], "note": note.strip(), **(also or {})})
    await session.flush()
    await record(session, as_draft(row), words, actor, at, note=note.strip())
    return as_draft(row)


async def insert(session: Session, draft: Draft, actor: Actor | str) -> None:
    row = ItemDraft(
        code=draft.code,
        revision=draft.revision,
        definition=draft.definition,
        state=draft.state,
        kind=draft.kind,
        base_version=draft.base_version,
        replaces=list(draft.replaces),
        edited_by=identity(actor),
        edited_by_name=draft.edited_by,
        edited_at=draft.edited_at,
    )
    session.add(row)
    await session.flush()
    await keep(session, row)


async def keep(session: Session, row: ItemDraft) -> None:
    await session.execute(
        sa.insert(ItemDraftRevision).values(
            code=row.code,
            revision=row.revision,
            definition=row.definition,
            edited_by=row.edited_by,
            edited_by_name=row.edited_by_name,
            edited_at=row.edited_at,
        )
    )
