"""Files of existing licences, their rows, and holders nobody has met yet.

What a row says is sealed, and kept only until it was dealt with.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from identity.actor import PartyKind
from identity.models import ID_NUMBER
from licensing.rules import ImportOutcome, Trust
from storage.cipher import SealedJSON, SealedText
from storage.database import Moment, choice


class LicenceImport(SQLModel, table=True):
    """One file: licences of one type and one department, all of one level of trust."""

    __tablename__ = "licence_import"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    type_code: str = Field(max_length=60)
    type_version: int
    department_code: str = Field(max_length=18, index=True)
    trust: Trust = Field(sa_type=choice(Trust))
    file: str = Field(max_length=200)
    started_by: str = Field(max_length=60)
    started_by_name: str = Field(max_length=100)
    started_at: datetime = Field(sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)


class LicenceImportRow(SQLModel, table=True):
    """One row. `mistakes` are {place, zh, en}, `number` is the row of the table."""

    __tablename__ = "licence_import_row"
    __table_args__ = (
        sa.Index(
            "ix_licence_import_row_waiting",
            "import_id",
            "number",
            postgresql_where=sa.text("outcome = 'waiting'"),
        ),
    )

    import_id: UUID = Field(primary_key=True, foreign_key="licence_import.id", ondelete="CASCADE")
    number: int = Field(primary_key=True)
    licence_number: str = Field(max_length=60)
    content: dict[str, Any] | None = Field(default=None, sa_type=SealedJSON("licence.import"), nullable=True)
    outcome: ImportOutcome = Field(sa_type=choice(ImportOutcome))
    mistakes: list[dict[str, str]] = Field(sa_type=JSONB)


class AwaitedHolder(SQLModel, table=True):
    """The holder of a licence that was taken in before they were known here (持证人尚未注册).

    `id` is what the licence, and later versions of it, name as their holder until then: nobody has it, so nobody sees
    the licence but its department. A person is found by `id_index`, the keyed hash that identity keeps too, a firm by
    its credit code. `differs_at`: when somebody of this number was last found to bear another name.
    """

    __tablename__ = "licence_awaited_holder"
    __table_args__ = (
        sa.CheckConstraint(
            "(kind = 'person') = (id_index IS NOT NULL) AND (kind = 'person') = (id_number IS NOT NULL)"
            " AND (kind = 'person') = (credit_code IS NULL)",
            name="numbered",
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: PartyKind = Field(sa_type=choice(PartyKind))
    name: str = Field(max_length=200)
    id_number: str | None = Field(default=None, sa_type=SealedText(ID_NUMBER))
    id_index: str | None = Field(default=None, index=True)
    credit_code: str | None = Field(default=None, index=True, max_length=18)
    since: datetime = Field(sa_type=Moment)
    differs_at: datetime | None = Field(default=None, sa_type=Moment)
