"""Which systems there are, what a person lets them know, and what a token still stands for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.models import Department, Person, WebSession
from identity.openid import rules
from identity.openid.errors import ClientUnknown
from identity.openid.models import OpenIDClient, OpenIDConsent, OpenIDGrant
from storage.database import Session


@dataclass(frozen=True, slots=True)
class ClientEntry:
    """One line of the list of systems, or what a consent page says of one."""

    client: OpenIDClient
    department: str
    department_en: str


@dataclass(frozen=True, slots=True)
class ConsentEntry:
    """A system a person lets know something."""

    client_id: str
    name: dict[str, str]
    department: str
    department_en: str
    scopes: tuple[str, ...]
    given_at: datetime


async def client(session: Session, client_id: str | None) -> OpenIDClient:
    """An active client. Raises ClientUnknown."""
    fits = client_id is not None and client_id.isprintable() and len(client_id) <= 40
    row = await session.get(OpenIDClient, client_id) if fits else None
    if row is None or not row.active:
        raise ClientUnknown
    return row


async def entry(session: Session, client_id: str) -> ClientEntry:
    """A client, active or not, with its department. Raises ClientUnknown."""
    found = await session.execute(_entries().where(col(OpenIDClient.id) == client_id))
    row = found.one_or_none()
    if row is None:
        raise ClientUnknown
    return ClientEntry(*row)


async def listing(session: Session) -> list[ClientEntry]:
    """Every client, the newest first."""
    query = _entries().order_by(col(OpenIDClient.registered_at).desc(), col(OpenIDClient.id))
    return [ClientEntry(*row) for row in await session.execute(query)]


def _entries() -> sa.Select[OpenIDClient, str, str]:
    return sa.select(OpenIDClient, col(Department.name), col(Department.name_en)).join(
        Department, col(Department.code) == col(OpenIDClient.department_code)
    )


async def signed_in_at(session: Session, session_id: UUID) -> datetime | None:
    """When this sign-in was made (`auth_time`)."""
    found: datetime | None = await session.scalar(
        sa.select(col(WebSession.created_at)).where(col(WebSession.id) == session_id)
    )
    return found


async def consent(session: Session, person_id: UUID, client_id: str) -> OpenIDConsent | None:
    """What the person lets this client know at present."""
    row = await session.get(OpenIDConsent, (person_id, client_id), populate_existing=True)
    return row if row is not None and row.withdrawn_at is None else None


async def consents(session: Session, person_id: UUID) -> list[ConsentEntry]:
    """Every system this person lets know something, the latest first."""
    query = (
        sa.select(
            col(OpenIDClient.id),
            col(OpenIDClient.name),
            col(Department.name),
            col(Department.name_en),
            col(OpenIDConsent.scopes),
            col(OpenIDConsent.given_at),
        )
        .join(OpenIDClient, col(OpenIDClient.id) == col(OpenIDConsent.client_id))
        .join(Department, col(Department.code) == col(OpenIDClient.department_code))
        .where(col(OpenIDConsent.person_id) == person_id, col(OpenIDConsent.withdrawn_at).is_(None))
        .order_by(col(OpenIDConsent.given_at).desc(), col(OpenIDClient.id))
    )
    return [
        ConsentEntry(key, name, department, english, tuple(scopes), given)
        for key, name, department, english, scopes, given in await session.execute(query)
    ]


async def session_in_force(session: Session, session_id: UUID, at: datetime) -> bool:
    """Whether a sign-in still stands. Idleness here does not end what goes on elsewhere; signing out does."""
    found = await session.scalar(
        sa.select(sa.true()).where(
            col(WebSession.id) == session_id,
            col(WebSession.ended_at).is_(None),
            col(WebSession.expires_at) > at,
        )
    )
    return found is not None


async def grant_in_force(session: Session, grant_id: UUID, at: datetime) -> OpenIDGrant | None:
    """The grant behind an access token; None once it was revoked, its client switched off, or the sign-in ended."""
    row = await session.get(OpenIDGrant, grant_id, populate_existing=True)
    if row is None or row.revoked_at is not None:
        return None
    try:
        await client(session, row.client_id)
    except ClientUnknown:
        return None
    return row if await session_in_force(session, row.session_id, at) else None


async def claims(session: Session, person_id: UUID, scopes: Sequence[str]) -> dict[str, Any]:
    """The claims these scopes allow, as far as the portal knows them; never `sub`, which depends on the client."""
    person = await session.get(Person, person_id)
    if person is None:
        return {}
    known = {
        "name": person.name,
        "real_name_level": person.level.value,
        "id_number": person.id_number,
        "phone_number": f"+86{person.phone}" if person.phone else None,
        "phone_number_verified": False if person.phone else None,
        "email": person.email,
        "email_verified": False if person.email else None,
    }
    allowed = rules.claims_of(scopes)
    return {name: value for name, value in known.items() if name in allowed and value is not None}
