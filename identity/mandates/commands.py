"""Asking for a mandate, answering, withdrawing; and who controls a firm.

What a register says is asked outside any transaction and handed in as evidence. Nobody learns from a request
whether the person they named has an account: it waits, and only that person sees it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import commands as people
from identity import numbers, queries, rules
from identity.actor import Actor, Role
from identity.errors import PersonUnknown
from identity.journal import note
from identity.mandates import giving
from identity.mandates import queries as mandates
from identity.mandates.errors import (
    MandateSettled,
    MandateUnknown,
    NotAdministrator,
    OneselfNamed,
    PeriodWrong,
    TooManyRequests,
)
from identity.mandates.models import Mandate, MandateRequest
from identity.mandates.rules import (
    FOR_FIRMS,
    NAMING,
    OPEN_REQUESTS,
    REQUEST_LASTS,
    Answer,
    Ending,
    Kind,
    period,
    require_level,
    scope,
    under_age,
)
from identity.models import ID_NUMBER, Organisation, Person
from identity.rules import ALL_POWERS, Level
from storage.cipher import ring
from storage.database import Session

REGISTER, CHECKS = "system:register", "system:register-check"


async def ask(
    session: Session,
    asker: UUID,
    *,
    kind: Kind,
    name: str,
    id_number: str,
    items: Sequence[str] = (ALL_POWERS,),
    until: datetime | None = None,
    asker_acts: bool,
    organisation: UUID | None = None,
    evidence: tuple[str, str] | None = None,
    at: datetime,
) -> UUID:
    """Ask the person with this name and number to agree; the id of the request.

    `asker_acts` is ignored where the kind decides it: a guardian acts, a firm is acted for. `evidence` is the digest
    and media type of an uploaded file. Raises NumberWrong, ValueError (name), OneselfNamed, NotAChild,
    ChildNeedsGuardian, PeriodWrong, ScopeWrong, TooManyRequests, NotAdministrator, LevelTooLow.
    """
    number = numbers.id_number(id_number, today=at.astimezone(people.CITY_TIME).date())
    other = {"name": rules.person_name(name), "id_number": number}
    own = await queries.profile(session, asker)
    require_level(own.level, Level.REGISTRY)
    if own.id_number == number:
        raise OneselfNamed
    if kind in FOR_FIRMS and not (organisation and await mandates.runs(session, asker, organisation, at)):
        raise NotAdministrator
    ends = period(kind, number, until, at)
    if ends is None:
        raise PeriodWrong
    if len(await mandates.asked(session, asker, at)) >= OPEN_REQUESTS:
        raise TooManyRequests
    row = MandateRequest(
        kind=kind,
        asked_by=asker,
        asker_acts=kind is Kind.GUARDIAN or (kind not in FOR_FIRMS and asker_acts),
        other_index=ring().index(number, ID_NUMBER),
        other=other,
        for_organisation=organisation if kind in FOR_FIRMS else None,
        items=[ALL_POWERS] if kind is Kind.ADMINISTRATOR else scope(items),
        until=ends,
        evidence_digest=evidence[0] if evidence else None,
        evidence_type=evidence[1] if evidence else None,
        asked_at=at,
        expires_at=at + REQUEST_LASTS,
    )
    session.add(row)
    await session.flush()
    await _note_request(session, row, "mandate requested", str(asker), at)
    return row.id


async def confirm(session: Session, person_id: UUID, request_id: UUID, *, at: datetime) -> UUID:
    """The person who was asked agrees; the id of the mandate, in force at once.

    Raises MandateUnknown for anyone else's request, MandateSettled, NotAdministrator when the firm's side lost its
    power meanwhile, PeriodWrong when its time is over, LevelTooLow for somebody nobody has verified.
    """
    request, number = await _asked_of(session, person_id, request_id, at)
    require_level(await mandates.level(session, person_id), Level.REGISTRY)
    if request.for_organisation and not await mandates.runs(
        session, request.asked_by, request.for_organisation, at
    ):
        raise NotAdministrator
    agent, principal = _sides(request, person_id)
    await _keep_greater(session, request, agent, principal)
    ends = period(request.kind, number, request.until, at)
    given = await giving.give(
        session,
        kind=request.kind,
        person_id=agent,
        principal=principal,
        items=request.items,
        valid_until=ends,
        evidence=_evidence(request, by="account"),
        by=str(person_id),
        at=at,
    )
    await _answer(session, request, Answer.CONFIRMED, str(person_id), at)
    return given


async def decline(session: Session, person_id: UUID, request_id: UUID, *, at: datetime) -> None:
    """The person who was asked does not agree. Raises MandateUnknown, MandateSettled."""
    request, _ = await _asked_of(session, person_id, request_id, at)
    await _answer(session, request, Answer.DECLINED, str(person_id), at)


async def cancel(session: Session, person_id: UUID, request_id: UUID, *, at: datetime) -> None:
    """The asker takes the request back. Raises MandateUnknown, MandateSettled."""
    request = await _request(session, request_id, at)
    if request.asked_by != person_id:
        raise MandateUnknown
    await _answer(session, request, Answer.CANCELLED, str(person_id), at)


async def child_named(
    session: Session, person_id: UUID, request_id: UUID, *, at: datetime
) -> tuple[str, str]:
    """Name and ID number of the child this guardian asked for, to put to the registers. Raises as `cancel`."""
    request = await _request(session, request_id, at)
    if request.asked_by != person_id or request.kind is not Kind.GUARDIAN:
        raise MandateUnknown
    return request.other["name"], request.other["id_number"]


async def confirm_by_register(
    session: Session, request_id: UUID, *, evidence: Mapping[str, Any], at: datetime
) -> UUID:
    """The registers know the child and name the asker as its parent: the mandate is in force.

    Raises MandateUnknown, MandateSettled, NotAChild.
    """
    request = await _request(session, request_id, at)
    return await _guardianship(session, request, {"by": "register", **evidence}, REGISTER, at)


async def confirm_at_window(session: Session, officer: Actor, request_id: UUID, *, at: datetime) -> UUID:
    """An officer saw the papers of guardian and child. Raises MandateUnknown, MandateSettled, NotAChild."""
    if not officer.has(Role.WINDOW):
        raise MandateUnknown
    request = await _request(session, request_id, at)
    if request.asked_by == officer.person_id:
        raise MandateUnknown  # nobody confirms their own
    told = _evidence(request, by="officer") | {"officer": officer.name}
    return await _guardianship(session, request, told, str(officer.person_id), at)


async def withdraw(session: Session, person_id: UUID, mandate_id: UUID, *, at: datetime) -> None:
    """Either side ends a mandate: who acts, who is acted for, or whoever runs the firm acted for.

    Raises MandateUnknown for anybody else, and for what is over already.
    """
    row = await mandates.mandate(session, mandate_id)
    if row is None or row.withdrawn_at is not None or not await _concerns(session, person_id, row, at):
        raise MandateUnknown
    await giving.end(session, row, Ending.WITHDRAWN, by=str(person_id), at=at)


async def take_control(
    session: Session,
    person_id: UUID,
    *,
    credit_code: str,
    name: str,
    evidence: Mapping[str, Any],
    at: datetime,
) -> UUID:
    """The register names this person as the firm's legal representative: they control it, whoever did before.

    The mandate of an earlier representative ends; agents were named by the firm and stay until somebody dismisses
    them. The id of the organisation, entered if new. Raises NumberWrong, LevelTooLow.
    """
    require_level(await mandates.level(session, person_id), Level.REGISTRY)
    code = numbers.credit_code(credit_code)
    row = await session.scalar(
        sa.select(Organisation).where(col(Organisation.credit_code) == code).with_for_update()
    )
    if row is None:
        row = Organisation(name=name, credit_code=code, kind=rules.kind_of(code), registered_at=at)
        session.add(row)
        await session.flush()
        chain = f"organisation:{row.id}"
        await note(session, chain, "organisation registered", code, str(person_id), at, kind=row.kind.value)
    await _end_representatives(session, row, at, but=person_id)
    row.legal_representative, row.name = person_id, name
    await giving.give(
        session,
        kind=Kind.REPRESENTATIVE,
        person_id=person_id,
        principal=row.id,
        items=[ALL_POWERS],
        valid_until=None,
        evidence={"by": "register", **evidence},
        by=REGISTER,
        at=at,
    )
    return row.id


async def note_representative(session: Session, mandate_id: UUID, *, holds: bool, at: datetime) -> bool:
    """What the register just said of a legal representative; whether the mandate still stands.

    Where it names another, control has moved: the mandate ends, and the firm waits for its new representative.
    """
    row = await mandates.mandate(session, mandate_id)
    if row is None or row.withdrawn_at is not None:
        return False
    if holds:
        row.checked_at = at
        await session.flush()
        return True
    firm = await session.get(Organisation, row.for_organisation, with_for_update=True)
    if firm is not None and firm.legal_representative == row.person_id:
        firm.legal_representative = None
    await giving.end(session, row, Ending.REPRESENTATIVE_CHANGED, by=CHECKS, at=at)
    return False


async def _end_representatives(session: Session, firm: Organisation, at: datetime, *, but: UUID) -> None:
    query = (
        sa.select(Mandate)
        .where(
            col(Mandate.kind) == Kind.REPRESENTATIVE,
            col(Mandate.for_organisation) == firm.id,
            col(Mandate.person_id) != but,
            col(Mandate.withdrawn_at).is_(None),
        )
        .with_for_update()
    )
    for row in (await session.scalars(query)).all():
        await giving.end(session, row, Ending.REPRESENTATIVE_CHANGED, by=REGISTER, at=at)


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
    await _answer(session, request, Answer.CONFIRMED, by, at)
    return given


async def _request(session: Session, request_id: UUID, at: datetime) -> MandateRequest:
    """A request, locked, that still waits. Raises MandateUnknown, MandateSettled."""
    row = await session.get(MandateRequest, request_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise MandateUnknown
    if row.answered_at is not None or row.expires_at <= at:
        raise MandateSettled
    return row


async def _asked_of(
    session: Session, person_id: UUID, request_id: UUID, at: datetime
) -> tuple[MandateRequest, str]:
    """A request that this person may answer, and their number: the asker knew both number and name."""
    row = await _request(session, request_id, at)
    person = await session.get(Person, person_id)
    fits = person is not None and row.other == {"name": person.name, "id_number": person.id_number}
    if person is None or not fits or row.kind is Kind.GUARDIAN or under_age(person.id_number, at):
        raise MandateUnknown
    return row, person.id_number


def _sides(request: MandateRequest, other: UUID) -> tuple[UUID, UUID]:
    """Who will act, and for whom."""
    if request.for_organisation:
        return other, request.for_organisation
    return (request.asked_by, other) if request.asker_acts else (other, request.asked_by)


async def _keep_greater(session: Session, request: MandateRequest, agent: UUID, principal: UUID) -> None:
    """A legal representative is not made an agent of their own firm. Raises MandateSettled."""
    if request.for_organisation and await mandates.representative(session, agent, principal):
        raise MandateSettled


async def _concerns(session: Session, person_id: UUID, row: Mandate, at: datetime) -> bool:
    if person_id in {row.person_id, row.for_person}:
        return True
    if row.for_organisation is None or not await mandates.runs(session, person_id, row.for_organisation, at):
        return False
    # An administrator dismisses agents; whom the register names, only the register takes away.
    own = await mandates.representative(session, person_id, row.for_organisation)
    return row.kind not in NAMING or (own is not None and row.kind is Kind.ADMINISTRATOR)


def _evidence(request: MandateRequest, *, by: str) -> dict[str, Any]:
    file = {"file": request.evidence_digest} if request.evidence_digest else {}
    return {"by": by, "request": str(request.id), **file}


async def _answer(session: Session, request: MandateRequest, answer: Answer, by: str, at: datetime) -> None:
    request.answer, request.answered_by, request.answered_at = answer, by, at
    await session.flush()
    await _note_request(session, request, f"mandate {answer.value}", by, at)


async def _note_request(session: Session, request: MandateRequest, deed: str, by: str, at: datetime) -> None:
    chain = f"account:{request.asked_by}"
    known = {"request": str(request.id), "kind": request.kind.value, "powers": list(request.items)}
    await note(session, chain, deed, str(request.asked_by), by, at, **known)
