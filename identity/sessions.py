"""Sign-ins that last: server-side sessions in PostgreSQL.

The browser holds a 256-bit random token, the database its SHA-256: a copy of the database opens nothing, and a
token the server did not draw is worth nothing. A new token is drawn at every sign-in and whenever the
session is raised to more rights, so a planted token never becomes somebody's session.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor, Party, PartyKind, Role
from identity.models import Organisation, Person, Representation, StaffMember, WebSession
from identity.rules import Limits
from storage.database import Session

TOUCH_EVERY = timedelta(minutes=1)
TOKEN_BYTES = 32
AGENT_LENGTH, ORIGIN_LENGTH = 200, 64


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened. `token` is shown this once."""

    token: str
    session_id: UUID


@dataclass(frozen=True, slots=True)
class Recognised:
    """Who a token stands for. `lapsed`: the mandate acted under has ended, the actor stands for themself again.

    `touch_due`: `touch` has not been called for a minute.
    """

    actor: Actor
    lapsed: bool
    touch_due: bool


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> bytes:
    """What is kept of a token. Plain SHA-256 suffices: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode()).digest()


async def open_session(
    session: Session,
    person_id: UUID,
    *,
    assurance: int,
    awaiting_code: bool,
    lifetime: timedelta,
    origin: str,
    agent: str,
    at: datetime,
) -> Opened:
    """A new session with a token of its own. While `awaiting_code` it is nobody's: it only remembers the first step."""
    token = new_token()
    row = WebSession(
        token_hash=digest(token),
        person_id=person_id,
        assurance=assurance,
        awaiting_code=awaiting_code,
        created_at=at,
        seen_at=at,
        expires_at=at + lifetime,
        origin=origin[:ORIGIN_LENGTH],
        agent="".join(letter for letter in agent if letter.isprintable())[:AGENT_LENGTH],
    )
    session.add(row)
    await session.flush()
    return Opened(token, row.id)


async def awaiting(session: Session, token: str, at: datetime) -> WebSession | None:
    """The session between password and code that this token opened, locked; nothing once it ran out."""
    query = sa.select(WebSession).where(*_awaits_code(token, at)).with_for_update()
    row: WebSession | None = await session.scalar(query)
    return row


async def awaiting_name(session: Session, token: str, at: datetime) -> str | None:
    """Whose code that session waits for; nothing once it ran out."""
    query = (
        sa.select(col(Person.name))
        .join(WebSession, col(WebSession.person_id) == col(Person.id))
        .where(*_awaits_code(token, at))
    )
    name: str | None = await session.scalar(query)
    return name


def _awaits_code(token: str, at: datetime) -> tuple[Any, ...]:
    return (
        col(WebSession.token_hash) == digest(token),
        col(WebSession.awaiting_code),
        col(WebSession.ended_at).is_(None),
        col(WebSession.expires_at) > at,
    )


async def confirm(session: Session, pending: WebSession, *, lifetime: timedelta, at: datetime) -> Opened:
    """The second factor was shown: two factors from now on, and a new token."""
    token = new_token()
    pending.token_hash = digest(token)
    pending.awaiting_code = False
    pending.assurance = 2
    pending.seen_at = at
    pending.expires_at = at + lifetime
    await session.flush()
    return Opened(token, pending.id)


async def resolve(session: Session, token: str, *, at: datetime, limits: Limits) -> Recognised | None:
    """Who this token stands for now, in one query; None for an unknown, ended or expired one."""
    return await _resolve(session, col(WebSession.token_hash) == digest(token), at, limits)


async def resolve_id(
    session: Session, session_id: UUID, *, at: datetime, limits: Limits
) -> Recognised | None:
    """The same for the session an access token was issued in."""
    return await _resolve(session, col(WebSession.id) == session_id, at, limits)


async def touch(session: Session, session_id: UUID, at: datetime) -> None:
    """Note that the session is in use; at most one write a minute, however many requests run at once."""
    await session.execute(
        sa.update(WebSession)
        .where(col(WebSession.id) == session_id, col(WebSession.seen_at) <= at - TOUCH_EVERY)
        .values(seen_at=at)
    )


async def end(session: Session, session_id: UUID, person_id: UUID, at: datetime) -> bool:
    """End one session of this person; whether there was one in force."""
    ended = await session.scalar(
        sa.update(WebSession)
        .where(
            col(WebSession.id) == session_id,
            col(WebSession.person_id) == person_id,
            col(WebSession.ended_at).is_(None),
        )
        .values(ended_at=at)
        .returning(col(WebSession.id))
    )
    return ended is not None


def represented(person_id: Any, at: datetime) -> Any:
    """The organisations a person may act for at `at`, as `[[id, name], …]` in one correlated subquery."""
    pair = sa.func.jsonb_build_array(col(Organisation.id), col(Organisation.name))
    return (
        sa.select(sa.func.jsonb_agg(sa.distinct(pair)))
        .select_from(Representation)
        .join(Organisation, col(Organisation.id) == col(Representation.organisation_id))
        .where(
            col(Representation.person_id) == person_id,
            col(Representation.withdrawn_at).is_(None),
            col(Representation.valid_from) <= at,
            sa.or_(col(Representation.valid_until).is_(None), col(Representation.valid_until) > at),
        )
        .scalar_subquery()
    )


async def _resolve(session: Session, which: Any, at: datetime, limits: Limits) -> Recognised | None:
    query = (
        sa.select(
            col(WebSession.id),
            col(WebSession.person_id),
            col(WebSession.acting_for),
            col(WebSession.assurance),
            col(WebSession.seen_at),
            col(Person.name),
            col(StaffMember.roles),
            col(StaffMember.departments),
            represented(col(WebSession.person_id), at).label("organisations"),
        )
        .join(Person, col(Person.id) == col(WebSession.person_id))
        .outerjoin(
            StaffMember, sa.and_(col(StaffMember.person_id) == col(Person.id), col(StaffMember.active))
        )
        .where(
            which,
            sa.not_(col(WebSession.awaiting_code)),
            col(WebSession.ended_at).is_(None),
            col(WebSession.expires_at) > at,
        )
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _recognise(row, at, limits)


def _recognise(row: sa.Row[Any], at: datetime, limits: Limits) -> Recognised | None:
    staff = row.roles is not None
    if at >= row.seen_at + (limits.staff_idle if staff else limits.citizen_idle):
        return None
    if staff and row.assurance < 2:
        return None  # appointed after signing in with a password only
    himself = Party(PartyKind.PERSON, row.person_id, row.name)
    organisations = {UUID(key): name for key, name in row.organisations or ()} if not staff else {}
    chosen = organisations.get(row.acting_for)
    actor = Actor(
        person_id=row.person_id,
        name=row.name,
        roles=frozenset(map(Role, row.roles)) if staff else frozenset({Role.CITIZEN}),
        acting_for=Party(PartyKind.ORGANISATION, row.acting_for, chosen) if chosen else himself,
        parties=frozenset({row.person_id, *organisations}),
        departments=frozenset(row.departments or ()),
        session_id=row.id,
        assurance=row.assurance,
    )
    lapsed = row.acting_for is not None and not chosen
    return Recognised(actor, lapsed, touch_due=at - row.seen_at >= TOUCH_EVERY)
