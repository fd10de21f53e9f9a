"""Keeping licence types: a draft is begun, saved, thrown away or published; what is published never changes.

Each deed by one who keeps the catalogue, on the chain `licence-type:<slug>`. Drafts never hold mistakes; the second
of two who edit the same draft is refused (`TypeDraftMovedOn`).
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor, Party, Role
from licensing import specimen, types
from licensing.errors import (
    PrintFailed,
    Problem,
    TypeDraftMovedOn,
    TypeKeeperOnly,
    TypeTaken,
    TypeUnfit,
)
from licensing.kinds import reading
from licensing.kinds.examining import builtins, examined
from licensing.kinds.models import TypeDraft, TypeVersion
from licensing.metadata import Issuer
from licensing.types import LicenceType
from storage import ledger
from storage.database import Session

SEEDER = "system:licensing"
NOBODY = UUID(int=0)
SEEDING = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('licence-types', 0))")


async def seed(session: Session, *, at: datetime) -> int:
    """Put the shipped types into the database as version 1; how many were new. Twice is once."""
    await session.execute(SEEDING)
    present = set(await session.scalars(sa.select(col(TypeVersion.slug))))
    new = [one for slug, one in types.shipped().items() if slug not in present]
    for licence_type in new:
        await _publish(session, licence_type, 1, SEEDER, SEEDER, at, "")
    await reading.refresh(session)
    return len(new)


async def begin(session: Session, actor: Actor, slug: str, *, at: datetime) -> TypeDraft:
    """A draft of the next version of a type; the one there is where somebody began already.

    Raises TypeUnknown, TypeKeeperOnly.
    """
    _keeper(actor)
    version, licence_type = await reading.current(session, slug)
    known = (await reading.drafts(session)).get(licence_type.slug)
    if known is not None:
        return known
    return await _keep_new(session, actor, builtins(licence_type), version, at)


async def begin_new(
    session: Session, actor: Actor, *, slug: str, code: str, like: str, name: Mapping[str, str], at: datetime
) -> TypeDraft:
    """A draft of a new type, with everything else as of the type `like`.

    Raises TypeUnknown, TypeUnfit, TypeTaken where slug or code is in use, TypeKeeperOnly.
    """
    _keeper(actor)
    _, model = await reading.current(session, like)
    definition = builtins(model) | {"slug": slug, "code": code, "name": dict(name)}
    _, problems = examined(definition)
    if problems:
        raise TypeUnfit(slug, problems)
    drafts = await reading.drafts(session)
    known = {one.slug: one.code for one in types.load_types().values()}
    known |= {one.slug: str(one.definition["code"]) for one in drafts.values()}
    for part, taken in (("slug", slug in known), ("code", code in known.values())):
        if taken:
            raise TypeTaken(part)
    return await _keep_new(session, actor, definition, None, at)


async def save(
    session: Session, actor: Actor, slug: str, definition: Mapping[str, Any], *, revision: int, at: datetime
) -> TypeDraft:
    """Write what an official changed; slug and code stay, for numbers hang on them.

    Raises TypeUnknown, TypeDraftMovedOn where somebody saved since `revision`, TypeUnfit, TypeKeeperOnly.
    """
    _keeper(actor)
    draft = await _seen(session, slug, revision)
    wanted = {**definition, "slug": draft.slug, "code": draft.definition["code"]}
    licence_type, problems = examined(wanted)
    if licence_type is None:
        raise TypeUnfit(slug, problems)
    draft.definition = builtins(licence_type)
    draft.revision += 1
    draft.edited_by, draft.edited_by_name, draft.edited_at = str(actor.person_id), actor.name, at
    await _record(session, draft.slug, "licence type draft saved", str(actor.person_id), at, draft.revision)
    return draft


async def discard(session: Session, actor: Actor, slug: str, *, revision: int, at: datetime) -> None:
    """Throw a draft away. Raises TypeUnknown, TypeDraftMovedOn, TypeKeeperOnly."""
    _keeper(actor)
    draft = await _seen(session, slug, revision)
    await session.delete(draft)
    await _record(session, slug, "licence type draft discarded", str(actor.person_id), at, revision)


async def publish(
    session: Session, actor: Actor, slug: str, *, revision: int, note: str, at: datetime
) -> TypeVersion:
    """Make a draft the next version, from now on that of every licence decided. Its page is printed once before.

    Raises TypeUnknown, TypeDraftMovedOn, TypeUnfit where it cannot be printed, TypeKeeperOnly.
    """
    _keeper(actor)
    draft = await _seen(session, slug, revision)
    licence_type, problems = examined(draft.definition)
    if licence_type is None:
        raise TypeUnfit(slug, problems)
    await previewed(licence_type, at=at)
    version = await _publish(
        session,
        licence_type,
        (draft.base_version or 0) + 1,
        str(actor.person_id),
        actor.name,
        at,
        note.strip(),
    )
    await session.delete(draft)
    await session.flush()
    await reading.refresh(session)
    return version


async def previewed(licence_type: LicenceType, *, at: datetime, issuer: str = "示例市示例局") -> bytes:
    """The page with sample values, marked 样本, as PDF. Raises TypeUnfit where it cannot be laid out."""
    bearer = Issuer(licence_type.code[:18], issuer)
    holder = Party(licence_type.holder.kinds[0], NOBODY, "示例持证人")
    try:
        return await asyncio.to_thread(
            specimen.specimen, licence_type, issuer=bearer, holder=holder, at=at, link="https://示例"
        )
    except PrintFailed:
        raise TypeUnfit(licence_type.slug, [Problem("not-printed", "template")]) from None


async def _seen(session: Session, slug: str, revision: int) -> TypeDraft:
    draft = await reading.draft(session, slug, lock=True)
    if draft.revision != revision:
        raise TypeDraftMovedOn(slug, draft.edited_by_name, draft.edited_at)
    return draft


async def _keep_new(
    session: Session, actor: Actor, definition: dict[str, Any], base: int | None, at: datetime
) -> TypeDraft:
    draft = TypeDraft(
        slug=definition["slug"],
        base_version=base,
        definition=definition,
        edited_by=str(actor.person_id),
        edited_by_name=actor.name,
        edited_at=at,
    )
    session.add(draft)
    await _record(session, draft.slug, "licence type draft begun", str(actor.person_id), at, 1)
    return draft


async def _publish(
    session: Session,
    licence_type: LicenceType,
    version: int,
    by: str,
    name: str,
    at: datetime,
    note: str,
) -> TypeVersion:
    row = TypeVersion(
        slug=licence_type.slug,
        version=version,
        code=licence_type.code,
        definition=builtins(licence_type),
        published_at=at,
        published_by=by,
        published_by_name=name,
        note=note,
    )
    session.add(row)
    await session.flush()
    await ledger.append(
        session,
        chain=f"licence-type:{row.slug}",
        deed="licence type published",
        subject=row.slug,
        actor=by,
        at=at,
        details={"version": version, "code": row.code, "note": note},
    )
    return row


async def _record(session: Session, slug: str, deed: str, actor: str, at: datetime, revision: int) -> None:
    await session.flush()
    await ledger.append(
        session,
        chain=f"licence-type:{slug}",
        deed=deed,
        subject=slug,
        actor=actor,
        at=at,
        details={"revision": revision},
    )


def _keeper(actor: Actor) -> None:
    if not actor.has(Role.CATALOGUE):
        raise TypeKeeperOnly
