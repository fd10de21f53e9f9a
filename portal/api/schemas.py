"""What leaves the API and what it takes in. A struct is the whitelist: a column that is not named here never leaves.

Values come from rows by `told`, so that a new column stays inside until somebody writes it down here.
"""

from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from identity.actor import PartyKind
from licensing.rules import State as LicenceState
from licensing.types import Names
from services.catalogue.codes import Audience, Format, Issuer, Necessity, Source, StepKind, StepRole
from services.catalogue.definition import (
    Basis,
    Commitment,
    Contact,
    Department,
    Fee,
    Limit,
    Online,
    Place,
    QuestionAndAnswer,
    Result,
    Visits,
)
from services.catalogue.form import Pair

Known = TypeVar("Known", bound=Struct)

Line = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Words = Annotated[str, Meta(max_length=2000)]


def told(kind: type[Known], value: object, **more: Any) -> Known:
    """`value` (a row or a value of the domain) as far as `kind` names its attributes; `more` is said beside it."""
    known = {name: getattr(value, name) for name in _names(kind) if name not in more and hasattr(value, name)}
    return msgspec.convert(known | more, kind, from_attributes=True)


@cache
def _names(kind: type[Struct]) -> tuple[str, ...]:
    return tuple(field.name for field in msgspec.structs.fields(kind))


class Problem(Struct, frozen=True):
    """RFC 9457. `type` names the refusal and never changes; members beside these tell its data."""

    type: str
    title: str
    status: int
    detail: str = ""


# ── Signing in ───────────────────────────────────────────────────────────────────────────────────


class SignIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`account`: login name, phone or ID number. `code`: the second factor, which staff need always."""

    account: Annotated[str, Meta(max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["19900000001"])]
    password: Annotated[str, Meta(max_length=1000)]
    code: Annotated[str, Meta(max_length=20, examples=["123456"])] | None = None


class SignedIn(Struct, frozen=True, kw_only=True):
    """Send the token as `Authorization: Bearer …`; it ends after `expires_in` seconds or with the session."""

    access_token: str
    expires_in: int
    token_type: str = "Bearer"  # noqa: S105 - RFC 6750's word, no secret


class PartySeen(Struct, frozen=True, kw_only=True):
    """Somebody one may act for; `chosen` marks the one deeds are done for now."""

    id: UUID
    kind: PartyKind
    name: str
    chosen: bool


class PartyChoice(Struct, frozen=True, forbid_unknown_fields=True):
    """A party's id or an organisation's unified social credit code."""

    party: Annotated[str, Meta(max_length=60, examples=["91520115MADEM0011Q"])]


# ── Items ────────────────────────────────────────────────────────────────────────────────────────


class ItemLine(Struct, frozen=True, kw_only=True):
    """An item in a list; while it is suspended (暂停办理), since when and why nobody may begin."""

    code: str
    version: int
    name: Pair
    short_name: Pair
    summary: Pair
    department: Department
    audiences: tuple[Audience, ...]
    themes: tuple[str, ...]
    promised_days: int
    decided_on_the_spot: bool
    charged: bool
    nothing_to_hand_in: bool
    result: Pair
    sample: bool
    suspended_at: datetime | None
    suspension_reason: str | None


class ItemPage(Struct, frozen=True, kw_only=True):
    """Some items; `next` is given as `after` for the following ones, none at the end."""

    items: list[ItemLine]
    next: str | None


class SuggestionLine(Struct, frozen=True, kw_only=True):
    """Something that may be meant: `kind` is item or bundle, `said` the name that fitted what was typed."""

    kind: str
    code: str
    name: Pair
    said: str
    suspended: bool


class SuggestionList(Struct, frozen=True, kw_only=True):
    suggestions: list[SuggestionLine]


class ConditionSeen(Struct, frozen=True, kw_only=True):
    key: str
    text: Pair


class StepSeen(Struct, frozen=True, kw_only=True):
    key: str
    name: Pair
    role: StepRole
    kind: StepKind
    limit: int
    two_persons: bool
    guidance: Pair | None


class MaterialAsked(Struct, frozen=True, kw_only=True):
    """A material of an item. Whatever its `source`, it may be uploaded instead."""

    code: str
    name: Pair
    source: Source
    necessity: Necessity
    required: bool
    issuer: Issuer
    why: Pair
    basis: Pair
    guidance: Pair | None
    commitment: Commitment | None
    formats: tuple[Format, ...]
    max_mb: int
    max_files: int


class ItemSeen(Struct, frozen=True, kw_only=True):
    """An item with its guide, materials and form (JSON Schema 2020-12 of the answers)."""

    code: str
    version: int
    basic_code: str
    implementation_code: str
    name: Pair
    summary: Pair
    item_type: str
    department: Department
    region: str
    audiences: tuple[Audience, ...]
    themes: tuple[str, ...]
    basis: tuple[Basis, ...]
    conditions: list[ConditionSeen]
    statutory_limit: Limit
    promised_limit: Limit
    decided_on_the_spot: bool
    fee: Fee
    contact: Contact
    complaint: Contact
    places: tuple[Place, ...]
    online: Online
    visits: Visits
    materials: list[MaterialAsked]
    steps: list[StepSeen]
    result: Result
    faq: tuple[QuestionAndAnswer, ...]
    sample: bool
    suspended_at: datetime | None
    suspension_reason: str | None
    form: dict[str, Any]


# ── Licences ─────────────────────────────────────────────────────────────────────────────────────


class LicenceSeen(Struct, frozen=True, kw_only=True):
    """A licence of the library; `elements` are its metadata by their standard names."""

    identifier: str
    type_code: str
    type_name: Names
    number: str
    application_number: str
    holder_name: str
    issuer_name: str
    state: LicenceState
    valid_from: date
    valid_until: date | None
    issued_at: datetime | None


class LicenceWhole(LicenceSeen, frozen=True, kw_only=True):
    elements: dict[str, str]
    check_code: str


class PresentationMade(Struct, frozen=True, kw_only=True):
    """A code that works once, until `expires_at`."""

    code: str
    expires_at: datetime


class CodeToVerify(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`code`: the licence's check code (beside its QR code) or a presentation code its holder made."""

    identifier: Line
    code: Annotated[str, Meta(max_length=40)]


class LicenceFacts(Struct, frozen=True, kw_only=True):
    """What stands on the licence's face; a person's name is masked unless the holder presents it."""

    identifier: str
    type_name: Names
    number: str
    holder: str
    issuer: str
    state: LicenceState
    issued_on: date
    valid_until: date | None


class Verification(Struct, frozen=True, kw_only=True):
    """`valid`: sealed by one of ours, unaltered, and in force now. `finding` is told for files.

    finding: sound, appended, unknown-sealer, altered, unsealed, unreadable.
    """

    valid: bool
    finding: str | None = None
    sealer: str | None = None
    sealed_at: datetime | None = None
    licence: LicenceFacts | None = None
