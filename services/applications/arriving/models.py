"""Uploads that are not whole yet, and what is known of each file that is."""

from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from services.applications.arriving.rules import LONGEST_MARK, Trust, Verdict
from storage.cipher import SealedText
from storage.database import Moment, choice


class Upload(SQLModel, table=True):
    """A file of which `received` of `size` bytes are here. `mark` is how the sender's side knows the same file again."""

    __tablename__ = "file_upload"
    __table_args__ = (
        sa.Index("ix_file_upload_place", "number", "person_id"),
        sa.CheckConstraint("received BETWEEN 0 AND size", name="within"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    number: str
    material_code: str
    person_id: UUID = Field(foreign_key="person.id")
    name: str = Field(sa_type=SealedText("upload.name"))
    mark: str = Field(max_length=LONGEST_MARK)
    size: int
    received: int = 0
    begun_at: datetime = Field(sa_type=Moment)
    moved_at: datetime = Field(sa_type=Moment, index=True)


class UploadPiece(SQLModel, table=True):
    """One piece, in the database: whichever node takes the next one, this one is there."""

    __tablename__ = "file_upload_piece"

    upload_id: UUID = Field(primary_key=True, foreign_key="file_upload.id", ondelete="CASCADE")
    start: int = Field(primary_key=True)
    content: bytes


class FileCheck(SQLModel, table=True):
    """What a scanner said of a file, the digest of it as it was sent, and how far it is trusted."""

    __tablename__ = "application_file_check"

    file_id: UUID = Field(primary_key=True, foreign_key="application_file.id", ondelete="CASCADE")
    verdict: Verdict = Field(sa_type=choice(Verdict))
    scanned_at: datetime | None = Field(default=None, sa_type=Moment)
    sent_digest: str
    trust: Trust = Field(sa_type=choice(Trust))
    compared_by: UUID | None = None
    compared_by_name: str | None = None
    compared_at: datetime | None = Field(default=None, sa_type=Moment)
