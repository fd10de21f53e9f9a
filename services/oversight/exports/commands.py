"""Asking for a list as a file, fetching it, deleting it when its time is over: each stands in the ledger or leaves nothing."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor, Role
from services.oversight.boarding import filters
from services.oversight.boarding.filters import Filter
from services.oversight.errors import NotForOversight, TooManyExports
from services.oversight.exports import queries
from services.oversight.exports.models import Export
from services.oversight.records import LIST_FETCHED
from storage import ledger, queue
from storage.database import Session

EXPORT = "oversight.export"
KEPT = timedelta(days=7)
WAITING = 3
"""So many exports of one person may wait at once."""
ASKED, FETCHED = "list export asked for", LIST_FETCHED


async def ask(session: Session, actor: Actor, wanted: Filter, *, at: datetime) -> Export:
    """Have a worker write the list as it is filtered. Raises NotForOversight, TooManyExports."""
    if not actor.has(Role.SUPERVISOR):
        raise NotForOversight("export")
    waiting = queries.own(actor).where(col(Export.ended_at).is_(None)).with_only_columns(sa.func.count())
    if (await session.scalar(waiting) or 0) >= WAITING:
        raise TooManyExports(WAITING)
    export = Export(
        asked_by=actor.person_id,
        asked_by_name=actor.name,
        asked_at=at,
        departments=sorted(actor.departments),
        asked=filters.written(wanted),
    )
    session.add(export)
    await session.flush()
    await queue.enqueue(session, EXPORT, export_id=str(export.id), lock=EXPORT)
    await _record(session, actor, export, ASKED, at)
    return export


async def fetch(session: Session, actor: Actor, export_id: UUID, *, at: datetime) -> Export:
    """The export, whose file the asker is about to get; recorded. Raises ExportNotFound."""
    export = await queries.get(session, actor, export_id)
    await _record(session, actor, export, FETCHED, at)
    return export


async def _record(session: Session, actor: Actor, export: Export, deed: str, at: datetime) -> None:
    reason = " ".join(f"{name}={text}" for name, text in sorted(export.asked.items()))
    await ledger.append(
        session,
        chain=f"oversight:{actor.person_id}",
        deed=deed,
        subject=f"export:{export.id}",
        actor=str(actor.person_id),
        at=at,
        details={"by": actor.name, "reason": reason, "rows": export.written},
    )


async def forget(session: Session, *, at: datetime) -> list[str]:
    """Delete exports whose time is over; the digests of their files, which may go as well."""
    gone = sa.delete(Export).where(col(Export.asked_at) < at - KEPT).returning(col(Export.digest))
    return [digest for digest in await session.scalars(gone) if digest]
