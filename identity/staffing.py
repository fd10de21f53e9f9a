"""Departments and the people who serve in them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from identity import numbers, queries, rules
from identity.actor import Role
from identity.errors import PersonUnknown
from identity.journal import note
from identity.models import Department, Person, StaffMember
from storage.database import Session


async def open_department(
    session: Session,
    *,
    code: str,
    name: str,
    short: str,
    region: str,
    name_en: str = "",
    short_en: str = "",
    by: str,
    at: datetime,
) -> None:
    """Enter a department, or bring its names up to date. Raises NumberWrong."""
    values = {"name": name, "name_en": name_en, "short": short, "short_en": short_en, "region": region}
    known = numbers.credit_code(code)
    row = await session.get(Department, known)
    if row is None:
        session.add(Department(code=known, **values))
    elif {key: getattr(row, key) for key in values} == values:
        return
    else:
        row.sqlmodel_update(values)
    await session.flush()
    await note(session, f"department:{known}", "department entered", known, by, at, name=name)


async def appoint(
    session: Session,
    person_id: UUID,
    *,
    department_code: str,
    roles: Iterable[Role],
    departments: Iterable[str],
    position: str = "",
    by: str,
    at: datetime,
) -> None:
    """Give a person a post, or change it: roles, and the department codes (or `*`) whose cases they see.

    Raises RolesIncompatible, DepartmentUnknown, PersonUnknown; the database refuses two administrators in one hand as well.
    Who administers one thing takes another such post only after being dismissed from the first.
    """
    await queries.department(session, department_code)
    if await session.get(Person, person_id) is None:
        raise PersonUnknown
    values: dict[str, Any] = {
        "department_code": department_code,
        "roles": sorted(role.value for role in rules.check_roles(roles)),
        "departments": sorted(departments),
        "position": position,
        "active": True,
    }
    row = await session.get(StaffMember, person_id, with_for_update=True)
    if row is not None and row.active:
        rules.check_apart([*row.roles, *values["roles"]])
    if row is None:
        session.add(StaffMember(person_id=person_id, **values))
    elif row.model_dump(include=set(values)) == values:
        return
    else:
        row.sqlmodel_update(values)
    await session.flush()
    await note(session, f"account:{person_id}", "appointed", str(person_id), by, at, **values)


async def dismiss(session: Session, person_id: UUID, *, by: str, at: datetime) -> bool:
    """End a person's post: their rights as staff end with the next request; whether they held one."""
    row = await session.get(StaffMember, person_id, with_for_update=True)
    if row is None or not row.active:
        return False
    row.active = False
    await session.flush()
    await note(session, f"account:{person_id}", "dismissed", str(person_id), by, at)
    return True
