"""Mandates, requests for them, and attempts at being verified, as rows. Numbers of others are sealed."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from identity.mandates.rules import Answer, Ending, Kind
from storage.cipher import SealedJSON
from storage.database import Moment, choice

FIRM_KINDS = "kind IN ('administrator', 'agent', 'representative')"


class Mandate(SQLModel, table=True):
    """Who (`person_id`) acts for which person or organisation, in which items, from when until when (授权).

    It is here once both sides agreed; `evidence` says by what: `{by: account | register | window | officer, …}`.
    `checked_at`: when the register last named this legal representative; `ending_told_at`: when both sides were told
    that it ends soon.
    """

    __tablename__ = "mandate"
    __table_args__ = (
        sa.CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="period"),
        sa.CheckConstraint("cardinality(items) > 0", name="items"),
        sa.CheckConstraint("num_nonnulls(for_person, for_organisation) = 1", name="principal"),
        sa.CheckConstraint(f"(for_organisation IS NOT NULL) = ({FIRM_KINDS})", name="kind_fits"),
        sa.CheckConstraint("person_id IS DISTINCT FROM for_person", name="another"),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (ending IS NULL)", name="ending_known"),
        sa.Index(
            "uq_mandate_person_in_force",
            "person_id",
            "for_person",
            unique=True,
            postgresql_where=sa.text("withdrawn_at IS NULL AND for_person IS NOT NULL"),
        ),
        sa.Index(
            "uq_mandate_organisation_in_force",
            "person_id",
            "for_organisation",
            unique=True,
            postgresql_where=sa.text("withdrawn_at IS NULL AND for_organisation IS NOT NULL"),
        ),
        sa.Index(
            "ix_mandate_ending",
            "valid_until",
            postgresql_where=sa.text("withdrawn_at IS NULL AND ending_told_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: Kind = Field(sa_type=choice(Kind))
    person_id: UUID = Field(foreign_key="person.id", index=True)
    for_person: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    for_organisation: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    items: list[str] = Field(sa_type=ARRAY(sa.Text))
    evidence: dict[str, Any] = Field(sa_type=JSONB)
    given_by: str = Field(max_length=80)
    valid_from: datetime = Field(sa_type=Moment)
    valid_until: datetime | None = Field(default=None, sa_type=Moment)
    checked_at: datetime | None = Field(default=None, sa_type=Moment)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Moment)
    withdrawn_by: str | None = Field(default=None, max_length=80)
    ending: Ending | None = Field(default=None, sa_type=choice(Ending))
    ending_told_at: datetime | None = Field(default=None, sa_type=Moment)


class MandateRequest(SQLModel, table=True):
    """What one side asked for and the other has not answered yet.

    The other side is named by ID number and name, whether or not somebody with that number has an account: who
    asks learns nothing. `asker_acts`: the asker will be the one who acts. `evidence_digest`: an uploaded file.
    """

    __tablename__ = "mandate_request"
    __table_args__ = (
        sa.CheckConstraint("cardinality(items) > 0", name="items"),
        sa.CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="answered"),
        sa.CheckConstraint(f"(for_organisation IS NOT NULL) = ({FIRM_KINDS})", name="kind_fits"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: Kind = Field(sa_type=choice(Kind))
    asked_by: UUID = Field(foreign_key="person.id", index=True)
    asker_acts: bool
    other_index: str = Field(index=True)
    other: dict[str, str] = Field(sa_type=SealedJSON("mandate.other"))
    for_organisation: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    items: list[str] = Field(sa_type=ARRAY(sa.Text))
    until: datetime = Field(sa_type=Moment)
    evidence_digest: str | None = Field(default=None, max_length=64)
    evidence_type: str | None = Field(default=None, max_length=40)
    asked_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    answered_by: str | None = Field(default=None, max_length=80)
    answer: Answer | None = Field(default=None, sa_type=choice(Answer))


class IdentityCheck(SQLModel, table=True):
    """One attempt at being verified by the registers; `confirmed` are the proofs that fitted, None while it is asked."""

    __tablename__ = "identity_check"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    at: datetime = Field(sa_type=Moment)
    confirmed: list[str] | None = Field(default=None, sa_type=ARRAY(sa.Text))
    passed: bool | None = None
