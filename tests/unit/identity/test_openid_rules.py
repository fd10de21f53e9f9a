"""Rules of OpenID Connect that need nothing but values."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.openid import rules
from identity.openid.errors import RequestRefused
from identity.openid.rules import Asked

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def asked(**changes):
    said = {
        "client_id": "c",
        "redirect_uri": "https://a.example",
        "scopes": ("openid",),
        "state": None,
        "nonce": None,
        "challenge": "x" * 43,
        "prompt": frozenset(),
        "max_age": None,
        "acr": (),
        "hint": None,
        "at": AT,
    }
    return Asked(**(said | changes))


def test_the_example_of_the_standard():
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert rules.challenge_of(verifier) == challenge
    assert rules.verifier_fits(verifier, challenge)
    assert not rules.verifier_fits(verifier[:-1] + "l", challenge)


@given(st.text(max_size=200))
def test_no_text_stumbles_a_verifier(text):
    assert not rules.verifier_fits(text, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/cb",
        "https://a.example:8443/cb?x=1",
        "http://127.0.0.1:8000/cb",
        "http://localhost/cb",
        "http://[::1]:80/cb",
    ],
)
def test_addresses_that_may_be_registered(address):
    assert rules.address_fits(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/cb",
        "http://a.example/cb",
        "https://a.example/cb#part",
        "https://user@a.example/cb",
        "https://a.example/c b",
        "https://a.example/\ncb",
        "https://例子.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https://[::1",
        "https://a.example:port/",
        "//a.example",
        "https://a.example/" + "x" * 500,
        "http://127.0.0.1.attacker.example/",
    ],
)
def test_addresses_that_may_not(address):
    assert not rules.address_fits(address)


def test_a_sector_is_one_host_or_what_is_stated():
    assert rules.sector_of(["https://a.example/1", "https://a.example:8443/2"], "") == "a.example"
    assert rules.sector_of(["https://a.example", "https://b.example"], "") is None
    assert rules.sector_of(["https://a.example", "https://b.example"], "City.Example") == "city.example"
    assert rules.sector_of(["https://a.example"], "not a host") is None


@pytest.mark.parametrize(
    ("changes", "ago", "again"),
    [
        ({}, 3600, False),
        ({"prompt": frozenset({"login"})}, 1, True),
        ({"prompt": frozenset({"select_account"})}, 1, True),
        ({"prompt": frozenset({"consent"})}, 1, False),
        ({"max_age": 60}, 59, False),
        ({"max_age": 60}, 61, True),
        ({"max_age": 0}, 1, True),
        ({"max_age": 0}, 0, False),
        ({"max_age": 0, "prompt": frozenset({"login"})}, -5, False),
    ],
)
def test_when_a_sign_in_is_not_enough(changes, ago, again):
    signed_in_at = AT - timedelta(seconds=ago)
    at = AT + timedelta(seconds=10 if ago < 0 else 0)
    assert rules.must_sign_in_again(asked(**changes), signed_in_at=signed_in_at, at=at) is again


def test_a_parameter_twice_is_refused_and_an_empty_one_is_none():
    assert rules.once([("a", "1"), ("b", "")]) == {"a": "1"}
    with pytest.raises(RequestRefused):
        rules.once([("a", "1"), ("a", "1")])
    assert rules.single([("a", "1"), ("a", "1")], "a") is None


def test_parameters_join_what_the_address_has():
    assert rules.with_parameters("https://a.example", a="1", b=None) == "https://a.example?a=1"
    assert rules.with_parameters("https://a.example?x=1", a="ä") == "https://a.example?x=1&a=%C3%A4"
    assert rules.with_parameters("https://a.example") == "https://a.example"


def test_factors_and_their_names():
    assert [rules.assurance_of(rules.acr_of(one)) for one in (1, 2)] == [1, 2]
    assert [rules.assurance_of(other) for other in (None, "", "3", ["x"])] == [1, 1, 1, 1]


def test_every_scope_has_its_claims():
    assert set(rules.CLAIMS) == set(rules.Scope)
    assert rules.claims_of(["openid"]) == {"sub"}
