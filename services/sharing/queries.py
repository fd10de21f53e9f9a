"""What the hub reads of its own: directory, contracts, keys, uses."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.tokens import Verifiers
from services.sharing import signing
from services.sharing.errors import ContractUnknown, ResourceUnknown
from services.sharing.messages import Subject, UseSeen
from services.sharing.models import SUBJECT, Contract, PartyKey, Resource, Use
from services.sharing.rules import Judgment
from storage import cipher
from storage.database import Session


def subject_index(subject: Subject) -> str | None:
    """The keyed hash under which uses of a subject's data are kept; None for no subject."""
    if not subject.key:
        return None
    return cipher.ring().index(f"{subject.key}:{subject.number}", SUBJECT)


def subject_indexes(subject: Subject) -> list[str]:
    """Every keyed hash under which uses of a subject's data may stand; none for no subject."""
    return cipher.ring().indexes(f"{subject.key}:{subject.number}", SUBJECT) if subject.key else []


async def directory(session: Session) -> Sequence[Resource]:
    """Every resource of the directory, by code."""
    return (await session.scalars(sa.select(Resource).order_by(col(Resource.code)))).all()


async def resource(session: Session, code: str) -> Resource:
    """One resource. Raises ResourceUnknown."""
    found = await session.get(Resource, code)
    if found is None:
        raise ResourceUnknown(code)
    return found


async def contract(session: Session, number: str) -> Contract:
    """One contract. Raises ContractUnknown."""
    found = await session.get(Contract, number)
    if found is None:
        raise ContractUnknown(number)
    return found


async def contracts(
    session: Session, *, consumer: str | None = None, item: str | None = None, at: datetime
) -> Sequence[Contract]:
    """The contracts in force at `at`, narrowed by consumer and item, the latest first."""
    query = (
        sa.select(Contract)
        .where(col(Contract.valid_from) <= at, col(Contract.valid_until) > at)
        .where(sa.or_(col(Contract.ended_at).is_(None), col(Contract.ended_at) > at))
        .order_by(col(Contract.valid_from).desc(), col(Contract.number))
    )
    if consumer is not None:
        query = query.where(col(Contract.consumer) == consumer)
    if item is not None:
        query = query.where(col(Contract.item_code) == item)
    return (await session.scalars(query)).all()


# Built once: on the way of every exchange, putting a statement together costs more than running it.
UNDER = (
    sa.select(Contract, Resource)
    .join(Resource, col(Resource.code) == col(Contract.resource))
    .where(col(Contract.number) == sa.bindparam("number"))
    .with_for_update(of=Contract)
)
PARTY_KEY = sa.select(PartyKey).where(
    col(PartyKey.kid) == sa.bindparam("kid"),
    col(PartyKey.valid_from) <= sa.bindparam("at"),
    sa.or_(col(PartyKey.retired_at).is_(None), col(PartyKey.retired_at) > sa.bindparam("at")),
)


async def under(session: Session, number: str) -> tuple[Contract, Resource] | None:
    """The contract with its resource, locked: calls under one contract are counted one after another."""
    row = (await session.execute(UNDER, {"number": number})).one_or_none()
    return (row[0], row[1]) if row else None


async def party_key(session: Session, kid: str, at: datetime) -> PartyKey | None:
    """The key of this name that is in force at `at`."""
    return (await session.scalars(PARTY_KEY, {"kid": kid, "at": at})).one_or_none()


def verifiers_of(key: PartyKey | None) -> Verifiers:
    """The key as `signing.read` wants it; nothing for no key or one that is no key."""
    return signing.known(key.kid, key.jwk) if key else {}


async def use(session: Session, number: UUID) -> Use:
    """One use that is known to exist, read anew."""
    query = sa.select(Use).where(col(Use.id) == number).execution_options(populate_existing=True)
    return (await session.scalars(query)).one()


async def uses_of(
    session: Session, subject: Subject, *, before: datetime | None = None, limit: int = 50
) -> list[UseSeen]:
    """Who used the data of `subject`, the latest first; refused attempts too, nothing of anyone else."""
    indexes = subject_indexes(subject)
    query = (
        sa.select(Use)
        .where(col(Use.subject_index).in_(indexes))
        .order_by(col(Use.at).desc(), col(Use.id))
        .limit(limit)
    )
    if before is not None:
        query = query.where(col(Use.at) < before)
    if not indexes:
        return []
    found = (await session.scalars(query)).all()
    told = sa.select(Resource).where(col(Resource.code).in_({one.resource for one in found}))
    resources = {one.code: one for one in await session.scalars(told)}
    return [_seen(one, resources.get(one.resource)) for one in found]


async def unfinished(session: Session, *, before: datetime) -> Sequence[Use]:
    """Granted uses whose source was asked before `before` and whose end was never recorded: a crash in between."""
    query = sa.select(Use).where(
        col(Use.judgment) == Judgment.GRANTED, col(Use.outcome).is_(None), col(Use.at) < before
    )
    return (await session.scalars(query.order_by(col(Use.at)))).all()


LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
UNRECORDED = sa.text(
    "SELECT entry.subject FROM ledger_entry AS entry"
    " LEFT JOIN hub_use AS used ON used.id::text = entry.subject"
    " WHERE entry.at >= :since AND entry.chain LIKE 'hub:%'"
    " AND entry.deed IN ('data use granted', 'data use refused') AND used.id IS NULL ORDER BY entry.id"
)


async def uses_gone(session: Session, *, since: datetime = LONG_AGO) -> list[str]:
    """Numbers of uses that the ledger tells of since then and whose record is not there: somebody took it away."""
    return list(await session.scalars(UNRECORDED, {"since": since}))


def _seen(use: Use, resource: Resource | None) -> UseSeen:
    titles = {one["name"]: one["title"] for one in resource.fields} if resource else {}
    return UseSeen(
        id=str(use.id),
        at=use.at,
        consumer=use.consumer,
        provider=use.provider,
        resource=use.resource,
        fields=use.fields,
        case_number=use.case_number,
        item=use.item_code,
        purpose=use.purpose,
        operator=use.operator,
        judgment=use.judgment,
        reason=use.reason,
        outcome=use.outcome or "",
        form=use.form,
        resource_name=resource.name if resource else {},
        field_names={one: titles[one] for one in use.fields if one in titles},
    )
