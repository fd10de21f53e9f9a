"""What travels between portal and hub: plain values, written as JSON inside a signature.

Every message names its kind, so that one can never be taken for another. Moments are RFC 3339 with zone.
"""

import hashlib
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

MEDIA_TYPE = "application/jose"
"""How a signed message is labelled on the wire (RFC 7515 §9.2.1)."""

Value = str | int | float | bool | None
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"  # PostgreSQL keeps no NUL, and no name or number needs a control character
Word = Annotated[str, Meta(max_length=64, pattern=PRINTABLE)]
Line = Annotated[str, Meta(max_length=200, pattern=PRINTABLE)]
Nonce = Annotated[str, Meta(min_length=16, max_length=64, pattern="^[A-Za-z0-9_-]*$")]
Field = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]


class Subject(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose data: a person's ID number or an organisation's credit code, exactly one of them."""

    id_number: Annotated[str, Meta(max_length=18)] | None = None
    credit_code: Annotated[str, Meta(max_length=18)] | None = None

    @property
    def key(self) -> str:
        """Which of the two is given, as a directory names it; empty when none or both are."""
        given = [name for name in ("id_number", "credit_code") if getattr(self, name)]
        return given[0] if len(given) == 1 else ""

    @property
    def number(self) -> str:
        return (self.id_number or self.credit_code or "") if self.key else ""


class Request(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="exchange-request", kw_only=True
):
    """One call (domain facts 4.3): who asks, under which contract, for which case, which fields of whom, why.

    `nonce` names the call; a caller that heard nothing asks again under the same nonce with the next `attempt`.
    `expected` is what a verify-only contract compares: field → claimed value.
    """

    consumer: Word
    contract: Word
    case_number: Word
    item: Word
    resource: Word
    fields: Annotated[list[Field], Meta(max_length=50)]
    subject: Subject
    applicant: Word
    operator: Word
    purpose: Line
    at: datetime
    nonce: Nonce
    attempt: Annotated[int, Meta(ge=1, le=9)] = 1
    expected: dict[Field, Line] = msgspec.field(default_factory=dict)


class Answer(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="exchange-answer", kw_only=True
):
    """The hub's word on one request.

    `request` is the SHA-256 of the signed request it answers; `use` the number of the use record;
    `outcome` hit | miss | mismatch | failed | refused; `reason` why it failed or was refused;
    `values` only what the contract allows, in the contract's form, without fields the register leaves empty;
    `register_at` the moment for which the register vouches.
    """

    request: str
    use: str
    outcome: str
    provider: str
    resource: str
    at: datetime
    reason: str = ""
    form: str = ""
    values: dict[str, Value] = msgspec.field(default_factory=dict)
    register_at: datetime | None = None


class Derivation(Struct, frozen=True, forbid_unknown_fields=True):
    """What follows from a field, told in place of its value: "over 60" is `born_on`, "years-at-least", 60.

    `rule`: "years-at-least" | "years-below" (of a date, on the day of the call) | "at-least" | "below" (of a
    number) | "one-of" (of a word, against `words`).
    """

    field: Field
    rule: Annotated[str, Meta(pattern="^(years-at-least|years-below|at-least|below|one-of)$")]
    value: int = 0
    words: Annotated[list[Line], Meta(max_length=50)] = msgspec.field(default_factory=list)


class CaseNotice(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="case-notice", kw_only=True
):
    """The keeper of a case says that it is open (or closed), whose it is, whom it is about and who works on it.

    Each notice replaces the one before. Only a key that keeps cases may say so.
    """

    consumer: Word
    case_number: Word
    item: Word
    applicant: Word
    subjects: Annotated[list[Subject], Meta(max_length=20)]
    operators: Annotated[list[Word], Meta(max_length=50)]
    at: datetime
    nonce: Nonce
    open: bool = True


class CasesQuestion(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="cases-question", kw_only=True
):
    """The keeper asks which of its cases the hub believes open, so that it can close what is closed."""

    consumer: Word
    at: datetime
    nonce: Nonce
    limit: Annotated[int, Meta(ge=1, le=500)] = 200


class CasesAnswer(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="cases-answer", kw_only=True
):
    """What the hub took in (a notice), or the numbers it believes open, those asked about longest ago first."""

    request: str
    at: datetime
    numbers: list[str] = msgspec.field(default_factory=list)


class DepartmentQuestion(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="department-question", kw_only=True
):
    """The hub asks a department's own side: everything it needs to put the answer into its form over there.

    `request` is the digest of the consumer's signed request, `use` the number of the use record.
    """

    hub: Word
    use: str
    request: str
    case_number: Word
    item: Word
    purpose: Line
    resource: Word
    fields: Annotated[list[Field], Meta(max_length=50)]
    types: dict[Field, str]
    subject: Subject
    form: str
    at: datetime
    nonce: Nonce
    derived: dict[Field, Derivation] = msgspec.field(default_factory=dict)
    expected: dict[Field, Line] = msgspec.field(default_factory=dict)


class DepartmentAnswer(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="department-answer", kw_only=True
):
    """A department's signed word: values in the form that was asked for, never more."""

    question: str
    outcome: str
    at: datetime
    reason: str = ""
    values: dict[str, Value] = msgspec.field(default_factory=dict)
    missing: list[str] = msgspec.field(default_factory=list)
    register_at: datetime | None = None


class StewardRequest(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="steward-request", kw_only=True
):
    """A department's steward asks something of the hub or does something there: `deed` with its `content`."""

    consumer: Word
    deed: Annotated[str, Meta(pattern="^[a-z][a-z-]{0,39}$")]
    operator: Word
    at: datetime
    nonce: Nonce
    content: dict[str, Any] = msgspec.field(default_factory=dict)


class StewardAnswer(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="steward-answer", kw_only=True
):
    """What came of it. `refused` names the error and `detail` its word, where the hub would not."""

    request: str
    at: datetime
    result: Any = None
    refused: str = ""
    detail: str = ""


class UsesRequest(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="uses-request", kw_only=True
):
    """The portal asks on a subject's behalf who used their data (PIPL 44, 45)."""

    consumer: Word
    subject: Subject
    operator: Word
    at: datetime
    nonce: Nonce
    before: datetime | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class UseSeen(Struct, frozen=True):
    """One use as its subject may read it: everything but the values.

    `resource_name` and `field_names` (field → name) are the directory's words, `{zh, en}`; empty where it has none.
    """

    id: str
    at: datetime
    consumer: str
    provider: str
    resource: str
    fields: list[str]
    case_number: str
    item: str
    purpose: str
    operator: str
    judgment: str
    reason: str
    outcome: str
    form: str
    resource_name: dict[str, str] = {}
    field_names: dict[str, dict[str, str]] = {}


class UsesAnswer(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="uses-answer", kw_only=True
):
    request: str
    uses: list[UseSeen]
    at: datetime


def digest(compact: str) -> str:
    """SHA-256, in hex, of a signed message exactly as it travelled."""
    return hashlib.sha256(compact.encode()).hexdigest()


def body_digest(request: Request) -> str:
    """SHA-256 of what a request asks, the same for every attempt of one call."""
    content = msgspec.structs.asdict(request)
    for varying in ("at", "attempt"):
        del content[varying]
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()
