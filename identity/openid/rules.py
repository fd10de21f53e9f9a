"""What the standards and the house say about clients, requests and claims. Values in, values or refusals out.

RFC 6749 (OAuth 2.0), RFC 7636 (PKCE), RFC 8252 (loopback addresses), RFC 9700 (best practice), OpenID Connect
Core 1.0, RP-Initiated Logout 1.0.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode, urlsplit

from identity.openid.errors import RedirectUnknown, RequestRefused

CODE_LIFE = timedelta(seconds=60)
ACCESS_LIFE = timedelta(minutes=10)
ID_LIFE = timedelta(minutes=10)
REFRESH_LIFE = timedelta(hours=12)
"""Longest life of a family of refresh tokens; it ends with the sign-in in any case."""
TICKET_LIFE = timedelta(minutes=30)
LOGOUT_LIFE = timedelta(minutes=2)
ASSERTION_LIFE = timedelta(minutes=5)
KEY_OVERLAP = timedelta(hours=24)
"""How long a replaced key stays published: longer than anything it signed is of use, logout hints included."""

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
LONGEST = 4000
ACR = "urn:yiwang:assurance:"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class ClientKind(StrEnum):
    """How a client proves who it is at the token endpoint."""

    SECRET = "secret"  # noqa: S105 - client_secret_basic or client_secret_post
    KEY = "key"  # private_key_jwt
    PUBLIC = "public"  # none: an application that can keep no secret


class Scope(StrEnum):
    """What a client may ask to know. `openid` alone tells nothing but a pairwise identifier."""

    OPENID = "openid"
    PROFILE = "profile"  # the name
    REAL_NAME = "real_name"  # 实名等级
    ID_NUMBER = "id_number"
    PHONE = "phone"
    EMAIL = "email"


CLAIMS: Mapping[Scope, tuple[str, ...]] = {
    Scope.OPENID: ("sub",),
    Scope.PROFILE: ("name",),
    Scope.REAL_NAME: ("real_name_level",),
    Scope.ID_NUMBER: ("id_number",),
    Scope.PHONE: ("phone_number", "phone_number_verified"),
    Scope.EMAIL: ("email", "email_verified"),
}
"""The claims of each scope (OpenID Connect Core 1.0, 5.4; `real_name` and `id_number` are this portal's own)."""

PROMPTS = frozenset({"none", "login", "consent", "select_account"})
REFUSED_PARAMETERS = (
    ("request", "request_not_supported"),
    ("request_uri", "request_uri_not_supported"),
    ("registration", "registration_not_supported"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorization request that may be answered. `at`: when it was made."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    nonce: str | None
    challenge: str
    prompt: frozenset[str]
    max_age: int | None
    acr: tuple[str, ...]
    hint: str | None
    at: datetime


def once(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Parameters by name; empty ones count as left out. RequestRefused for one given twice (RFC 6749, 3.1)."""
    filled = [(name, value) for name, value in pairs if value]
    values = dict(filled)
    if len(values) != len(filled):
        raise RequestRefused("invalid_request", "a parameter is given more than once")
    return values


def single(pairs: Sequence[tuple[str, str]], name: str) -> str | None:
    """The one value of a parameter; None where there is none, or more than one."""
    values = [value for key, value in pairs if key == name and value]
    return values[0] if len(values) == 1 else None


def check_redirect(registered: Iterable[str], asked: str | None) -> str:
    """`asked` if it is exactly a registered address (RFC 9700, 2.1), else RedirectUnknown."""
    if asked is None or asked not in tuple(registered):
        raise RedirectUnknown
    return asked


def read_request(
    pairs: Sequence[tuple[str, str]],
    *,
    client_id: str,
    redirect_uri: str,
    allowed: Iterable[str],
    at: datetime,
) -> Asked:
    """An authorization request of a known client for an address of its own, or RequestRefused (Core 3.1.2.2)."""
    given = once(pairs)
    if any(len(value) > LONGEST for value in given.values()):
        raise RequestRefused("invalid_request", "a parameter is too long")
    for name, error in REFUSED_PARAMETERS:
        if name in given:
            raise RequestRefused(error, f"{name} is not supported")
    _check_response(given)
    return Asked(
        client_id=client_id,
        redirect_uri=redirect_uri,
        scopes=_scopes(given, allowed),
        state=given.get("state"),
        nonce=given.get("nonce"),
        challenge=_challenge(given),
        prompt=_prompt(given),
        max_age=_max_age(given),
        acr=tuple(given.get("acr_values", "").split()),
        hint=given.get("id_token_hint"),
        at=at,
    )


def _check_response(given: Mapping[str, str]) -> None:
    if "response_type" not in given:
        raise RequestRefused("invalid_request", "response_type is missing")
    if given["response_type"] != "code":
        raise RequestRefused("unsupported_response_type", "only the authorization code flow is supported")
    if given.get("response_mode", "query") != "query":
        raise RequestRefused("invalid_request", "only response_mode=query is supported")


def _scopes(given: Mapping[str, str], allowed: Iterable[str]) -> tuple[str, ...]:
    """What is asked for and registered; anything else is passed over (Core 3.1.2.1)."""
    asked = given.get("scope", "").split()
    if Scope.OPENID not in asked:
        raise RequestRefused("invalid_scope", "scope must contain openid")
    known = {*allowed, Scope.OPENID.value}
    return tuple(scope.value for scope in Scope if scope.value in asked and scope.value in known)


def _challenge(given: Mapping[str, str]) -> str:
    """RFC 7636, 4.4.1: the error for a missing challenge or an unsupported method is invalid_request."""
    if given.get("code_challenge_method", "plain") != "S256" and "code_challenge" in given:
        raise RequestRefused("invalid_request", "transform algorithm not supported: use S256")
    challenge = given.get("code_challenge", "")
    if not CHALLENGE.fullmatch(challenge):
        raise RequestRefused("invalid_request", "code challenge required")
    return challenge


def _prompt(given: Mapping[str, str]) -> frozenset[str]:
    prompt = frozenset(given.get("prompt", "").split())
    if not prompt <= PROMPTS or ("none" in prompt and len(prompt) > 1):
        raise RequestRefused("invalid_request", "prompt is not understood")
    return prompt


def _max_age(given: Mapping[str, str]) -> int | None:
    text = given.get("max_age")
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise RequestRefused("invalid_request", "max_age is a number of seconds")
    return int(text)


def must_sign_in_again(asked: Asked, *, signed_in_at: datetime, at: datetime) -> bool:
    """Whether this sign-in is not the one the client asked for (Core 3.1.2.1 prompt, max_age).

    A sign-in that began after the request was made satisfies it, however small `max_age` is.
    """
    if signed_in_at >= asked.at:
        return False
    if asked.prompt & {"login", "select_account"}:
        return True
    return asked.max_age is not None and at - signed_in_at > timedelta(seconds=asked.max_age)


def acr_of(assurance: int) -> str:
    """The authentication context class: how many factors the sign-in had."""
    return f"{ACR}{assurance}"


def assurance_of(acr: object) -> int:
    """The other way round; anything else is one factor."""
    return 2 if acr == acr_of(2) else 1


def verifier_fits(verifier: str | None, challenge: str) -> bool:
    """RFC 7636, 4.6 with S256."""
    if verifier is None or not VERIFIER.fullmatch(verifier):
        return False
    return hmac.compare_digest(challenge_of(verifier), challenge)


def challenge_of(verifier: str) -> str:
    """RFC 7636, 4.2: BASE64URL(SHA256(ASCII(code_verifier)))."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()


def claims_of(scopes: Iterable[str]) -> frozenset[str]:
    """The names of the claims these scopes allow."""
    return frozenset(claim for scope in scopes for claim in CLAIMS[Scope(scope)])


def address_fits(text: str) -> bool:
    """Whether an address may be registered: https, or http to this very machine; no fragment, no user, ASCII.

    RFC 6749, 3.1.2; RFC 8252, 7.3; RFC 9700, 4.1.3.
    """
    try:
        parts = urlsplit(text)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and not set(text) & set(' "<>\\^`{|}#')
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    return bool(plain and safe and host and "@" not in parts.netloc and len(text) <= 500)


def sector_of(addresses: Sequence[str], stated: str) -> str | None:
    """The sector identifiers are made for (Core 8.1): the one host of all addresses, or what was stated."""
    if stated:
        return stated.lower() if re.fullmatch(r"[A-Za-z0-9.-]{1,200}", stated) else None
    hosts = {urlsplit(one).hostname for one in addresses}
    return hosts.pop() if len(hosts) == 1 else None


def with_parameters(address: str, **told: str | None) -> str:
    """`address` with these parameters added to its query; what is None is left out (RFC 6749, 4.1.2)."""
    query = urlencode({name: value for name, value in told.items() if value is not None})
    if not query:
        return address
    return f"{address}{'&' if urlsplit(address).query else '?'}{query}"
