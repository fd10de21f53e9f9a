"""The token endpoint without its web: a client proves who it is and changes a code or refresh token for tokens.

A refusal is a value, not an exception: what it revoked must be committed (RFC 6749, 5.2; RFC 9700, 2.2.2, 4.14).
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.errors import TokenRefused
from identity.journal import note
from identity.openid import queries, rules, signed
from identity.openid.errors import ClientUnknown
from identity.openid.models import OpenIDAssertion, OpenIDClient, OpenIDGrant, OpenIDRefresh
from identity.openid.rules import ClientKind
from identity.sessions import digest, new_token
from storage.database import Session

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Presented:
    """How a client says who it is: one of a header, a secret in the body, a signed assertion, or its name alone."""

    client_id: str | None
    secret: str | None = None
    assertion_type: str | None = None
    assertion: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error of RFC 6749, 5.2."""

    error: str
    why: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """A successful answer (Core 3.1.3.3)."""

    access_token: str
    id_token: str
    refresh_token: str
    expires_in: int
    scope: str


async def authenticate(
    session: Session, presented: Presented, *, audiences: Sequence[str], at: datetime
) -> OpenIDClient | Refusal:
    """The client, once it has proven itself in the way it registered (RFC 6749, 2.3; Core 9)."""
    if presented.secret is not None and presented.assertion is not None:
        return Refusal("invalid_request", "more than one way of client authentication")
    try:
        client = await queries.client(session, presented.client_id)
    except ClientUnknown:
        return Refusal("invalid_client", "unknown client")
    proven = {
        ClientKind.SECRET: _secret_fits,
        ClientKind.KEY: _assertion_fits,
        ClientKind.PUBLIC: _needs_none,
    }[client.kind]
    if not await proven(session, client, presented, audiences, at):
        return Refusal("invalid_client", "client authentication failed")
    return client


async def _secret_fits(
    session: Session, client: OpenIDClient, presented: Presented, audiences: Sequence[str], at: datetime
) -> bool:
    if presented.secret is None or client.secret_hash is None:
        return False
    return hmac.compare_digest(digest(presented.secret), client.secret_hash)


async def _assertion_fits(
    session: Session, client: OpenIDClient, presented: Presented, audiences: Sequence[str], at: datetime
) -> bool:
    if presented.assertion is None or presented.assertion_type != ASSERTION:
        return False
    try:
        token_id, ends = signed.read_assertion(
            presented.assertion, client.keys or {}, client_id=client.id, audiences=audiences, at=at
        )
    except TokenRefused:
        return False
    row = {"client_id": client.id, "token_id": token_id, "expires_at": ends}
    first = await session.scalar(
        insert(OpenIDAssertion).values(row).on_conflict_do_nothing().returning(col(OpenIDAssertion.token_id))
    )
    return first is not None


async def _needs_none(
    session: Session, client: OpenIDClient, presented: Presented, audiences: Sequence[str], at: datetime
) -> bool:
    return presented.secret is None and presented.assertion is None


async def exchange(
    session: Session, client: OpenIDClient, given: Mapping[str, str], *, issuer: str, at: datetime
) -> Tokens | Refusal:
    """Tokens for what the client brought, by its `grant_type`."""
    kind = given.get("grant_type")
    if kind is None:
        return Refusal("invalid_request", "grant_type is missing")
    deed: Any = {"authorization_code": _redeem, "refresh_token": _renew}.get(kind)
    if deed is None:
        return Refusal("unsupported_grant_type", "authorization_code or refresh_token")
    found = await deed(session, client, given, at)
    if isinstance(found, Refusal):
        return found
    grant, scopes, fresh = found
    return await _tokens(session, client, grant, scopes, fresh=fresh, issuer=issuer, at=at)


Found = tuple[OpenIDGrant, list[str], bool]


