"""Entering a disciplinary decision against a department's month: by an audit administrator alone, on the record."""

from datetime import date, datetime

from identity import queries as identity
from identity.actor import Actor, Role
from services.oversight.errors import NotForOversight, ThresholdWrong
from services.oversight.rules import require_text
from services.oversight.scoring.models import Discipline, DisciplinePart
from services.oversight.scoring.rules import DISCIPLINE
from storage import ledger
from storage.database import Session

CHAIN = "oversight:discipline"


async def discipline(
    session: Session,
    actor: Actor,
    *,
    department: str,
    month: date,
    part: DisciplinePart,
    points: int,
    reference: str,
    reason: str,
    at: datetime,
) -> Discipline:
    """Raises NotForOversight, ThresholdWrong (points that the measure does not know), TextMissing, DepartmentUnknown."""
    if not actor.has(Role.AUDIT_ADMIN):
        raise NotForOversight("enter-discipline")
    if points not in DISCIPLINE:
        raise ThresholdWrong("discipline", "points")
    document, words = require_text("reference", reference), require_text("reason", reason)
    await identity.department(session, department)
    row = Discipline(
        department_code=department,
        month=month.replace(day=1),
        part=part,
        points=points,
        reference=document,
        reason=words,
        entered_by=actor.person_id,
        entered_by_name=actor.name,
        at=at,
    )
    session.add(row)
    await session.flush()
    told = {"by": actor.name, "month": str(row.month), "part": part.value, "points": points}
    await ledger.append(
        session,
        chain=CHAIN,
        deed="discipline entered",
        subject=department,
        actor=str(actor.person_id),
        at=at,
        details=told | {"reference": document, "reason": words},
    )
    return row
