"""Who acts for whom, what waits for an answer, and how surely somebody is known."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from identity.actor import PartyKind
from identity.mandates.models import IdentityCheck, Mandate, MandateRequest
from identity.mandates.rules import NAMING, Ending, Kind
from identity.models import ID_NUMBER, Organisation, Person
from identity.rules import Level
from storage.cipher import ring
from storage.database import Session

ENDED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """A mandate as both sides see it: `agent` acts for `principal` in `items` ("*": everything)."""

    id: UUID
    kind: Kind
    agent_id: UUID
    agent: str
    principal_id: UUID
    principal: str
    principal_kind: PartyKind
    items: tuple[str, ...]
    evidence: dict[str, Any]
    valid_from: datetime
    valid_until: datetime | None
    ended_at: datetime | None
    ending: Ending | None


@dataclass(frozen=True, slots=True)
class Pending:
    """A request as both sides see it. `other_name` is what the asker wrote; the number is never shown again."""

    id: UUID
    kind: Kind
    asker_id: UUID
    asker: str
    asker_acts: bool
    other_name: str
    firm: str | None
    items: tuple[str, ...]
    until: datetime
    evidence_digest: str | None
    evidence_type: str | None
    asked_at: datetime
    expires_at: datetime


def in_force(at: datetime | sa.BindParameter[Any]) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions under which a mandate holds at `at`."""
    return (
        col(Mandate.withdrawn_at).is_(None),
        col(Mandate.valid_from) <= at,
        sa.or_(col(Mandate.valid_until).is_(None), col(Mandate.valid_until) > at),
    )


def represented(person_id: Any, at: datetime | sa.BindParameter[Any]) -> Any:
    """Whom a person may act for at `at`, as `[{kind, id, name, items}, …]` in one correlated subquery."""
    principal = aliased(Person)
    firm = col(Mandate.for_organisation).is_not(None)
    told = sa.func.jsonb_build_object(
        "kind",
        sa.case((firm, PartyKind.ORGANISATION.value), else_=PartyKind.PERSON.value),
        "id",
        sa.func.coalesce(col(Mandate.for_person), col(Mandate.for_organisation)),
        "name",
        sa.func.coalesce(principal.name, col(Organisation.name)),
        "items",
        sa.func.to_jsonb(col(Mandate.items)),
    )
    return (
        sa.select(sa.func.jsonb_agg(told))
        .select_from(Mandate)
        .outerjoin(Organisation, col(Organisation.id) == col(Mandate.for_organisation))
        .outerjoin(principal, col(principal.id) == col(Mandate.for_person))
        .where(col(Mandate.person_id) == person_id, *in_force(at))
        .scalar_subquery()
    )


async def level(session: Session, person_id: UUID) -> Level:
    """How surely this person is known; nobody unknown is."""
    found = await session.scalar(sa.select(col(Person.level)).where(col(Person.id) == person_id))
    return found or Level.UNVERIFIED


async def acting(session: Session, person_id: UUID, at: datetime) -> list[Standing]:
    """The mandates under which this person acts for others, in force at `at`."""
    return await _standing(session, col(Mandate.person_id) == person_id, *in_force(at))


async def given(session: Session, person_id: UUID, at: datetime) -> list[Standing]:
    """The mandates under which others act for this person, or for a firm this person runs, in force at `at`."""
    return await _standing(
        session,
        sa.or_(
            col(Mandate.for_person) == person_id,
            col(Mandate.for_organisation).in_(_run_by(person_id, at)),
        ),
        col(Mandate.person_id) != person_id,
        *in_force(at),
    )


async def ended(session: Session, person_id: UUID, at: datetime) -> list[Standing]:
    """The person's own mandates, on either side, that are over; the latest first."""
    mine = sa.or_(col(Mandate.person_id) == person_id, col(Mandate.for_person) == person_id)
    over = sa.or_(col(Mandate.withdrawn_at).is_not(None), col(Mandate.valid_until) <= at)
    return (await _standing(session, mine, over))[:ENDED_SHOWN]


async def mandate(session: Session, mandate_id: UUID) -> Mandate | None:
    """The mandate, held until the transaction ends."""
    found: Mandate | None = await session.get(
        Mandate, mandate_id, with_for_update=True, populate_existing=True
    )
    return found


async def runs(session: Session, person_id: UUID, organisation_id: UUID, at: datetime) -> bool:
    """Whether this person may name the firm's agents at `at`."""
    query = sa.select(
        sa.exists(_run_by(person_id, at).where(col(Mandate.for_organisation) == organisation_id))
    )
    return bool(await session.scalar(query))


async def runners(session: Session, organisation_id: UUID, at: datetime) -> list[UUID]:
    """Who may name the firm's agents: its legal representative and administrators."""
    query = sa.select(col(Mandate.person_id)).where(
        col(Mandate.for_organisation) == organisation_id, col(Mandate.kind).in_(NAMING), *in_force(at)
    )
    return list(await session.scalars(query))


async def guardians(session: Session, child: UUID, at: datetime) -> list[UUID]:
    """Who is this child's guardian at `at`; nobody where it is none."""
    query = sa.select(col(Mandate.person_id)).where(
        col(Mandate.for_person) == child, col(Mandate.kind) == Kind.GUARDIAN, *in_force(at)
    )
    return list(await session.scalars(query))


