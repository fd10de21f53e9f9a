"""Sign-ins that last: server-side sessions in PostgreSQL.

The browser holds a 256-bit random token, the database its SHA-256: a copy of the database opens nothing, and a
token the server did not draw is worth nothing. A new token is drawn at every sign-in and whenever the
session is raised to more rights, so a planted token never becomes somebody's session.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.absences import day_of, stand_ins, stood_in_for
from identity.actor import Actor, Party, PartyKind, Role
from identity.mandates.queries import represented
from identity.models import Person, StaffMember, WebSession
from identity.rules import ALL_POWERS, Limits, fit_for_staff, network, place
from storage.database import Moment, Session

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


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session as its owner sees it: `place` is the beginning of its address, `agent` what the browser calls itself."""

    id: UUID
    began_at: datetime
    seen_at: datetime
    place: str
    agent: str
    means: str


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
    means: str = "password",
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
        means=means,
        proved_at=at,
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
    pending.means = f"{pending.means}+code"
    pending.seen_at = pending.proved_at = at
    pending.expires_at = at + lifetime
    await session.flush()
    return Opened(token, pending.id)


async def prove_again(
    session: Session, session_id: UUID, token: str, *, assurance: int, at: datetime
) -> Opened | None:
    """The person showed once more who they are: a new token for whoever holds the present one.

    None for a token that was replaced meanwhile: of two that try at once, one goes on.
    """
    fresh = new_token()
    raised = await session.scalar(
        sa.update(WebSession)
        .where(
            col(WebSession.id) == session_id,
            col(WebSession.token_hash) == digest(token),
            col(WebSession.ended_at).is_(None),
            sa.not_(col(WebSession.awaiting_code)),
        )
        .values(
            token_hash=digest(fresh),
            proved_at=at,
            seen_at=at,
            assurance=sa.func.greatest(col(WebSession.assurance), assurance),
        )
        .returning(col(WebSession.id))
    )
    return None if raised is None else Opened(fresh, session_id)


async def resolve(session: Session, token: str, *, at: datetime, limits: Limits) -> Recognised | None:
    """Who this token stands for now, in one query; None for an unknown, ended or expired one."""
    return await _resolve(session, "token_hash", digest(token), at, limits)


async def resolve_id(
    session: Session, session_id: UUID, *, at: datetime, limits: Limits
) -> Recognised | None:
    """The same for the session an access token was issued in."""
    return await _resolve(session, "id", session_id, at, limits)


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


async def end_all(session: Session, person_id: UUID, at: datetime, *, but: UUID | None = None) -> int:
    """End every session of this person, but one if told so; how many."""
    ended = await session.scalars(
        sa.update(WebSession)
        .where(
            col(WebSession.person_id) == person_id,
            col(WebSession.ended_at).is_(None),
            col(WebSession.expires_at) > at,
            col(WebSession.id) != but if but else sa.true(),
        )
        .values(ended_at=at)
        .returning(col(WebSession.id))
    )
    return len(ended.all())


async def listing(session: Session, person_id: UUID, *, at: datetime, idle: timedelta) -> list[SignedIn]:
    """The sessions of this person that still open something, the latest used first."""
    query = (
        sa.select(WebSession)
        .where(
            col(WebSession.person_id) == person_id,
            sa.not_(col(WebSession.awaiting_code)),
            col(WebSession.ended_at).is_(None),
            col(WebSession.expires_at) > at,
            col(WebSession.seen_at) > at - idle,
        )
        .order_by(col(WebSession.seen_at).desc(), col(WebSession.id))
    )
    return [
        SignedIn(row.id, row.created_at, row.seen_at, place(row.origin), row.agent, row.means)
        for row in await session.scalars(query)
    ]


async def signed_in_from(session: Session, person_id: UUID, where: str, since: datetime) -> bool:
    """Whether this person has signed in from this network since then."""
    query = (
        sa.select(col(WebSession.origin))
        .distinct()
        .where(
            col(WebSession.person_id) == person_id,
            col(WebSession.created_at) >= since,
            sa.not_(col(WebSession.awaiting_code)),
        )
    )
    return any(network(origin) == where for origin in await session.scalars(query))


async def _resolve(
    session: Session, by: str, value: bytes | UUID, at: datetime, limits: Limits
) -> Recognised | None:
    known = {"value": value, "at": at, "on": day_of(at)}
    row = (await session.execute(_recognition(by), known)).one_or_none()
    return None if row is None else _recognise(row, at, limits)


@cache
def _recognition(by: str) -> sa.Executable:
    """Who a session stands for, found by this column of it. Put together once: every request asks it."""
    at, on = sa.bindparam("at", type_=Moment), sa.bindparam("on", type_=sa.Date())
    return (
        sa.select(
            col(WebSession.id),
            col(WebSession.person_id),
            col(WebSession.acting_for),
            col(WebSession.assurance),
            col(WebSession.means),
            col(WebSession.seen_at),
            col(WebSession.proved_at),
            col(Person.name),
            col(StaffMember.roles),
            col(StaffMember.departments),
            represented(col(WebSession.person_id), at).label("represented"),
            stood_in_for(col(StaffMember.person_id), on).label("stood_in_for"),
        )
        .join(Person, col(Person.id) == col(WebSession.person_id))
        .outerjoin(
            StaffMember, sa.and_(col(StaffMember.person_id) == col(Person.id), col(StaffMember.active))
        )
        .where(
            getattr(WebSession, by) == sa.bindparam("value"),
            sa.not_(col(WebSession.awaiting_code)),
            col(WebSession.ended_at).is_(None),
            col(WebSession.expires_at) > at,
        )
    )


def _recognise(row: sa.Row[*tuple[Any, ...]], at: datetime, limits: Limits) -> Recognised | None:
    staff = row.roles is not None
    if at >= row.seen_at + (limits.staff_idle if staff else limits.citizen_idle):
        return None
    if staff and not fit_for_staff(row.means, row.assurance):
        return None  # appointed after signing in as a citizen may
    himself = Party(PartyKind.PERSON, row.person_id, row.name)
    others = parties_of(row.represented) if not staff else {}
    chosen = others.get(row.acting_for)
    actor = Actor(
        person_id=row.person_id,
        name=row.name,
        roles=frozenset(map(Role, row.roles)) if staff else frozenset({Role.CITIZEN}),
        acting_for=chosen or himself,
        parties=frozenset({row.person_id, *others}),
        within=limits_of(row.represented) if not staff else frozenset(),
        departments=frozenset(row.departments or ()),
        standing_in=stand_ins(row.stood_in_for, row.roles or ()),
        session_id=row.id,
        assurance=row.assurance,
        proved_at=row.proved_at,
    )
    lapsed = row.acting_for is not None and not chosen
    return Recognised(actor, lapsed, touch_due=at - row.seen_at >= TOUCH_EVERY)


def parties_of(told: Sequence[Mapping[str, Any]] | None) -> dict[UUID, Party]:
    """The parties in what `represented` gives, by id."""
    return {
        UUID(one["id"]): Party(PartyKind(one["kind"]), UUID(one["id"]), one["name"]) for one in told or ()
    }


def limits_of(told: Sequence[Mapping[str, Any]] | None) -> frozenset[tuple[UUID, frozenset[str]]]:
    """Those of them for whom only named items may be done, with the codes of these."""
    return frozenset(
        (UUID(one["id"]), frozenset(one["items"])) for one in told or () if ALL_POWERS not in one["items"]
    )
