"""Messages, their deliveries, who does not want which, reports taken, and how far the ledger was read."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from identity.means.rules import Channel
from services.catalogue.messages import Node
from services.notices.rules import LONGEST_ID, Stage, Why
from storage.database import Moment, choice


class Message(SQLModel, table=True):
    """站内消息: one node of one case, or of one licence, told to one person, as it was worded then.

    `licence` is the identifier of the licence it is about; one that no case led to has no `application_number`.
    `source` says what it tells of (`ledger:<chain>:<position>`): the same is told a person once. `words` is
    `{zh: {title, text, sms}, en: …}`: item and number, no person's data.
    """

    __tablename__ = "message"
    __table_args__ = (
        sa.UniqueConstraint("source", "person_id"),
        sa.Index("ix_message_person", "person_id", "at"),
        sa.Index("ix_message_licence", "licence", postgresql_where=sa.text("licence IS NOT NULL")),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id")
    application_number: str = Field(index=True)
    node: Node = Field(sa_type=choice(Node))
    licence: str | None = Field(default=None, max_length=120)
    source: str
    words: dict[str, Any] = Field(sa_type=JSONB)
    at: datetime = Field(sa_type=Moment)


class Dispatch(SQLModel, table=True):
    """One message on one way. `handed_at` is when the last hand-over began, `settled_at` when the stage was reached."""

    __tablename__ = "message_dispatch"
    __table_args__ = (
        sa.CheckConstraint("(stage = 'undelivered') = (why IS NOT NULL)", name="settled"),
        sa.Index(
            "ix_message_dispatch_undelivered",
            "message_id",
            postgresql_where=sa.text("stage = 'undelivered'"),
        ),
    )

    message_id: UUID = Field(primary_key=True, foreign_key="message.id", ondelete="CASCADE")
    channel: Channel = Field(primary_key=True, sa_type=choice(Channel))
    stage: Stage = Field(default=Stage.WAITING, sa_type=choice(Stage))
    why: Why | None = Field(default=None, sa_type=choice(Why))
    tries: int = 0
    handed_at: datetime | None = Field(default=None, sa_type=Moment)
    settled_at: datetime = Field(sa_type=Moment)


class Silenced(SQLModel, table=True):
    """A person does not want messages by this way, but for those the law prescribes."""

    __tablename__ = "message_silenced"

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    channel: Channel = Field(primary_key=True, sa_type=choice(Channel))
    at: datetime = Field(sa_type=Moment)


class TakenReport(SQLModel, table=True):
    """A delivery report that was taken, remembered as long as its signature would be believed again."""

    __tablename__ = "message_report"

    id: str = Field(primary_key=True, max_length=LONGEST_ID)
    at: datetime = Field(sa_type=Moment, index=True)


class Followed(SQLModel, table=True):
    """The next leaf of the ledger to be looked at; one row."""

    __tablename__ = "message_followed"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one"),)

    id: int = Field(sa_column=sa.Column(sa.SmallInteger, primary_key=True, autoincrement=False))
    leaf: int = Field(sa_type=sa.BigInteger)
