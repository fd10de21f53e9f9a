"""Who controls a firm: its legal representative, as the register names them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import numbers, rules
from identity.journal import note
from identity.mandates import giving, telling
from identity.mandates import queries as mandates
from identity.mandates.guarding import REGISTER
from identity.mandates.models import Mandate
from identity.mandates.rules import Ending, Kind, require_level
from identity.models import Organisation
from identity.rules import ALL_POWERS, Level
from storage.database import Session

CHECKS = "system:register-check"


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
    firm = await _entered(session, numbers.credit_code(credit_code), name, str(person_id), at)
    await _end_representatives(session, firm, at, but=person_id)
    firm.legal_representative, firm.name = person_id, name
    given = await giving.give(
        session,
        kind=Kind.REPRESENTATIVE,
        person_id=person_id,
        principal=firm.id,
        items=[ALL_POWERS],
        valid_until=None,
        evidence={"by": "register", **evidence},
        by=REGISTER,
        at=at,
    )
    await telling.in_force(session, given, at=at)
    return firm.id


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
    await _end(session, row, CHECKS, at)
    return False


async def _entered(session: Session, code: str, name: str, by: str, at: datetime) -> Organisation:
    """The organisation with this code, locked; entered if new."""
    row: Organisation | None = await session.scalar(
        sa.select(Organisation).where(col(Organisation.credit_code) == code).with_for_update()
    )
    if row is None:
        row = Organisation(name=name, credit_code=code, kind=rules.kind_of(code), registered_at=at)
        session.add(row)
        await session.flush()
        chain = f"organisation:{row.id}"
        await note(session, chain, "organisation registered", code, by, at, kind=row.kind.value)
    return row


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
        await _end(session, row, REGISTER, at)


async def _end(session: Session, row: Mandate, by: str, at: datetime) -> None:
    await giving.end(session, row, Ending.REPRESENTATIVE_CHANGED, by=by, at=at)
    await telling.over(session, row, at=at)
