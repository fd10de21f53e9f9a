"""What a person had typed when their sign-in ran out: sealed, for half an hour, for the same person only.

The browser gets a random key; the row holds its digest, who had been signed in, for whom they acted, where the
form was going and where it stood. Files are not kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.models import KeptForm, WebSession
from identity.sessions import digest, new_token
from storage.database import Session

KEPT_FOR = timedelta(minutes=30)
LARGEST = 64 * 1024
"""Characters of names and values together; a longer form is not kept."""

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept form: `action` is where it was posted, `place` the page it stood on."""

    action: str
    place: str
    acting_for: UUID | None
    fields: tuple[tuple[str, str], ...]


async def keep(
    session: Session, *, token: str, action: str, place: str, fields: Fields, at: datetime
) -> str | None:
    """Keep a form for whoever the token had signed in; the key for the browser, or None.

    None for a token that never was anybody's, and for a form that is empty or too large.
    """
    if not 0 < sum(len(name) + len(value) for name, value in fields) <= LARGEST:
        return None
    query = sa.select(col(WebSession.person_id), col(WebSession.acting_for)).where(
        col(WebSession.token_hash) == digest(token), sa.not_(col(WebSession.awaiting_code))
    )
    owner = (await session.execute(query)).one_or_none()
    if owner is None:
        return None
    key = new_token()
    row = KeptForm(
        key_hash=digest(key),
        person_id=owner.person_id,
        acting_for=owner.acting_for,
        action=action,
        place=place,
        fields=[[name, value] for name, value in fields],
        created_at=at,
        expires_at=at + KEPT_FOR,
    )
    session.add(row)
    await session.flush()
    return key


async def offered(session: Session, key: str, person_id: UUID, *, at: datetime) -> Kept | None:
    """The form under this key if it is this person's and its time has not run out."""
    row: KeptForm | None = await session.scalar(sa.select(KeptForm).where(*_own(key, person_id, at)))
    return None if row is None else _kept(row)


async def take(session: Session, key: str, person_id: UUID, *, at: datetime) -> Kept | None:
    """The same, once: the key is used up."""
    statement = sa.delete(KeptForm).where(*_own(key, person_id, at)).returning(KeptForm)
    row: KeptForm | None = await session.scalar(statement)
    return None if row is None else _kept(row)


async def sweep(session: Session, *, at: datetime) -> None:
    """Drop what nobody came back for."""
    await session.execute(sa.delete(KeptForm).where(col(KeptForm.expires_at) <= at))


def _own(key: str, person_id: UUID, at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(KeptForm.key_hash) == digest(key),
        col(KeptForm.person_id) == person_id,
        col(KeptForm.expires_at) > at,
    )


def _kept(row: KeptForm) -> Kept:
    return Kept(row.action, row.place, row.acting_for, tuple((name, value) for name, value in row.fields))
