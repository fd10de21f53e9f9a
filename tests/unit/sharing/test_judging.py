from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from services.sharing import rules
from services.sharing.messages import Request, Subject
from services.sharing.rules import (
    Call,
    Counts,
    Form,
    Granted,
    KnownCase,
    Offer,
    Reason,
    Refused,
    ShareType,
    SubjectKey,
    Terms,
    judge,
)

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
NUMBER = "520102199001010018"
DEPARTMENT = "11520100MADEM00119"

REQUEST = Request(
    consumer=DEPARTMENT,
    contract="QY-1",
    case_number="1-0001",
    item="food-business",
    resource="population",
    fields=["name", "sex"],
    subject=Subject(id_number=NUMBER),
    applicant="a",
    operator="system:worker",
    purpose="prefill",
    at=NOW,
    nonce="0123456789abcdef",
)
TERMS = Terms(
    number="QY-1",
    consumer=DEPARTMENT,
    item="food-business",
    resource="population",
    fields=frozenset({"name", "sex", "born_on"}),
    form=Form.FULL,
    per_minute=10,
    per_day=100,
    valid_from=NOW - timedelta(days=1),
    valid_until=NOW + timedelta(days=1),
)
CASE = KnownCase(
    consumer=DEPARTMENT,
    item="food-business",
    applicant="a",
    operators=frozenset({"system:worker"}),
    about=True,
)
OFFER = Offer(
    "population",
    ShareType.CONDITIONAL,
    SubjectKey.ID_NUMBER,
    {"name": "name", "sex": "text", "born_on": "date"},
)


def verdict(
    request: dict = {},  # noqa: B006
    terms: dict | None = {},  # noqa: B006
    offer: dict | None = {},  # noqa: B006
    *,
    speaks_for: frozenset[str] = frozenset({DEPARTMENT}),
    seen: bool = False,
    counts: Counts = Counts(),  # noqa: B008
    case: dict | None = {},  # noqa: B006
):
    return judge(
        Call(msgspec.structs.replace(REQUEST, **request), speaks_for, seen, NOW),
        None if terms is None else replace(TERMS, **terms),
        None if offer is None else replace(OFFER, **offer),
        counts,
        None if case is None else replace(CASE, **case),
    )


BROKEN = {
    Reason.CLOCK: {"request": {"at": NOW - timedelta(minutes=5, seconds=1)}},
    Reason.REPLAYED: {"seen": True},
    Reason.NOT_ENTRUSTED: {"speaks_for": frozenset({"11520100MADEM002X1"})},
    Reason.NO_CASE: {"request": {"case_number": " "}},
    Reason.PURPOSE: {"request": {"purpose": "'; DROP TABLE hub_use; --"}},
    Reason.NO_CONTRACT: {"terms": None},
    Reason.OTHER_CONSUMER: {"terms": {"consumer": "11520100MADEM002X1"}},
    Reason.OTHER_ITEM: {"request": {"item": "senior-card"}},
    Reason.OTHER_RESOURCE: {"request": {"resource": "business-register"}},
    Reason.NOT_YET_VALID: {"terms": {"valid_from": NOW + timedelta(seconds=1)}},
    Reason.EXPIRED: {"terms": {"valid_until": NOW}},
    Reason.ENDED: {"terms": {"ended_at": NOW}},
    Reason.NOT_SHARED: {"offer": {"share_type": ShareType.NOT_SHARED}},
    Reason.SUBJECT: {"request": {"subject": Subject(credit_code="91520115MADEM0011Q")}},
    Reason.NO_FIELD: {"request": {"fields": []}},
    Reason.EXTRA_FIELD: {"request": {"fields": ["name", "address"]}},
    Reason.FORM: {"request": {"expected": {"name": "x"}}},
    Reason.CASE_CLOSED: {"case": {"open": False}},
    Reason.OTHER_CASE: {"case": {"item": "senior-card"}},
    Reason.OTHER_PERSON: {"case": {"about": False}},
    Reason.OPERATOR: {"case": {"operators": frozenset({"somebody-else"})}},
    Reason.RATE: {"counts": Counts(minute=10, day=10)},
    Reason.VOLUME: {"counts": Counts(minute=0, day=100)},
}


