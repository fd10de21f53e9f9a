"""Browsers a person has signed in with: a known one is let in where strangers wait."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.models import KnownDevice
from identity.rules import DEVICE_LASTS
from identity.sessions import digest, new_token
from storage.database import Session


async def knows(session: Session, token: str | None, person_id: UUID | None, at: datetime) -> bool:
    """Whether this person has signed in with the browser that holds `token`."""
    if not token or person_id is None:
        return False
    query = sa.select(col(KnownDevice.person_id)).where(
        col(KnownDevice.token_hash) == digest(token),
        col(KnownDevice.person_id) == person_id,
        col(KnownDevice.expires_at) > at,
    )
    return await session.scalar(query) is not None


async def remember(session: Session, token: str | None, person_id: UUID, at: datetime) -> str:
    """Note that the person signed in with this browser; the token it keeps.

    A token the server did not draw is not taken up: the browser gets a new one.
    """
    held = token if token and await _drawn(session, token, at) else new_token()
    values = {"seen_at": at, "expires_at": at + DEVICE_LASTS}
    statement = insert(KnownDevice).values(
        token_hash=digest(held), person_id=person_id, created_at=at, **values
    )
    key = [col(KnownDevice.token_hash), col(KnownDevice.person_id)]
    await session.execute(statement.on_conflict_do_update(index_elements=key, set_=values))
    return held


async def forget_all(session: Session, person_id: UUID) -> None:
    """No browser is known any more: the account changed hands back."""
    await session.execute(sa.delete(KnownDevice).where(col(KnownDevice.person_id) == person_id))


async def sweep(session: Session, *, at: datetime) -> None:
    await session.execute(sa.delete(KnownDevice).where(col(KnownDevice.expires_at) <= at))


async def _drawn(session: Session, token: str, at: datetime) -> bool:
    query = sa.select(sa.literal(1)).where(
        col(KnownDevice.token_hash) == digest(token), col(KnownDevice.expires_at) > at
    )
    return await session.scalar(query.limit(1)) is not None
