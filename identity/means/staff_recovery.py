"""A member of staff who lost their password or authenticator comes back through two persons, never online alone.

A security administrator asks and gets the first half of a start code; another security or system administrator
agrees and gets the second. Whoever brings both halves sets a new password and a new authenticator. The database
refuses that asker and agreer are one, or that either is the person recovered.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import commands, passwords, queries, second_factor
from identity.actor import Actor, Role
from identity.errors import PersonUnknown
from identity.journal import note
from identity.means import recovery
from identity.means.errors import RecoveryUnknown, SamePerson
from identity.means.models import StaffRecovery
from identity.means.rules import STAFF_RECOVERY_LASTS, STAFF_RECOVERY_TRIES
from identity.models import Account, StaffMember
from storage.cipher import ring
from storage.database import Session

ASKERS = frozenset({Role.SECURITY_ADMIN})
AGREERS = frozenset({Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN})
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
HALF = 10
"""Letters of each half: 50 bits."""
START_CODE = "staff-recovery"


@dataclass(frozen=True, slots=True)
class Asked:
    """A recovery under way, for the two who decide."""

    id: UUID
    person_id: UUID
    name: str
    reason: str
    asked_by: UUID
    asked_by_name: str
    asked_at: datetime
    expires_at: datetime
    agreed: bool


async def ask(session: Session, actor: Actor, person_id: UUID, *, reason: str, at: datetime) -> str:
    """Begin; the first half of the start code, shown this once. An earlier one of this person is closed.

    Raises SamePerson for oneself or without the post, PersonUnknown unless a member of staff with an account.
    """
    if person_id == actor.person_id or not actor.has(*ASKERS):
        raise SamePerson
    post, account = await session.get(StaffMember, person_id), await session.get(Account, person_id)
    if post is None or not post.active or account is None:
        raise PersonUnknown
    await session.execute(
        sa.update(StaffRecovery)
        .where(col(StaffRecovery.person_id) == person_id, col(StaffRecovery.closed_at).is_(None))
        .values(closed_at=at)
    )
    half = _draw()
    row = StaffRecovery(
        person_id=person_id,
        reason=reason,
        asked_by=actor.person_id,
        asked_at=at,
        first_hash=_hash(half),
        expires_at=at + STAFF_RECOVERY_LASTS,
    )
    session.add(row)
    await session.flush()
    await _note(session, row, "staff recovery asked", str(actor.person_id), at)
    return half


async def agree(session: Session, actor: Actor, recovery_id: UUID, *, at: datetime) -> str:
    """Agree as the second person; the second half, shown this once. Raises RecoveryUnknown, SamePerson."""
    row = await session.get(StaffRecovery, recovery_id, with_for_update=True)
    if row is None or row.closed_at or row.agreed_by or row.expires_at <= at:
        raise RecoveryUnknown
    if actor.person_id in {row.asked_by, row.person_id} or not actor.has(*AGREERS):
        raise SamePerson
    half = _draw()
    row.agreed_by, row.second_hash = actor.person_id, _hash(half)
    await session.flush()
    await _note(session, row, "staff recovery agreed", str(actor.person_id), at)
    return half


async def refuse(session: Session, actor: Actor, recovery_id: UUID, *, at: datetime) -> None:
    """Close it unused. Raises RecoveryUnknown."""
    row = await session.get(StaffRecovery, recovery_id, with_for_update=True)
    if row is None or row.closed_at or not actor.has(*AGREERS):
        raise RecoveryUnknown
    row.closed_at = at
    await session.flush()
    await _note(session, row, "staff recovery closed", str(actor.person_id), at)


async def listing(session: Session, *, at: datetime) -> Sequence[Asked]:
    """What is under way, the newest first."""
    query = (
        sa.select(StaffRecovery)
        .where(col(StaffRecovery.closed_at).is_(None), col(StaffRecovery.expires_at) > at)
        .order_by(col(StaffRecovery.asked_at).desc())
    )
    rows = (await session.scalars(query)).all()
    names = await queries.names(session, {one for row in rows for one in (row.person_id, row.asked_by)})
    return [
        Asked(
            row.id,
            row.person_id,
            names[row.person_id],
            row.reason,
            row.asked_by,
            names[row.asked_by],
            row.asked_at,
            row.expires_at,
            row.agreed_by is not None,
        )
        for row in rows
    ]


async def start_again(
    session: Session, *, login: str, first: str, second: str, password: str, at: datetime
) -> str | None:
    """Both halves in one hand: the new password is set, all sessions end, and the new authenticator's secret is given.

    None when anything does not fit, whatever it is; five such tries close the recovery. PasswordWeak, PasswordsBusy.
    """
    known = await queries.credentials(session, login)
    query = sa.select(StaffRecovery).where(
        col(StaffRecovery.person_id) == (known.person_id if known else None),
        col(StaffRecovery.closed_at).is_(None),
        col(StaffRecovery.second_hash).is_not(None),
        col(StaffRecovery.expires_at) > at,
    )
    row: StaffRecovery | None = await session.scalar(query.with_for_update())
    if row is None or known is None:
        return None
    if not (_fits(row.first_hash, first) & _fits(row.second_hash or "", second)):
        row.tries += 1
        row.closed_at = at if row.tries >= STAFF_RECOVERY_TRIES else None
        await session.flush()
        await _note(session, row, "staff recovery refused", str(row.person_id), at)
        return None
    return await _restore(session, row, login, password, at)


async def _restore(session: Session, row: StaffRecovery, login: str, password: str, at: datetime) -> str:
    owner = await queries.profile(session, row.person_id)
    passwords.check(password, own=(login, owner.id_number, owner.phone or "", owner.name))
    account = await session.get(Account, row.person_id, with_for_update=True)
    if account is None:
        raise PersonUnknown
    account.password_hash, account.changed_at = await passwords.make_hash(password), at
    row.used_at = row.closed_at = at
    await session.flush()
    await recovery.close_doors(session, row.person_id, at)
    secret = await commands.enrol_totp(
        session, row.person_id, secret=second_factor.new_secret(), by=str(row.person_id), at=at
    )
    await _note(session, row, "staff account recovered", str(row.person_id), at)
    return secret


def _draw() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(HALF))


def _hash(half: str) -> str:
    return ring().index(_plain(half), START_CODE)


def _fits(kept: str, half: str) -> bool:
    return ring().is_index(kept, _plain(half), START_CODE)


def _plain(half: str) -> str:
    return "".join(half.split()).upper()


async def _note(session: Session, row: StaffRecovery, deed: str, by: str, at: datetime) -> None:
    details = {"recovery": str(row.id), "asked by": str(row.asked_by), "agreed by": str(row.agreed_by)}
    await note(session, f"account:{row.person_id}", deed, str(row.person_id), by, at, **details)
