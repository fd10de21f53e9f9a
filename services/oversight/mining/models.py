"""Foreign event logs that were imported: what was discovered in them, never the events themselves."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from storage.database import Moment


class ForeignLog(SQLModel, table=True):
    __tablename__ = "oversight_log"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(max_length=200)
    digest: str = Field(unique=True)
    imported_at: datetime = Field(sa_type=Moment)
    summary: dict[str, Any] = Field(sa_type=JSONB)
