"""Signing in and out, and choosing for whom one acts.

A sign-in answers with a value, whatever comes of it: a refusal must be committed, since it was counted. A wrong
account, a wrong password and a wrong code are the same answer and take the same time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import passwords, queries, second_factor, sessions, trials
from identity.actor import Actor
from identity.errors import PartyNotYours, SessionUnknown
from identity.journal import note
from identity.models import Account, WebSession
from identity.queries import Credentials
from identity.rules import Limits
from storage import ledger
from storage.cipher import ring
from storage.database import Session


@dataclass(frozen=True, slots=True)
class Granted:
    """Signed in: `token` for the browser (shown this once), `session_id` for an access token."""

    token: str
    session_id: UUID
    person_id: UUID
    staff: bool


@dataclass(frozen=True, slots=True)
class CodeNeeded:
    """The password was right; the second factor is still due. `token` opens nothing but that step."""

    token: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Account, password or code do not fit; which of them is not said."""


@dataclass(frozen=True, slots=True)
class Paused:
    """This origin has failed too often for this account and waits; nobody else does."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to get in: whose account (if there is one), from where, when, under which limits."""

    known: Credentials | None
    index: str
    origin: str
    agent: str
    at: datetime
    limits: Limits


async def sign_in(
    session: Session,
    *,
    account: str,
    password: str,
    code: str | None = None,
    origin: str,
    agent: str = "",
    at: datetime,
    limits: Limits,
) -> Granted | CodeNeeded | Refused | Paused:
    """Sign in with a password, and with `code` in the same breath where a machine asks.

    `account` is a login name, a phone or an ID number. Staff, and everyone who enrolled a second factor, need
    a code always: without `code` the answer is CodeNeeded. Raises PasswordsBusy.
    """
    known = await queries.credentials(session, account)
    index = trials.account_index(known.person_id if known else None, account)
    attempt = Attempt(known, index, origin, agent, at, limits)
    if waiting := await _take_turn(session, attempt):
        return waiting
    verdict = await passwords.verify(known.password_hash if known else None, password)
    if known is None or not verdict.fits:
        return await _fail(session, attempt, "password")
    if verdict.stale:
        await _rehash(session, known.person_id, password, at)
    if not (known.staff or known.totp_secret):
        return await _grant(session, attempt, known)
    if code is None:
        return CodeNeeded((await _open(session, attempt, known, awaiting_code=True)).token)
    if not await _use_code(session, known, code, at):
        return await _fail(session, attempt, "code")
    return await _grant(session, attempt, known)


async def confirm_code(
    session: Session, *, token: str, code: str, origin: str, at: datetime, limits: Limits
) -> Granted | Refused | Paused | None:
    """The second step: the code beside the token of the first. None when the first step ran out or never was."""
    pending = await sessions.awaiting(session, token, at)
    known = await queries.credentials_of(session, pending.person_id) if pending else None
    if pending is None or known is None:
        return None
    attempt = Attempt(known, trials.account_index(known.person_id, ""), origin, pending.agent, at, limits)
    if waiting := await _take_turn(session, attempt):
        return waiting
    if not await _use_code(session, known, code, at):
        return await _fail(session, attempt, "code")
    opened = await sessions.confirm(session, pending, lifetime=_lifetime(known, limits), at=at)
    return await _welcome(session, attempt, known, opened)


async def sign_out(session: Session, actor: Actor, *, at: datetime) -> None:
    """End the actor's own session, and with it every access token issued in it."""
    if actor.session_id and await sessions.end(session, actor.session_id, actor.person_id, at):
        await _note(session, actor, "signed out", at)


async def end_session(session: Session, actor: Actor, session_id: UUID, *, at: datetime) -> None:
    """End one of the actor's sessions, elsewhere or here. Raises SessionUnknown for anyone else's."""
    if not await sessions.end(session, session_id, actor.person_id, at):
        raise SessionUnknown
    await _note(session, actor, "session ended", at, ended=str(session_id))


async def choose_party(session: Session, actor: Actor, party_id: UUID, *, at: datetime) -> None:
    """Act for oneself or an organisation one represents, from the next request on. Raises PartyNotYours."""
    own = [] if actor.is_staff else await queries.parties(session, actor.person_id, at)
    if actor.session_id is None or party_id not in {party.id for party in own}:
        raise PartyNotYours(str(party_id))
    await _act_for(session, actor.session_id, None if party_id == actor.person_id else party_id)
    await _note(session, actor, "party chosen", at, behalf=party_id)


