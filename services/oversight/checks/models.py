"""The versions of the rules: thresholds, since when, by whom and why; and cases with the privilege of going first."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from storage.database import Moment


class RuleVersion(SQLModel, table=True):
    """One version of a rule's thresholds. Version 1 is what the rule came with, so the first row is version 2."""

    __tablename__ = "oversight_rule"

    rule: str = Field(primary_key=True, max_length=20)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    thresholds: dict[str, int] = Field(sa_type=JSONB)
    live: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    since: datetime = Field(sa_type=Moment)
    set_by: UUID
    set_by_name: str
    reason: str


class Privilege(SQLModel, table=True):
    """特权 (优先办理): the case may go before others, with the reason; logged in the case's own chain."""

    __tablename__ = "oversight_privilege"

    application_number: str = Field(primary_key=True, foreign_key="application.number")
    granted_by: UUID
    granted_by_name: str
    reason: str
    at: datetime = Field(sa_type=Moment)
