"""Time-based codes: RFC 6238, one use each."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from identity import second_factor

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
AT = datetime(2026, 11, 21, 9, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_of_the_standard(seconds, code):
    """RFC 6238 appendix B, SHA-1, the last six digits."""
    at = datetime.fromtimestamp(seconds, UTC)
    assert second_factor.code_at(RFC_SECRET, at) == code
    assert second_factor.step_of(RFC_SECRET, code, at, used=None) == seconds // 30


@pytest.mark.parametrize("drift", [-30, 0, 30])
def test_one_step_of_drift_is_forgiven(drift):
    code = second_factor.code_at(RFC_SECRET, AT + timedelta(seconds=drift))
    assert second_factor.step_of(RFC_SECRET, code, AT, used=None) is not None


@pytest.mark.parametrize("drift", [-60, 60])
def test_more_drift_is_not(drift):
    code = second_factor.code_at(RFC_SECRET, AT + timedelta(seconds=drift))
    assert second_factor.step_of(RFC_SECRET, code, AT, used=None) is None


def test_a_code_is_good_once_and_an_earlier_one_no_more():
    code = second_factor.code_at(RFC_SECRET, AT)
    step = second_factor.step_of(RFC_SECRET, code, AT, used=None)
    assert second_factor.step_of(RFC_SECRET, code, AT, used=step) is None
    earlier = second_factor.code_at(RFC_SECRET, AT - timedelta(seconds=30))
    assert second_factor.step_of(RFC_SECRET, earlier, AT, used=step) is None
    later = second_factor.code_at(RFC_SECRET, AT + timedelta(seconds=30))
    assert second_factor.step_of(RFC_SECRET, later, AT, used=step) == step + 1


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "12345\x00"])
def test_what_is_no_code_is_wrong(code):
    assert second_factor.step_of(RFC_SECRET, code, AT, used=None) is None


def test_a_code_may_be_typed_with_a_gap():
    code = second_factor.code_at(RFC_SECRET, AT)
    assert second_factor.step_of(RFC_SECRET, f" {code[:3]} {code[3:]} ", AT, used=None) is not None


def test_a_new_secret_is_long_enough_and_never_the_same():
    first, second = second_factor.new_secret(), second_factor.new_secret()
    assert first != second
    assert second_factor.is_secret(first)


@pytest.mark.parametrize("text", ["", "JBSWY3DP", "not base32!", "0" * 32])
def test_what_is_no_secret_is_told(text):
    assert not second_factor.is_secret(text)


def test_the_enrolment_address_names_portal_and_account():
    address = second_factor.enrolment_address(RFC_SECRET, "clerk")
    assert address == f"otpauth://totp/Yiwang:clerk?secret={RFC_SECRET}&issuer=Yiwang"
