"""Wrong passwords are counted for the pair of account and origin, and only that pair waits.

Counting by account alone would let anyone lock an owner out; counting by origin alone would hold up an office
behind one address. The row looks the same whether the account exists or not.
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.errors import PasswordsBusy
from identity.models import SignInFailure
from identity.rules import FORGOTTEN_AFTER, pause_after
from identity.sessions import ORIGIN_LENGTH
from storage.cipher import ring
from storage.database import Session

TRY_LOCK = sa.text("SELECT pg_try_advisory_xact_lock(hashtextextended(:pair, 0))")


def account_index(person_id: UUID | None, typed: str) -> str:
    """The keyed hash failures are kept under: one for a person whatever they typed, one for each text of nobody."""
    return ring().index(str(person_id or typed.strip().lower()), "sign-in")


async def take_turn(session: Session, index: str, origin: str) -> None:
    """Let one attempt of a pair be judged at a time, so that many at once cannot outrun the count.

    Does not wait for a turn (waiting would hold a connection): PasswordsBusy.
    """
    if not await session.scalar(TRY_LOCK, {"pair": f"sign-in {index} {origin}"}):
        raise PasswordsBusy


async def pause(session: Session, index: str, origin: str, at: datetime) -> datetime | None:
    """Until when this pair waits, if it does at `at`."""
    row = await _row(session, index, origin)
    return row.waits_until if row and row.waits_until and row.waits_until > at else None


async def count(session: Session, index: str, origin: str, at: datetime) -> tuple[int, datetime | None]:
    """Count one failure; how many in a row it is now, and until when the pair waits."""
    row = await _row(session, index, origin)
    failures = row.failures + 1 if row and at - row.last_at < FORGOTTEN_AFTER else 1
    wait = pause_after(failures)
    until = at + wait if wait else None
    values = {"failures": failures, "last_at": at, "waits_until": until}
    statement = insert(SignInFailure).values(account_index=index, origin=origin[:ORIGIN_LENGTH], **values)
    key = [col(SignInFailure.account_index), col(SignInFailure.origin)]
    await session.execute(statement.on_conflict_do_update(index_elements=key, set_=values))
    return failures, until


async def forget(session: Session, index: str, origin: str) -> None:
    """A sign-in that succeeded clears the pair."""
    await session.execute(sa.delete(SignInFailure).where(*_pair(index, origin)))


async def _row(session: Session, index: str, origin: str) -> SignInFailure | None:
    query = sa.select(SignInFailure).where(*_pair(index, origin))
    row: SignInFailure | None = await session.scalar(query.execution_options(populate_existing=True))
    return row


def _pair(index: str, origin: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return (
        col(SignInFailure.account_index) == index,
        col(SignInFailure.origin) == origin[:ORIGIN_LENGTH],
    )
