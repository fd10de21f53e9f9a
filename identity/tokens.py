"""Signed messages and tokens: the only door to python-jose.

Everything here is a JWS in compact form (RFC 7515). Our own tokens and messages are ES256 and nothing else; only
towards systems that know no ES256 (`identity.openid`) a key may be RSA, and then RS256 and nothing else: the
algorithm belongs to the key, a token never chooses it. The header may hold `alg`, `kid` and `typ` only: a header that brings its own key (`jwk`, `jku`, `x5u`, `x5c`) or asks for anything (`crit`,
`b64`) is refused before a key is touched, and so is a spelling that is not the canonical base64url. `kid`
chooses among keys the caller already trusts. Keys are made into key objects once and kept.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jose import jwk, jws
from jose.backends.base import Key
from jose.exceptions import JOSEError

from identity.errors import TokenRefused

ALGORITHM = "ES256"
RSA_ALGORITHM = "RS256"
RSA_BITS = 3072
MESSAGE_TYPE = "yiwang-message+jws"
ACCESS_TYPE = "at+jwt"  # RFC 9068
ID_TYPE = "JWT"
LOGOUT_TYPE = "logout+jwt"  # OpenID Connect Back-Channel Logout 1.0, 2.4
HEADER_NAMES = {"alg", "kid", "typ"}
MAX_COMPACT = 1_000_000
SKEW = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key (P-256, or RSA where a client needs RS256), ready to sign under its `kid`."""

    kid: str
    key: Key
    algorithm: str = ALGORITHM


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key somebody is known by, with the one algorithm it verifies."""

    kid: str
    key: Key
    algorithm: str = ALGORITHM


Verifiers = Mapping[str, Verifier]


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a verified access token says: whose session, which token, until when."""

    subject: UUID
    session_id: UUID
    token_id: str
    expires_at: datetime


def new_signer(algorithm: str = ALGORITHM) -> Signer:
    """A fresh key; its `kid` is the RFC 7638 thumbprint, so it can belong to no other key."""
    private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = (
        rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
        if algorithm == RSA_ALGORITHM
        else ec.generate_private_key(ec.SECP256R1())
    )
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return signer(pem, algorithm)


@lru_cache(maxsize=256)
def signer(pem: str, algorithm: str = ALGORITHM) -> Signer:
    """The signer of an unencrypted PKCS#8 PEM, parsed once.

    TokenRefused("key") unless it is P-256, or RSA where `algorithm` is RS256.
    """
    try:
        private = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        raise TokenRefused("key") from None
    p256 = isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(private.curve, ec.SECP256R1)
    if not (p256 if algorithm == ALGORITHM else isinstance(private, rsa.RSAPrivateKey)):
        raise TokenRefused("key")
    key = jwk.construct(private, algorithm)  # type: ignore[arg-type]  # the stubs know text and dicts only
    return Signer(thumbprint(_coordinates(key)), key, algorithm)


