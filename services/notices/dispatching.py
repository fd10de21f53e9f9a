"""Carrying messages out: the intent is written before the hand-over and the outcome after it, in transactions of their own.

So nothing is handed over twice where the other side would not notice, and nothing is lost without being shown.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.errors import PersonUnknown
from identity.means import contacts
from identity.means.notice import Doors, NoticeRefused, NoticeUncertain
from identity.means.rules import Channel
from services.notices.commands import DISPATCH
from services.notices.errors import ReportReplayed
from services.notices.models import Dispatch, Message, TakenReport
from services.notices.rules import (
    HAND_OVER_LASTS,
    KNOWN_BY_ID,
    REPORT_SKEW,
    Stage,
    Why,
    after_report,
    pause_after,
)
from storage import queue
from storage.database import Session


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a door needs. `subject` heads a mail."""

    identifier: str
    channel: Channel
    address: str
    subject: str
    text: str


async def take(
    session: Session, message_id: UUID, channel: Channel, *, doors: Doors, at: datetime
) -> Parcel | None:
    """Write the intent to hand this message over, and what to hand over; None when there is nothing to do now."""
    row = await session.get(Dispatch, (message_id, channel), with_for_update=True)
    if row is None or row.stage not in {Stage.WAITING, Stage.HANDING}:
        return None
    if row.stage is Stage.HANDING and not await _left_over(session, row, at):
        return None
    message = await session.get_one(Message, message_id)
    address = await _address(session, message.person_id, channel)
    if channel not in doors or address is None:
        _settle(row, Stage.UNDELIVERED, at, Why.NO_ADDRESS if channel in doors else Why.NO_DOOR)
        return None
    row.stage, row.handed_at, row.tries, row.settled_at = Stage.HANDING, at, row.tries + 1, at
    return _parcel(message, channel, address)


async def _left_over(session: Session, row: Dispatch, at: datetime) -> bool:
    """A worker began to hand it over and never noted the outcome. Whether to try again now."""
    if row.handed_at is not None and at - row.handed_at < HAND_OVER_LASTS:
        await _again(session, row, row.handed_at + HAND_OVER_LASTS)
        return False
    if row.channel not in KNOWN_BY_ID:
        _settle(row, Stage.UNDELIVERED, at, Why.UNCERTAIN)
        return False
    return True


async def note_taken(session: Session, parcel: Parcel, *, at: datetime) -> None:
    """It was taken. A report that came earlier knows better."""
    row = await _handing(session, parcel)
    if row is not None:
        _settle(row, Stage.SENT, at)


async def note_refused(session: Session, parcel: Parcel, refused: NoticeRefused, *, at: datetime) -> None:
    """It was not taken, or nobody knows: try again after a pause, or let the clerk see it."""
    row = await _handing(session, parcel)
    if row is None:
        return
    if isinstance(refused, NoticeUncertain) and row.channel not in KNOWN_BY_ID:
        _settle(row, Stage.UNDELIVERED, at, Why.UNCERTAIN)
        return
    pause = pause_after(row.tries)
    if refused.final or pause is None:
        _settle(row, Stage.UNDELIVERED, at, Why.REFUSED if refused.final else Why.GIVEN_UP)
        return
    _settle(row, Stage.WAITING, at)
    await _again(session, row, at + pause)


async def report(
    session: Session, identifier: str, message_id: UUID | None, *, arrived: bool, at: datetime
) -> None:
    """What the gateway says became of a short message. One it does not know of is passed over.

    Raises ReportReplayed when this report was taken before.
    """
    taken = insert(TakenReport).values(id=identifier, at=at).on_conflict_do_nothing()
    if await session.scalar(taken.returning(col(TakenReport.id))) is None:
        raise ReportReplayed(identifier)
    row = None
    if message_id is not None:
        row = await session.get(Dispatch, (message_id, Channel.SMS), with_for_update=True)
    if row is not None and row.tries:
        stage = after_report(row.stage, arrived)
        _settle(row, stage, at, None if stage is Stage.DELIVERED else Why.REPORTED)


async def forget_reports(session: Session, *, at: datetime) -> None:
    """Drop reports whose signature would not be believed any more."""
    await session.execute(sa.delete(TakenReport).where(col(TakenReport.at) < at - 3 * REPORT_SKEW))


async def _handing(session: Session, parcel: Parcel) -> Dispatch | None:
    key = (UUID(parcel.identifier), parcel.channel)
    row = await session.get(Dispatch, key, with_for_update=True, populate_existing=True)
    return row if row is not None and row.stage is Stage.HANDING else None


async def _again(session: Session, row: Dispatch, when: datetime) -> None:
    await queue.enqueue(session, DISPATCH, at=when, message=str(row.message_id), channel=row.channel.value)


async def _address(session: Session, person_id: UUID, channel: Channel) -> str | None:
    """Where the person is reached now: a contact that changed meanwhile is the new one."""
    try:
        proven = await contacts.proven(session, person_id)
    except PersonUnknown:
        return None
    return next((one.address for one in proven if one.channel is channel), None)


def _parcel(message: Message, channel: Channel, address: str) -> Parcel:
    zh, en = message.words["zh"], message.words["en"]
    part, between = ("sms", "\n") if channel is Channel.SMS else ("text", "\n\n")
    text = f"{zh[part]}{between}{en[part]}"
    return Parcel(str(message.id), channel, address, f"{zh['title']} {en['title']}", text)


def _settle(row: Dispatch, stage: Stage, at: datetime, why: Why | None = None) -> None:
    row.stage, row.why, row.settled_at = stage, why, at
