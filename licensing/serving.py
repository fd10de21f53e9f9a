"""What departments under contract may ask of the library (GB/T 36906 family): 检索, 信息获取, 文件获取, 验证.

Whether they may is judged by the sharing hub and its contracts before anything here is called. Each answer that tells
of one holder's licence stands in that licence's record, with who asked and for which case: its holder reads it.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from licensing import copying, queries
from licensing.errors import LicenceNotFound
from licensing.kinds.reading import met
from licensing.models import Licence
from licensing.queries import PublicFacts
from licensing.recording import record
from licensing.rules import State, local_day
from storage.database import Session
from storage.objects import ObjectStore


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks (a department's code), for what, and for which case."""

    department: str
    purpose: str
    case_number: str
    at: datetime


async def search(
    session: Session, asking: Asking, *, holders: Collection[UUID], type_codes: Collection[str]
) -> list[str]:
    """证照检索 (zzjs): identifiers of good licences of these types (slugs) held by these parties."""
    found = await queries.held(session, holders, type_codes, at=asking.at)
    for licence in found:
        await _told(session, licence, "licence found for a department", asking)
    return [licence.identifier for licence in found]


async def metadata(session: Session, asking: Asking, identifier: str) -> dict[str, str]:
    """证照信息获取 (zzysj): the elements of one issued licence. Raises LicenceNotFound."""
    licence = await _issued(session, identifier)
    await _told(session, licence, "licence told to a department", asking)
    return dict(licence.elements)


async def file(
    session: Session, asking: Asking, identifier: str, *, until: datetime, objects: ObjectStore
) -> bytes:
    """证照文件获取: an annotated copy with purpose and end. Raises LicenceNotFound, also for one that does not count."""
    licence = await _issued(session, identifier)
    if queries.state_of(licence, asking.at) is not State.VALID or licence.document is None:
        raise LicenceNotFound(identifier)
    content = await objects.get(licence.document)
    note = copying.Note(asking.department, asking.purpose, until, asking.at)
    await _told(session, licence, "licence copied for a department", asking)
    return await asyncio.to_thread(copying.annotated, content, note)


async def verify(session: Session, identifier: str, *, at: datetime) -> PublicFacts:
    """验证: how one licence stands, as anyone may know who holds its identifier. Raises LicenceNotFound."""
    return await queries.by_identifier(session, identifier, at=at)


async def use_as_material(
    session: Session, licence: Licence, *, application_number: str, purpose: str, actor: str, at: datetime
) -> None:
    """免证办: a licence found in the library stands for a material of a case; its holder reads that it did."""
    await record(
        session, licence, "licence used as material", actor, at, case=application_number, purpose=purpose
    )


async def material_copy(
    session: Session,
    identifier: str,
    *,
    application_number: str,
    note: copying.Note,
    actor: str,
    objects: ObjectStore,
) -> bytes:
    """The annotated copy (加注件) of a licence used as a material, for those who may see the case; recorded.

    Raises LicenceNotFound where it has no file or does not count any more, and what the store raises.
    """
    licence = await _issued(session, identifier)
    if queries.state_of(licence, note.at) is not State.VALID or licence.document is None:
        raise LicenceNotFound(identifier)
    content = await objects.get(licence.document)
    told = {"case": application_number, "purpose": note.purpose, "until": local_day(note.until).isoformat()}
    await record(session, licence, "licence copied for a case", actor, note.at, **told)
    return await asyncio.to_thread(copying.annotated, content, note)


async def _issued(session: Session, identifier: str) -> Licence:
    licence = await session.scalar(
        sa.select(Licence).where(col(Licence.identifier) == identifier, col(Licence.issued_at).is_not(None))
    )
    if licence is not None:
        await met(session, [licence])
    if licence is None or not queries.shared(licence):
        raise LicenceNotFound(identifier)
    return licence


async def _told(session: Session, licence: Licence, deed: str, asking: Asking) -> None:
    actor = f"department:{asking.department}"
    await record(session, licence, deed, actor, asking.at, purpose=asking.purpose, case=asking.case_number)
