"""The hub's tables: directory, contracts, keys, uses. No register's value is ever kept here in the clear."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.sharing import rules
from services.sharing.contracts.rules import AskingState, TicketKind, TicketState
from services.sharing.rules import Form, Judgment, Offer, Outcome, ShareType, SubjectKey, Terms
from storage.cipher import SealedText
from storage.database import Moment, choice

EVIDENCE = "hub-evidence"
SUBJECT = "hub-subject"
TICKET = "hub-ticket"


class Resource(SQLModel, table=True):
    """An entry of the directory (政务信息资源目录, domain facts 4.1).

    `fields`: a list of {name, title: {zh, en}, type, sensitivity: "general" | "personal" | "sensitive"}.
    """

    __tablename__ = "hub_resource"
    __table_args__ = (
        # 国发〔2016〕51号: sharing on a condition states it, not sharing states its basis.
        sa.CheckConstraint("share_type <> '2' OR condition <> ''", name="condition_stated"),
        sa.CheckConstraint("share_type <> '3' OR basis <> ''", name="basis_stated"),
    )

    code: str = Field(primary_key=True, max_length=64)
    catalogue_code: str = Field(unique=True, max_length=50)
    name: dict[str, str] = Field(sa_type=JSONB)
    provider: str = Field(index=True, max_length=18)
    provider_name: dict[str, str] = Field(sa_type=JSONB)
    fields: list[dict[str, Any]] = Field(sa_type=JSONB)
    share_type: ShareType = Field(sa_type=choice(ShareType))
    basis: str = ""
    condition: str = ""
    manner: str = Field(max_length=40)
    update_cycle: str = Field(max_length=40)
    subject_key: SubjectKey = Field(sa_type=choice(SubjectKey))
    summary: str = ""
    format: str = Field(default="数据库", max_length=40)
    openness: str = Field(default="不予开放", max_length=40)
    related: list[str] = Field(default_factory=list, sa_type=JSONB)
    published_at: datetime = Field(sa_type=Moment)
    changed_at: datetime = Field(sa_type=Moment)

    @property
    def offer(self) -> Offer:
        return rules.offer_of({name: getattr(self, name) for name in rules.OFFER_FROM})


class Contract(SQLModel, table=True):
    """A contract (数据契约): who may use which fields, for which item, on what legal basis, how much, until when.

    `derived`: what is told in place of a value → {field, rule, value | words} (messages.Derivation).
    """

    __tablename__ = "hub_contract"
    __table_args__ = (
        sa.CheckConstraint("valid_from < valid_until", name="validity"),
        sa.CheckConstraint("per_minute > 0 AND per_day > 0", name="volume"),
        sa.Index("ix_hub_contract_purpose", "consumer", "item_code", "resource"),
    )

    number: str = Field(primary_key=True, max_length=64)
    consumer: str = Field(max_length=64)
    item_code: str = Field(max_length=64)
    legal_basis: str
    resource: str = Field(foreign_key="hub_resource.code", max_length=64)
    fields: list[str] = Field(sa_type=JSONB)
    form: Form = Field(sa_type=choice(Form))
    per_minute: int
    per_day: int
    valid_from: datetime = Field(sa_type=Moment)
    valid_until: datetime = Field(sa_type=Moment)
    concluded_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    end_reason: str | None = None
    derived: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    review_on: date | None = None
    reviewed_at: datetime | None = Field(default=None, sa_type=Moment)

    @property
    def terms(self) -> Terms:
        return rules.terms_of({name: getattr(self, name) for name in rules.TERMS_FROM})


class PartyKey(SQLModel, table=True):
    """A public key by which a party signs; `speaks_for` are the consumers that entrusted it (itself included).

    `keeps_cases`: what it says of cases is believed; no call is answered for a case nobody keeps.
    """

    __tablename__ = "hub_party_key"

    kid: str = Field(primary_key=True, max_length=64)
    party: str = Field(index=True, max_length=64)
    speaks_for: list[str] = Field(sa_type=JSONB)
    reads_uses: bool = False
    keeps_cases: bool = False
    jwk: dict[str, str] = Field(sa_type=JSONB)
    valid_from: datetime = Field(sa_type=Moment)
    retired_at: datetime | None = Field(default=None, sa_type=Moment)


class Case(SQLModel, table=True):
    """A case in whose name data may be asked for, as its keeper last told of it.

    `subjects` are keyed hashes; `applicant` and `operators` are the keeper's own ids, no names.
    """

    __tablename__ = "hub_case"
    __table_args__ = (
        sa.Index("ix_hub_case_open", "keeper", "asked_at", postgresql_where=sa.text("closed_at IS NULL")),
    )

    number: str = Field(primary_key=True, max_length=64)
    keeper: str = Field(max_length=64)
    consumer: str = Field(max_length=64)
    item_code: str = Field(max_length=64)
    applicant: str = Field(max_length=64)
    subjects: list[str] = Field(sa_type=JSONB)
    operators: list[str] = Field(sa_type=JSONB)
    opened_at: datetime = Field(sa_type=Moment)
    told_at: datetime = Field(sa_type=Moment)
    asked_at: datetime = Field(sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)


class Asking(SQLModel, table=True):
    """A contract asked for (共享申请): answered by the resource's provider within its limit, refused with reasons.

    `terms`: resource, item, legal_basis, fields, form, derived, per_minute, per_day, days, purpose.
    """

    __tablename__ = "hub_asking"
    __table_args__ = (
        sa.CheckConstraint("(state = 'refused') = (reason <> '')", name="refusal_reasoned"),
        sa.CheckConstraint("(state = 'waiting') = (answered_at IS NULL)", name="answer_dated"),
    )

    number: str = Field(primary_key=True, max_length=64)
    consumer: str = Field(index=True, max_length=64)
    provider: str = Field(index=True, max_length=18)
    resource: str = Field(foreign_key="hub_resource.code", max_length=64)
    terms: dict[str, Any] = Field(sa_type=JSONB)
    asked_by: str = Field(max_length=64)
    asked_at: datetime = Field(sa_type=Moment)
    due_on: date
    extended: bool = False
    state: AskingState = Field(sa_type=choice(AskingState))
    answered_by: str | None = Field(default=None, max_length=64)
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    reason: str = ""
    contract: str | None = Field(default=None, max_length=64)


class Ticket(SQLModel, table=True):
    """Something a department has to look into (校核纠错): a value disputed, a subject missed, a use complained of.

    `words` is what a person wrote, sealed; it names nobody else. `answer` is the department's, for that person.
    """

    __tablename__ = "hub_ticket"
    __table_args__ = (
        sa.Index("ix_hub_ticket_department", "department", "state"),
        sa.Index(
            "uq_hub_ticket_once",
            "kind",
            "department",
            "resource",
            "case_number",
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: TicketKind = Field(sa_type=choice(TicketKind))
    department: str = Field(max_length=64)
    resource: str = Field(max_length=64)
    fields: list[str] = Field(sa_type=JSONB)
    case_number: str = Field(max_length=64)
    use: UUID | None = None
    words: str = Field(default="", sa_type=SealedText(TICKET))
    raised_by: str = Field(max_length=64)
    raised_at: datetime = Field(sa_type=Moment)
    due_on: date
    state: TicketState = Field(sa_type=choice(TicketState))
    answer: str = ""
    answered_by: str | None = Field(default=None, max_length=64)
    answered_at: datetime | None = Field(default=None, sa_type=Moment)


class Use(SQLModel, table=True):
    """One use of somebody's data (用数记录), or one refused attempt.

    Written before the source is asked; `outcome` and what follows it stay empty until the source has answered,
    so a crash in between leaves its trace. `subject_index` is a keyed hash; the signed messages are sealed: request
    and answer, and where the source is a department's own side, the hub's question to it and its reply.
    `missing` are fields of a hit that the register leaves empty.
    """

    __tablename__ = "hub_use"
    __table_args__ = (
        sa.Index(
            "uq_hub_use_granted",
            "consumer",
            "nonce",
            unique=True,
            postgresql_where=sa.text("judgment = 'granted'"),
        ),
        sa.Index("ix_hub_use_subject", "subject_index", "at"),
        sa.Index("ix_hub_use_case", "case_number"),
        sa.Index("ix_hub_use_contract", "contract", "at"),
        sa.CheckConstraint("(judgment = 'refused') = (reason <> '')", name="reason_stated"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    nonce: str = Field(max_length=64)
    contract: str = Field(max_length=64)
    consumer: str = Field(max_length=64)
    provider: str = Field(default="", max_length=18)
    resource: str = Field(max_length=64)
    fields: list[str] = Field(sa_type=JSONB)
    form: str = Field(default="", max_length=10)
    case_number: str = Field(max_length=64)
    item_code: str = Field(max_length=64)
    subject_key: str = Field(default="", max_length=20)
    subject_index: str | None = Field(default=None, max_length=64)
    applicant: str = Field(max_length=64)
    operator: str = Field(max_length=64)
    purpose: str = Field(max_length=200)
    judgment: Judgment = Field(sa_type=choice(Judgment))
    reason: str = Field(default="", max_length=40)
    outcome: Outcome | None = Field(default=None, sa_type=choice(Outcome))
    trouble: str = Field(default="", max_length=40)
    took_ms: int | None = None
    body_digest: str = Field(default="", max_length=64)
    request_digest: str = Field(max_length=64)
    answer_digest: str | None = Field(default=None, max_length=64)
    request_jws: str = Field(sa_type=SealedText(EVIDENCE))
    answer_jws: str | None = Field(default=None, sa_type=SealedText(EVIDENCE))
    at: datetime = Field(sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    missing: list[str] = Field(default_factory=list, sa_type=JSONB, sa_column_kwargs={"server_default": "[]"})
    question_jws: str | None = Field(default=None, sa_type=SealedText(EVIDENCE))
    reply_jws: str | None = Field(default=None, sa_type=SealedText(EVIDENCE))


class Nonce(SQLModel, table=True):
    """A signed message that has been taken in once: the same one is never taken again."""

    __tablename__ = "hub_nonce"

    party: str = Field(primary_key=True, max_length=64)
    nonce: str = Field(primary_key=True, max_length=64)
    attempt: int = Field(primary_key=True)
    expires_at: datetime = Field(sa_type=Moment, index=True)


class Tally(SQLModel, table=True):
    """Granted uses of one contract in one minute or one day, so that no call has to count them."""

    __tablename__ = "hub_tally"

    contract: str = Field(primary_key=True, foreign_key="hub_contract.number", max_length=64)
    period: str = Field(primary_key=True, max_length=6)
    starts_at: datetime = Field(primary_key=True, sa_type=Moment)
    used: int


# The tables themselves, for the statements on the way of every exchange: core inserts cost half of the ORM's.
USE, NONCE, TALLY, CASE = (
    SQLModel.metadata.tables[name] for name in ("hub_use", "hub_nonce", "hub_tally", "hub_case")
)