def test_a_case_nobody_told_of_and_anothers_applicant_are_refused():
    assert verdict(case=None) == Refused(Reason.NO_CASE)
    assert verdict(case={"applicant": "b"}) == Refused(Reason.OTHER_PERSON)
    assert verdict(case={"consumer": "11520100MADEM002X1"}) == Refused(Reason.OTHER_CASE)


def test_a_sound_call_is_granted():
    assert verdict() == Granted()


@pytest.mark.parametrize("reason", BROKEN, ids=str)
def test_each_fault_is_refused_for_its_own_reason(reason):
    assert verdict(**BROKEN[reason]) == Refused(reason)


def test_the_table_has_a_fault_for_every_reason_but_those_of_the_signature():
    assert set(Reason) - set(BROKEN) == {Reason.UNVERIFIED, Reason.MALFORMED}


@pytest.mark.parametrize("first", BROKEN, ids=str)
@pytest.mark.parametrize("second", BROKEN, ids=str)
def test_two_faults_at_once_are_still_refused_for_one_of_them(first, second):
    faults: dict = {}
    for fault in (BROKEN[first], BROKEN[second]):
        for part, change in fault.items():
            both = isinstance(change, dict) and isinstance(faults.get(part), dict)
            faults[part] = faults[part] | change if both else change
    refused = verdict(**faults)
    assert isinstance(refused, Refused)
    assert refused.reason in {first, second}


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_a_clock_within_five_minutes_is_believed(minutes):
    assert verdict({"at": NOW + timedelta(minutes=minutes)}) == Granted()


def test_a_moment_without_zone_is_never_believed():
    assert verdict({"at": NOW.replace(tzinfo=None)}) == Refused(Reason.CLOCK)


def test_the_last_use_within_the_volume_is_granted():
    assert verdict(counts=Counts(minute=9, day=99)) == Granted()


@pytest.mark.parametrize(
    "subject",
    [
        Subject(),
        Subject(id_number=NUMBER, credit_code="91520115MADEM0011Q"),
        Subject(id_number="520102199001010019"),
        Subject(id_number="' OR 1=1 --"),
        Subject(id_number=" 52010219900101001"),
    ],
)
def test_a_number_that_cannot_exist_is_not_asked_for(subject):
    assert verdict({"subject": subject}) == Refused(Reason.SUBJECT)


def test_a_firm_is_asked_for_by_its_credit_code():
    subject = Subject(credit_code="91520115MADEM0011Q")
    assert verdict({"subject": subject}, offer={"subject_key": SubjectKey.CREDIT_CODE}) == Granted()
    wrong = Subject(credit_code="91520115MADEM0011A")
    assert verdict({"subject": wrong}, offer={"subject_key": SubjectKey.CREDIT_CODE}) == Refused(
        Reason.SUBJECT
    )


def test_a_verify_only_contract_wants_a_claim_for_every_field():
    form = {"form": Form.VERIFY}
    assert verdict(terms=form) == Refused(Reason.FORM)
    assert verdict({"expected": {"name": "x"}}, form) == Refused(Reason.FORM)
    assert verdict({"expected": {"name": "x", "sex": "y"}}, form) == Granted()


def test_a_field_that_left_the_directory_is_refused_although_the_contract_names_it():
    assert verdict(offer={"fields": {"name": "name"}}) == Refused(Reason.EXTRA_FIELD)


@pytest.mark.parametrize(
    ("terms", "offer", "why"),
    [
        ({}, {}, None),
        ({}, {"share_type": ShareType.NOT_SHARED}, "not-shared"),
        ({"fields": frozenset()}, {}, "fields"),
        ({"fields": frozenset({"name", "salary"})}, {}, "fields"),
        ({"valid_until": NOW - timedelta(days=2)}, {}, "validity"),
        ({"per_minute": 0}, {}, "volume"),
        ({"per_day": 0}, {}, "volume"),
    ],
)
def test_a_contract_must_be_allowed_by_the_directory(terms, offer, why):
    assert rules.unsound(replace(TERMS, **terms), replace(OFFER, **offer)) == why
