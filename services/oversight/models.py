"""What oversight itself keeps: cards, supervision orders, and what checks of the whole ledger found."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.oversight.rules import CardKind
from storage import checkpoints
from storage.cipher import SealedText
from storage.database import Moment, choice

__all__ = ["Card", "LedgerCheck", "Order", "checkpoints"]


class Card(SQLModel, table=True):
    """黄牌、红牌: one due event of one case, under one rule. `inputs` are the dates that raised it."""

    __tablename__ = "oversight_card"
    __table_args__ = (
        sa.UniqueConstraint("application_number", "kind", "rule"),
        sa.Index("ix_oversight_card_scope", "department_code", "raised_at"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    application_number: str = Field(foreign_key="application.number")
    department_code: str
    kind: CardKind = Field(sa_type=choice(CardKind))
    rule: str = Field(max_length=20)
    rule_version: int
    inputs: dict[str, Any] = Field(sa_type=JSONB)
    raised_at: datetime = Field(sa_type=Moment)


class Order(SQLModel, table=True):
    """督办: an order of a supervisor about one case, to an officer or, without one, to the department."""

    __tablename__ = "oversight_order"
    __table_args__ = (
        sa.CheckConstraint("(replied_at IS NULL) = (reply IS NULL)", name="reply"),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closing"),
        sa.Index("ix_oversight_order_scope", "department_code", "issued_at"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    number: str = Field(unique=True)
    application_number: str = Field(foreign_key="application.number", index=True)
    department_code: str
    to_person: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    to_name: str | None = None
    text: str = Field(sa_type=SealedText("order.text"))
    due_on: date
    reminded: int = Field(
        default=0, sa_type=sa.SmallInteger, sa_column_kwargs={"server_default": sa.text("0")}
    )
    """How often its reply was asked for: once before the last day, once when it is over."""
    issued_by: UUID
    issued_by_name: str
    issued_at: datetime = Field(sa_type=Moment)
    reply: str | None = Field(default=None, sa_type=SealedText("order.reply"))
    replied_by: UUID | None = None
    replied_by_name: str | None = None
    replied_at: datetime | None = Field(default=None, sa_type=Moment)
    remark: str | None = Field(default=None, sa_type=SealedText("order.remark"))
    closed_by: UUID | None = None
    closed_by_name: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=Moment)


class LedgerCheck(SQLModel, table=True):
    """What one check of the whole ledger found (`storage.auditing`); `why` is None when it is whole."""

    __tablename__ = "ledger_check"

    id: int | None = Field(
        default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    )
    started_at: datetime = Field(sa_type=Moment)
    finished_at: datetime = Field(sa_type=Moment)
    entries: int = Field(sa_type=sa.BigInteger)
    chains: int = Field(sa_type=sa.BigInteger)
    leaves: int = Field(sa_type=sa.BigInteger)
    checkpoints: int = Field(sa_type=sa.BigInteger)
    waiting: int = Field(sa_type=sa.BigInteger)
    why: str | None = None
    chain: str = ""
    position: int = Field(default=0, sa_type=sa.BigInteger)
    size: int = Field(default=0, sa_type=sa.BigInteger)

    @property
    def whole(self) -> bool:
        return self.why is None