async def end_acting(session: Session, actor: Actor, *, at: datetime) -> None:
    """The mandate acted under has lapsed: the session stands for the person alone again."""
    if actor.session_id:
        await _act_for(session, actor.session_id, None)
        await _note(session, actor, "acting ended", at, why="mandate lapsed")


async def _act_for(session: Session, session_id: UUID, organisation_id: UUID | None) -> None:
    await session.execute(
        sa.update(WebSession).where(col(WebSession.id) == session_id).values(acting_for=organisation_id)
    )


async def _use_code(session: Session, known: Credentials, code: str, at: datetime) -> bool:
    """Whether the code is right and was not used before; it is used up by this."""
    account = await session.get(Account, known.person_id, with_for_update=True, populate_existing=True)
    if account is None or not account.totp_secret:
        return False
    step = second_factor.step_of(account.totp_secret, code, at, used=account.totp_step)
    if step is None:
        return False
    account.totp_step = step
    return True


async def _rehash(session: Session, person_id: UUID, password: str, at: datetime) -> None:
    fresh = await passwords.make_hash(password)
    where = col(Account.person_id) == person_id
    await session.execute(sa.update(Account).where(where).values(password_hash=fresh, changed_at=at))


async def _take_turn(session: Session, attempt: Attempt) -> Paused | None:
    await trials.take_turn(session, attempt.index, attempt.origin)
    until = await trials.pause(session, attempt.index, attempt.origin, attempt.at)
    return Paused(until) if until else None


def _lifetime(known: Credentials, limits: Limits) -> timedelta:
    return limits.staff_absolute if known.staff else limits.citizen_absolute


async def _open(
    session: Session, attempt: Attempt, known: Credentials, *, awaiting_code: bool
) -> sessions.Opened:
    two_factors = (known.staff or known.totp_secret is not None) and not awaiting_code
    return await sessions.open_session(
        session,
        known.person_id,
        assurance=2 if two_factors else 1,
        awaiting_code=awaiting_code,
        lifetime=attempt.limits.second_step if awaiting_code else _lifetime(known, attempt.limits),
        origin=attempt.origin,
        agent=attempt.agent,
        at=attempt.at,
    )


async def _grant(session: Session, attempt: Attempt, known: Credentials) -> Granted:
    opened = await _open(session, attempt, known, awaiting_code=False)
    return await _welcome(session, attempt, known, opened)


async def _welcome(
    session: Session, attempt: Attempt, known: Credentials, opened: sessions.Opened
) -> Granted:
    await trials.forget(session, attempt.index, attempt.origin)
    await _record(session, attempt, known, "signed in", session=str(opened.session_id))
    return Granted(opened.token, opened.session_id, known.person_id, known.staff)


async def _fail(session: Session, attempt: Attempt, what: str) -> Refused | Paused:
    """Count the failure; for an account that exists the ledger names it as well."""
    failures, until = await trials.count(session, attempt.index, attempt.origin, attempt.at)
    if attempt.known:
        await _record(session, attempt, attempt.known, "sign-in refused", wrong=what, failures=failures)
    return Paused(until) if until else Refused()


async def _record(db: Session, attempt: Attempt, known: Credentials, deed: str, **details: str | int) -> None:
    """One entry about an attempt; of its origin only a keyed hash, which shows two attempts came from one place."""
    own = str(known.person_id)
    origin = ring().index(attempt.origin, "origin")[:16]
    await note(db, f"account:{own}", deed, own, own, attempt.at, origin=origin, **details)


async def _note(
    session: Session, actor: Actor, deed: str, at: datetime, *, behalf: UUID | None = None, **details: str
) -> None:
    """One entry about the actor's own session."""
    await ledger.append(
        session,
        chain=f"account:{actor.person_id}",
        deed=deed,
        subject=str(actor.person_id),
        actor=str(actor.person_id),
        at=at,
        on_behalf_of=actor.behalf,
        details={"session": str(actor.session_id)} | details | ({"party": str(behalf)} if behalf else {}),
    )
