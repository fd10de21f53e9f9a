"""Cases as the API tells them, and what it takes in for them (see `schemas`)."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from identity.actor import PartyKind
from portal.api.schemas import Words
from services.applications.errors import Missing
from services.applications.rules import Channel, Delivery, Outcome, State
from services.catalogue.codes import Format, Source
from services.catalogue.definition import Commitment
from services.catalogue.form import Pair
from services.catalogue.mistakes import Mistake
from services.workflow.rules import PauseKind


class Start(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`on_behalf_of`: a party's id or an organisation's credit code; without it, whoever is chosen in the session."""

    item_code: Annotated[str, Meta(max_length=100, examples=["food-business"])]
    on_behalf_of: Annotated[str, Meta(max_length=60, examples=["91520115MADEM0011Q"])] | None = None


class Origin(Struct, frozen=True, kw_only=True):
    """Where something came from without being handed in: a fact, its register and the hub's record, or a licence."""

    fact: str | None = None
    register: str | None = None
    provider: str | None = None
    request: str | None = None
    licence: str | None = None
    at: datetime | None = None


class FormSeen(Struct, frozen=True, kw_only=True):
    """`schema` is JSON Schema 2020-12; `answers` natural JSON; `origins` says which answers came from where.

    `mistakes` are those of the answers there are.
    """

    schema: dict[str, Any]
    answers: dict[str, Any]
    origins: dict[str, Origin]
    mistakes: list[Mistake]


