"""Signing in by a passkey or by a code sent to a proven contact; showing oneself again by either."""

from datetime import datetime

from identity import attempts, pressure, queries, sessions, signing_in, trials
from identity.actor import Actor
from identity.attempts import CodeNeeded, Granted, Paused, Refused
from identity.journal import note
from identity.means import changing, codes, contacts, passkeys
from identity.means.codes import Right, Sent
from identity.means.contacts import Contact
from identity.means.errors import PasskeyUnfit
from identity.means.passkeys import RelyingParty
from identity.means.rules import Channel, Purpose
from identity.pressure import gauge
from identity.rules import NETWORK_FAILURES, Limits, network
from storage.database import Session

SIGN_IN, PROVE = "sign-in", "prove"


async def by_passkey(
    session: Session,
    party: RelyingParty,
    *,
    answer: str,
    origin: str,
    agent: str,
    at: datetime,
    limits: Limits,
) -> Granted | Refused | Paused:
    """Signed in with two factors: the key, and what unlocked it. Nobody else's failures make an owner wait here."""
    where = gauge(NETWORK_FAILURES, "passkeys", network(origin))
    if until := await pressure.wait(session, [where], at):
        return Paused(until)
    try:
        # What was changed before a refusal (a challenge is spent) must stay: the refusal is a value.
        person_id = await passkeys.use(session, party, SIGN_IN, "", answer=answer, at=at)
    except PasskeyUnfit:
        await pressure.add(session, [where], at)
        return Refused()
    known = await queries.credentials_of(session, person_id)
    if known is None:
        return Refused()
    attempt = await attempts.begin(session, known, "", origin, agent, device=None, at=at, limits=limits)
    return await attempts.grant(session, attempt, known, means="passkey", assurance=2)


async def by_code(
    session: Session,
    *,
    key: str | None,
    code: str,
    origin: str,
    agent: str,
    device: str | None,
    at: datetime,
    limits: Limits,
) -> Granted | CodeNeeded | Paused | int | None:
    """Signed in with a code that was sent; with an authenticator its code is still due. A number: tries left."""
    answer = await codes.show(session, key=key, purpose=Purpose.SIGN_IN, code=code, at=at)
    if not isinstance(answer, Right):
        return answer
    known = await queries.credentials_of(session, answer.person_id)
    if known is None or known.staff:
        return None
    attempt = await attempts.begin(session, known, "", origin, agent, device=device, at=at, limits=limits)
    await trials.take_turn(session, attempt.index, attempt.origin)
    if known.totp_secret:
        return await attempts.half(session, attempt, known, means="notice")
    return await attempts.grant(session, attempt, known, means="notice")


async def prove_by_passkey(
    session: Session, party: RelyingParty, actor: Actor, *, token: str, answer: str, at: datetime
) -> sessions.Opened | Refused:
    """Before a sensitive deed: the actor's own passkey, here and now. Raises SessionUnknown."""
    try:
        owner = await passkeys.use(session, party, PROVE, str(actor.session_id), answer=answer, at=at)
    except PasskeyUnfit:
        return Refused()
    if owner != actor.person_id:
        own = str(actor.person_id)
        await note(session, f"account:{own}", "passkey of another refused", own, own, at)
        return Refused()
    return await signing_in.proved(session, actor, token, means="passkey", assurance=2, at=at)


async def proving_contacts(session: Session, actor: Actor) -> list[Contact]:
    """Where a code for showing oneself again may be sent: as far as a code alone would let the person sign in anew."""
    if actor.is_staff or await changing.has_authenticator(session, actor.person_id):
        return []
    return await contacts.proven(session, actor.person_id)


async def send_proof(
    session: Session, actor: Actor, *, channel: Channel, origin: str, at: datetime
) -> Sent | Paused | None:
    """Send such a code; None where none may be. Raises PasswordsBusy."""
    if channel not in {one.channel for one in await proving_contacts(session, actor)}:
        return None
    return await codes.ask_proof(session, actor.person_id, channel=channel, origin=origin, at=at)


async def prove_by_code(
    session: Session, actor: Actor, *, token: str, key: str | None, code: str, at: datetime
) -> sessions.Opened | int | None:
    """Before a sensitive deed: a code that was sent to the actor. How many tries are left; None when there are none.

    Raises SessionUnknown.
    """
    answer = await codes.show(session, key=key, purpose=Purpose.PROVE, code=code, at=at)
    if not isinstance(answer, Right):
        return answer
    if answer.person_id != actor.person_id or not await proving_contacts(session, actor):
        return None
    return await signing_in.proved(session, actor, token, means="notice", assurance=1, at=at)
