"""Who there is: people by number, organisations by code, staff by department, parties by person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import numbers, rules
from identity.actor import Party, PartyKind, Role
from identity.errors import DepartmentUnknown, OrganisationUnknown, PersonUnknown
from identity.mandates.queries import represented
from identity.models import ID_NUMBER, PHONE, Account, Department, Organisation, Person, StaffMember
from identity.rules import Level
from identity.sessions import parties_of
from storage.cipher import ring
from storage.database import Session


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is measured against."""

    person_id: UUID
    name: str
    password_hash: str
    totp_secret: str | None
    staff: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """What the portal knows of a person, opened: for prefilling their own form, never for a list."""

    person_id: UUID
    name: str
    id_number: str
    phone: str | None
    email: str | None
    level: Level


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """One line of the staff list."""

    person_id: UUID
    name: str
    login: str | None
    department: str
    department_code: str
    roles: frozenset[Role]
    departments: frozenset[str]
    position: str
    active: bool


async def credentials(session: Session, account: str) -> Credentials | None:
    """The account somebody typed: an ID number, a phone (the one who gave it first) or a login name."""
    return await _credentials(session, _named(account))


async def credentials_of(session: Session, person_id: UUID) -> Credentials | None:
    return await _credentials(session, col(Account.person_id) == person_id)


async def _credentials(session: Session, which: Any) -> Credentials | None:
    query = (
        sa.select(
            col(Account.person_id),
            col(Person.name),
            col(Account.password_hash),
            col(Account.totp_secret),
            col(StaffMember.person_id).is_not(None),
        )
        .join(Person, col(Person.id) == col(Account.person_id))
        .outerjoin(
            StaffMember, sa.and_(col(StaffMember.person_id) == col(Person.id), col(StaffMember.active))
        )
        .where(which)
        .order_by(col(Person.registered_at), col(Person.id))
        .limit(1)
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else Credentials(*row)


def _named(account: str) -> Any:
    """Numbers first: a login name begins with a letter and can be neither."""
    for read, column, purpose in (
        (numbers.id_number, Person.id_index, ID_NUMBER),
        (numbers.phone, Person.phone_index, PHONE),
    ):
        try:
            return col(column).in_(ring().indexes(read(account), purpose))
        except numbers.NumberWrong:
            continue
    try:
        return col(Account.login) == rules.login_name(account)
    except ValueError:
        return sa.false()


async def person_id(session: Session, id_number: str) -> UUID | None:
    """Whose ID number this is (normalised), if that person is registered."""
    query = sa.select(col(Person.id)).where(col(Person.id_index).in_(ring().indexes(id_number, ID_NUMBER)))
    found: UUID | None = await session.scalar(query)
    return found


async def profile(session: Session, person: UUID) -> Profile:
    """Raises PersonUnknown."""
    row = await session.get(Person, person)
    if row is None:
        raise PersonUnknown
    return Profile(row.id, row.name, row.id_number, row.phone, row.email, row.level)


async def names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of these people and organisations; unknown ids are left out."""
    wanted = set(ids)
    people = sa.select(col(Person.id), col(Person.name)).where(col(Person.id).in_(wanted))
    firms = sa.select(col(Organisation.id), col(Organisation.name)).where(col(Organisation.id).in_(wanted))
    return {key: name for key, name in await session.execute(people.union_all(firms))}


async def parties(session: Session, person: UUID, at: datetime) -> list[Party]:
    """Whom a person may act for at `at`: themself first, then the others by name. Raises PersonUnknown."""
    query = sa.select(col(Person.name), represented(person, at)).where(col(Person.id) == person)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise PersonUnknown
    others = parties_of(row[1]).values()
    return [
        Party(PartyKind.PERSON, person, row[0]),
        *sorted(others, key=lambda party: (party.name, party.id)),
    ]


async def organisation(session: Session, credit_code: str) -> Organisation:
    """By its normalised credit code. Raises OrganisationUnknown."""
    query = sa.select(Organisation).where(col(Organisation.credit_code) == credit_code)
    row: Organisation | None = await session.scalar(query)
    if row is None:
        raise OrganisationUnknown(credit_code)
    return row


async def organisation_by_id(session: Session, organisation_id: UUID) -> Organisation:
    """Raises OrganisationUnknown (with the id)."""
    row = await session.get(Organisation, organisation_id)
    if row is None:
        raise OrganisationUnknown(str(organisation_id))
    return row


async def department(session: Session, code: str) -> Department:
    """Raises DepartmentUnknown."""
    row = await session.get(Department, code)
    if row is None:
        raise DepartmentUnknown(code)
    return row


async def departments(session: Session) -> list[Department]:
    return list(await session.scalars(sa.select(Department).order_by(col(Department.code))))


async def staff_listing(session: Session, *, department: str | None = None) -> list[StaffEntry]:
    """All staff, or those of one department code, by department and name; people who left are marked, not hidden."""
    query: sa.Select[StaffMember, str, str | None, str] = (
        sa.select(StaffMember, col(Person.name), col(Account.login), col(Department.name))
        .join(Person, col(Person.id) == col(StaffMember.person_id))
        .join(Department, col(Department.code) == col(StaffMember.department_code))
        .outerjoin(Account, col(Account.person_id) == col(StaffMember.person_id))
        .order_by(col(StaffMember.department_code), col(Person.name), col(StaffMember.person_id))
    )
    if department is not None:
        query = query.where(col(StaffMember.department_code) == department)
    return [_staff_entry(*row) for row in await session.execute(query)]


def _staff_entry(post: StaffMember, name: str, login: str | None, department: str) -> StaffEntry:
    return StaffEntry(
        person_id=post.person_id,
        name=name,
        login=login,
        department=department,
        department_code=post.department_code,
        roles=frozenset(map(Role, post.roles)),
        departments=frozenset(post.departments),
        position=post.position,
        active=post.active,
    )
