"""How surely a person is known (实名等级): by the registers, or by an officer who saw person and document.

A check is opened and committed before any register is asked, so that guessing is counted even when it is cut short.
"""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from identity import commands, numbers, queries, rules
from identity.actor import Actor, Role
from identity.errors import PersonUnknown
from identity.journal import note
from identity.mandates import queries as mandates
from identity.mandates.errors import TooManyChecks
from identity.mandates.models import IdentityCheck
from identity.mandates.rules import CHECKS_A_DAY, Proof, proved, reaches
from identity.models import Person
from identity.rules import Level
from storage.database import Session

FIRST_PASSWORD = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105 -- an alphabet without what is mistaken on paper
FIRST_LENGTH = 12


async def begin_check(session: Session, person_id: UUID, *, at: datetime) -> UUID:
    """Count an attempt; its id. Raises TooManyChecks after five in a day that did not succeed, PersonUnknown."""
    if await session.get(Person, person_id, with_for_update=True) is None:
        raise PersonUnknown
    if await mandates.checks_since(session, person_id, mandates.day_before(at)) >= CHECKS_A_DAY:
        raise TooManyChecks
    row = IdentityCheck(person_id=person_id, at=at)
    session.add(row)
    await session.flush()
    return row.id


async def conclude_check(
    session: Session,
    check_id: UUID,
    *,
    named_right: bool,
    confirmed: Collection[Proof],
    evidence: Mapping[str, Any],
    at: datetime,
) -> bool:
    """Write down what the registers said; whether the person is registry-verified by it.

    `evidence` names registers and requests, never a number. Raises PersonUnknown.
    """
    row = await session.get(IdentityCheck, check_id, with_for_update=True)
    if row is None or row.passed is not None:
        raise PersonUnknown
    row.confirmed, row.passed = sorted(confirmed), proved(confirmed, named_right=named_right)
    if row.passed:
        await _raise(session, row.person_id, Level.REGISTRY)
    deed = "verified by registers" if row.passed else "verification failed"
    own = str(row.person_id)
    known = {"proofs": list(row.confirmed), "named": named_right, **evidence}
    await note(session, f"account:{own}", deed, own, own, at, **known)
    return row.passed


async def verify_in_person(
    session: Session, officer: Actor, id_number: str, *, name: str, at: datetime
) -> UUID:
    """An officer saw the person and their identity card: the highest level. Whom it is.

    Raises NumberWrong; PersonUnknown when nobody is registered with this number and name, for the officer's own
    number, and for who is no window clerk.
    """
    number = numbers.id_number(id_number)
    person_id = await queries.person_id(session, number)
    if person_id is None or person_id == officer.person_id or not officer.has(Role.WINDOW):
        raise PersonUnknown
    if (await queries.profile(session, person_id)).name != " ".join(name.split()):
        raise PersonUnknown
    await _raise(session, person_id, Level.IN_PERSON)
    chain, by = f"account:{person_id}", str(officer.person_id)
    await note(session, chain, "verified in person", str(person_id), by, at, officer=officer.name)
    return person_id


async def enrol_in_person(
    session: Session, officer: Actor, *, name: str, id_number: str, phone: str, at: datetime
) -> str | None:
    """Open the account of somebody an officer has before them (线下窗口注册), at the highest level.

    The first password, shown this once; None when there is an account already, which stays as it is. Raises
    NumberWrong, ValueError (name), TooYoung, PasswordsBusy; PersonUnknown for who is no window clerk and for a number
    that stands under another name.
    """
    if not officer.has(Role.WINDOW):
        raise PersonUnknown
    today = at.astimezone(commands.CITY_TIME).date()
    number = numbers.id_number(id_number, today=today)
    rules.check_age(number, today)
    by = str(officer.person_id)
    person_id = await commands.register_person(
        session, name=name, id_number=number, phone=phone, level=Level.IN_PERSON, by=by, at=at
    )
    if (await queries.profile(session, person_id)).name != rules.person_name(name):
        raise PersonUnknown
    password = "".join(secrets.choice(FIRST_PASSWORD) for _ in range(FIRST_LENGTH))
    if not await commands.open_account(session, person_id, password=password, by=by, at=at):
        return None
    await _raise(session, person_id, Level.IN_PERSON)
    chain = f"account:{person_id}"
    await note(session, chain, "verified in person", str(person_id), by, at, officer=officer.name)
    return password


async def _raise(session: Session, person_id: UUID, level: Level) -> None:
    """Never lower: who was seen in person stays so."""
    person = await session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None:
        raise PersonUnknown
    if not reaches(person.level, level):
        person.level = level
        await session.flush()
