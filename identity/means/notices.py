"""Notices to a person: written into the deed's own transaction, sealed, and handed over by a worker.

What they say is short and bilingual, for it leaves the portal: never a name, a number or an address to sign in at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.means import contacts
from identity.means.models import Outgoing
from identity.means.rules import NOTICE_LASTS, Channel
from storage import queue
from storage.database import Session

DELIVER = "identity.deliver"

CODE = "【一网】验证码 {code}，5 分钟内有效。工作人员不会向您要验证码，请不要告诉别人。\nYour code is {code}, valid for 5 minutes."
RECOVERY_BEGUN = (
    "【一网】有人要重设您账号的密码，24 小时后生效。如果不是您本人，请马上登录账号或者拨打 12345 停止。"
    "\nSomeone asked to reset your password; it takes effect in 24 hours. If it was not you, sign in to stop it."
)
SIGN_INS_ENDED = (
    "【一网】您账号的密码已经修改，其他设备上的登录都已退出。如果不是您本人，请马上拨打 12345。"
    "\nYour password was changed and all other sign-ins were ended."
)
STANDING_IN = (
    "【一网】同事请假，您被指定为代理人。从哪天到哪天、代理哪些岗位，请登录工作平台在“请假代理”里查看。"
    "\nA colleague is away and you are to stand in. Sign in to the work platform to see when and in which posts."
)
STANDING_IN_OVER = (
    "【一网】您代理同事的安排已经提前结束。详情请登录工作平台查看。"
    "\nYour standing in for a colleague has ended early."
)
MEANS_CHANGED = (
    "【一网】您账号的登录方式有变动。如果不是您本人，请马上登录账号查看，或者拨打 12345。"
    "\nA way of signing in to your account was added or removed."
)


@dataclass(frozen=True, slots=True)
class Note:
    """A notice as it lies in the sample mailbox of a demonstration."""

    channel: Channel
    address: str
    text: str
    at: datetime


async def send(
    session: Session,
    channel: Channel,
    address: str,
    text: str,
    *,
    at: datetime,
    lasts: timedelta = NOTICE_LASTS,
) -> None:
    """Put a notice on its way; after `lasts` it is not worth sending. Without an address it goes nowhere, in the same time."""
    row = Outgoing(channel=channel, address=address, text=text, created_at=at, expires_at=at + lasts)
    session.add(row)
    await session.flush()
    await queue.enqueue(session, DELIVER, notice=str(row.id))


async def tell_all(session: Session, person_id: UUID, text: str, *, at: datetime) -> None:
    """The same notice on every proven channel of this person."""
    for contact in await contacts.proven(session, person_id):
        await send(session, contact.channel, contact.address, text, at=at)


async def held(session: Session, *, since: datetime, limit: int = 30) -> Sequence[Note]:
    """The newest notices that were not handed over: what the sample mailbox shows."""
    query = sa.select(Outgoing).where(col(Outgoing.created_at) >= since)
    rows = await session.scalars(query.order_by(col(Outgoing.created_at).desc()).limit(limit))
    return [Note(row.channel, row.address, row.text, row.created_at) for row in rows if row.address]


async def keep(
    session: Session, identifier: str, channel: Channel, address: str, text: str, *, at: datetime
) -> None:
    """Lay a notice into the sample mailbox, where nothing carries it on; the same `identifier` lies there once."""
    row = insert(Outgoing).values(
        id=uuid5(UUID(identifier), channel.value),
        channel=channel,
        address=address,
        text=text,
        created_at=at,
        expires_at=at + NOTICE_LASTS,
    )
    await session.execute(row.on_conflict_do_nothing())


async def taken(session: Session, notice_id: UUID) -> Outgoing | None:
    """A notice to hand over, locked; None when it is gone already."""
    return await session.get(Outgoing, notice_id, with_for_update=True)


async def sweep(session: Session, *, at: datetime) -> None:
    """Drop what is not worth sending any more."""
    await session.execute(sa.delete(Outgoing).where(col(Outgoing.expires_at) <= at))
