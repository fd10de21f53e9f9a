"""The case and what hangs on it. What identifies or exposes a person is sealed (`storage.cipher`)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from identity.actor import PartyKind
from services.applications.rules import Channel, Delivery, Outcome, State
from storage.cipher import SealedJSON, SealedText
from storage.database import Moment, choice

SHOWN_FROM_THE_INDEX = ["id", "yellow_on", "step", "claimed_by"]
QUEUE_INDEXES = (
    sa.Index(
        "ix_application_queue",
        "department_code",
        "state",
        "due_on",
        "number",
        postgresql_include=SHOWN_FROM_THE_INDEX,
    ),
    sa.Index(
        "ix_application_item_queue",
        "item_code",
        "department_code",
        "state",
        "due_on",
        "number",
        postgresql_include=SHOWN_FROM_THE_INDEX,
    ),
    sa.Index(
        "ix_application_named",
        "applicant_name",
        "department_code",
        "state",
        "due_on",
        "number",
        postgresql_include=SHOWN_FROM_THE_INDEX,
        postgresql_ops={"applicant_name": "text_pattern_ops"},
    ),
    sa.Index(
        "ix_application_filed",
        "department_code",
        "state",
        "submitted_at",
        postgresql_include=["due_on", "number", *SHOWN_FROM_THE_INDEX],
    ),
    sa.Index("ix_application_numbered", "number", postgresql_ops={"number": "text_pattern_ops"}),
    sa.Index(
        "ix_application_claimed",
        "claimed_by",
        "due_on",
        "number",
        postgresql_where=sa.text("claimed_by IS NOT NULL"),
    ),
)
"""What the officers' work lists are read by (services.applications.desk): never the table from end to end."""


class Application(SQLModel, table=True):
    """办件. `answers` is `{key: text or list of texts}` as typed; `origins` says which came from a register."""

    __tablename__ = "application"
    __table_args__ = (
        *QUEUE_INDEXES,
        sa.Index("ix_application_applicant", "applicant_id", "created_at"),
        sa.Index("ix_application_closed", "department_code", "closed_at"),
        sa.Index(
            "ix_application_decided",
            "decided_at",
            "number",
            postgresql_where=sa.text("decided_at IS NOT NULL"),
        ),
        sa.Index(
            "ix_application_unarchived",
            "closed_at",
            postgresql_where=sa.text("closed_at IS NOT NULL AND archived_at IS NULL"),
        ),
        sa.Index(
            "ix_application_singular",
            "number",
            postgresql_where=sa.text("deemed OR corrections > 1"),
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    number: str = Field(unique=True)
    query_code: str
    item_code: str
    item_version: int
    item_name: dict[str, str] = Field(sa_type=JSONB)
    department_code: str
    channel: Channel = Field(sa_type=choice(Channel))
    applicant_kind: PartyKind = Field(sa_type=choice(PartyKind))
    applicant_id: UUID
    applicant_name: str
    filed_by: UUID
    filed_by_name: str
    state: State = Field(default=State.DRAFT, sa_type=choice(State))
    outcome: Outcome | None = Field(default=None, sa_type=choice(Outcome))
    delivery: Delivery = Field(default=Delivery.ELECTRONIC, sa_type=choice(Delivery))
    step: str | None = None
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=SealedJSON("application.answers"))
    origins: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    revision: int = 0
    submission_key: str | None = None
    claimed_by: UUID | None = None
    claimed_by_name: str | None = None
    accepted_by: UUID | None = None
    received_by: list[str] = Field(default_factory=list, sa_type=JSONB)
    decided_by: UUID | None = None
    reason: str | None = Field(default=None, sa_type=SealedText("application.reason"))
    corrections: int = 0
    due_on: date | None = None
    yellow_on: date | None = None
    due_provisional: bool = False
    limit_days: int | None = None
    created_at: datetime = Field(sa_type=Moment)
    updated_at: datetime = Field(sa_type=Moment)
    submitted_at: datetime | None = Field(default=None, sa_type=Moment)
    accepted_at: datetime | None = Field(default=None, sa_type=Moment)
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    on_time: bool | None = None
    deemed: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    archived_at: datetime | None = Field(default=None, sa_type=Moment)
    archive_digest: str | None = None


class Supply(StrEnum):
    """How a material is met."""

    WAITING = "waiting"  # being fetched
    OBTAINED = "obtained"  # 免交: from hub or licence library
    NEEDED = "needed"  # the applicant is asked for it
    HANDED_IN = "handed-in"
    COMMITTED = "committed"  # 告知承诺


class CaseMaterial(SQLModel, table=True):
    """One material of one case and how it was met; `origin` names the register or licence and the request."""

    __tablename__ = "application_material"

    application_id: UUID = Field(primary_key=True, foreign_key="application.id", ondelete="CASCADE")
    code: str = Field(primary_key=True)
    supply: Supply = Field(sa_type=choice(Supply))
    required: bool
    origin: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    changed_at: datetime = Field(sa_type=Moment)


class CaseFile(SQLModel, table=True):
    """An uploaded file, by its content's digest in the object store. The name the person gave is sealed."""

    __tablename__ = "application_file"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    application_id: UUID = Field(foreign_key="application.id", ondelete="CASCADE", index=True)
    material_code: str
    name: str = Field(sa_type=SealedText("file.name"))
    media_type: str
    size: int
    digest: str
    uploaded_by: UUID
    at: datetime = Field(sa_type=Moment)


class Gathering(StrEnum):
    """What came of asking the hub for one resource."""

    WAITING = "waiting"
    HIT = "hit"
    MISS = "miss"
    MISMATCH = "mismatch"
    FAILED = "failed"
    REFUSED = "refused"


class Fact(SQLModel, table=True):
    """What a register said for this case, kept only as long as the case: never beyond it."""

    __tablename__ = "application_fact"

    application_id: UUID = Field(primary_key=True, foreign_key="application.id", ondelete="CASCADE")
    resource: str = Field(primary_key=True)
    outcome: Gathering = Field(sa_type=choice(Gathering))
    values: dict[str, Any] = Field(default_factory=dict, sa_type=SealedJSON("fact.values"))
    provider: str | None = None
    request: str | None = None
    attempts: int = 0
    at: datetime = Field(sa_type=Moment)


class Opinion(SQLModel, table=True):
    """办理意见: what one officer did or said at one step; `superseded` once the case was sent back to that step."""

    __tablename__ = "application_opinion"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    application_id: UUID = Field(foreign_key="application.id", ondelete="CASCADE", index=True)
    step: str
    deed: str
    officer_id: UUID
    officer_name: str
    text: str = Field(sa_type=SealedText("opinion.text"))
    at: datetime = Field(sa_type=Moment)
    superseded: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})


