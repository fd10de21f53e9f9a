"""For which cases and bundles papers are made in English too."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.database import Moment


class EnglishAsked(SQLModel, table=True):
    """The applicant of the case or bundle `number` asked for papers in English beside the Chinese."""

    __tablename__ = "application_english"

    number: str = Field(primary_key=True)
    asked_at: datetime = Field(sa_type=Moment)