async def firms_run(session: Session, person_id: UUID, at: datetime) -> list[tuple[UUID, str]]:
    """The firms whose agents this person may name, by name."""
    query = (
        sa.select(col(Organisation.id), col(Organisation.name))
        .where(col(Organisation.id).in_(_run_by(person_id, at)))
        .order_by(col(Organisation.name))
    )
    return [(key, name) for key, name in await session.execute(query)]


async def representatives(session: Session, *, before: datetime, limit: int) -> list[Mandate]:
    """Mandates of legal representatives that the register has not been asked about since `before`."""
    query = (
        sa.select(Mandate)
        .where(
            col(Mandate.kind) == Kind.REPRESENTATIVE,
            col(Mandate.withdrawn_at).is_(None),
            sa.or_(col(Mandate.checked_at).is_(None), col(Mandate.checked_at) < before),
        )
        .order_by(col(Mandate.checked_at).nulls_first(), col(Mandate.id))
        .limit(limit)
    )
    return list(await session.scalars(query))


async def representative(session: Session, person_id: UUID, organisation_id: UUID) -> Mandate | None:
    """The mandate of this person as the firm's legal representative, if they are it."""
    query = sa.select(Mandate).where(
        col(Mandate.kind) == Kind.REPRESENTATIVE,
        col(Mandate.person_id) == person_id,
        col(Mandate.for_organisation) == organisation_id,
        col(Mandate.withdrawn_at).is_(None),
    )
    found: Mandate | None = await session.scalar(query)
    return found


async def waiting_for(session: Session, person_id: UUID, at: datetime) -> list[Pending]:
    """Requests that this person is asked to answer. A guardian's is answered by a register or at a window."""
    person = await session.get(Person, person_id)
    indexes = ring().indexes(person.id_number, ID_NUMBER) if person else []
    return await _pending(
        session,
        at,
        col(MandateRequest.other_index).in_(indexes),
        col(MandateRequest.kind) != Kind.GUARDIAN,
        col(MandateRequest.asked_by) != person_id,
    )


async def asked(session: Session, person_id: UUID, at: datetime) -> list[Pending]:
    """Requests this person made and nobody answered yet."""
    return await _pending(session, at, col(MandateRequest.asked_by) == person_id)


async def pending(session: Session, request_id: UUID, at: datetime) -> Pending | None:
    found = await _pending(session, at, col(MandateRequest.id) == request_id)
    return found[0] if found else None


async def guardianships_of(session: Session, person_id: UUID, at: datetime) -> list[Pending]:
    """What this person asked for as a guardian and no register confirmed: an officer looks at the papers."""
    mine = col(MandateRequest.asked_by) == person_id
    return await _pending(session, at, mine, col(MandateRequest.kind) == Kind.GUARDIAN)


async def checks_since(session: Session, person_id: UUID, since: datetime) -> int:
    """How often this person tried to be verified since then."""
    query = (
        sa.select(sa.func.count())
        .select_from(IdentityCheck)
        .where(
            col(IdentityCheck.person_id) == person_id,
            col(IdentityCheck.at) > since,
            col(IdentityCheck.passed).is_not(True),
        )
    )
    return int(await session.scalar(query) or 0)


def day_before(at: datetime) -> datetime:
    return at - timedelta(days=1)


def _run_by(person_id: UUID, at: datetime) -> sa.Select[UUID | None]:
    return sa.select(col(Mandate.for_organisation)).where(
        col(Mandate.person_id) == person_id, col(Mandate.kind).in_(NAMING), *in_force(at)
    )


async def _standing(session: Session, *which: sa.ColumnElement[bool]) -> list[Standing]:
    agent, principal = aliased(Person), aliased(Person)
    query = (
        sa.select(Mandate, col(agent.name), sa.func.coalesce(col(principal.name), col(Organisation.name)))
        .join(agent, col(agent.id) == col(Mandate.person_id))
        .outerjoin(principal, col(principal.id) == col(Mandate.for_person))
        .outerjoin(Organisation, col(Organisation.id) == col(Mandate.for_organisation))
        .where(*which)
        .order_by(col(Mandate.valid_from).desc(), col(Mandate.id))
    )
    return [
        Standing(
            row.id,
            row.kind,
            row.person_id,
            acts,
            principal_id,
            stands,
            PartyKind.PERSON if row.for_person else PartyKind.ORGANISATION,
            tuple(row.items),
            row.evidence,
            row.valid_from,
            row.valid_until,
            row.withdrawn_at or row.valid_until,
            row.ending,
        )
        for row, acts, stands in await session.execute(query)
        if (principal_id := row.for_person or row.for_organisation)
    ]


async def _pending(session: Session, at: datetime, *which: sa.ColumnElement[bool]) -> list[Pending]:
    query = (
        sa.select(MandateRequest, col(Person.name), col(Organisation.name))
        .join(Person, col(Person.id) == col(MandateRequest.asked_by))
        .outerjoin(Organisation, col(Organisation.id) == col(MandateRequest.for_organisation))
        .where(col(MandateRequest.answered_at).is_(None), col(MandateRequest.expires_at) > at, *which)
        .order_by(col(MandateRequest.asked_at), col(MandateRequest.id))
    )
    return [
        Pending(
            row.id,
            row.kind,
            row.asked_by,
            asker,
            row.asker_acts,
            row.other["name"],
            firm,
            tuple(row.items),
            row.until,
            row.evidence_digest,
            row.evidence_type,
            row.asked_at,
            row.expires_at,
        )
        for row, asker, firm in await session.execute(query)
    ]
