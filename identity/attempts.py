"""One try to get in, whatever the means: who waits, what a failure costs, what a success opens.

Three counts of failures. The pair of account and origin (`trials`), the network, and the account from everywhere
(`pressure`). Someone with a known device has a count of their own, so that nobody else's failures make them wait.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from identity import devices, pressure, sessions, trials
from identity.journal import note
from identity.means import recovery
from identity.pressure import Gauge, gauge
from identity.queries import Credentials
from identity.rules import ACCOUNT_FAILURES, DEVICE_LASTS, NETWORK_FAILURES, Limits, network
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
    """Too many failures: of this origin for this account, of this network, or for this account from strange places.

    Whoever comes with a known device, or from a network they signed in from, does not wait for others' failures.
    """

    until: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to get in: whose account (if there is one), from where, when, under which limits.

    `origin` is what failures are counted for beside the account: the address, or the device if it is known.
    """

    known: Credentials | None
    index: str
    origin: str
    agent: str
    at: datetime
    limits: Limits
    address: str = ""
    trusted: bool = False


async def begin(
    session: Session,
    known: Credentials | None,
    typed: str,
    origin: str,
    agent: str,
    *,
    device: str | None,
    at: datetime,
    limits: Limits,
) -> Attempt:
    """One try of whoever typed this account, or is known by other means; nothing is judged yet."""
    index = trials.account_index(known.person_id if known else None, typed)
    trusted = await devices.knows(session, device, known.person_id if known else None, at)
    counted = f"device {sessions.digest(device or '').hex()[:32]}" if trusted else origin
    return Attempt(known, index, counted, agent, at, limits, origin, trusted)


async def half(session: Session, attempt: Attempt, known: Credentials, means: str = "password") -> CodeNeeded:
    """The first factor fits; the session opens nothing but the step in which the authenticator's code is typed."""
    opened = await _open(session, attempt, known, means=means, assurance=1, awaiting_code=True)
    return CodeNeeded(opened.token)


async def grant(
    session: Session, attempt: Attempt, known: Credentials, *, means: str = "password", assurance: int = 1
) -> Granted:
    """Signed in by these means."""
    opened = await _open(session, attempt, known, means=means, assurance=assurance, awaiting_code=False)
    return await welcome(session, attempt, known, opened)


async def take_turn(session: Session, attempt: Attempt) -> Paused | None:
    """Judge one try of a pair at a time; until when it waits, if it does. Raises PasswordsBusy."""
    await trials.take_turn(session, attempt.index, attempt.origin)
    until = await trials.pause(session, attempt.index, attempt.origin, attempt.at)
    if until is None and not attempt.trusted:
        until = await _crowded(session, attempt)
    return Paused(until) if until else None


async def _crowded(session: Session, attempt: Attempt) -> datetime | None:
    """Until when strangers wait: for others' failures from their network, or for this account from everywhere."""
    where, account = _gauges(attempt)
    until = await pressure.wait(session, [where, account], attempt.at)
    if until is None or attempt.known is None:
        return until
    since = attempt.at - DEVICE_LASTS
    place = network(attempt.address)
    if not await sessions.signed_in_from(session, attempt.known.person_id, place, since):
        return until
    return await pressure.wait(session, [where], attempt.at)


def _gauges(attempt: Attempt) -> tuple[Gauge, Gauge]:
    return (
        gauge(NETWORK_FAILURES, "network", network(attempt.address)),
        gauge(ACCOUNT_FAILURES, "account", attempt.index),
    )


def lifetime(known: Credentials, limits: Limits) -> timedelta:
    """How long a session of this person lasts at most."""
    return limits.staff_absolute if known.staff else limits.citizen_absolute


async def _open(
    session: Session, attempt: Attempt, known: Credentials, *, means: str, assurance: int, awaiting_code: bool
) -> sessions.Opened:
    return await sessions.open_session(
        session,
        known.person_id,
        assurance=assurance,
        awaiting_code=awaiting_code,
        lifetime=attempt.limits.second_step if awaiting_code else lifetime(known, attempt.limits),
        origin=attempt.address,
        agent=attempt.agent,
        at=attempt.at,
        means=means,
    )


async def welcome(session: Session, attempt: Attempt, known: Credentials, opened: sessions.Opened) -> Granted:
    """Clear the pair's failures, drop a recovery that somebody else may have begun, and record the sign-in."""
    await trials.forget(session, attempt.index, attempt.origin)
    await recovery.stop(session, known.person_id, by=str(known.person_id), at=attempt.at)
    await _record(session, attempt, known, "signed in", session=str(opened.session_id))
    return Granted(opened.token, opened.session_id, known.person_id, known.staff)


async def fail(session: Session, attempt: Attempt, what: str) -> Refused | Paused:
    """Count the failure; for an account that exists the ledger names it as well."""
    failures, until = await trials.count(session, attempt.index, attempt.origin, attempt.at)
    if not attempt.trusted:
        await pressure.add(session, _gauges(attempt), attempt.at)
    if attempt.known:
        await _record(session, attempt, attempt.known, "sign-in refused", wrong=what, failures=failures)
    return Paused(until) if until else Refused()


async def _record(db: Session, attempt: Attempt, known: Credentials, deed: str, **details: str | int) -> None:
    """One entry about an attempt; of its origin only a keyed hash, which shows two attempts came from one place."""
    own = str(known.person_id)
    origin = ring().index(attempt.address, "origin")[:16]
    await note(db, f"account:{own}", deed, own, own, attempt.at, origin=origin, **details)
