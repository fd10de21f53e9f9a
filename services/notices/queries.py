"""Reading messages: one's own, and for the clerk what did not arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from identity.means import posting
from identity.means.rules import Channel, News
from identity.models import Person
from services.catalogue.form import Pair
from services.catalogue.messages import Node
from services.notices.models import Dispatch, Message, Silenced
from services.notices.rules import Stage, Why
from services.notices.wording import ACCOUNT
from storage.database import Session

PAGE = 50


@dataclass(frozen=True, slots=True)
class Told:
    """A message as its reader sees it. `words` is `{zh: {title, text, sms}, en: …}`."""

    id: UUID
    number: str
    node: Node
    words: dict[str, Any]
    at: datetime
    licence: str | None = None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that did not reach somebody by one way; it stands in the portal all the same."""

    person: str
    channel: Channel
    node: Node
    why: Why
    at: datetime


async def own(session: Session, actor: Actor, *, limit: int = PAGE) -> list[Told]:
    """The actor's own messages, newest first."""
    query = (
        sa.select(Message)
        .where(col(Message.person_id) == actor.person_id)
        .order_by(col(Message.at).desc(), col(Message.source).desc())
        .limit(limit)
    )
    return [
        Told(one.id, one.application_number, one.node, one.words, one.at, one.licence)
        for one in await session.scalars(query)
    ]


@dataclass(frozen=True, slots=True)
class Posted:
    """A notice about the reader's account: what it is about, and its words in both languages."""

    kind: News
    title: Pair
    text: Pair
    at: datetime


async def posted(session: Session, person_id: UUID, *, limit: int = PAGE) -> list[Posted]:
    """Notices about a person's account, newest first."""
    rows = await posting.own(session, person_id, limit=limit)
    return [Posted(one.kind, *ACCOUNT[one.kind], one.at) for one in rows]


async def undelivered(
    session: Session, number: str | None = None, *, licence: str | None = None
) -> list[Undelivered]:
    """What did not arrive in a case or about a licence, oldest first. For those who may see case or licence."""
    which = col(Message.application_number) == number if licence is None else col(Message.licence) == licence
    query = (
        sa.select(
            col(Person.name),
            col(Dispatch.channel),
            col(Message.node),
            col(Dispatch.why),
            col(Dispatch.settled_at),
        )
        .join(Message, col(Message.id) == col(Dispatch.message_id))
        .join(Person, col(Person.id) == col(Message.person_id))
        .where(which, col(Dispatch.stage) == Stage.UNDELIVERED)
        .order_by(col(Message.at), col(Dispatch.channel))
    )
    rows = await session.execute(query)
    return [
        Undelivered(name, channel, node, why, at) for name, channel, node, why, at in rows if why is not None
    ]


async def silenced(session: Session, person_id: UUID) -> frozenset[Channel]:
    """The ways by which this person wants nothing but what the law prescribes."""
    query = sa.select(col(Silenced.channel)).where(col(Silenced.person_id) == person_id)
    return frozenset(await session.scalars(query))


async def dispatches(session: Session, message_id: UUID) -> Sequence[Dispatch]:
    """Every way of one message."""
    query = sa.select(Dispatch).where(col(Dispatch.message_id) == message_id)
    return list(await session.scalars(query.order_by(col(Dispatch.channel))))
