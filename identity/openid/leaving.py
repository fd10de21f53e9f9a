"""Signing out, seen from both sides: who is told when a session here ends, and what ends here when one ends there."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import sessions
from identity.errors import TokenRefused
from identity.journal import note
from identity.models import WebSession
from identity.openid import queries, signed, subjects
from identity.openid.errors import ClientUnknown
from identity.openid.models import OpenIDArrival, OpenIDClient, OpenIDGrant
from storage.database import Session


@dataclass(frozen=True, slots=True)
class News:
    """A logout token and where it goes."""

    address: str
    token: str


@dataclass(frozen=True, slots=True)
class Farewell:
    """A request to sign out. `client` if it is known who sent it; `address` only if that client registered it.

    `certain`: the hint names the very session of this browser, so nobody needs to be asked.
    """

    client: OpenIDClient | None
    address: str | None
    certain: bool


async def news(
    session: Session, client_id: str, session_id: UUID, *, issuer: str, at: datetime
) -> News | None:
    """What this client is to be told about an ended session; None where it is to be told nothing (any more)."""
    try:
        client = await queries.client(session, client_id)
    except ClientUnknown:
        return None
    query = sa.select(col(OpenIDGrant.person_id)).where(
        col(OpenIDGrant.session_id) == session_id, col(OpenIDGrant.client_id) == client_id
    )
    person_id: UUID | None = await session.scalar(query.limit(1))
    if person_id is None or client.logout_uri is None:
        return None
    signing = await signed.signing_keys(session, client.algorithm, at=at)
    token = signed.logout_token(signing.signer, client, person_id, session_id, issuer=issuer, at=at)
    return News(client.logout_uri, token)


async def farewell(
    session: Session,
    *,
    hint: str | None,
    client_id: str | None,
    address: str | None,
    session_id: UUID | None,
    issuer: str,
    at: datetime,
) -> Farewell:
    """What a request to sign out amounts to (RP-Initiated Logout 1.0, 2, 3, 4). Nothing in it is believed unchecked."""
    told = await _hinted(session, hint, client_id, issuer=issuer, at=at) if hint else None
    client = told[0] if told else await _stated(session, client_id)
    certain = bool(told and session_id and told[1] == subjects.remote_session(session_id, told[0].sector))
    registered = client is not None and address is not None and address in client.leaving_uris
    return Farewell(client, address if registered else None, certain)


async def _stated(session: Session, client_id: str | None) -> OpenIDClient | None:
    try:
        return await queries.client(session, client_id)
    except ClientUnknown:
        return None


async def _hinted(
    session: Session, hint: str, client_id: str | None, *, issuer: str, at: datetime
) -> tuple[OpenIDClient, object] | None:
    """The client of an ID token of ours, and the session it was made in."""
    known = await signed.published(session, at=at)
    try:
        claims = signed.read_hint(hint, known, issuer=issuer, client_id=client_id)
        return await queries.client(session, str(claims["aud"])), claims.get("sid")
    except (TokenRefused, ClientUnknown):
        return None


async def end_arrived(
    session: Session, *, issuer: str, subject: str | None, remote_session: str | None, at: datetime
) -> int:
    """End the sessions here that came of one session there, or of all of a person's; how many there were."""
    which = (
        col(OpenIDArrival.remote_session) == remote_session
        if remote_session is not None
        else col(OpenIDArrival.subject) == subject
    )
    both = sa.and_(which, col(OpenIDArrival.subject) == subject) if subject is not None else which
    query = (
        sa.select(col(WebSession.id), col(WebSession.person_id))
        .join(OpenIDArrival, col(OpenIDArrival.session_id) == col(WebSession.id))
        .where(both, col(OpenIDArrival.issuer) == issuer, col(WebSession.ended_at).is_(None))
    )
    ended = 0
    for session_id, person_id in (await session.execute(query)).all():
        if await sessions.end(session, session_id, person_id, at):
            ended += 1
            chain, person = f"account:{person_id}", str(person_id)
            await note(session, chain, "session ended", person, "system:openid", at, ended=str(session_id))
    return ended
