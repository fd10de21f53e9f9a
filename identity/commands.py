"""Entering people and opening their accounts. Organisations: `representing`; departments and staff: `staffing`.

`by` is who does it, as the ledger writes it: a person's id or `system:<name>`. The `register_…` and `open_…`
deeds find what is already there, so that seeding twice changes nothing.
"""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity import numbers, passwords, queries, rules, second_factor
from identity.errors import LoginTaken, PersonUnknown
from identity.journal import note
from identity.models import ID_NUMBER, PHONE, Account, Person, SignInFailure
from identity.rules import Level
from storage.cipher import ring
from storage.database import Session

CITY_TIME = ZoneInfo("Asia/Shanghai")
AGREEMENT = "2026-11"
"""The version of the service agreement (服务协议) the sign-up page shows."""


async def sign_up(
    session: Session, *, name: str, id_number: str, phone: str, password: str, at: datetime
) -> None:
    """Open an account for a person nobody knows yet (线上自行注册); its level is UNVERIFIED.

    Says nothing and opens nothing when the number is registered already, in the same time: only the owner's own
    account chain notes the attempt. Raises NumberWrong, TooYoung, PasswordWeak, PasswordsBusy, ValueError (name).
    """
    person_name = rules.person_name(name)
    number = numbers.id_number(id_number, today=at.astimezone(CITY_TIME).date())
    rules.check_age(number, at.astimezone(CITY_TIME).date())
    mobile = numbers.phone(phone)
    passwords.check(password, own=(number, mobile, person_name))
    password_hash = await passwords.make_hash(password)
    person_id = await _enter(session, person_name, number, mobile, None, level=Level.UNVERIFIED, at=at)
    if person_id is None:
        known = await queries.person_id(session, number)
        await note(session, f"account:{known}", "sign-up refused", str(known), "system:sign-up", at)
        return
    session.add(Account(person_id=person_id, password_hash=password_hash, changed_at=at))
    await session.flush()
    chain, details = f"account:{person_id}", {"agreement": AGREEMENT}
    await note(session, chain, "signed up", str(person_id), str(person_id), at, **details)


async def register_person(
    session: Session,
    *,
    name: str,
    id_number: str,
    phone: str | None = None,
    email: str | None = None,
    level: Level = Level.REGISTRY,
    by: str,
    at: datetime,
) -> UUID:
    """The id of the person with this ID number, entered if new. Raises NumberWrong, ValueError (name)."""
    number = numbers.id_number(id_number)
    mobile = numbers.phone(phone) if phone else None
    address = numbers.email(email) if email else None
    person_id = await _enter(session, rules.person_name(name), number, mobile, address, level=level, at=at)
    if person_id is None:
        known = await queries.person_id(session, number)
        if known is None:
            raise PersonUnknown
        return known
    chain = f"account:{person_id}"
    await note(session, chain, "person registered", str(person_id), by, at, level=level.value)
    return person_id


async def open_account(
    session: Session,
    person_id: UUID,
    *,
    password: str,
    login: str | None = None,
    by: str,
    at: datetime,
) -> bool:
    """Let a registered person sign in; False when they can already (nothing is changed then).

    Raises TooYoung (under 14 a guardian acts), PersonUnknown, LoginTaken, PasswordWeak, PasswordsBusy,
    ValueError (login).
    """
    if await session.get(Account, person_id):
        return False
    number = (await queries.profile(session, person_id)).id_number
    rules.check_age(number, at.astimezone(CITY_TIME).date())
    name = rules.login_name(login) if login else None
    passwords.check(password, own=(name or "",))
    password_hash = await passwords.make_hash(password)
    row = {"person_id": person_id, "login": name, "password_hash": password_hash, "changed_at": at}
    opened = await session.scalar(
        insert(Account).values(row).on_conflict_do_nothing().returning(col(Account.person_id))
    )
    if opened is None:
        raise LoginTaken(name or "")
    await note(session, f"account:{person_id}", "account opened", str(person_id), by, at)
    return True


async def enrol_totp(
    session: Session, person_id: UUID, *, secret: str | None = None, by: str, at: datetime
) -> str:
    """Give an account a second factor (a new secret unless one is handed in) and return the secret.

    Raises PersonUnknown without an account, ValueError for a secret that is none.
    """
    chosen = secret or second_factor.new_secret()
    if not second_factor.is_secret(chosen):
        raise ValueError("secret")
    account = await session.get(Account, person_id, with_for_update=True)
    if account is None:
        raise PersonUnknown
    if account.totp_secret != chosen:
        account.totp_secret, account.totp_step, account.changed_at = chosen, None, at
        await session.flush()
        await note(session, f"account:{person_id}", "second factor enrolled", str(person_id), by, at)
    return chosen


async def sweep(session: Session, *, at: datetime) -> None:
    """Drop counted failures that are forgotten anyway. Sessions stay: they are the log the law asks for."""
    forgotten = col(SignInFailure.last_at) < at - rules.FORGOTTEN_AFTER
    await session.execute(sa.delete(SignInFailure).where(forgotten))


async def _enter(
    session: Session,
    name: str,
    number: str,
    phone: str | None,
    email: str | None,
    *,
    level: Level,
    at: datetime,
) -> UUID | None:
    """Write a person down; None when the number is taken, also by somebody entering it this very moment."""
    if ring().former_index_key and await queries.person_id(session, number) is not None:
        return None
    row = Person(
        name=name,
        id_number=number,
        id_index=ring().index(number, ID_NUMBER),
        phone=phone,
        phone_index=ring().index(phone, PHONE) if phone else None,
        email=email,
        level=level,
        registered_at=at,
    )
    statement = insert(Person).values(row.model_dump())
    entered: UUID | None = await session.scalar(
        statement.on_conflict_do_nothing(index_elements=[col(Person.id_index)]).returning(col(Person.id))
    )
    return entered
