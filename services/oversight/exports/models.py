"""What was asked to be written into a file, how far it is, and where the file lies until it is deleted."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from storage.database import Moment


class Export(SQLModel, table=True):
    """导出: `asked` is what narrows the list, `departments` the scope of the asker at that moment.

    `total` is None until counted; `digest` names the file until it is deleted.
    """

    __tablename__ = "oversight_export"
    __table_args__ = (sa.Index("ix_oversight_export_asker", "asked_by", "asked_at"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    asked_by: UUID = Field(foreign_key="person.id")
    asked_by_name: str
    asked_at: datetime = Field(sa_type=Moment)
    departments: list[str] = Field(sa_type=JSONB)
    asked: dict[str, Any] = Field(sa_type=JSONB)
    total: int | None = None
    written: int = 0
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    digest: str | None = None
    size: int | None = Field(default=None, sa_type=sa.BigInteger)
