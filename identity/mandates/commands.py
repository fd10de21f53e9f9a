"""Asking for a mandate, answering, withdrawing. Children: `guarding`; who controls a firm: `controlling`.

What a register says is asked outside any transaction and handed in as evidence. Nobody learns from a request
whether the person they named has an account: it waits, and only that person sees it.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from identity import commands as people
from identity import numbers, queries, rules
from identity.mandates import giving, telling
from identity.mandates import queries as mandates
from identity.mandates.answering import (
    evidence_of,
    note_request,
    renew,
    settle,
    the_same,
    waiting,
)
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
from identity.models import ID_NUMBER, Person
from identity.rules import ALL_POWERS, Level
from storage.cipher import ring
from storage.database import Session


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
    if (before := await the_same(session, row, at)) is not None:
        return await renew(session, before, row, at)
    if len(await mandates.asked(session, asker, at)) >= OPEN_REQUESTS:
        raise TooManyRequests
    session.add(row)
    await session.flush()
    await note_request(session, row, "mandate requested", str(asker), at)
    await telling.asked(session, row, at=at)
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
        evidence=evidence_of(request, by="account"),
        by=str(person_id),
        at=at,
    )
    await settle(session, request, Answer.CONFIRMED, str(person_id), at)
    await telling.in_force(session, given, at=at)
    return given


async def decline(session: Session, person_id: UUID, request_id: UUID, *, at: datetime) -> None:
    """The person who was asked does not agree. Raises MandateUnknown, MandateSettled."""
    request, _ = await _asked_of(session, person_id, request_id, at)
    await settle(session, request, Answer.DECLINED, str(person_id), at)
    await telling.declined(session, request, at=at)


async def cancel(session: Session, person_id: UUID, request_id: UUID, *, at: datetime) -> None:
    """The asker takes the request back. Raises MandateUnknown, MandateSettled."""
    request = await waiting(session, request_id, at)
    if request.asked_by != person_id:
        raise MandateUnknown
    await settle(session, request, Answer.CANCELLED, str(person_id), at)


async def withdraw(session: Session, person_id: UUID, mandate_id: UUID, *, at: datetime) -> None:
    """Either side ends a mandate: who acts, who is acted for, or whoever runs the firm acted for.

    Raises MandateUnknown for anybody else, and for what is over already.
    """
    row = await mandates.mandate(session, mandate_id)
    if row is None or row.withdrawn_at is not None or not await _concerns(session, person_id, row, at):
        raise MandateUnknown
    await giving.end(session, row, Ending.WITHDRAWN, by=str(person_id), at=at)
    await telling.over(session, row, by=person_id, at=at)


async def _asked_of(
    session: Session, person_id: UUID, request_id: UUID, at: datetime
) -> tuple[MandateRequest, str]:
    """A request that this person may answer, and their number: the asker knew both number and name."""
    row = await waiting(session, request_id, at)
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
