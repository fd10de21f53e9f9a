"""What is published, and how a process learns of it: versions never change, so each is read once."""

from collections.abc import Iterable
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa
from sqlmodel import col

from licensing import types
from licensing.errors import TypeUnknown
from licensing.kinds.models import TypeDraft, TypeVersion
from licensing.types import LicenceType
from storage.database import Session


class Issued(Protocol):
    """What of a licence says which type it was issued under."""

    type_code: str
    type_version: int


async def refresh(session: Session) -> None:
    """Learn what was published since this process looked last; one short query when nothing was."""
    query = sa.select(col(TypeVersion.slug), col(TypeVersion.version))
    published = {(slug, version) for slug, version in await session.execute(query)}
    known = types.learnt()
    if published == set(known):
        return
    for key in published - set(known):
        row = await session.get_one(TypeVersion, key)
        known[key] = decoded(row.definition)
    types.learn({key: one for key, one in known.items() if key in published})


async def current(session: Session, code: str) -> tuple[int, LicenceType]:
    """Number and contents of the version in force of the type of this slug or national code. Raises TypeUnknown."""
    await refresh(session)
    found = types.get(code)
    return max(types.versions(found.slug)), found


async def met(session: Session, licences: Iterable[Issued]) -> None:
    """Know the types these licences were issued under; asks nothing where they are known already."""
    if any(not _known(one) for one in licences):
        await refresh(session)


def _known(licence: Issued) -> bool:
    return licence.type_version in types.versions(licence.type_code)


def of(licence: Issued) -> LicenceType:
    """The type as it was when this licence was issued. Raises TypeUnknown where nobody made it known (`met`)."""
    return types.get(licence.type_code, licence.type_version)


async def published(session: Session, slug: str) -> list[TypeVersion]:
    """Every published version of a type, the newest first."""
    query = sa.select(TypeVersion).where(col(TypeVersion.slug) == slug)
    return list(await session.scalars(query.order_by(col(TypeVersion.version).desc())))


async def drafts(session: Session) -> dict[str, TypeDraft]:
    """Every draft by its slug."""
    query = sa.select(TypeDraft).order_by(col(TypeDraft.slug))
    return {one.slug: one for one in await session.scalars(query)}


async def draft(session: Session, slug: str, *, lock: bool = False) -> TypeDraft:
    """The draft of a type. Raises TypeUnknown where there is none."""
    query = sa.select(TypeDraft).where(col(TypeDraft.slug) == slug)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(query) if slug.isprintable() else None
    if found is None:
        raise TypeUnknown(slug)
    return found


def decoded(definition: dict[str, Any]) -> LicenceType:
    return msgspec.convert(definition, LicenceType)
