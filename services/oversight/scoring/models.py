"""Discipline (纪律处分) entered by hand: what no rule can see, with the document it rests on."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.database import Moment, choice


class DisciplinePart(StrEnum):
    """The part of the score that a disciplinary decision belongs to."""

    LAW = "law"  # 法律责任
    INTEGRITY = "integrity"  # 廉洁


class Discipline(SQLModel, table=True):
    """One entry against a department's month; `reference` is the number of the decision. Never changed."""

    __tablename__ = "oversight_discipline"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    department_code: str
    month: date
    part: DisciplinePart = Field(sa_type=choice(DisciplinePart))
    points: int = Field(sa_type=sa.SmallInteger)
    reference: str
    reason: str
    entered_by: UUID
    entered_by_name: str
    at: datetime = Field(sa_type=Moment)
