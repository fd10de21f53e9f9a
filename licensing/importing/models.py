"""Files of existing licences and their rows. What a row says is sealed, and kept only until it was dealt with."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from licensing.rules import ImportOutcome, Trust
from storage.cipher import SealedJSON
from storage.database import Moment, choice


class LicenceImport(SQLModel, table=True):
    """One file: licences of one type and one department, all of one level of trust."""

    __tablename__ = "licence_import"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    type_code: str = Field(max_length=60)
    type_version: int
    department_code: str = Field(max_length=18, index=True)
    trust: Trust = Field(sa_type=choice(Trust))
    file: str = Field(max_length=200)
    started_by: str = Field(max_length=60)
    started_by_name: str = Field(max_length=100)
    started_at: datetime = Field(sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)


class LicenceImportRow(SQLModel, table=True):
    """One row. `mistakes` are {place, zh, en}, `number` is the row of the table."""

    __tablename__ = "licence_import_row"
    __table_args__ = (
        sa.Index(
            "ix_licence_import_row_waiting",
            "import_id",
            "number",
            postgresql_where=sa.text("outcome = 'waiting'"),
        ),
    )

    import_id: UUID = Field(primary_key=True, foreign_key="licence_import.id", ondelete="CASCADE")
    number: int = Field(primary_key=True)
    licence_number: str = Field(max_length=60)
    content: dict[str, Any] | None = Field(default=None, sa_type=SealedJSON("licence.import"), nullable=True)
    outcome: ImportOutcome = Field(sa_type=choice(ImportOutcome))
    mistakes: list[dict[str, str]] = Field(sa_type=JSONB)