class Correction(SQLModel, table=True):
    """补正告知: everything to be corrected, told once; `defects` are `{target, note}` with target question:… (a row: question:group-2) or material:…"""

    __tablename__ = "application_correction"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    application_id: UUID = Field(foreign_key="application.id", ondelete="CASCADE", index=True)
    defects: list[dict[str, str]] = Field(sa_type=SealedJSON("correction.defects"))
    requested_by: UUID
    requested_by_name: str
    requested_at: datetime = Field(sa_type=Moment)
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    reply_by: date | None = None


class CaseDocument(SQLModel, table=True):
    """A receipt, notice or decision made for the case; `digest` is set when it is printed, sealed and stored.

    `told` is what it says beyond the case: days, dates, places, reasons of this one deed, as they are to be read.
    """

    __tablename__ = "application_document"
    __table_args__ = (sa.UniqueConstraint("application_id", "kind", "ordinal"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    application_id: UUID = Field(foreign_key="application.id", ondelete="CASCADE")
    kind: str
    ordinal: int = 1
    number: str = Field(unique=True)
    requested_at: datetime = Field(sa_type=Moment)
    printed_at: datetime | None = Field(default=None, sa_type=Moment)
    digest: str | None = None
    told: dict[str, str] | None = Field(default=None, sa_type=SealedJSON("document.told"))


class Rating(SQLModel, table=True):
    """好差评: one for a case (一事一评); grades 1 非常满意 … 5 非常不满意, the last two are 差评."""

    __tablename__ = "application_rating"
    __table_args__ = (sa.CheckConstraint("grade BETWEEN 1 AND 5", name="grade"),)

    application_id: UUID = Field(primary_key=True, foreign_key="application.id", ondelete="CASCADE")
    grade: int
    text: str | None = Field(default=None, sa_type=SealedText("rating.text"))
    by: UUID
    at: datetime = Field(sa_type=Moment)


class NumberSeries(SQLModel, table=True):
    """Running numbers without gaps inside a transaction: one row for each prefix."""

    __tablename__ = "number_series"

    prefix: str = Field(primary_key=True)
    last: int
