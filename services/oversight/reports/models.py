"""A report that was made, with its numbers and its two files."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.oversight.reports.rules import ReportKind
from storage.database import Moment, choice


class Report(SQLModel, table=True):
    """One report; `department_code` is empty for that of the whole city. `numbers` is what both files say."""

    __tablename__ = "oversight_report"
    __table_args__ = (sa.UniqueConstraint("kind", "first", "department_code"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: ReportKind = Field(sa_type=choice(ReportKind))
    first: date
    last: date
    department_code: str = ""
    made_at: datetime = Field(sa_type=Moment)
    numbers: dict[str, Any] = Field(sa_type=JSONB)
    pdf_digest: str | None = None
    sheet_digest: str | None = None
