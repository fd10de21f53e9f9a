"""Reading drafts, what is wrong with them, and how an item stands."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from services.catalogue.comparing import Difference, between
from services.catalogue.errors import ItemNotFound
from services.catalogue.lint import UNCHECKED, Known
from services.catalogue.lint.drafts import examine_draft
from services.catalogue.maintenance.errors import DraftNotFound
from services.catalogue.maintenance.models import (
    Draft,
    DraftState,
    ItemDraft,
    ItemDraftRevision,
    ItemSuspension,
)
from services.catalogue.models import ItemState, ItemVersion
from services.catalogue.problems import Problem
from services.catalogue.queries import TODAY
from storage.database import Session

MOST = 200


def as_draft(row: ItemDraft) -> Draft:
    return Draft(
        code=row.code,
        revision=row.revision,
        definition=row.definition,
        state=row.state,
        kind=row.kind,
        base_version=row.base_version,
        effective_on=row.effective_on,
        edited_by=row.edited_by_name,
        edited_at=row.edited_at,
        note=row.note,
        replaces=tuple(row.replaces),
        reviewed_by=row.reviewed_by_name,
        reviewed_at=row.reviewed_at,
    )


async def draft(session: Session, code: str) -> Draft:
    """The item's draft. Raises DraftNotFound."""
    if not code.isprintable():  # PostgreSQL takes neither NUL nor half a surrogate pair
        raise DraftNotFound(code)
    row = await session.scalar(sa.select(ItemDraft).where(col(ItemDraft.code) == code))
    if row is None:
        raise DraftNotFound(code)
    return as_draft(row)


async def drafts(
    session: Session, *, state: DraftState | None = None, after: str = "", limit: int = MOST
) -> list[Draft]:
    """Drafts by code, all or those in one state; `after` is the last code of the page before."""
    query = sa.select(ItemDraft).where(col(ItemDraft.code) > after).order_by(col(ItemDraft.code)).limit(limit)
    if state is not None:
        query = query.where(col(ItemDraft.state) == state)
    return [as_draft(row) for row in await session.scalars(query)]


async def problems_of(draft: Draft, known: Known = UNCHECKED) -> tuple[Problem, ...]:
    """The lint on a definition that may be incomplete; `path` is the element's own, also where it is missing.

    Rules that need an element which is missing or unreadable keep silent until it is there.
    """
    return await asyncio.to_thread(examine_draft, draft.definition, known)


@dataclass(frozen=True, slots=True)
class Save:
    """One save of a draft."""

    revision: int
    by: str
    at: datetime


async def saves(session: Session, code: str) -> list[Save]:
    """Every save of the draft, the newest first."""
    query = (
        sa.select(
            col(ItemDraftRevision.revision),
            col(ItemDraftRevision.edited_by_name),
            col(ItemDraftRevision.edited_at),
        )
        .where(col(ItemDraftRevision.code) == code)
        .order_by(col(ItemDraftRevision.revision).desc())
    )
    return [Save(*row) for row in await session.execute(query)]


