"""Tables of finding. The index (`search_*`) can be made anew at any time; aliases, usage and misses cannot."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from storage.database import Moment, choice


class Kind(StrEnum):
    """What can be found."""

    ITEM = "item"
    BUNDLE = "bundle"


class SearchEntry(SQLModel, table=True):
    """One version of an item, or a bundle (without version). `mark` says by which words and rules it was filed."""

    __tablename__ = "search_entry"
    __table_args__ = (
        sa.Index(
            "uq_search_entry", "code", "version", "kind", unique=True, postgresql_nulls_not_distinct=True
        ),
        sa.Index("ix_search_entry_kind", "kind", "code"),
        sa.Index("ix_search_entry_themes", "themes", postgresql_using="gin"),
        sa.Index("ix_search_entry_audiences", "audiences", postgresql_using="gin"),
        sa.ForeignKeyConstraint(["code", "version"], ["item_version.code", "item_version.version"]),
        sa.CheckConstraint("(kind = 'item') = (version IS NOT NULL)", name="version"),
    )

    id: int | None = Field(
        default=None, sa_column=sa.Column(sa.Integer, sa.Identity(always=True), primary_key=True)
    )
    kind: Kind = Field(sa_type=choice(Kind))
    code: str = Field(max_length=60)
    version: int | None = None
    audiences: list[str] = Field(sa_type=ARRAY(sa.Text))
    themes: list[str] = Field(sa_type=ARRAY(sa.Text))
    department: str | None = Field(default=None, index=True, max_length=18)
    mark: str = Field(max_length=64, index=True)


class SearchName(SQLModel, table=True):
    """One name of an entry, normalised, with its syllables; the one without text stands for the rest of the guide."""

    __tablename__ = "search_name"

    id: int | None = Field(
        default=None, sa_column=sa.Column(sa.Integer, sa.Identity(always=True), primary_key=True)
    )
    entry: int = Field(foreign_key="search_entry.id", ondelete="CASCADE", index=True)
    text: str
    sounds: str
    said: str


class SearchKey(SQLModel, table=True):
    """A name has a key (see `keys`). All columns are in the index, so the table itself is not read."""

    __tablename__ = "search_key"
    __table_args__ = (sa.ForeignKeyConstraint(["entry"], ["search_entry.id"], ondelete="CASCADE"),)

    key: str = Field(primary_key=True)
    name: int = Field(primary_key=True)
    entry: int = Field(primary_key=True, index=True)
    size: int = Field(primary_key=True, sa_type=sa.SmallInteger)


class ItemAlias(SQLModel, table=True):
    """What operators made an item be called as well: it stays when the item gets a new version."""

    __tablename__ = "item_alias"

    words: str = Field(primary_key=True, max_length=100)
    kind: Kind = Field(primary_key=True, sa_type=choice(Kind))
    code: str = Field(primary_key=True, max_length=60, index=True)
    made_by: str
    made_by_name: str
    made_at: datetime = Field(sa_type=Moment)


class ItemUsage(SQLModel, table=True):
    """How often an item was applied for lately; counted by the worker, for «most used» and between equals."""

    __tablename__ = "item_usage"

    code: str = Field(primary_key=True, max_length=60)
    applications: int = Field(index=True)


class SearchMiss(SQLModel, table=True):
    """Words that found nothing, and how often. Nobody's name: who asked is not known here."""

    __tablename__ = "search_miss"
    __table_args__ = (sa.Index("ix_search_miss_often", sa.text("count DESC"), "words"),)

    words: str = Field(primary_key=True, max_length=100)
    count: int = 1
    first_at: datetime = Field(sa_type=Moment)
    last_at: datetime = Field(sa_type=Moment, index=True)
