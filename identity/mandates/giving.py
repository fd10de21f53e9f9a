"""Writing a mandate down and ending it: one entry in the principal's chain, one in that of the person who acts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.journal import note
from identity.mandates.models import Mandate
from identity.mandates.rules import FOR_FIRMS, Ending, Kind
from storage.database import Session


async def give(
    session: Session,
    *,
    kind: Kind,
    person_id: UUID,
    principal: UUID,
    items: Sequence[str],
    valid_until: datetime | None,
    evidence: Mapping[str, Any],
    by: str,
    at: datetime,
) -> UUID:
    """Put a mandate in force from `at` on; an earlier one between the two is replaced."""
    for earlier in await _between(session, person_id, principal):
        await end(session, earlier, Ending.REPLACED, by=by, at=at, quietly=True)
    firm = kind in FOR_FIRMS
    row = Mandate(
        kind=kind,
        person_id=person_id,
        for_person=None if firm else principal,
        for_organisation=principal if firm else None,
        items=list(items),
        evidence=dict(evidence),
        given_by=by,
        valid_from=at,
        valid_until=valid_until,
        checked_at=at if kind is Kind.REPRESENTATIVE else None,
    )
    session.add(row)
    await session.flush()
    until = valid_until.isoformat() if valid_until else None
    await _note(session, row, "authority given", by, at, powers=list(items), until=until, kind=kind.value)
    return row.id


async def end(
    session: Session, mandate: Mandate, why: Ending, *, by: str, at: datetime, quietly: bool = False
) -> None:
    """End a mandate that the caller read: from the next request on nobody acts under it."""
    mandate.withdrawn_at, mandate.withdrawn_by, mandate.ending = at, by, why
    await session.flush()
    if not quietly:
        await _note(session, mandate, "authority withdrawn", by, at, why=why.value)


async def _between(session: Session, person_id: UUID, principal: UUID) -> Sequence[Mandate]:
    """The mandate between the two that nobody ended, locked, if there is one."""
    query = (
        sa.select(Mandate)
        .where(
            col(Mandate.person_id) == person_id,
            sa.func.coalesce(col(Mandate.for_person), col(Mandate.for_organisation)) == principal,
            col(Mandate.withdrawn_at).is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(query)).all()


async def _note(session: Session, row: Mandate, deed: str, by: str, at: datetime, **details: object) -> None:
    """Who may see either chain sees the deed; the two entries name the mandate."""
    known = {**details, "mandate": str(row.id)}
    chain = f"organisation:{row.for_organisation}" if row.for_organisation else f"account:{row.for_person}"
    await note(session, chain, deed, str(row.person_id), by, at, **known)
    principal = str(row.for_organisation or row.for_person)
    await note(session, f"account:{row.person_id}", deed, principal, by, at, **known)
