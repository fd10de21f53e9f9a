"""Reading what arrives: uploads under way, what is known of files, and whether one may be opened."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from services.applications.arriving.models import FileCheck, Upload
from services.applications.arriving.rules import HELD, UNDER_WAY
from services.applications.errors import FileHeld, Incomplete, Missing, UploadUnknown
from storage.database import Session


async def begun(session: Session, actor: Actor, number: str, code: str) -> list[Upload]:
    """The actor's uploads for a material that are not whole yet, oldest first."""
    query = _of(number).where(col(Upload.material_code) == code, col(Upload.person_id) == actor.person_id)
    return list(await session.scalars(query.order_by(col(Upload.begun_at))))


async def upload(session: Session, actor: Actor, number: str, upload_id: UUID) -> Upload:
    """One of them, locked. Raises UploadUnknown, the same whether there is none or it is not theirs."""
    query = _of(number).where(col(Upload.id) == upload_id, col(Upload.person_id) == actor.person_id)
    found = await session.scalar(query.with_for_update())
    if found is None:
        raise UploadUnknown(str(upload_id))
    return found


async def under_way(session: Session, number: str, *, at: datetime) -> list[Missing]:
    """The materials of which a file is arriving at this moment."""
    query = (
        sa.select(col(Upload.material_code))
        .where(col(Upload.number) == number, col(Upload.moved_at) > at - UNDER_WAY)
        .distinct()
        .order_by(col(Upload.material_code))
    )
    return [Missing("material", code, "arriving") for code in await session.scalars(query)]


async def require_arrived(session: Session, number: str, *, at: datetime) -> None:
    """Nothing is handed in before every file has arrived whole. Raises Incomplete."""
    if missing := await under_way(session, number, at=at):
        raise Incomplete(missing)


async def checks(session: Session, files: Collection[UUID]) -> dict[UUID, FileCheck]:
    """What is known of these files; one kept before files were looked at has no entry."""
    query = sa.select(FileCheck).where(col(FileCheck.file_id).in_(files))
    return {one.file_id: one for one in await session.scalars(query)}


async def require_cleared(session: Session, file_id: UUID) -> None:
    """Raises FileHeld for a file in quarantine, and for one whose content is gone."""
    found = await session.get(FileCheck, file_id)
    if found is not None and found.verdict in HELD:
        raise FileHeld(found.verdict)


def _of(number: str) -> sa.Select[Upload]:
    return sa.select(Upload).where(col(Upload.number) == number)
