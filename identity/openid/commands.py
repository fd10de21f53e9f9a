"""Registering systems, letting them know something and taking that back, rotating keys, tidying up.

`by` is the administrator's id. Everything here is written into the ledger: about a client in its own chain, about a
person in theirs.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity import keys
from identity.errors import SigningKeyMissing
from identity.journal import note
from identity.openid import queries, rules, signed
from identity.openid.errors import ClientUnknown, RegistrationWrong
from identity.openid.models import OpenIDAssertion, OpenIDClient, OpenIDConsent, OpenIDGrant
from identity.openid.rules import ClientKind, Scope
from identity.sessions import digest, new_token
from storage.database import Session
from storage.queue import enqueue

KEPT = timedelta(days=1)
TELL_LOGOUT = "openid.tell-logout"


@dataclass(frozen=True, slots=True)
class Registration:
    """What an administrator says of a system. `name` and `purpose` are `{zh, en}`; `keys` a JWK set."""

    name: Mapping[str, str]
    purpose: Mapping[str, str]
    department_code: str
    kind: ClientKind
    redirect_uris: Sequence[str]
    scopes: Sequence[str]
    leaving_uris: Sequence[str] = ()
    logout_uri: str | None = None
    sector: str = ""
    algorithm: str = "ES256"
    keys: Mapping[str, Any] | None = field(default=None)


async def register(
    session: Session, registration: Registration, *, by: UUID, at: datetime
) -> tuple[OpenIDClient, str | None]:
    """The new client and its secret, which is shown this once. Raises RegistrationWrong."""
    sector = _checked(registration)
    secret = new_token() if registration.kind is ClientKind.SECRET else None
    known = {Scope.OPENID.value, *registration.scopes}
    row = OpenIDClient(
        id=secrets.token_hex(12),
        name=dict(registration.name),
        purpose=dict(registration.purpose),
        department_code=registration.department_code,
        kind=registration.kind,
        secret_hash=digest(secret) if secret else None,
        keys=dict(registration.keys) if registration.keys and registration.kind is ClientKind.KEY else None,
        algorithm=registration.algorithm,
        sector=sector,
        redirect_uris=list(dict.fromkeys(registration.redirect_uris)),
        leaving_uris=list(dict.fromkeys(registration.leaving_uris)),
        logout_uri=registration.logout_uri or None,
        scopes=[scope.value for scope in Scope if scope.value in known],
        registered_at=at,
        registered_by=by,
    )
    session.add(row)
    await session.flush()
    await signed.signing_keys(session, row.algorithm, at=at)
    told = {"scopes": row.scopes, "department": row.department_code, "kind": row.kind.value}
    await note(session, f"openid:{row.id}", "client registered", row.id, str(by), at, **told)
    return row, secret


def _checked(registration: Registration) -> str:
    """The sector, once nothing about the registration is wrong."""
    mistakes: dict[str, str] = {}
    addresses = {
        "redirect_uris": registration.redirect_uris,
        "leaving_uris": registration.leaving_uris,
        "logout_uri": [registration.logout_uri] if registration.logout_uri else [],
    }
    if not registration.redirect_uris:
        mistakes["redirect_uris"] = "missing"
    for name, listed in addresses.items():
        if not all(rules.address_fits(one) for one in listed):
            mistakes[name] = "address"
    if not set(registration.scopes) <= {scope.value for scope in Scope}:
        mistakes["scopes"] = "scopes"
    usable = signed.foreign_keys(registration.keys or {})
    if registration.kind is ClientKind.KEY and not usable:
        mistakes["keys"] = "keys"
    sector = rules.sector_of(registration.redirect_uris, registration.sector)
    if sector is None and "redirect_uris" not in mistakes:
        mistakes["sector"] = "sector"
    if mistakes:
        raise RegistrationWrong(mistakes)
    return str(sector)


async def renew_secret(session: Session, client_id: str, *, by: UUID, at: datetime) -> str:
    """A new secret instead of the old one, shown this once. Raises ClientUnknown."""
    row = await session.get(OpenIDClient, client_id, with_for_update=True)
    if row is None or row.kind is not ClientKind.SECRET:
        raise ClientUnknown
    secret = new_token()
    row.secret_hash = digest(secret)
    await session.flush()
    await note(session, f"openid:{row.id}", "client secret renewed", row.id, str(by), at)
    return secret


async def switch(session: Session, client_id: str, *, active: bool, by: UUID, at: datetime) -> None:
    """Switch a client off (nothing it holds works any more) or on again. Raises ClientUnknown."""
    row = await session.get(OpenIDClient, client_id, with_for_update=True)
    if row is None:
        raise ClientUnknown
    if row.active == active:
        return
    row.active = active
    if not active:
        await _revoke(session, sa.true(), row.id, "switched off", at)
    await session.flush()
    deed = "client switched on" if active else "client switched off"
    await note(session, f"openid:{row.id}", deed, row.id, str(by), at)


async def give_consent(
    session: Session, person_id: UUID, client_id: str, scopes: Sequence[str], *, at: datetime
) -> None:
    """Let this client know these things from now on; what was allowed before stays allowed."""
    before = await queries.consent(session, person_id, client_id)
    known = {*scopes, *(before.scopes if before else ())}
    kept = [scope.value for scope in Scope if scope.value in known]
    values = {"scopes": kept, "given_at": at, "withdrawn_at": None}
    row = {"person_id": person_id, "client_id": client_id} | values
    statement = insert(OpenIDConsent).values(row)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["person_id", "client_id"], set_=values)
    )
    chain, person = f"account:{person_id}", str(person_id)
    await note(session, chain, "consent given", client_id, person, at, client=client_id, scopes=kept)


async def withdraw_consent(session: Session, person_id: UUID, client_id: str, *, at: datetime) -> None:
    """Take it back: the client's tokens end at once, it is told of it, and it asks anew next time.

    Raises ClientUnknown where nothing is allowed.
    """
    row = await queries.consent(session, person_id, client_id)
    if row is None:
        raise ClientUnknown
    row.withdrawn_at = at
    ended = await _revoke(
        session, col(OpenIDGrant.person_id) == person_id, client_id, "consent withdrawn", at
    )
    for session_id in sorted(set(ended), key=str):
        await enqueue(session, TELL_LOGOUT, ended=str(session_id), client=client_id)
    await session.flush()
    person = str(person_id)
    await note(session, f"account:{person}", "consent withdrawn", client_id, person, at, client=client_id)


async def _revoke(session: Session, which: Any, client_id: str, why: str, at: datetime) -> list[UUID]:
    """Revoke a client's grants; the sign-ins of those that had been redeemed."""
    ended = await session.execute(
        sa.update(OpenIDGrant)
        .where(which, col(OpenIDGrant.client_id) == client_id, col(OpenIDGrant.revoked_at).is_(None))
        .values(revoked_at=at, revoked_why=why)
        .returning(col(OpenIDGrant.session_id), col(OpenIDGrant.redeemed_at))
    )
    return [session_id for session_id, redeemed in ended if redeemed is not None]


async def rotate_keys(session: Session, *, by: str, at: datetime) -> None:
    """New keys sign from now on; the old ones stay published until nothing they signed is of use."""
    for purpose in signed.PURPOSES.values():
        try:
            await keys.rotate(session, purpose, overlap=rules.KEY_OVERLAP, by=by, at=at)
        except SigningKeyMissing:
            continue


async def sweep(session: Session, *, at: datetime) -> None:
    """Drop used assertions that have run out, and codes nobody redeemed. The ledger keeps what was done."""
    await session.execute(sa.delete(OpenIDAssertion).where(col(OpenIDAssertion.expires_at) < at))
    unused = sa.and_(col(OpenIDGrant.redeemed_at).is_(None), col(OpenIDGrant.issued_at) < at - KEPT)
    await session.execute(sa.delete(OpenIDGrant).where(unused))
