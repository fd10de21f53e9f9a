"""Staff always show two factors, one of them cryptographic: what counts, here and in the city's own directory."""

import pytest

from identity.openid.strength import strong
from identity.rules import fit_for_staff

TRUSTED = frozenset({"urn:yiwang:assurance:2"})


@pytest.mark.parametrize(
    ("means", "assurance", "fit"),
    [
        ("password", 1, False),
        ("password", 2, False),
        ("notice", 1, False),
        ("notice", 2, False),
        ("elsewhere", 2, False),
        ("passkey", 1, False),
        ("password+code", 2, True),
        ("notice+code", 2, True),
        ("passkey", 2, True),
        ("elsewhere+code", 2, True),
        ("directory", 2, True),
        ("directory", 1, False),
        ("", 2, False),
        ("passcode", 2, False),
    ],
)
def test_a_post_opens_to_two_factors_one_of_them_cryptographic(means, assurance, fit):
    assert fit_for_staff(means, assurance) is fit


@pytest.mark.parametrize(
    ("acr", "amr", "told"),
    [
        ("", [], False),
        ("", ["pwd"], False),
        ("", ["otp"], False),
        ("", ["hwk"], False),
        ("", ["mfa"], False),
        ("", ["pwd", "mfa"], False),
        ("", ["pwd", "sms", "mfa"], False),
        ("", ["sms", "otp"], False),
        ("", ["hwk", "otp"], False),
        ("", ["face", "pwd", "mfa"], False),
        ("", ["magic", "mfa"], False),
        ("", ["pwd", "otp"], True),
        ("", ["hwk", "pin"], True),
        ("", ["swk", "mfa"], True),
        ("", ["sc", "fpt"], True),
        ("urn:yiwang:assurance:2", [], True),
        ("urn:yiwang:assurance:1", ["pwd"], False),
        ("another", ["pwd", "mfa"], False),
    ],
)
def test_a_directory_is_believed_for_what_it_tells(acr, amr, told):
    assert strong(acr, amr, TRUSTED) is told


def test_without_an_operators_word_no_acr_is_believed():
    assert not strong("urn:yiwang:assurance:2", [])
    assert not strong("", [], {""})
