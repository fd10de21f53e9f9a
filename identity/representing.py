"""Organisations, and mandates for them given by the house itself (set-up, a registration that was just granted)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity import numbers, queries, rules
from identity.journal import note
from identity.mandates import giving
from identity.mandates.models import Mandate
from identity.mandates.rules import Ending, Kind, scope
from identity.models import Organisation
from storage.database import Session


async def register_organisation(
    session: Session,
    *,
    name: str,
    credit_code: str,
    legal_representative: UUID | None = None,
    by: str,
    at: datetime,
) -> UUID:
    """The id of the organisation with this credit code, entered if new; its legal representative may do everything.

    Raises NumberWrong.
    """
    code = numbers.credit_code(credit_code)
    row = Organisation(
        name=name,
        credit_code=code,
        kind=rules.kind_of(code),
        legal_representative=legal_representative,
        registered_at=at,
    )
    entered = await session.scalar(
        insert(Organisation)
        .values(row.model_dump())
        .on_conflict_do_nothing(index_elements=[col(Organisation.credit_code)])
        .returning(col(Organisation.id))
    )
    if entered is None:
        return (await queries.organisation(session, code)).id
    chain = f"organisation:{row.id}"
    await note(session, chain, "organisation registered", code, by, at, kind=row.kind.value)
    if legal_representative:
        kind, powers = Kind.REPRESENTATIVE, [rules.ALL_POWERS]
        await authorise(session, legal_representative, row.id, kind=kind, powers=powers, by=by, at=at)
    return row.id


async def authorise(
    session: Session,
    person_id: UUID,
    organisation_id: UUID,
    *,
    powers: Sequence[str],
    kind: Kind = Kind.AGENT,
    valid_until: datetime | None = None,
    by: str,
    at: datetime,
) -> UUID:
    """Let a person act for an organisation from now on; an earlier authority between the two is replaced."""
    return await giving.give(
        session,
        kind=kind,
        person_id=person_id,
        principal=organisation_id,
        items=scope(powers),
        valid_until=valid_until,
        evidence={"by": "register" if kind is Kind.REPRESENTATIVE else "organisation"},
        by=by,
        at=at,
    )


async def withdraw_authority(
    session: Session, person_id: UUID, organisation_id: UUID, *, by: str, at: datetime
) -> bool:
    """End a person's authority for an organisation at once; whether there was one."""
    query = sa.select(Mandate).where(
        col(Mandate.person_id) == person_id,
        col(Mandate.for_organisation) == organisation_id,
        col(Mandate.withdrawn_at).is_(None),
    )
    row = await session.scalar(query.with_for_update())
    if row is None:
        return False
    await giving.end(session, row, Ending.WITHDRAWN, by=by, at=at)
    return True
