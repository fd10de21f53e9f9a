"""May this call be answered? A table of checks, read from top to bottom; the first that fails is the reason.

Pure: the contract, the directory entry, the case, the counts and the time are handed in.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from identity.errors import NumberWrong
from identity.numbers import credit_code, id_number
from services.sharing.messages import Request, Subject

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far a caller's clock may be off; a nonce is remembered for twice as long."""


class ShareType(StrEnum):
    """共享类型: 1 无条件共享, 2 有条件共享, 3 不予共享 (domain facts 4.1)."""

    UNCONDITIONAL = "1"
    CONDITIONAL = "2"
    NOT_SHARED = "3"


class Form(StrEnum):
    """呈现形式 of a contract: the value, the value masked, whether a claim is true, or what follows from it."""

    FULL = "full"
    MASKED = "masked"
    VERIFY = "verify"
    DERIVED = "derived"


class SubjectKey(StrEnum):
    ID_NUMBER = "id_number"
    CREDIT_CODE = "credit_code"


class Judgment(StrEnum):
    GRANTED = "granted"
    REFUSED = "refused"


class Outcome(StrEnum):
    """命中 / 未命中 / 不一致 / 失败, and 拒绝 for what was never asked of the source."""

    HIT = "hit"
    MISS = "miss"
    MISMATCH = "mismatch"
    FAILED = "failed"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why a call is refused; the word that is recorded and signed."""

    UNVERIFIED = "unverified"  # no known key signed it, or it was altered
    MALFORMED = "malformed"  # signed, but not a request
    CLOCK = "clock"
    REPLAYED = "replayed"
    NOT_ENTRUSTED = "not-entrusted"  # the key may not speak for this consumer
    PURPOSE = "purpose"  # not words that its subject could read
    NO_CASE = "no-case"  # no case of this number is known to the hub
    NO_CONTRACT = "no-contract"
    OTHER_CONSUMER = "other-consumer"
    OTHER_ITEM = "other-item"
    OTHER_RESOURCE = "other-resource"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    ENDED = "ended"
    NOT_SHARED = "not-shared"
    SUBJECT = "subject"  # not the kind of subject the register is keyed by, or no valid number
    NO_FIELD = "no-field"
    EXTRA_FIELD = "extra-field"
    FORM = "form"  # claims missing from a verify-only call, or given where values are asked
    CASE_CLOSED = "case-closed"
    OTHER_CASE = "other-case"  # the case is another item's or another department's
    OTHER_PERSON = "other-person"  # the case is not about this subject, or not this applicant's
    OPERATOR = "operator"  # somebody whom the case's keeper did not name
    RATE = "rate"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a contract (契约) allows: scale, presentation form, purpose and time."""

    number: str
    consumer: str
    item: str
    resource: str
    fields: frozenset[str]
    form: Form
    per_minute: int
    per_day: int
    valid_from: datetime
    valid_until: datetime
    ended_at: datetime | None = None
    derived: Mapping[str, str] = field(default_factory=dict)  # what is told → the field it follows from


TERMS_FROM = (
    *("number", "consumer", "item_code", "resource", "fields", "form", "per_minute", "per_day"),
    *("valid_from", "valid_until", "ended_at", "derived"),
)
"""The columns of a contract that a call is judged by."""


def terms_of(contract: Mapping[str, Any]) -> Terms:
    """The terms a contract states in these columns, whichever way they were read."""
    return Terms(
        number=contract["number"],
        consumer=contract["consumer"],
        item=contract["item_code"],
        resource=contract["resource"],
        fields=frozenset(contract["fields"]),
        form=Form(contract["form"]),
        per_minute=contract["per_minute"],
        per_day=contract["per_day"],
        valid_from=contract["valid_from"],
        valid_until=contract["valid_until"],
        ended_at=contract["ended_at"],
        derived={name: told["field"] for name, told in contract["derived"].items()},
    )


@dataclass(frozen=True, slots=True)
class KnownCase:
    """What the keeper of a case (the portal) told the hub of it; `about`: whether it is about the call's subject."""

    consumer: str
    item: str
    applicant: str
    operators: frozenset[str]
    about: bool
    open: bool = True


@dataclass(frozen=True, slots=True)
class Offer:
    """What the directory says of the resource."""

    code: str
    share_type: ShareType
    subject_key: SubjectKey
    fields: Mapping[str, str]  # field → type


OFFER_FROM = ("code", "share_type", "subject_key", "fields")
"""The columns of a directory entry that a call is judged by."""


