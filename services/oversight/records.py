"""A case's record as it stands in the ledger, whether it proves itself, and who looked at what."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from storage import ledger, ledger_bundle
from storage.database import Session
from storage.errors import LedgerBroken
from storage.ledger import Entry
from storage.ledger_bundle import Verdict
from storage.signed_notes import Verifier

LOOKED = "case viewed"
CHECKED = "case record verified"
EXPORTED = "evidence exported"
UNMASKED = "number unmasked"
PROFILED = "officer profile viewed"
LIST_FETCHED = "list export fetched"
LOOKS = (LOOKED, CHECKED, EXPORTED, UNMASKED, PROFILED, LIST_FETCHED)
"""Deeds by which somebody saw what is not theirs."""

PAGE = 50


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a case, for reading. `by` is the officer's or applicant's name, empty when the portal did it."""

    position: int
    at: datetime
    deed: str
    by: str
    details: Mapping[str, Any]
    hash: str
    previous: str


async def timeline(session: Session, number: str) -> list[Event]:
    """What happened to a case that the caller may see, oldest first."""
    return [_event(entry) for entry in await ledger.entries(session, number)]


def _event(entry: Entry) -> Event:
    details = entry.details
    return Event(
        position=entry.position,
        at=entry.at,
        deed=entry.deed,
        by=str(details.pop("by", "")),
        details=details,
        hash=bytes(entry.hash).hex(),
        previous=bytes(entry.previous).hex(),
    )


@dataclass(frozen=True, slots=True)
class Proof:
    """A case's evidence file and what it proves; `broken` is the entry whose readable columns were changed."""

    content: bytes
    verdict: Verdict

    @property
    def whole(self) -> bool:
        return self.verdict.whole


async def proof(session: Session, number: str, key: Verifier, *, at: datetime) -> Proof:
    """The evidence of a case that the caller may see, verified as an outsider would, and its columns as well."""
    content = await ledger_bundle.export(session, number, key, at=at)
    verdict = ledger_bundle.verify_bundle(content, key=key)
    try:
        await ledger.verify_chain(session, number)
    except LedgerBroken as broken:
        verdict = Verdict(number, verdict.entries, broken.why, broken.position)
    return Proof(content, verdict)


@dataclass(frozen=True, slots=True)
class Look:
    """Who looked at what, when, and how: `deed` is one of LOOKS."""

    id: int
    at: datetime
    by: str
    deed: str
    subject: str
    reason: str


async def looks(
    session: Session,
    *,
    subject: str | None = None,
    before: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> list[Look]:
    """Who looked at what, the latest first, for the audit administrator; `before`: the last (at, id) seen."""
    query = sa.select(Entry).where(col(Entry.deed).in_(LOOKS))
    if subject:
        query = query.where(col(Entry.subject) == subject)
    if before:
        query = query.where(sa.tuple_(col(Entry.at), col(Entry.id)) < sa.tuple_(*map(sa.literal, before)))
    ordered = query.order_by(col(Entry.at).desc(), col(Entry.id).desc()).limit(limit)
    return [_look(entry) for entry in await session.scalars(ordered)]


async def looks_at(
    session: Session, subjects: Collection[str], *, but: UUID, limit: int = PAGE
) -> list[Look]:
    """Who else than `but` looked at these cases, the latest first: for the person they are about."""
    query = (
        sa.select(Entry)
        .where(
            col(Entry.deed).in_(LOOKS), col(Entry.subject).in_(list(subjects)), col(Entry.actor) != str(but)
        )
        .order_by(col(Entry.at).desc(), col(Entry.id).desc())
        .limit(limit)
    )
    return [_look(entry) for entry in await session.scalars(query)]


def _look(entry: Entry) -> Look:
    details = entry.details
    return Look(
        id=entry.id or 0,
        at=entry.at,
        by=str(details.get("by", "")),
        deed=entry.deed,
        subject=entry.subject,
        reason=str(details.get("reason") or details.get("need") or ""),
    )