class FileSeen(Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    media_type: str
    size: int
    at: datetime


class MaterialSeen(Struct, frozen=True, kw_only=True):
    """A material of a case. `source`: where the item has it from; `supply`: how it is met in this case.

    `supply`: waiting (being fetched), obtained (nothing to hand in), needed, handed-in, committed.
    `asked`: false where the answers make it unnecessary.
    """

    code: str
    name: Pair
    source: Source
    supply: str
    required: bool
    asked: bool
    why: Pair
    formats: tuple[Format, ...]
    max_mb: int
    max_files: int
    commitment: Commitment | None
    origin: Origin | None
    files: list[FileSeen]


class Draft(Struct, frozen=True, kw_only=True):
    """A case that is being filled in; `missing` is what still stands in the way of handing it in."""

    number: str
    state: State
    item_code: str
    item_version: int
    applicant_name: str
    revision: int
    form: FormSeen
    materials: list[MaterialSeen]
    missing: list[Missing]


class Answers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers by question, natural JSON as the form's schema describes; null empties one.

    With `revision`, refused if somebody changed the draft since.
    """

    answers: Annotated[dict[str, Any], Meta(examples=[{"seats": 40, "opens_on": "2027-01-05"}])]
    revision: int | None = None


class Commit(Struct, frozen=True, forbid_unknown_fields=True):
    """Sign the material's commitment (告知承诺) in place of proof."""

    commitment: bool


class Submission(Struct, frozen=True, forbid_unknown_fields=True):
    """How the result shall come: electronic (at once) or at the counter; `english`: papers in English too."""

    delivery: Delivery = Delivery.ELECTRONIC
    english: bool = False


class CaseSubmission(Submission, frozen=True, forbid_unknown_fields=True):
    """`by_a_person`: where the item may be decided by rules (秒批), a person decides all the same."""

    by_a_person: bool = False


class Corrections(Struct, frozen=True, forbid_unknown_fields=True):
    """Corrected answers, if any of those asked for are answers; then the case is handed in again."""

    answers: dict[str, Any] = {}


class Withdrawal(Struct, frozen=True, forbid_unknown_fields=True):
    reason: Words = ""


class AskingForAPerson(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person is asked to look at, if one cares to say."""

    words: Words = ""


class RuleSeen(Struct, frozen=True, kw_only=True):
    """One published rule and whether it held: met, not-met or unknown."""

    key: str
    outcome: str


class RulingSeen(Struct, frozen=True, kw_only=True):
    """What the item's rules made of the case: granted, to-a-person or taken-out; `rules` is their digest."""

    course: str
    item_version: int
    rules: str | None
    inputs: str | None
    found: list[RuleSeen]
    at: datetime
    person_until: date | None


class RatingGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """1 非常满意 … 5 非常不满意."""

    grade: Annotated[int, Meta(ge=1, le=5)]
    text: Words = ""


class RatingSeen(Struct, frozen=True, kw_only=True):
    grade: int
    text: str | None
    at: datetime


class Defect(Struct, frozen=True, forbid_unknown_fields=True):
    """`target`: `question:<key>`, `question:<group>-<row>` for one row of a group, or `material:<code>`."""

    target: Annotated[str, Meta(max_length=120, examples=["question:seats"])]
    note: Words


class CorrectionSeen(Struct, frozen=True, kw_only=True):
    """A correction notice: everything to be corrected, told at once."""

    defects: list[Defect]
    requested_at: datetime
    answered_at: datetime | None


class DocumentSeen(Struct, frozen=True, kw_only=True):
    """A receipt, notice or decision; `ready` when it is printed and sealed."""

    id: UUID
    kind: str
    number: str
    requested_at: datetime
    ready: bool


class EventSeen(Struct, frozen=True, kw_only=True):
    """An entry of the case's ledger chain; `details` are for the officers who see the case, `by` as well except where the
    deed was done under a mandate: then everybody who sees the case is told by whom, and for whom (`on_behalf_of`)."""

    position: int
    at: datetime
    deed: str
    hash: str
    by: str | None = None
    on_behalf_of: str | None = None
    details: dict[str, Any] | None = None


class OpinionSeen(Struct, frozen=True, kw_only=True):
    step: str
    deed: str
    officer_name: str
    text: str
    at: datetime


class PaymentSeen(Struct, frozen=True, kw_only=True):
    """`amount` in fen; `receipt` is the number of its 财政电子票据."""

    id: UUID
    amount: int
    receipt: str
    paid_on: date
    refunded_at: datetime | None
    refund_reason: str | None


class ChargesSeen(Struct, frozen=True, kw_only=True):
    """What a case was charged, in fen: `due` is 0 where nothing is, null where the item does not say how much; `lacking`
    was neither taken nor let off. `waived`: the ground on which it was let off."""

    due: int | None
    lacking: int
    payments: list[PaymentSeen]
    waived: str | None


class ApplicationLine(Struct, frozen=True, kw_only=True):
    """A case in a list. `light`: green, yellow, red or paused while it runs."""

    number: str
    item_code: str
    item_name: dict[str, str]
    applicant_name: str
    state: State
    outcome: Outcome | None
    step: str | None
    light: str | None
    due_on: date | None
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None


class ApplicationSeen(ApplicationLine, frozen=True, kw_only=True):
    """A case. Sensitive answers are masked for officers; opinions are theirs alone."""

    item_version: int
    department_code: str
    applicant_kind: PartyKind
    filed_by_name: str
    channel: Channel
    delivery: Delivery
    revision: int
    limit_days: int | None
    due_provisional: bool
    accepted_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    on_time: bool | None
    reason: str | None
    answers: dict[str, Any]
    materials: list[MaterialSeen]
    corrections: list[CorrectionSeen]
    documents: list[DocumentSeen]
    timeline: list[EventSeen]
    licence: str | None
    query_code: str | None
    rating: RatingSeen | None
    claimed_by_name: str | None
    opinions: list[OpinionSeen] | None
    ruling: RulingSeen | None = None
    charges: ChargesSeen | None = None


class ApplicationPage(Struct, frozen=True, kw_only=True):
    """Cases; `next` is given as `after` for the following ones, none at the end."""

    applications: list[ApplicationLine]
    next: str | None = None


# ── The officers' deeds ──────────────────────────────────────────────────────────────────────────


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing has to be said."""


class Opinion(Struct, frozen=True, forbid_unknown_fields=True):
    opinion: Words = ""


class Review(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An unfavourable opinion says why."""

    favourable: bool
    opinion: Words = ""


class Reason(Struct, frozen=True, forbid_unknown_fields=True):
    reason: Words


class Defects(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that has to be corrected, told at once (行政许可法 32)."""

    defects: Annotated[list[Defect], Meta(max_length=200)]


class Suspension(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A special procedure (行政许可法 45); its days do not count. `days`: the working days told in writing."""

    procedure: PauseKind
    days: Annotated[int, Meta(ge=1, le=365)]
    reason: Words


class ProcedureResult(Struct, frozen=True, forbid_unknown_fields=True):
    result: Words
