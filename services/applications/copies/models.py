"""Which files a clerk has compared with the original."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from storage.database import Moment


class OriginalSeen(SQLModel, table=True):
    """与原件核对无误: an officer held the original beside this file."""

    __tablename__ = "application_original_seen"

    file_id: UUID = Field(primary_key=True, foreign_key="application_file.id", ondelete="CASCADE")
    officer_id: UUID
    officer_name: str
    at: datetime = Field(sa_type=Moment)
