"""Back into an account whose password is lost, without a back door.

Who can read the owner's notices may begin a recovery. With an authenticator the account asks for its code as well,
and then it opens at once. Without one it waits a day: the owner is told on every proven channel, and any sign-in or
objection of theirs ends it. Setting the password ends every session and forgets every device. Staff recover through
two persons (`staff_recovery`).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity import devices, passwords, queries, second_factor, sessions
from identity.journal import note
from identity.means import notices
from identity.means.errors import RecoveryUnknown
from identity.means.models import Recovery
from identity.means.rules import RECOVERY_LASTS, RECOVERY_WAITS, Standing
from identity.models import Account, StaffMember
from storage.database import Session


@dataclass(frozen=True, slots=True)
class Found:
    """`ready_at`: from when a new password may be set. `code_needed`: only with the authenticator's code."""

    standing: Standing
    ready_at: datetime | None = None
    code_needed: bool = False


async def begin(session: Session, person_id: UUID, *, at: datetime) -> Found:
    """Where the recovery of this person stands, who has just shown a code sent to them; begun if there was none."""
    account = await session.get(Account, person_id)
    post = await session.get(StaffMember, person_id)
    if account is None or (post is not None and post.active):
        return Found(Standing.AT_THE_WINDOW)
    if account.totp_secret:
        return Found(Standing.OPEN, at, code_needed=True)
    await _expire(session, person_id, at)
    row = Recovery(
        person_id=person_id,
        started_at=at,
        ready_at=at + RECOVERY_WAITS,
        expires_at=at + RECOVERY_WAITS + RECOVERY_LASTS,
    )
    statement = insert(Recovery).values(row.model_dump()).on_conflict_do_nothing().returning(col(Recovery.id))
    if await session.scalar(statement):
        await note(session, f"account:{person_id}", "recovery begun", str(person_id), str(person_id), at)
        await notices.tell_all(session, person_id, notices.RECOVERY_BEGUN, at=at)
        return Found(Standing.STARTED, row.ready_at)
    known = await pending(session, person_id, at=at)
    ready_at = known.ready_at if known else row.ready_at
    return Found(Standing.OPEN if ready_at <= at else Standing.WAITING, ready_at)


async def standing(session: Session, person_id: UUID, *, at: datetime) -> Found:
    """Where it stands, nothing begun."""
    account = await session.get(Account, person_id)
    if account is not None and account.totp_secret:
        return Found(Standing.OPEN, at, code_needed=True)
    row = await pending(session, person_id, at=at)
    if row is None:
        return Found(Standing.AT_THE_WINDOW)
    return Found(Standing.OPEN if row.ready_at <= at else Standing.WAITING, row.ready_at)


async def pending(session: Session, person_id: UUID, *, at: datetime) -> Recovery | None:
    """The recovery of this person that is under way."""
    query = sa.select(Recovery).where(*_open(person_id), col(Recovery.expires_at) > at)
    row: Recovery | None = await session.scalar(query)
    return row


async def finish(session: Session, person_id: UUID, *, password: str, code: str | None, at: datetime) -> bool:
    """Set the new password; every session ends, no device is known any more. False: the code does not fit.

    Raises RecoveryUnknown (none open, or it still waits), PasswordWeak, PasswordsBusy.
    """
    account = await session.get(Account, person_id, with_for_update=True)
    row = await session.scalar(sa.select(Recovery).where(*_open(person_id)).with_for_update())
    if account is None:
        raise RecoveryUnknown
    owner = await queries.profile(session, person_id)
    own = (owner.id_number, owner.phone or "", owner.name, account.login or "")
    passwords.check(password, own=own)
    if account.totp_secret:
        step = second_factor.step_of(account.totp_secret, code or "", at, used=account.totp_step)
        if step is None:
            await note(
                session, f"account:{person_id}", "recovery refused", str(person_id), str(person_id), at
            )
            return False
        account.totp_step = step
    elif row is None or not row.ready_at <= at < row.expires_at:
        raise RecoveryUnknown
    account.password_hash, account.changed_at = await passwords.make_hash(password), at
    if row is not None:
        row.used_at = at
    await close_doors(session, person_id, at)
    await note(session, f"account:{person_id}", "account recovered", str(person_id), str(person_id), at)
    await notices.tell_all(session, person_id, notices.SIGN_INS_ENDED, at=at)
    return True


async def close_doors(session: Session, person_id: UUID, at: datetime) -> None:
    """Every session of the person ends and every device is a stranger again."""
    await sessions.end_all(session, person_id, at)
    await devices.forget_all(session, person_id)


async def stop(session: Session, person_id: UUID, *, by: str, at: datetime) -> bool:
    """The owner is here, or says so: a recovery under way ends; whether there was one."""
    ended = await session.scalar(
        sa.update(Recovery).where(*_open(person_id)).values(cancelled_at=at).returning(col(Recovery.id))
    )
    if ended is None:
        return False
    await note(session, f"account:{person_id}", "recovery stopped", str(person_id), by, at)
    return True


async def _expire(session: Session, person_id: UUID, at: datetime) -> None:
    await session.execute(
        sa.update(Recovery).where(*_open(person_id), col(Recovery.expires_at) <= at).values(cancelled_at=at)
    )


def _open(person_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(Recovery.person_id) == person_id,
        col(Recovery.used_at).is_(None),
        col(Recovery.cancelled_at).is_(None),
    )