async def _redeem(
    session: Session, client: OpenIDClient, given: Mapping[str, str], at: datetime
) -> Found | Refusal:
    """The grant of a code (RFC 6749, 4.1.3; RFC 7636, 4.6). A code that comes twice revokes what it gave."""
    for name in ("code", "redirect_uri", "code_verifier"):
        if name not in given:
            return Refusal("invalid_request", f"{name} is missing")
    query = sa.select(OpenIDGrant).where(col(OpenIDGrant.code_hash) == digest(given["code"]))
    grant: OpenIDGrant | None = await session.scalar(
        query.with_for_update().execution_options(populate_existing=True)
    )
    if grant is None or grant.client_id != client.id or grant.revoked_at is not None:
        return Refusal("invalid_grant", "unknown code")
    if why := await _unfit(session, grant, given, at):
        return Refusal("invalid_grant", why)
    grant.redeemed_at = at
    await _note(session, grant, "signed in elsewhere", at, scopes=list(grant.scopes))
    return grant, list(grant.scopes), True


async def _unfit(session: Session, grant: OpenIDGrant, given: Mapping[str, str], at: datetime) -> str | None:
    """Why this code gives nothing. Replay and a wrong verifier show that it fell into other hands: all is revoked."""
    if grant.redeemed_at is not None:
        await revoke(session, grant, "code replayed", at)
        return "code was used before"
    if at >= grant.issued_at + rules.CODE_LIFE:
        return "code has expired"
    if grant.redirect_uri != given["redirect_uri"]:
        return "redirect_uri is not the one the code was sent to"
    if not rules.verifier_fits(given["code_verifier"], grant.challenge):
        await revoke(session, grant, "wrong verifier", at)
        return "code_verifier does not fit"
    if not await queries.session_in_force(session, grant.session_id, at):
        return "the person has signed out"
    return None


async def _renew(
    session: Session, client: OpenIDClient, given: Mapping[str, str], at: datetime
) -> Found | Refusal:
    """The grant of a refresh token, which is used up by this (RFC 6749, 6; RFC 9700, 4.14.2)."""
    if "refresh_token" not in given:
        return Refusal("invalid_request", "refresh_token is missing")
    row = await session.get(
        OpenIDRefresh, digest(given["refresh_token"]), with_for_update=True, populate_existing=True
    )
    grant = (
        await session.get(OpenIDGrant, row.grant_id, with_for_update=True, populate_existing=True)
        if row
        else None
    )
    if row is None or grant is None or grant.client_id != client.id or grant.revoked_at is not None:
        return Refusal("invalid_grant", "unknown refresh token")
    if row.used_at is not None:
        await revoke(session, grant, "refresh token replayed", at)
        return Refusal("invalid_grant", "refresh token was used before")
    over = at >= grant.issued_at + rules.REFRESH_LIFE
    if over or not await queries.session_in_force(session, grant.session_id, at):
        return Refusal("invalid_grant", "the sign-in has ended")
    scopes = given.get("scope", " ".join(grant.scopes)).split()
    if not scopes or not set(scopes) <= set(grant.scopes):
        return Refusal("invalid_scope", "more than was granted")
    row.used_at = at
    return grant, [one for one in grant.scopes if one in scopes], False


async def revoke(session: Session, grant: OpenIDGrant, why: str, at: datetime) -> None:
    """End everything that came of a grant."""
    grant.revoked_at, grant.revoked_why = at, why
    await session.flush()
    await _note(session, grant, "sign-in elsewhere revoked", at, why=why)


async def _tokens(
    session: Session,
    client: OpenIDClient,
    grant: OpenIDGrant,
    scopes: Sequence[str],
    *,
    fresh: bool,
    issuer: str,
    at: datetime,
) -> Tokens:
    signing = await signed.signing_keys(session, client.algorithm, at=at)
    access = signed.access_token(signing.signer, grant, client, scopes, issuer=issuer, at=at)
    told = signed.id_token(signing.signer, grant, client, issuer=issuer, access=access, fresh=fresh, at=at)
    refresh = new_token()
    session.add(OpenIDRefresh(token_hash=digest(refresh), grant_id=grant.id, issued_at=at))
    await session.flush()
    return Tokens(access, told, refresh, int(rules.ACCESS_LIFE.total_seconds()), " ".join(scopes))


async def _note(session: Session, grant: OpenIDGrant, deed: str, at: datetime, **details: object) -> None:
    person = str(grant.person_id)
    told = {"client": grant.client_id, "grant": str(grant.id)} | details
    await note(session, f"account:{person}", deed, grant.client_id, "system:openid", at, **told)
