"""Files arriving piece by piece, quarantine, and comparing with the original.

Whether the case may be changed, and by whom, is judged by whoever calls (the page opens the case first).
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.actor import Actor, Role
from services.applications import queries as applications
from services.applications.arriving import queries
from services.applications.arriving.models import FileCheck, Upload, UploadPiece
from services.applications.arriving.rules import (
    BEGUN_LASTS,
    HELD,
    LARGEST_PIECE,
    LONGEST_MARK,
    MOST_UPLOADS,
    Trust,
    Verdict,
)
from services.applications.arriving.scanning import Finding
from services.applications.commands.recording import record
from services.applications.documents_in import safe_name
from services.applications.errors import (
    FileEmpty,
    FileHeld,
    FileTooLarge,
    NotYourDeed,
    UploadGap,
)
from services.applications.models import Application, CaseFile
from services.catalogue.definition import Material
from storage.database import Session


async def begin(
    session: Session,
    actor: Actor,
    number: str,
    material: Material,
    *,
    name: str,
    size: int,
    mark: str,
    at: datetime,
) -> Upload:
    """Begin an upload, or go on with the one of the same file. Raises FileEmpty, FileTooLarge."""
    safe = safe_name(name)
    if size < 1:
        raise FileEmpty(safe)
    if size > material.max_mb * 1024 * 1024:
        raise FileTooLarge(safe, material.max_mb)
    for one in await queries.begun(session, actor, number, material.code):
        if (one.name, one.size, one.mark) == (safe, size, mark[:LONGEST_MARK]):
            one.moved_at = at
            return one
    await _make_room(session, actor)
    upload = Upload(
        number=number,
        material_code=material.code,
        person_id=actor.person_id,
        name=safe,
        mark=mark[:LONGEST_MARK],
        size=size,
        begun_at=at,
        moved_at=at,
    )
    session.add(upload)
    await session.flush()
    return upload


async def add(session: Session, upload: Upload, start: int, content: bytes, *, at: datetime) -> int:
    """Keep a piece of an upload the caller holds locked; how many bytes are here now.

    A piece that is here already changes nothing. Raises UploadGap (with how many are here) for any other place.
    """
    end = start + len(content)
    if 0 <= start < upload.received and end <= upload.received:
        return upload.received
    if start != upload.received or end > upload.size or not 0 < len(content) <= LARGEST_PIECE:
        raise UploadGap(upload.received)
    values = {"upload_id": upload.id, "start": start, "content": content}
    await session.execute(insert(UploadPiece).values(**values))
    upload.received, upload.moved_at = end, at
    return end


async def take(session: Session, upload: Upload) -> bytes:
    """The whole file of an upload that has arrived, which is over with that."""
    query = (
        sa.select(col(UploadPiece.content))
        .where(col(UploadPiece.upload_id) == upload.id)
        .order_by(col(UploadPiece.start))
    )
    content = b"".join(await session.scalars(query))
    await give_up(session, upload)
    return content


async def give_up(session: Session, upload: Upload) -> None:
    """Throw away what has arrived of an upload."""
    await session.delete(upload)
    await session.flush()


async def sweep(session: Session, *, at: datetime) -> None:
    """Throw away uploads nobody went on with."""
    await session.execute(sa.delete(Upload).where(col(Upload.moved_at) < at - BEGUN_LASTS))


async def settle(session: Session, file_id: UUID, finding: Finding, *, at: datetime) -> str | None:
    """Note what the scanner said of a file in quarantine; the digest of a content that has to go."""
    check = await session.get(FileCheck, file_id, with_for_update=True)
    file = await session.get(CaseFile, file_id)
    if check is None or file is None or check.verdict is not Verdict.WAITING:
        return None
    check.verdict, check.scanned_at = finding.verdict, at
    if finding.verdict is not Verdict.INFECTED:
        return None
    application = await session.get_one(Application, file.application_id)
    await record(session, None, application, "file found infected", at=at, material=file.material_code)
    others = await session.scalar(
        sa.select(sa.func.count())
        .select_from(CaseFile)
        .where(col(CaseFile.digest) == file.digest, col(CaseFile.id) != file_id)
    )
    return None if others else file.digest


async def compare(session: Session, actor: Actor, number: str, file_id: UUID, *, at: datetime) -> FileCheck:
    """与原件核对无误: an officer at the window saw the original; from now on the copy is of level B.

    Raises NotYourDeed, ApplicationNotFound, FileHeld.
    """
    if not actor.has(Role.WINDOW):
        raise NotYourDeed("compare", Role.WINDOW)
    application = await applications.get(session, actor, number, lock=True)
    file = await applications.file_of(session, application, file_id)
    check = await session.get(FileCheck, file.id, with_for_update=True)
    if check is None:
        check = FileCheck(file_id=file.id, verdict=Verdict.UNSCANNED, sent_digest=file.digest, trust=Trust.C)
        session.add(check)
    if check.verdict in HELD:
        raise FileHeld(check.verdict)
    if check.trust is not Trust.B:
        check.trust = Trust.B
        check.compared_by, check.compared_by_name, check.compared_at = actor.person_id, actor.name, at
        await record(
            session, actor, application, "file compared with the original", at=at, material=file.material_code
        )
    return check


async def _make_room(session: Session, actor: Actor) -> None:
    """One person's unfinished uploads stay few: the ones that moved longest ago go."""
    query = (
        sa.select(Upload)
        .where(col(Upload.person_id) == actor.person_id)
        .order_by(col(Upload.moved_at).desc())
        .offset(MOST_UPLOADS - 1)
    )
    for one in await session.scalars(query):
        await give_up(session, one)