def offer_of(resource: Mapping[str, Any]) -> Offer:
    """What the directory states in these columns, whichever way they were read."""
    types = {one["name"]: one["type"] for one in resource["fields"]}
    return Offer(
        resource["code"], ShareType(resource["share_type"]), SubjectKey(resource["subject_key"]), types
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """Granted uses under the contract so far, in this minute and on this day."""

    minute: int = 0
    day: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A request and how it arrived: on whose behalf its key may speak, and whether it came before."""

    request: Request
    speaks_for: frozenset[str]
    seen_before: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Granted:
    judgment = Judgment.GRANTED


@dataclass(frozen=True, slots=True)
class Refused:
    reason: Reason
    judgment = Judgment.REFUSED


Verdict = Granted | Refused

WORDS = re.compile(r"(?=.*\w)[\w \u3000-\u303f\uff00-\uffef·—…“”‘’,./&+():\[\]%-]+")
"""A purpose is told to the subject in plain words: letters, digits, and the marks of a sentence."""

ENVELOPE: Sequence[tuple[Reason, Callable[[Call], bool]]] = (
    (Reason.CLOCK, lambda call: not within_clock(call.request.at, call.now)),
    (Reason.REPLAYED, lambda call: call.seen_before),
    (Reason.NOT_ENTRUSTED, lambda call: call.request.consumer not in call.speaks_for),
    (Reason.NO_CASE, lambda call: not call.request.case_number.strip()),
    (Reason.PURPOSE, lambda call: not WORDS.fullmatch(call.request.purpose)),
)

CONTRACT: Sequence[tuple[Reason, Callable[[Call, Terms], bool]]] = (
    (Reason.OTHER_CONSUMER, lambda call, terms: call.request.consumer != terms.consumer),
    (Reason.OTHER_ITEM, lambda call, terms: call.request.item != terms.item),
    (Reason.OTHER_RESOURCE, lambda call, terms: call.request.resource != terms.resource),
    (Reason.NOT_YET_VALID, lambda call, terms: call.now < terms.valid_from),
    (Reason.EXPIRED, lambda call, terms: call.now >= terms.valid_until),
    (Reason.ENDED, lambda call, terms: terms.ended_at is not None and call.now >= terms.ended_at),
    (Reason.NO_FIELD, lambda call, _: not call.request.fields),
    (Reason.EXTRA_FIELD, lambda call, terms: not terms.fields.issuperset(call.request.fields)),
    (Reason.FORM, lambda call, terms: set(call.request.expected) != _claims(call.request, terms)),
)

RESOURCE: Sequence[tuple[Reason, Callable[[Call, Offer], bool]]] = (
    (Reason.NOT_SHARED, lambda _, offer: offer.share_type is ShareType.NOT_SHARED),
    (Reason.SUBJECT, lambda call, offer: not fits(call.request.subject, offer.subject_key)),
)

CASE: Sequence[tuple[Reason, Callable[[Call, KnownCase], bool]]] = (
    (Reason.CASE_CLOSED, lambda _, case: not case.open),
    (
        Reason.OTHER_CASE,
        lambda call, case: (call.request.consumer, call.request.item) != (case.consumer, case.item),
    ),
    (Reason.OTHER_PERSON, lambda call, case: not case.about or call.request.applicant != case.applicant),
    (Reason.OPERATOR, lambda call, case: call.request.operator not in case.operators),
)

VOLUME: Sequence[tuple[Reason, Callable[[Counts, Terms], bool]]] = (
    (Reason.RATE, lambda counts, terms: counts.minute >= terms.per_minute),
    (Reason.VOLUME, lambda counts, terms: counts.day >= terms.per_day),
)


def judge(
    call: Call, terms: Terms | None, offer: Offer | None, counts: Counts, case: KnownCase | None
) -> Verdict:
    """Whether `call` may be answered under `terms` for `case`; `offer` is the directory's entry for the resource."""
    if reason := _first(ENVELOPE, call):
        return Refused(reason)
    if terms is None or offer is None:
        return Refused(Reason.NO_CONTRACT)
    reason = _first(CONTRACT, call, terms) or _first(RESOURCE, call, offer)
    if not reason and not drawn_on(call.request.fields, terms.derived) <= offer.fields.keys():
        reason = Reason.EXTRA_FIELD
    if not reason and case is None:
        reason = Reason.NO_CASE
    reason = reason or _first(CASE, call, case) or _first(VOLUME, counts, terms)
    return Refused(reason) if reason else Granted()


def drawn_on(fields: Iterable[str], derived: Mapping[str, str]) -> set[str]:
    """The fields a register is asked for, to tell `fields`."""
    return {derived.get(field, field) for field in fields}


def _first(checks: Sequence[tuple[Reason, Callable[..., bool]]], *matter: object) -> Reason | None:
    return next((reason for reason, broken in checks if broken(*matter)), None)


def _claims(request: Request, terms: Terms) -> set[str]:
    return set(request.fields) if terms.form is Form.VERIFY else set()


def within_clock(said: datetime, now: datetime) -> bool:
    """Whether a message of `said` may be believed at `now`; a moment without zone never is."""
    return said.tzinfo is not None and abs(now - said) <= CLOCK_TOLERANCE


def fits(subject: Subject, key: SubjectKey) -> bool:
    """Whether `subject` is given by `key`, with a number that can exist."""
    if subject.key != key:
        return False
    try:
        normal = id_number(subject.number) if key is SubjectKey.ID_NUMBER else credit_code(subject.number)
    except NumberWrong:
        return False
    return normal == subject.number


def unsound(terms: Terms, offer: Offer) -> str | None:
    """Why the directory does not allow this contract; None if it does.

    "not-shared" | "fields" | "derived" | "validity" | "volume".
    """
    drawn = drawn_on(terms.fields, terms.derived)
    faults = (
        ("not-shared", offer.share_type is ShareType.NOT_SHARED),
        ("fields", not terms.fields or not drawn <= offer.fields.keys()),
        ("derived", terms.derived.keys() != (terms.fields if terms.form is Form.DERIVED else set())),
        ("validity", terms.valid_from >= terms.valid_until),
        ("volume", terms.per_minute < 1 or terms.per_day < 1),
    )
    return next((why for why, found in faults if found), None)
