"""One-time codes by notice: six digits, five minutes, five tries, for one purpose and one browser.

The browser holds a random key, the row its digest and a keyed hash of the code. For an account that does not exist,
or cannot be reached, a row of the same kind is made and a notice to nobody: nothing tells a stranger which it was.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import pressure, queries, trials
from identity.attempts import Paused
from identity.errors import PasswordsBusy
from identity.journal import note
from identity.means import contacts, notices
from identity.means.models import OneTimeCode
from identity.means.rules import CODE_LASTS, CODE_TRIES, PROOF_LASTS, Channel, Purpose
from identity.pressure import gauge
from identity.rules import CODES_FROM_NETWORK, CODES_TO_ACCOUNT, CODES_TO_ACCOUNT_FROM_NETWORK, network
from identity.sessions import digest, new_token
from storage.cipher import ring
from storage.database import Session

CODE = "one-time-code"


@dataclass(frozen=True, slots=True)
class Sent:
    """`key` for the browser, shown this once. Whether anybody got a code is not said."""

    key: str


@dataclass(frozen=True, slots=True)
class Right:
    """The code fits: whose, and where it had been sent."""

    person_id: UUID
    channel: Channel
    address: str
    created_at: datetime


async def ask(
    session: Session, *, account: str, purpose: Purpose, channel: Channel, origin: str, at: datetime
) -> Sent | Paused:
    """Send a code to the proven contact of whoever signs in by `account`; staff get none.

    Paused where this account or this network was sent too many, whether or not the account exists.
    """
    known = await queries.credentials(session, account)
    index = trials.account_index(known.person_id if known else None, account)
    if until := await _crowded(session, index, origin, at):
        return Paused(until)
    citizen = known.person_id if known and not known.staff else None
    address = await contacts.reached_at(session, citizen, channel)
    person_id = known.person_id if known and address else None
    return await _make(session, person_id, index, purpose, channel, address, at=at)


async def ask_own(
    session: Session, person_id: UUID, *, channel: Channel, address: str, origin: str, at: datetime
) -> Sent | Paused:
    """Send a code to an address that a signed-in person says is theirs."""
    index = trials.account_index(person_id, "")
    if until := await _crowded(session, index, origin, at):
        return Paused(until)
    return await _make(session, person_id, index, Purpose.CONTACT, channel, address, at=at)


async def ask_proof(
    session: Session, person_id: UUID, *, channel: Channel, origin: str, at: datetime
) -> Sent | Paused | None:
    """Send a code to a proven contact of a signed-in person, who is to show who they are; None without such a contact."""
    address = next(
        (one.address for one in await contacts.proven(session, person_id) if one.channel is channel), None
    )
    if address is None:
        return None
    index = trials.account_index(person_id, "")
    if until := await _crowded(session, index, origin, at):
        return Paused(until)
    return await _make(session, person_id, index, Purpose.PROVE, channel, address, at=at)


async def show(
    session: Session, *, key: str | None, purpose: Purpose, code: str, at: datetime
) -> Right | int | None:
    """Right once; how many tries are left; None when the code ran out, was used, or tried too often."""
    row = await _row(session, key, purpose)
    if row is None or row.right_at or row.closed_at or row.expires_at <= at or row.tries >= CODE_TRIES:
        return None
    row.tries += 1
    if _fits(row, "".join(code.split())) and row.person_id is not None:
        row.right_at = at
        await session.flush()
        return Right(row.person_id, row.channel, row.address, row.created_at)
    await session.flush()
    if row.person_id is not None:
        own = str(row.person_id)
        await note(session, f"account:{own}", "code refused", own, own, at, purpose=row.purpose.value)
    return CODE_TRIES - row.tries or None


async def awaited(session: Session, *, key: str | None, purpose: Purpose, at: datetime) -> bool:
    """Whether this browser asked for such a code that may still be typed."""
    query = sa.select(sa.literal(1)).where(
        col(OneTimeCode.key_hash) == digest(key or ""),
        col(OneTimeCode.purpose) == purpose,
        col(OneTimeCode.expires_at) > at,
        col(OneTimeCode.tries) < CODE_TRIES,
        col(OneTimeCode.right_at).is_(None),
    )
    return await session.scalar(query) is not None


async def shown(
    session: Session, *, key: str | None, purpose: Purpose, at: datetime, close: bool = False
) -> UUID | None:
    """Who showed the code under this key within ten minutes; with `close` for the last time."""
    query = sa.select(OneTimeCode).where(
        col(OneTimeCode.key_hash) == digest(key or ""),
        col(OneTimeCode.purpose) == purpose,
        col(OneTimeCode.right_at) > at - PROOF_LASTS,
        col(OneTimeCode.closed_at).is_(None),
    )
    row: OneTimeCode | None = await session.scalar(query.with_for_update() if close else query)
    if row is not None and close:
        row.closed_at = at
    return row.person_id if row else None


async def sweep(session: Session, *, at: datetime) -> None:
    """Drop codes nobody can use any more."""
    await session.execute(sa.delete(OneTimeCode).where(col(OneTimeCode.expires_at) < at - PROOF_LASTS))


async def _make(
    session: Session,
    person_id: UUID | None,
    index: str,
    purpose: Purpose,
    channel: Channel,
    address: str,
    *,
    at: datetime,
) -> Sent:
    key, code = new_token(), f"{secrets.randbelow(10**6):06d}"
    session.add(
        OneTimeCode(
            key_hash=digest(key),
            purpose=purpose,
            channel=channel,
            person_id=person_id,
            account_index=index,
            address=address,
            code_hash=_hash(code, digest(key)),
            created_at=at,
            expires_at=at + CODE_LASTS,
        )
    )
    await session.flush()
    text = notices.CODE.format(code=code)
    await notices.send(session, channel, address, text, at=at, lasts=CODE_LASTS)
    return Sent(key)


async def _crowded(session: Session, index: str, origin: str, at: datetime) -> datetime | None:
    """Until when no more codes are sent, if so; otherwise this one is charged."""
    if not await session.scalar(trials.TRY_LOCK, {"pair": f"codes {index}"}):
        raise PasswordsBusy
    where = network(origin)
    gauges = [
        gauge(CODES_TO_ACCOUNT, "codes", index),
        gauge(CODES_TO_ACCOUNT_FROM_NETWORK, "codes", index, where),
        gauge(CODES_FROM_NETWORK, "codes from", where),
    ]
    until = await pressure.wait(session, gauges, at)
    if until is None:
        await pressure.add(session, gauges, at)
    return until


async def _row(session: Session, key: str | None, purpose: Purpose) -> OneTimeCode | None:
    query = sa.select(OneTimeCode).where(
        col(OneTimeCode.key_hash) == digest(key or ""), col(OneTimeCode.purpose) == purpose
    )
    row: OneTimeCode | None = await session.scalar(query.with_for_update())
    return row


def _hash(code: str, key_hash: bytes) -> str:
    """Keyed and bound to its row: a copy of the database cannot be searched for six digits."""
    return ring().index(_bound(code, key_hash), CODE)


def _fits(row: OneTimeCode, code: str) -> bool:
    """A code that was sent before the look-up key changed is still good."""
    return ring().is_index(row.code_hash, _bound(code, row.key_hash), CODE)


def _bound(code: str, key_hash: bytes) -> str:
    return f"{key_hash.hex()} {code}"
