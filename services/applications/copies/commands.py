"""Comparing a file with its original, and making marked copies of what lies in a case; both are on the record."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.actor import Actor, Role
from services.applications import queries
from services.applications.arriving.queries import require_cleared
from services.applications.commands.recording import record
from services.applications.copies import burning
from services.applications.copies.models import OriginalSeen
from services.applications.copies.queries import standings
from services.applications.copies.rules import Level, good_until, marking
from services.applications.errors import FileUnreadable, NotYourDeed, StepNotOpen
from services.applications.models import Application
from services.applications.rules import OPEN
from services.catalogue import queries as catalogue
from services.workflow.rules import local_day
from storage.database import Session
from storage.objects import ObjectStore

COMPARE = "compare-original"


@dataclass(frozen=True, slots=True)
class Copy:
    """A marked copy, ready to be handed out."""

    name: str
    media_type: str
    content: bytes


async def compare(session: Session, actor: Actor, number: str, file_id: UUID, *, at: datetime) -> None:
    """与原件核对无误: a window clerk held the original beside the file, which is of level B from now on.

    A second time changes nothing. Raises ApplicationNotFound, NotYourDeed, StepNotOpen (the case is closed).
    """
    application = await queries.get(session, actor, number)
    if not actor.has(Role.WINDOW):
        raise NotYourDeed(COMPARE, Role.WINDOW)
    if application.state not in OPEN:
        raise StepNotOpen(application.state, COMPARE)
    file = await queries.file_of(session, application, file_id)
    row = insert(OriginalSeen).values(
        file_id=file.id, officer_id=actor.person_id, officer_name=actor.name, at=at
    )
    new = await session.scalar(row.on_conflict_do_nothing().returning(col(OriginalSeen.file_id)))
    if new is not None:
        await record(
            session,
            actor,
            application,
            "original compared",
            at=at,
            material=file.material_code,
            original=file.digest,
        )


async def copy_of_file(
    session: Session, actor: Actor, number: str, file_id: UUID, *, objects: ObjectStore, at: datetime
) -> Copy:
    """A marked copy of what was handed in; the original stays as it is.

    Raises ApplicationNotFound, FileHeld, FileUnreadable, storage.ObjectDamaged.
    """
    application = await queries.get(session, actor, number)
    file = await queries.file_of(session, application, file_id)
    await require_cleared(session, file.id)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    told = await standings(session, application, item.definition, [file], today=local_day(at))
    standing = told[file.id]
    lines = _lines(standing.marking, application, actor, at)
    try:
        content = await objects.get(file.digest)
        made = await asyncio.to_thread(burning.marked, content, file.media_type, lines)
    except ValueError:
        raise FileUnreadable(file.name) from None
    await _record(session, actor, application, standing.level, made, file.digest, at)
    return Copy(f"{standing.level}-{file.name}", file.media_type, made)


async def copy_of_paper(
    session: Session,
    actor: Actor,
    number: str,
    content: bytes,
    name: str,
    *,
    ends: date | None = None,
    at: datetime,
) -> Copy:
    """A marked copy of what the organ itself made (level A): a paper, a licence that is good until `ends`."""
    application = await queries.get(session, actor, number)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    until = good_until(local_day(at), ends)
    text = marking(Level.A, provider=item.definition.department.name.zh, until=until)
    made = await asyncio.to_thread(burning.marked, content, burning.PDF, _lines(text, application, actor, at))
    original = hashlib.sha256(content).hexdigest()
    await _record(session, actor, application, Level.A, made, original, at)
    return Copy(f"{Level.A}-{name}", burning.PDF, made)


def _lines(text: str, application: Application, actor: Actor, at: datetime) -> tuple[str, ...]:
    day = local_day(at)
    return (
        *text.split("，"),
        f"办件 {application.number}",
        f"{day.year}年{day.month}月{day.day}日由{actor.name}复制",
    )


async def _record(
    session: Session,
    actor: Actor,
    application: Application,
    level: Level,
    made: bytes,
    original: str,
    at: datetime,
) -> None:
    """Which original, at which level, and the digest of the very copy that went out."""
    digest = hashlib.sha256(made).hexdigest()
    await record(
        session, actor, application, "copy made", at=at, level=level, original=original, copied=digest
    )
