"""Organisations, and who may act for them: the mandate (授权) in its first form."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity import numbers, queries, rules
from identity.journal import note
from identity.models import Organisation, Representation
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
        await authorise(session, legal_representative, row.id, powers=[rules.ALL_POWERS], by=by, at=at)
    return row.id


async def authorise(
    session: Session,
    person_id: UUID,
    organisation_id: UUID,
    *,
    powers: Sequence[str],
    valid_until: datetime | None = None,
    by: str,
    at: datetime,
) -> UUID:
    """Let a person act for an organisation from now on; an earlier authority between the two is replaced."""
    await _withdraw(session, person_id, organisation_id, at)
    row = Representation(
        person_id=person_id,
        organisation_id=organisation_id,
        powers=list(powers),
        valid_from=at,
        valid_until=valid_until,
    )
    session.add(row)
    await session.flush()
    await note(
        session,
        f"organisation:{organisation_id}",
        "authority given",
        str(person_id),
        by,
        at,
        powers=list(powers),
        until=valid_until.isoformat() if valid_until else None,
    )
    return row.id


async def withdraw_authority(
    session: Session, person_id: UUID, organisation_id: UUID, *, by: str, at: datetime
) -> bool:
    """End a person's authority for an organisation at once; whether there was one."""
    if not await _withdraw(session, person_id, organisation_id, at):
        return False
    await note(session, f"organisation:{organisation_id}", "authority withdrawn", str(person_id), by, at)
    return True


async def _withdraw(session: Session, person_id: UUID, organisation_id: UUID, at: datetime) -> bool:
    withdrawn = await session.scalar(
        sa.update(Representation)
        .where(
            col(Representation.person_id) == person_id,
            col(Representation.organisation_id) == organisation_id,
            col(Representation.withdrawn_at).is_(None),
        )
        .values(withdrawn_at=at)
        .returning(col(Representation.id))
    )
    return withdrawn is not None
