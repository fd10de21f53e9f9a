"""The applicant's word on what a register said of them, beside the fact it is about."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.cipher import SealedText
from storage.database import Moment, choice


class Word(StrEnum):
    """确认 · 有异议 · 改为自行提交."""

    ACCEPTED = "accepted"
    DISPUTED = "disputed"
    REPLACED = "replaced"


class FactWord(SQLModel, table=True):
    """One word per case and register; a later one takes its place. `words`: what is wrong, for the department.

    `ticket` is the hub's number of the 校核 ticket; empty until the hub has taken it.
    """

    __tablename__ = "application_fact_word"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["application_id", "resource"],
            ["application_fact.application_id", "application_fact.resource"],
            ondelete="CASCADE",
        ),
    )

    application_id: UUID = Field(primary_key=True)
    resource: str = Field(primary_key=True)
    word: Word = Field(sa_type=choice(Word))
    words: str = Field(default="", sa_type=SealedText("fact.words"))
    ticket: str = ""
    by: UUID
    at: datetime = Field(sa_type=Moment)
