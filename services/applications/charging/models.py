"""What was paid for a case, with its receipt, and what was let off. Reasons are sealed."""

from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.cipher import SealedText
from storage.database import Moment


class Payment(SQLModel, table=True):
    """One payment taken for a case: `amount` in fen, `receipt` the number of its 财政电子票据."""

    __tablename__ = "application_payment"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount"),
        sa.CheckConstraint("(refunded_at IS NULL) = (refund_reason IS NULL)", name="refunded"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    application_id: UUID = Field(foreign_key="application.id", ondelete="CASCADE", index=True)
    amount: int = Field(sa_type=sa.BigInteger)
    receipt: str = Field(unique=True)
    paid_on: date
    taken_by: UUID
    taken_by_name: str
    at: datetime = Field(sa_type=Moment)
    refunded_at: datetime | None = Field(default=None, sa_type=Moment)
    refunded_by: UUID | None = None
    refunded_by_name: str | None = None
    refund_reason: str | None = Field(default=None, sa_type=SealedText("payment.refund"))


class Waiver(SQLModel, table=True):
    """减免: the fee of a case was let off, on this ground."""

    __tablename__ = "application_fee_waiver"

    application_id: UUID = Field(primary_key=True, foreign_key="application.id", ondelete="CASCADE")
    ground: str = Field(sa_type=SealedText("waiver.ground"))
    waived_by: UUID
    waived_by_name: str
    at: datetime = Field(sa_type=Moment)
