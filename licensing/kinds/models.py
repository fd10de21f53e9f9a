"""Licence types in the database: the draft of a type, and its published versions, which never change.

Kept as JSON, not JSONB: the order of choices is part of a type.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.database import Moment


class TypeVersion(SQLModel, table=True):
    """One published version of a type. `definition` is `licensing.types.LicenceType` as builtins."""

    __tablename__ = "licence_type_version"

    slug: str = Field(primary_key=True, max_length=60)
    version: int = Field(primary_key=True)
    code: str = Field(max_length=21)
    definition: dict[str, Any] = Field(sa_type=sa.JSON)
    published_at: datetime = Field(sa_type=Moment)
    published_by: str = Field(max_length=60)
    published_by_name: str = Field(max_length=100)
    note: str = ""


class TypeDraft(SQLModel, table=True):
    """At most one draft of a type at a time; `revision` counts its saves, `base_version` is None for a new type."""

    __tablename__ = "licence_type_draft"
    __table_args__ = (sa.CheckConstraint("revision >= 1", name="revision"),)

    slug: str = Field(primary_key=True, max_length=60)
    revision: int = 1
    base_version: int | None = None
    definition: dict[str, Any] = Field(sa_type=sa.JSON)
    edited_by: str = Field(max_length=60)
    edited_by_name: str = Field(max_length=100)
    edited_at: datetime = Field(sa_type=Moment)