def private_pem(own: Signer) -> str:
    """The PKCS#8 PEM of a signer, for sealed storage only."""
    private = own.key.prepared_key  # type: ignore[attr-defined]
    return str(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def public_jwk(own: Signer | Verifier) -> dict[str, str]:
    """The public half as a JWK (RFC 7517) with `kid`, `use` and `alg`; never a private member."""
    return _coordinates(own.key) | {"kid": own.kid, "use": "sig", "alg": own.algorithm}


def verifier(public: Mapping[str, Any]) -> Verifier:
    """The verifier of a public JWK, parsed once.

    TokenRefused("key") unless it is a P-256 public key with a `kid` and, if it says so, for ES256 signatures.
    """
    fits = public.get("kty") == "EC" and public.get("crv") == "P-256" and "d" not in public
    fits = fits and public.get("alg", ALGORITHM) == ALGORITHM and public.get("use", "sig") == "sig"
    parts = tuple(public.get(name) for name in ("kid", "x", "y"))
    if not fits or not all(isinstance(part, str) and part for part in parts):
        raise TokenRefused("key")
    return _verifier(*parts)


@lru_cache(maxsize=1024)
def _verifier(kid: str, x: str, y: str) -> Verifier:
    try:
        return Verifier(kid, jwk.construct({"kty": "EC", "crv": "P-256", "x": x, "y": y}, ALGORITHM))
    except (JOSEError, ValueError):
        raise TokenRefused("key") from None


def foreign_verifier(public: Mapping[str, Any]) -> Verifier:
    """The verifier of a key another system published: P-256 for ES256, or RSA for RS256; else TokenRefused("key").

    What algorithm it verifies follows from what kind of key it is (RFC 8725, 3.1), never from a token.
    """
    if public.get("kty") != "RSA":
        return verifier(public)
    fits = public.get("alg", RSA_ALGORITHM) == RSA_ALGORITHM and public.get("use", "sig") == "sig"
    parts = tuple(public.get(name) for name in ("kid", "n", "e"))
    if not fits or "d" in public or not all(isinstance(part, str) and part for part in parts):
        raise TokenRefused("key")
    return _rsa_verifier(*parts)


@lru_cache(maxsize=256)
def _rsa_verifier(kid: str, n: str, e: str) -> Verifier:
    try:
        key = jwk.construct({"kty": "RSA", "n": n, "e": e}, RSA_ALGORITHM)
    except (JOSEError, ValueError):
        raise TokenRefused("key") from None
    if key.prepared_key.key_size < 2048:  # type: ignore[attr-defined]  # RFC 7518, 3.3
        raise TokenRefused("key")
    return Verifier(kid, key, RSA_ALGORITHM)


def verifiers(*own: Signer | Verifier) -> dict[str, Verifier]:
    """Those keys as `read_message` and `read_access_token` want them: by `kid`."""
    return {each.kid: foreign_verifier(public_jwk(each)) for each in own}


def jwks(known: Verifiers) -> dict[str, list[dict[str, str]]]:
    """The JWK set (RFC 7517 §5) to publish."""
    return {"keys": [public_jwk(known[kid]) for kid in sorted(known)]}


def thumbprint(public: Mapping[str, str]) -> str:
    """The RFC 7638 SHA-256 thumbprint of a public key."""
    required = {name: public[name] for name in _members(public["kty"])}
    canonical = json.dumps(required, separators=(",", ":"), sort_keys=True).encode()
    return _encoded(hashlib.sha256(canonical).digest())


def sign_message(payload: bytes, key: Signer) -> str:
    """`payload` as a compact JWS under the key's `kid`, typed as a message between systems."""
    return _sign(payload, key, MESSAGE_TYPE)


def read_message(compact: str, keys: Verifiers) -> bytes:
    """The payload of a message signed by one of `keys`, or TokenRefused(why).

    The caller still asks whether this signer may say what the message says: see `signer_of`.
    """
    return _read(compact, keys, (MESSAGE_TYPE,))


def signer_of(compact: str) -> str:
    """The `kid` a message or token claims, nothing verified yet: to look the key up, never to believe it."""
    return str(_header(compact)["kid"])


def issue_access_token(
    key: Signer,
    *,
    issuer: str,
    audience: str,
    subject: UUID,
    session_id: UUID,
    at: datetime,
    lifetime: timedelta,
) -> str:
    """An access token (RFC 9068) tied to a session: ending the session ends the token."""
    claims = {
        "iss": issuer,
        "aud": audience,
        "sub": str(subject),
        "sid": str(session_id),
        "jti": secrets.token_urlsafe(16),
        "iat": int(at.timestamp()),
        "nbf": int(at.timestamp()),
        "exp": int((at + lifetime).timestamp()),
    }
    return _sign(json.dumps(claims, separators=(",", ":")).encode(), key, ACCESS_TYPE)


def read_access_token(
    compact: str, keys: Verifiers, *, issuer: str, audience: str, at: datetime
) -> AccessClaims:
    """The claims of a token from `issuer` for `audience` in force at `at`, or TokenRefused(why)."""
    claims = _object(_read(compact, keys, (ACCESS_TYPE,)), "claims")
    if claims.get("iss") != issuer:
        raise TokenRefused("issuer")
    if claims.get("aud") != audience:
        raise TokenRefused("audience")
    not_before, expires_at = _moment(claims, "nbf"), _moment(claims, "exp")
    if at + SKEW < not_before or at >= expires_at:
        raise TokenRefused("time")
    try:
        return AccessClaims(
            UUID(_text(claims, "sub")), UUID(_text(claims, "sid")), _text(claims, "jti"), expires_at
        )
    except ValueError:
        raise TokenRefused("claims") from None


def sign_claims(claims: Mapping[str, Any], key: Signer, typ: str) -> str:
    """`claims` as a JWT of type `typ` under the key's `kid` and algorithm."""
    return _sign(json.dumps(claims, separators=(",", ":")).encode(), key, typ)


def read_claims(
    compact: str, keys: Verifiers, *, types: Iterable[str | None], issuer: str, audience: str
) -> dict[str, Any]:
    """The claims of a JWT from `issuer` for `audience` (alone or among others), signed by one of `keys`.

    `types` are the values of `typ` that will do; None: it may be missing. Time is not looked at here: `check_times`
    does that, since a hint may be old. Raises TokenRefused.
    """
    wanted = set(types)
    claims = _object(_read(compact, keys, wanted), "claims")
    if claims.get("iss") != issuer:
        raise TokenRefused("issuer")
    told = claims.get("aud")
    if audience not in (told if isinstance(told, list) else [told]):
        raise TokenRefused("audience")
    return claims


def claimed(compact: str, name: str) -> str:
    """A claim of a token, nothing verified yet: to look up whose it may be, never to believe it. Raises TokenRefused."""
    parts = compact.split(".") if len(compact) <= MAX_COMPACT else []
    if len(parts) != 3:
        raise TokenRefused("malformed")
    return _text(_object(_decoded(parts[1]), "claims"), name)


def check_times(claims: Mapping[str, Any], at: datetime, *, skew: timedelta = SKEW) -> datetime:
    """When a token in force at `at` ends. TokenRefused("time" | "claims") for one that is not, or does not say."""
    expires_at = _moment(claims, "exp")
    starts = [_moment(claims, name) for name in ("nbf", "iat") if name in claims]
    if at >= expires_at or any(at + skew < one for one in starts):
        raise TokenRefused("time")
    return expires_at


def digest_claim(text: str) -> str:
    """Half of a SHA-256 as `at_hash` holds it (OpenID Connect Core 1.0, 3.1.3.6)."""
    return _encoded(hashlib.sha256(text.encode("ascii")).digest()[:16])


def _sign(payload: bytes, key: Signer, typ: str) -> str:
    headers = {"kid": key.kid, "typ": typ}
    return jws.sign(payload, key.key, headers=headers, algorithm=key.algorithm)


def _read(compact: str, keys: Verifiers, types: Collection[str | None]) -> bytes:
    header = _header(compact, [ALGORITHM, *(each.algorithm for each in keys.values())], None in types)
    if header.get("typ") not in types:
        raise TokenRefused("header")
    known = keys.get(header["kid"])
    if known is None:
        raise TokenRefused("key")
    if header["alg"] != known.algorithm:
        raise TokenRefused("algorithm")
    try:
        payload: bytes = jws.verify(compact, known.key, known.algorithm)
    except JOSEError:
        raise TokenRefused("signature") from None
    return payload


def _header(
    compact: str, algorithms: Collection[str] = (ALGORITHM,), untyped: bool = False
) -> dict[str, Any]:
    """The header, once its shape and the whole spelling are beyond doubt."""
    parts = compact.split(".") if len(compact) <= MAX_COMPACT else []
    if len(parts) != 3 or any(_encoded(_decoded(part)) != part for part in parts):
        raise TokenRefused("malformed")
    header = _object(_decoded(parts[0]), "malformed")
    if header.get("alg") not in algorithms:
        raise TokenRefused("algorithm")
    names = HEADER_NAMES - {"typ"} if untyped and "typ" not in header else HEADER_NAMES
    if set(header) != names or not all(isinstance(value, str) for value in header.values()):
        raise TokenRefused("header")
    return header


def _object(text: bytes, why: str) -> dict[str, Any]:
    try:
        value = json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        raise TokenRefused(why) from None
    if not isinstance(value, dict):
        raise TokenRefused(why)
    return value


def _without_repeats(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers may choose differently among repeated names, so a repeated name is no JSON of ours."""
    listed = list(pairs)
    if len({name for name, _ in listed}) != len(listed):
        raise ValueError("repeated name")
    return dict(listed)


def _moment(claims: Mapping[str, Any], name: str) -> datetime:
    seconds = claims.get(name)
    if type(seconds) is not int or not 0 <= seconds < 2**40:
        raise TokenRefused("claims")
    return datetime.fromtimestamp(seconds, UTC)


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise TokenRefused("claims")
    return value


def _coordinates(key: Key) -> dict[str, str]:
    known = key.to_dict()
    return {name: str(known[name]) for name in _members(str(known["kty"]))}


def _members(kind: str) -> tuple[str, ...]:
    return ("e", "kty", "n") if kind == "RSA" else ("crv", "kty", "x", "y")


def _encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part.encode("ascii") + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise TokenRefused("malformed") from None
