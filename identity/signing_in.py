"""Signing in and out, and choosing for whom one acts.

A sign-in answers with a value, whatever comes of it: a refusal must be committed, since it was counted. A wrong
account, a wrong password and a wrong code are the same answer and take the same time.
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import attempts, passwords, queries, second_factor, sessions, trials
from identity.actor import Actor
from identity.attempts import CodeNeeded, Granted, Paused, Refused
from identity.errors import PartyNotYours, SessionUnknown
from identity.models import Account, WebSession
from identity.queries import Credentials
from identity.rules import Limits
from storage import ledger
from storage.database import Session

__all__ = [
    "CodeNeeded",
    "Granted",
    "Paused",
    "Refused",
    "choose_party",
    "confirm_code",
    "end_acting",
    "end_others",
    "end_session",
    "prove_again",
    "proved",
    "sign_in",
    "sign_out",
]


async def sign_in(
    session: Session,
    *,
    account: str,
    password: str,
    code: str | None = None,
    origin: str,
    agent: str = "",
    device: str | None = None,
    at: datetime,
    limits: Limits,
) -> Granted | CodeNeeded | Refused | Paused:
    """Sign in with a password, and with `code` in the same breath where a machine asks.

    `account` is a login name, a phone or an ID number. Staff, and everyone who enrolled a second factor, need
    a code always: without `code` the answer is CodeNeeded. `device` is the token of a browser that has signed in
    before. Raises PasswordsBusy.
    """
    known = await queries.credentials(session, account)
    attempt = await attempts.begin(
        session, known, account, origin, agent, device=device, at=at, limits=limits
    )
    if waiting := await attempts.take_turn(session, attempt):
        return waiting
    verdict = await passwords.verify(known.password_hash if known else None, password)
    if known is None or not verdict.fits:
        return await attempts.fail(session, attempt, "password")
    if verdict.stale:
        await _rehash(session, known.person_id, password, at)
    if not (known.staff or known.totp_secret):
        return await attempts.grant(session, attempt, known)
    if code is None:
        return await attempts.half(session, attempt, known)
    if not await _use_code(session, known, code, at):
        return await attempts.fail(session, attempt, "code")
    return await attempts.grant(session, attempt, known, means="password+code", assurance=2)


async def prove_again(
    session: Session,
    actor: Actor,
    *,
    token: str,
    password: str,
    code: str | None,
    origin: str,
    device: str | None,
    at: datetime,
    limits: Limits,
) -> sessions.Opened | Refused | Paused:
    """Before a sensitive deed: the password once more, and the code of whoever has an authenticator.

    The session gets a new token. Raises SessionUnknown if it ended or was replaced meanwhile, PasswordsBusy.
    """
    known = await queries.credentials_of(session, actor.person_id)
    if known is None or actor.session_id is None:
        raise SessionUnknown
    attempt = await attempts.begin(session, known, "", origin, "", device=device, at=at, limits=limits)
    if waiting := await attempts.take_turn(session, attempt):
        return waiting
    verdict = await passwords.verify(known.password_hash, password)
    if not verdict.fits:
        return await attempts.fail(session, attempt, "password")
    two = known.staff or known.totp_secret is not None
    if two and not await _use_code(session, known, code or "", at):
        return await attempts.fail(session, attempt, "code")
    await trials.forget(session, attempt.index, attempt.origin)
    return await proved(session, actor, token, means="password", assurance=2 if two else 1, at=at)


async def proved(
    session: Session, actor: Actor, token: str, *, means: str, assurance: int, at: datetime
) -> sessions.Opened:
    """The actor has just shown who they are by these means. Raises SessionUnknown."""
    if actor.session_id is None:
        raise SessionUnknown
    opened = await sessions.prove_again(session, actor.session_id, token, assurance=assurance, at=at)
    if opened is None:
        raise SessionUnknown
    await _note(session, actor, "proved again", at, means=means)
    return opened


async def confirm_code(
    session: Session,
    *,
    token: str,
    code: str,
    origin: str,
    device: str | None = None,
    at: datetime,
    limits: Limits,
) -> Granted | Refused | Paused | None:
    """The second step: the code beside the token of the first. None when the first step ran out or never was."""
    pending = await sessions.awaiting(session, token, at)
    known = await queries.credentials_of(session, pending.person_id) if pending else None
    if pending is None or known is None:
        return None
    attempt = await attempts.begin(
        session, known, "", origin, pending.agent, device=device, at=at, limits=limits
    )
    if waiting := await attempts.take_turn(session, attempt):
        return waiting
    if not await _use_code(session, known, code, at):
        return await attempts.fail(session, attempt, "code")
    opened = await sessions.confirm(session, pending, lifetime=attempts.lifetime(known, limits), at=at)
    return await attempts.welcome(session, attempt, known, opened)


async def sign_out(session: Session, actor: Actor, *, at: datetime) -> None:
    """End the actor's own session, and with it every access token issued in it."""
    if actor.session_id and await sessions.end(session, actor.session_id, actor.person_id, at):
        await _note(session, actor, "signed out", at)


async def end_session(session: Session, actor: Actor, session_id: UUID, *, at: datetime) -> None:
    """End one of the actor's sessions, elsewhere or here. Raises SessionUnknown for anyone else's."""
    if not await sessions.end(session, session_id, actor.person_id, at):
        raise SessionUnknown
    await _note(session, actor, "session ended", at, ended=str(session_id))


async def end_others(session: Session, actor: Actor, *, at: datetime) -> int:
    """End every session of the actor but this one; how many there were."""
    ended = await sessions.end_all(session, actor.person_id, at, but=actor.session_id)
    if ended:
        await _note(session, actor, "other sessions ended", at, count=str(ended))
    return ended


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
