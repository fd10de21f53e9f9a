"""Tables of the catalogue: versions of items, which never change once published, and how items are found."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from storage.database import Moment, choice


class ItemState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class ItemVersion(SQLModel, table=True):
    """One version of an item. `digest` is the SHA-256 of its definition in canonical JSON.

    A published definition is immutable (trigger `item_version_immutable`, see `IMMUTABLE`); only its state may
    go on to withdrawn. Running cases keep their version.
    """

    __tablename__ = "item_version"
    __table_args__ = (
        sa.CheckConstraint("version >= 1", name="version"),
        sa.CheckConstraint("state = 'draft' OR published_at IS NOT NULL", name="published"),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
    )

    code: str = Field(primary_key=True, max_length=60)
    version: int = Field(primary_key=True)
    definition: dict[str, Any] = Field(sa_type=JSONB)
    state: ItemState = Field(default=ItemState.DRAFT, sa_type=choice(ItemState))
    effective_on: date
    digest: str = Field(max_length=64)
    published_at: datetime | None = Field(default=None, sa_type=Moment)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Moment)


IMMUTABLE = """
CREATE FUNCTION item_version_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'draft' THEN
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'UPDATE'
     AND (NEW.code, NEW.version, NEW.definition, NEW.effective_on, NEW.digest, NEW.published_at)
         IS NOT DISTINCT FROM
         (OLD.code, OLD.version, OLD.definition, OLD.effective_on, OLD.digest, OLD.published_at)
     AND (NEW.state, NEW.withdrawn_at) IS DISTINCT FROM (OLD.state, OLD.withdrawn_at)
     AND OLD.state = 'published' AND NEW.state = 'withdrawn' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a published version of an item cannot change' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER item_version_immutable BEFORE UPDATE OR DELETE ON item_version
  FOR EACH ROW EXECUTE FUNCTION item_version_immutable();
"""
"""What the migration that creates `item_version` executes after it."""
