"""Tables of maintenance: the draft of an item, what each save left, and what stands beside an item's versions."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from services.catalogue.maintenance.rules import ChangeKind, DraftState, Outcome
from storage.database import Moment, choice

__all__ = [
    "ChangeKind",
    "Draft",
    "DraftState",
    "ItemDraft",
    "ItemDraftRevision",
    "ItemImport",
    "ItemImportRow",
    "ItemSuccession",
    "ItemSuspension",
    "Outcome",
]


@dataclass(frozen=True, slots=True)
class Draft:
    """An item being edited. `definition` is builtins as written and may be incomplete or wrong.

    `edited_by` is the name of the person of the last save; `note` what the last deed said (a reason for returning);
    `replaces` are the codes of items that end when this draft is published (拆分, 合并).
    """

    code: str
    revision: int
    definition: dict[str, Any]
    state: DraftState
    kind: ChangeKind
    base_version: int | None
    effective_on: date | None
    edited_by: str
    edited_at: datetime
    note: str
    replaces: tuple[str, ...] = ()
    reviewed_by: str = ""
    reviewed_at: datetime | None = None


class ItemDraft(SQLModel, table=True):
    """At most one draft of an item at a time, so that nobody works against anybody unseen."""

    __tablename__ = "item_draft"
    __table_args__ = (
        sa.CheckConstraint("revision >= 1", name="revision"),
        sa.CheckConstraint("state <> 'approved' OR reviewed_at IS NOT NULL", name="reviewed"),
    )

    code: str = Field(primary_key=True, max_length=60)
    revision: int
    definition: dict[str, Any] = Field(sa_type=JSONB)
    state: DraftState = Field(sa_type=choice(DraftState), index=True)
    kind: ChangeKind = Field(sa_type=choice(ChangeKind))
    base_version: int | None = None
    effective_on: date | None = None
    replaces: list[str] = Field(sa_type=ARRAY(sa.Text))
    note: str = ""
    edited_by: str = Field(max_length=60)
    edited_by_name: str = Field(max_length=100)
    edited_at: datetime = Field(sa_type=Moment)
    reviewed_by_name: str = Field(default="", max_length=100)
    reviewed_at: datetime | None = Field(default=None, sa_type=Moment)


class ItemDraftRevision(SQLModel, table=True):
    """What each save left and whose it was, kept as long as the draft is: from it the second of two is told."""

    __tablename__ = "item_draft_revision"

    code: str = Field(primary_key=True, foreign_key="item_draft.code", max_length=60, ondelete="CASCADE")
    revision: int = Field(primary_key=True)
    definition: dict[str, Any] = Field(sa_type=JSONB)
    edited_by: str = Field(max_length=60)
    edited_by_name: str = Field(max_length=100)
    edited_at: datetime = Field(sa_type=Moment)


class ItemSuspension(SQLModel, table=True):
    """暂停: while the row is there nobody may begin; it goes when the item is resumed."""

    __tablename__ = "item_suspension"

    code: str = Field(primary_key=True, max_length=60)
    reason: str
    suspended_at: datetime = Field(sa_type=Moment)


class ItemSuccession(SQLModel, table=True):
    """Where to go instead of an item that was split, merged or cancelled."""

    __tablename__ = "item_succession"
    __table_args__ = (sa.CheckConstraint("code <> successor", name="another"),)

    code: str = Field(primary_key=True, max_length=60)
    successor: str = Field(primary_key=True, max_length=60)


class ItemImport(SQLModel, table=True):
    """One file of items, taken in row by row by a worker; `partial` when it states only some elements (a table)."""

    __tablename__ = "item_import"

    id: UUID = Field(primary_key=True)
    file: str = Field(max_length=200)
    partial: bool
    started_by: str = Field(max_length=60)
    started_by_name: str = Field(max_length=100)
    started_at: datetime = Field(sa_type=Moment, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)


class ItemImportRow(SQLModel, table=True):
    """One item of it. `mistakes` are {place, zh, en}; the definition is kept only until the row is done."""

    __tablename__ = "item_import_row"

    import_id: UUID = Field(primary_key=True, foreign_key="item_import.id", ondelete="CASCADE")
    number: int = Field(primary_key=True)
    place: str = Field(max_length=200)
    code: str = Field(max_length=60)
    name: str = Field(max_length=300)
    definition: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    outcome: Outcome = Field(sa_type=choice(Outcome))
    mistakes: list[dict[str, str]] = Field(sa_type=JSONB)
