"""Telling: what the ledger newly says becomes messages, each told once; wishes about how one is told."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.actor import Actor
from identity.means import contacts
from identity.means.rules import Channel
from services.applications.models import Application, Correction
from services.applications.rules import State
from services.catalogue.messages import Node
from services.notices import cases, queries
from services.notices.models import Dispatch, Followed, Message, Silenced
from services.notices.rules import DEEDS, REMIND_AFTER, REMIND_BEFORE, WORTH_SENDING, Stage, Why, channels_for
from services.notices.told import Told
from services.notices.wording import words
from services.workflow.rules import local_day
from storage import ledger, queue
from storage.checkpoints import Leaf
from storage.database import Session
from storage.ledger import Entry

TELL = "notices.tell"
DISPATCH = "notices.dispatch"
BATCH = 500


async def follow(session: Session, *, most: int = BATCH) -> int:
    """Read the ledger on from where it was left, and have each deed that is told of told. How many entries were read.

    Leaves are numbered without gaps in the order of commits, so none is passed over. Two workers make way.
    """
    place = await session.scalar(sa.select(Followed).with_for_update(skip_locked=True))
    if place is None:
        return 0
    query = (
        sa.select(col(Leaf.leaf), col(Entry.chain), col(Entry.position), col(Entry.deed))
        .join(Entry, col(Entry.id) == col(Leaf.entry))
        .where(col(Leaf.leaf) >= place.leaf)
        .order_by(col(Leaf.leaf))
        .limit(most)
    )
    rows = (await session.execute(query)).all()
    for row in rows:
        if row.deed in DEEDS:
            await queue.enqueue(session, TELL, chain=row.chain, position=row.position)
    if rows:
        place.leaf = rows[-1].leaf + 1
    return len(rows)


async def tell(
    session: Session, chain: str, position: int, *, open_ways: Collection[Channel], at: datetime
) -> int:
    """Tell what one entry of the ledger says to everybody it concerns; a second time changes nothing.

    How many messages were written.
    """
    query = sa.select(Entry).where(col(Entry.chain) == chain, col(Entry.position) == position)
    entry = (await session.scalars(query)).one()
    told = await cases.told_by(session, entry, DEEDS[entry.deed])
    if told is None:
        return 0
    return await write(session, told, f"ledger:{chain}:{position}", entry.at, open_ways, at)


async def remind(session: Session, *, open_ways: Collection[Channel], at: datetime, most: int = BATCH) -> int:
    """Remind of corrections that are due soon and still not there, each once. How many messages were written."""
    source = sa.func.concat("reminder:", sa.cast(col(Correction.id), sa.Text))
    query = (
        sa.select(Application, source, col(Correction.reply_by))
        .join(Correction, col(Correction.application_id) == col(Application.id))
        .where(
            col(Application.state) == State.CORRECTING,
            col(Correction.answered_at).is_(None),
            _due_soon(at),
            ~sa.exists().where(col(Message.source) == source),
        )
        .order_by(col(Correction.requested_at))
        .limit(most)
    )
    written = 0
    for application, named, reply_by in (await session.execute(query)).all():
        told = await cases.of_application(session, application, Node.REMINDER, due=reply_by)
        written += await write(session, told, named, at, open_ways, at)
    return written


def _due_soon(at: datetime) -> sa.ColumnElement[bool]:
    """The last days before the day that was set for the answer; where none was set, ten days after asking."""
    return sa.case(
        (col(Correction.reply_by).is_(None), col(Correction.requested_at) <= at - REMIND_AFTER),
        else_=col(Correction.reply_by) <= local_day(at) + REMIND_BEFORE,
    )


async def silence(session: Session, actor: Actor, silent: Collection[Channel], *, at: datetime) -> None:
    """Keep by which ways the person wants nothing but what the law prescribes, which comes by all of them."""
    before = await queries.silenced(session, actor.person_id)
    silent = frozenset(silent)
    if silent == before:
        return
    await session.execute(sa.delete(Silenced).where(col(Silenced.person_id) == actor.person_id))
    for channel in sorted(silent):
        session.add(Silenced(person_id=actor.person_id, channel=channel, at=at))
    await ledger.append(
        session,
        chain=f"account:{actor.person_id}",
        deed="ways of messages chosen",
        subject=str(actor.person_id),
        actor=str(actor.person_id),
        at=at,
        details={"silenced": sorted(silent)},
    )


async def forget(session: Session, person_id: UUID) -> None:
    """An account is closed: its messages and wishes go, with every delivery of them. The deeds stand in the ledger."""
    await session.execute(sa.delete(Message).where(col(Message.person_id) == person_id))
    await session.execute(sa.delete(Silenced).where(col(Silenced.person_id) == person_id))


async def write(
    session: Session, told: Told, source: str, when: datetime, open_ways: Collection[Channel], at: datetime
) -> int:
    said = words(told.node, told.values, told.own)
    written = 0
    for person_id in told.people:
        row = insert(Message).values(
            id=uuid4(),
            person_id=person_id,
            application_number=told.number,
            licence=told.licence,
            node=told.node,
            source=source,
            words=said,
            at=when,
        )
        message = await session.scalar(row.on_conflict_do_nothing().returning(col(Message.id)))
        if message is not None:
            written += 1
            await _set_out(session, message, person_id, told.node, open_ways, when=when, at=at)
    return written


async def _set_out(
    session: Session,
    message: UUID,
    person_id: UUID,
    node: Node,
    open_ways: Collection[Channel],
    *,
    when: datetime,
    at: datetime,
) -> None:
    """Write down every way the message is to go, and have a worker go it."""
    proven = [one.channel for one in await contacts.proven(session, person_id)]
    silent = await queries.silenced(session, person_id)
    late = at - when > WORTH_SENDING
    for channel in channels_for(node, proven, silent, open_ways):
        stage, why = (Stage.UNDELIVERED, Why.TOO_LATE) if late else (Stage.WAITING, None)
        session.add(Dispatch(message_id=message, channel=channel, stage=stage, why=why, settled_at=at))
        await session.flush()
        if not late:
            await queue.enqueue(session, DISPATCH, message=str(message), channel=channel.value)
