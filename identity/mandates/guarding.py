"""A guardian and a child, who answers nothing themself: a register or an officer with the papers does."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from identity import commands as people
from identity import queries
from identity.actor import Actor, Role
from identity.errors import PersonUnknown
from identity.mandates import giving, telling
from identity.mandates.answering import evidence_of, settle, waiting
from identity.mandates.errors import MandateUnknown
from identity.mandates.models import MandateRequest
from identity.mandates.rules import Answer, Kind, period
from identity.rules import Level
from storage.database import Session

REGISTER = "system:register"


async def child_named(
    session: Session, person_id: UUID, request_id: UUID, *, at: datetime
) -> tuple[str, str]:
    """Name and ID number of the child this guardian asked for, to put to the registers.

    Raises MandateUnknown, MandateSettled.
    """
    request = await waiting(session, request_id, at)
    if request.asked_by != person_id or request.kind is not Kind.GUARDIAN:
        raise MandateUnknown
    return request.other["name"], request.other["id_number"]


async def confirm_by_register(
    session: Session, request_id: UUID, *, evidence: Mapping[str, Any], at: datetime
) -> UUID:
    """The registers know the child and name the asker as its parent: the mandate is in force.

    Raises MandateUnknown, MandateSettled, NotAChild.
    """
    request = await waiting(session, request_id, at)
    return await _guardianship(session, request, {"by": "register", **evidence}, REGISTER, at)


async def confirm_at_window(session: Session, officer: Actor, request_id: UUID, *, at: datetime) -> UUID:
    """An officer saw the papers of guardian and child. Raises MandateUnknown, MandateSettled, NotAChild."""
    if not officer.has(Role.WINDOW):
        raise MandateUnknown
    request = await waiting(session, request_id, at)
    if request.asked_by == officer.person_id:
        raise MandateUnknown  # nobody confirms their own
    told = evidence_of(request, by="officer") | {"officer": officer.name}
    return await _guardianship(session, request, told, str(officer.person_id), at)


async def _guardianship(
    session: Session, request: MandateRequest, evidence: Mapping[str, Any], by: str, at: datetime
) -> UUID:
    """Enter the child, who has no account of their own, and put the mandate in force."""
    if request.kind is not Kind.GUARDIAN:
        raise MandateUnknown
    name, number = request.other["name"], request.other["id_number"]
    child = await people.register_person(
        session, name=name, id_number=number, level=Level.REGISTRY, by=by, at=at
    )
    if (await queries.profile(session, child)).name != name:
        raise PersonUnknown
    given = await giving.give(
        session,
        kind=Kind.GUARDIAN,
        person_id=request.asked_by,
        principal=child,
        items=request.items,
        valid_until=period(Kind.GUARDIAN, number, request.until, at),
        evidence=evidence,
        by=by,
        at=at,
    )
    await settle(session, request, Answer.CONFIRMED, by, at)
    await telling.in_force(session, given, at=at)
    return given