async def changed_since(session: Session, draft: Draft, revision: int) -> list[Difference]:
    """What others changed in the draft since `revision`, by path; nothing when that revision is unknown."""
    before = await session.scalar(
        sa.select(col(ItemDraftRevision.definition)).where(
            col(ItemDraftRevision.code) == draft.code, col(ItemDraftRevision.revision) == revision
        )
    )
    return [] if before is None else compared(before, draft.definition)


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Differences of two definitions in builtins, complete or not."""
    return list(between(dict(before), dict(after)))


async def published_codes(session: Session) -> list[str]:
    """Items that may be applied for today, by code, suspended ones too."""
    newest = (
        sa.select(col(ItemVersion.code), col(ItemVersion.state))
        .ext(distinct_on(col(ItemVersion.code)))
        .where(col(ItemVersion.state) != ItemState.DRAFT, col(ItemVersion.effective_on) <= TODAY)
        .order_by(col(ItemVersion.code), col(ItemVersion.version).desc())
        .subquery()
    )
    query = sa.select(newest.c.code).where(newest.c.state == ItemState.PUBLISHED).order_by(newest.c.code)
    return list(await session.scalars(query))


@dataclass(frozen=True, slots=True)
class Version:
    """One published version; `in_force` when it is the one that people apply for today."""

    version: int
    state: ItemState
    effective_on: date
    published_at: datetime | None
    withdrawn_at: datetime | None
    digest: str
    in_force: bool


async def versions(session: Session, code: str) -> list[Version]:
    """Every published version of an item, the newest first. Raises ItemNotFound."""
    if not code.isprintable():
        raise ItemNotFound(code)
    query = (
        sa.select(
            col(ItemVersion.version),
            col(ItemVersion.state),
            col(ItemVersion.effective_on),
            col(ItemVersion.published_at),
            col(ItemVersion.withdrawn_at),
            col(ItemVersion.digest),
            col(ItemVersion.effective_on) <= TODAY,
        )
        .where(col(ItemVersion.code) == code, col(ItemVersion.state) != ItemState.DRAFT)
        .order_by(col(ItemVersion.version).desc())
    )
    rows = (await session.execute(query)).all()
    if not rows:
        raise ItemNotFound(code)
    newest = next((row.version for row in rows if row[6]), None)
    return [Version(*row[:6], row.version == newest and row.state is ItemState.PUBLISHED) for row in rows]


@dataclass(frozen=True, slots=True)
class Kept:
    """One item in the list of those who keep the catalogue: newest version, standing and draft, whichever there is.

    `standing` is published, scheduled, suspended or withdrawn; nothing for an item that is only a draft so far.
    """

    code: str
    name: dict[str, str]
    version: int | None
    standing: str | None
    effective_on: date | None
    draft: DraftState | None
    edited_by: str | None
    edited_at: datetime | None


async def kept(session: Session, *, after: str = "", q: str = "", limit: int = 100) -> list[Kept]:
    """All items and drafts by code; `q` is part of a code or Chinese name, `after` the last code of the page before."""
    newest = (
        sa.select(ItemVersion)
        .ext(distinct_on(col(ItemVersion.code)))
        .where(col(ItemVersion.state) != ItemState.DRAFT)
        .order_by(col(ItemVersion.code), col(ItemVersion.version).desc())
        .subquery()
    )
    suspended = sa.exists().where(col(ItemSuspension.code) == newest.c.code)
    standing = sa.case(
        (newest.c.state == ItemState.WITHDRAWN, "withdrawn"),
        (suspended, "suspended"),
        (newest.c.effective_on > TODAY, "scheduled"),
        (newest.c.code.is_not(None), "published"),
    )
    draft = ItemDraft.__table__.alias("draft")  # type: ignore[attr-defined]  # SQLModel does not say it has one
    code = sa.func.coalesce(newest.c.code, draft.c.code)
    name = sa.func.coalesce(newest.c.definition["name"], draft.c.definition["name"])
    query = (
        sa.select(
            code,
            name,
            newest.c.version,
            standing,
            newest.c.effective_on,
            draft.c.state,
            draft.c.edited_by_name,
            draft.c.edited_at,
        )
        .select_from(newest.join(draft, draft.c.code == newest.c.code, full=True))
        .where(code > after)
        .order_by(code)
        .limit(limit)
    )
    if q:
        query = query.where(sa.or_(sa.func.strpos(code, q) > 0, sa.func.strpos(name["zh"].astext, q) > 0))
    rows = await session.execute(query)
    return [Kept(row[0], row[1] or {"zh": row[0], "en": row[0]}, *row[2:]) for row in rows]


async def has_draft(session: Session, code: str) -> bool:
    """Whether somebody is editing this item."""
    return bool(await session.scalar(sa.select(sa.exists().where(col(ItemDraft.code) == code))))
