"""Tokens and messages: what is signed comes back, and nothing else does."""

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jose import jws

from identity import tokens
from identity.errors import TokenRefused

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
OURS = tokens.new_signer()
OTHERS = tokens.new_signer()
KNOWN = tokens.verifiers(OURS)
PERSON, SESSION = uuid4(), uuid4()


def access(key=OURS, **changes):
    said = {
        "issuer": "https://yiwang.example",
        "audience": "portal",
        "subject": PERSON,
        "session_id": SESSION,
    }
    return tokens.issue_access_token(key, **(said | {"at": AT, "lifetime": timedelta(hours=1)} | changes))


def read(compact, *, at=AT, keys=None):
    return tokens.read_access_token(
        compact, KNOWN if keys is None else keys, issuer="https://yiwang.example", audience="portal", at=at
    )


def part(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def forged(header, claims=b"{}", signature=b"x" * 64):
    return f"{part(header)}.{part(claims)}.{part(signature)}"


def why(call, *args, **kwargs):
    with pytest.raises(TokenRefused) as refused:
        call(*args, **kwargs)
    return refused.value.why


def test_an_access_token_names_person_and_session():
    claims = read(access())
    assert (claims.subject, claims.session_id) == (PERSON, SESSION)
    assert claims.expires_at == AT + timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"issuer": "https://elsewhere.example"}, "issuer"),
        ({"audience": "another"}, "audience"),
        ({"at": AT - timedelta(hours=1)}, "time"),
        ({"at": AT + timedelta(seconds=6)}, "time"),
        ({"key": OTHERS}, "key"),
    ],
)
def test_a_token_from_elsewhere_for_others_or_another_time_is_refused(changes, reason):
    assert why(read, access(**changes)) == reason


def test_a_clock_a_little_ahead_is_forgiven():
    assert read(access(at=AT + timedelta(seconds=4))).subject == PERSON


@pytest.mark.parametrize("left_out", ["iss", "aud", "sub", "sid", "jti", "nbf", "exp"])
def test_every_claim_is_required(left_out):
    claims = {"iss": "https://yiwang.example", "aud": "portal", "sub": str(PERSON), "sid": str(SESSION)}
    claims |= {"jti": "1", "nbf": int(AT.timestamp()), "exp": int(AT.timestamp()) + 9}
    claims.pop(left_out)
    compact = jws.sign(claims, OURS.key, {"kid": OURS.kid, "typ": tokens.ACCESS_TYPE}, "ES256")
    assert why(read, compact) in {"claims", "issuer", "audience"}


@pytest.mark.parametrize("value", ["soon", True, 1e9, -1, 2**62, None, []])
def test_a_moment_is_a_whole_number_of_seconds(value):
    claims = {"iss": "https://yiwang.example", "aud": "portal", "nbf": 1, "exp": value}
    compact = jws.sign(claims, OURS.key, {"kid": OURS.kid, "typ": tokens.ACCESS_TYPE}, "ES256")
    assert why(read, compact) == "claims"


def test_a_subject_is_a_person():
    claims = {
        "iss": "https://yiwang.example",
        "aud": "portal",
        "sub": "root",
        "sid": str(SESSION),
        "jti": "1",
    }
    claims |= {"nbf": int(AT.timestamp()), "exp": int(AT.timestamp()) + 9}
    compact = jws.sign(claims, OURS.key, {"kid": OURS.kid, "typ": tokens.ACCESS_TYPE}, "ES256")
    assert why(read, compact) == "claims"


def test_no_algorithm_at_all_is_refused():
    header = {"alg": "none", "kid": OURS.kid, "typ": tokens.ACCESS_TYPE}
    assert why(read, forged(header)) == "algorithm"
    assert why(read, forged(header, signature=b"")) == "algorithm"


def test_the_public_key_is_no_shared_secret():
    public = json.dumps(tokens.public_jwk(OURS))
    compact = jws.sign({"sub": "x"}, public, {"kid": OURS.kid, "typ": tokens.ACCESS_TYPE}, "HS256")
    assert why(read, compact) == "algorithm"


