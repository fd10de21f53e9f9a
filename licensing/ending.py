"""What takes a licence's force, for a while or for good: suspended and restored, revoked, cancelled, run out.

Each by one who decides for the department that issued it, with reason and legal basis; a period that ran out is
recorded by a worker. What happens to a licence happens also to the later version that waits for its seal.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from licensing import queries
from licensing.models import Licence
from licensing.recording import WORKER, record
from licensing.rules import REMIND_BEFORE, Move, State, local_day, next_state, ran_out_at, require_reason
from storage.database import Session

RAN_OUT = "有效期届满"
RAN_OUT_BASIS = "中华人民共和国行政许可法 第七十条第一项"
BATCH = 500


async def suspend(
    session: Session, actor: Actor, identifier: str, *, reason: str, basis: str, at: datetime
) -> Licence:
    """Suspend a valid licence (暂扣) until it is restored.

    Raises LicenceNotFound where it is not theirs to suspend, ReasonMissing, MoveNotOpen.
    """
    licence = await queries.in_charge(session, actor, identifier)
    _halt(licence, Move.SUSPEND, reason, basis, at)
    await record(
        session, licence, "licence suspended", str(actor.person_id), at, basis=licence.ended_basis or ""
    )
    return licence


async def restore(
    session: Session, actor: Actor, identifier: str, *, reason: str, basis: str, at: datetime
) -> Licence:
    """Give a suspended licence back (恢复). Raises what `suspend` raises; one that ran out meanwhile stays so."""
    licence = await queries.in_charge(session, actor, identifier)
    _, told = require_reason(reason, basis)
    licence.state = next_state(queries.state_of(licence, at), Move.RESTORE)
    licence.ended_at = licence.ended_reason = licence.ended_basis = None
    await record(session, licence, "licence restored", str(actor.person_id), at, basis=told)
    return licence


async def revoke(
    session: Session, actor: Actor, identifier: str, *, reason: str, basis: str, at: datetime
) -> Licence:
    """Revoke a licence that should not have been granted (撤销, 行政许可法 69). Raises what `suspend` raises."""
    return await _end(session, actor, identifier, Move.REVOKE, reason, basis, at)


async def cancel(
    session: Session, actor: Actor, identifier: str, *, reason: str, basis: str, at: datetime
) -> Licence:
    """Cancel a licence whose ground is gone (注销, 行政许可法 70). Raises what `suspend` raises."""
    return await _end(session, actor, identifier, Move.CANCEL, reason, basis, at)


DEEDS = {Move.REVOKE: "licence revoked", Move.CANCEL: "licence cancelled"}


async def _end(
    session: Session, actor: Actor, identifier: str, move: Move, reason: str, basis: str, at: datetime
) -> Licence:
    licence = await queries.in_charge(session, actor, identifier)
    _halt(licence, move, reason, basis, at)
    who, told = str(actor.person_id), licence.ended_basis or ""
    await record(session, licence, DEEDS[move], who, at, basis=told)
    waiting = await queries.waiting_successor(session, licence, lock=True)
    if waiting is not None:
        _halt(waiting, Move.CANCEL, reason, basis, at)
        await record(session, waiting, "licence cancelled", who, at, basis=told, because=licence.identifier)
    return licence


def _halt(licence: Licence, move: Move, reason: str, basis: str, at: datetime) -> None:
    reason, basis = require_reason(reason, basis)
    licence.state = next_state(queries.state_of(licence, at), move)
    licence.ended_at, licence.ended_reason, licence.ended_basis = at, reason, basis


async def expire(session: Session, *, at: datetime, most: int = BATCH) -> int:
    """Record for up to `most` licences that their period ran out (失效); how many there were.

    Passes over those another worker holds; called until it answers 0.
    """
    query = (
        sa.select(Licence)
        .where(col(Licence.state).in_((State.VALID, State.SUSPENDED)))
        .where(col(Licence.valid_until) < local_day(at))
        .order_by(col(Licence.valid_until), col(Licence.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    over = list(await session.scalars(query))
    for licence in over:
        licence.state = next_state(licence.state, Move.EXPIRE)
        if licence.valid_until is not None:
            licence.ended_at = ran_out_at(licence.valid_until)
        licence.ended_reason, licence.ended_basis = RAN_OUT, RAN_OUT_BASIS
        await record(session, licence, "licence expired", WORKER, at)
    return len(over)


async def remind(session: Session, *, at: datetime, most: int = BATCH) -> int:
    """Record for up to `most` licences whose period ends soon that their holders are told; how many there were.

    Once for each version, while a renewal can still be asked for in time (行政许可法 50). Messages follow the
    record; called until it answers 0.
    """
    today = local_day(at)
    query = (
        sa.select(Licence)
        .where(col(Licence.state) == State.VALID, col(Licence.reminded_at).is_(None))
        .where(col(Licence.valid_until).between(today, today + timedelta(days=REMIND_BEFORE)))
        .where(col(Licence.replaced_by).is_(None))
        .order_by(col(Licence.valid_until), col(Licence.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    soon = list(await session.scalars(query))
    for licence in soon:
        licence.reminded_at = at
        until = licence.valid_until.isoformat() if licence.valid_until else ""
        await record(session, licence, "end told", WORKER, at, until=until, due=until)
    return len(soon)
