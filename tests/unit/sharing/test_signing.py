from datetime import UTC, datetime

import msgspec
import pytest

from identity.tokens import new_signer, sign_message, verifiers
from services.sharing.errors import MessageRefused
from services.sharing.messages import Answer, Request, Subject, UsesRequest, body_digest
from services.sharing.signing import read, sign, signer_of

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
KEY = new_signer()
KEYS = verifiers(KEY)
REQUEST = Request(
    consumer="c",
    contract="k",
    case_number="1",
    item="i",
    resource="r",
    fields=["name"],
    subject=Subject(id_number="520102199001010018"),
    applicant="a",
    operator="o",
    purpose="p",
    at=NOW,
    nonce="0123456789abcdef",
)


def refusal(compact, kind=Request, keys=KEYS):
    with pytest.raises(MessageRefused) as caught:
        read(compact, keys, kind)
    return caught.value.why


def test_what_was_signed_is_what_is_read():
    compact = sign(REQUEST, KEY)
    assert read(compact, KEYS, Request) == REQUEST
    assert signer_of(compact) == KEY.kid


def test_every_changed_character_is_noticed():
    compact = sign(REQUEST, KEY)
    for place in range(0, len(compact), 7):
        other = "A" if compact[place] != "A" else "B"
        with pytest.raises(MessageRefused):
            read(compact[:place] + other + compact[place + 1 :], KEYS, Request)


def test_a_key_nobody_admitted_is_not_believed():
    assert refusal(sign(REQUEST, new_signer())) == "unverified"
    assert refusal("not a message") == "unverified"
    with pytest.raises(MessageRefused):
        signer_of("a.b.c")


def test_one_kind_of_message_is_never_taken_for_another():
    uses = UsesRequest(consumer="c", subject=REQUEST.subject, operator="o", at=NOW, nonce="0123456789abcdef")
    answer = Answer(request="0", use="1", outcome="hit", provider="p", resource="r", at=NOW)
    for message in (uses, answer):
        assert refusal(sign(message, KEY)) == "malformed"
    assert refusal(sign(REQUEST, KEY), kind=UsesRequest) == "malformed"


@pytest.mark.parametrize(
    "change",
    [
        {"fields": ["Name"]},
        {"fields": ["name; DROP TABLE hub_use"]},
        {"fields": [f"f{n}" for n in range(51)]},
        {"contract": "x" * 65},
        {"purpose": "a\x00b"},
        {"case_number": "1\n2"},
        {"nonce": "short"},
        {"attempt": 0},
        {"attempt": 10},
        {"expected": {"name": "x" * 201}},
        {"surplus": 1},
        {"subject": {"id_number": "1", "passport": "2"}},
    ],
)
def test_a_signed_message_of_another_form_is_malformed(change):
    content = msgspec.to_builtins(REQUEST) | change
    assert refusal(sign_message(msgspec.json.encode(content), KEY)) == "malformed"


def test_the_same_question_has_the_same_digest_at_every_attempt():
    again = msgspec.structs.replace(REQUEST, attempt=2, at=NOW.replace(minute=1))
    other = msgspec.structs.replace(REQUEST, fields=["sex"])
    assert body_digest(again) == body_digest(REQUEST) != body_digest(other)


@pytest.mark.parametrize(
    ("subject", "key"),
    [
        (Subject(id_number="1"), "id_number"),
        (Subject(credit_code="1"), "credit_code"),
        (Subject(), ""),
        (Subject(id_number="1", credit_code="1"), ""),
    ],
)
def test_a_subject_is_one_person_or_one_firm(subject, key):
    assert subject.key == key
    assert subject.number == ("1" if key else "")