@pytest.mark.parametrize(
    "extra",
    [
        {"jku": "https://attacker.example/keys"},
        {"x5u": "https://attacker.example/cert"},
        {"jwk": tokens.public_jwk(OTHERS)},
        {"x5c": ["AA"]},
        {"crit": ["exp"]},
        {"b64": False},
        {"kid": ["a"]},
        {"typ": None},
    ],
)
def test_a_header_that_brings_or_asks_anything_is_refused(extra):
    headers = {"kid": OTHERS.kid, "typ": tokens.ACCESS_TYPE} | extra
    compact = jws.sign({"sub": "x"}, OTHERS.key, headers, "ES256")
    assert why(read, compact) == "header"


def test_one_key_does_not_pass_for_another():
    compact = jws.sign({"sub": "x"}, OTHERS.key, {"kid": OURS.kid, "typ": tokens.ACCESS_TYPE}, "ES256")
    assert why(read, compact) == "signature"


def test_a_message_is_no_token_and_a_token_no_message():
    assert why(read, tokens.sign_message(b"{}", OURS)) == "header"
    assert why(tokens.read_message, access(), KNOWN) == "header"


def test_a_retired_key_is_unknown():
    assert why(read, access(), keys={}) == "key"


def test_old_keys_verify_after_a_rotation():
    newer = tokens.new_signer()
    assert read(access(), keys=tokens.verifiers(newer, OURS)).subject == PERSON


@given(st.binary(max_size=300))
def test_a_message_comes_back_as_it_was(payload):
    compact = tokens.sign_message(payload, OURS)
    assert tokens.read_message(compact, KNOWN) == payload
    assert tokens.signer_of(compact) == OURS.kid


@given(st.data())
def test_one_changed_character_is_noticed(data):
    compact = tokens.sign_message(b'{"amount": 1}', OURS)
    place = data.draw(st.integers(0, len(compact) - 1))
    letter = data.draw(st.sampled_from("ABCxyz019-_.=é"))
    altered = compact[:place] + letter + compact[place + 1 :]
    if altered != compact:
        why(tokens.read_message, altered, KNOWN)


@given(st.text(max_size=200))
def test_garbage_is_refused_not_stumbled_over(text):
    why(tokens.read_message, text, KNOWN)
    why(tokens.read_message, f"{part(text.encode('utf-8', 'replace'))}.e30.e30", KNOWN)


def test_a_header_said_twice_is_refused():
    header = b'{"alg":"ES256","kid":"a","kid":"b","typ":"at+jwt"}'
    assert why(read, forged(header)) == "malformed"


def test_a_deeply_nested_header_is_refused():
    assert why(read, forged(b"[" * 100_000)) == "malformed"


def test_a_message_beyond_all_measure_is_refused():
    assert why(tokens.read_message, "a" * (tokens.MAX_COMPACT + 1), KNOWN) == "malformed"


def test_a_key_survives_its_storage():
    again = tokens.signer(tokens.private_pem(OURS))
    assert again.kid == OURS.kid
    assert tokens.read_message(tokens.sign_message(b"x", again), KNOWN) == b"x"


def test_the_published_set_holds_no_private_member():
    published = tokens.jwks(tokens.verifiers(OURS, OTHERS))["keys"]
    assert {key["kid"] for key in published} == {OURS.kid, OTHERS.kid}
    assert all(set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"} for key in published)


def test_the_thumbprint_names_the_key():
    assert tokens.thumbprint(tokens.public_jwk(OURS)) == OURS.kid


@pytest.mark.parametrize(
    "changes",
    [
        {"kty": "RSA"},
        {"crv": "P-384"},
        {"d": "AA"},
        {"alg": "HS256"},
        {"use": "enc"},
        {"kid": ""},
        {"x": None},
        {"x": "AA"},
    ],
)
def test_a_key_that_is_not_a_public_p256_key_is_refused(changes):
    assert why(tokens.verifier, tokens.public_jwk(OURS) | changes) == "key"


@pytest.mark.parametrize(
    "pem", ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----"]
)
def test_a_private_key_that_is_none_is_refused(pem):
    assert why(tokens.signer, pem) == "key"


def test_the_identifiers_are_uuids():
    assert isinstance(read(access()).subject, UUID)
