"""Making a report, once for its period; and noting who fetched one."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.actor import Actor
from identity.models import Department
from services.oversight.reports import counting, queries
from services.oversight.reports.models import Report
from services.oversight.reports.rules import Covered
from storage import ledger
from storage.database import Session

MAKER = "system:oversight"


async def scopes(session: Session) -> list[str]:
    """The whole city, then every department."""
    return ["", *await session.scalars(sa.select(col(Department.code)).order_by(col(Department.code)))]


async def count(session: Session, covered: Covered, department: str, *, at: datetime) -> Report | None:
    """Fix the numbers of a report that is not there yet; a department with nothing to report gets none."""
    known = sa.select(Report).where(
        col(Report.kind) == covered.kind,
        col(Report.first) == covered.first,
        col(Report.department_code) == department,
    )
    if (found := await session.scalar(known)) is not None:
        return found if found.pdf_digest is None else None
    numbers = await counting.numbers(session, covered, department)
    if department and not counting.anything(numbers):
        return None
    row = insert(Report).values(
        id=sa.func.gen_random_uuid(),
        kind=covered.kind,
        first=covered.first,
        last=covered.last,
        department_code=department,
        made_at=at,
        numbers=numbers,
    )
    made = await session.scalar(row.on_conflict_do_nothing().returning(col(Report.id)))
    return await session.get(Report, made) if made else None


async def keep(session: Session, report_id: UUID, *, pdf: str, sheet: str, at: datetime) -> None:
    """Its two files are stored: from now on it may be fetched. Recorded."""
    report = await session.get(Report, report_id, with_for_update=True)
    if report is None or report.pdf_digest is not None:
        return
    report.pdf_digest, report.sheet_digest = pdf, sheet
    await ledger.append(
        session,
        chain="oversight:reports",
        deed="report made",
        subject=f"report:{report.id}",
        actor=MAKER,
        at=at,
        details={"kind": report.kind.value, "first": str(report.first), "pdf": pdf, "sheet": sheet},
    )


async def fetch(session: Session, actor: Actor, report_id: UUID, *, at: datetime) -> Report:
    """The report, whose file the actor is about to get; recorded. Raises ReportNotFound."""
    report = await queries.get(session, actor, report_id)
    await ledger.append(
        session,
        chain=f"oversight:{actor.person_id}",
        deed="report fetched",
        subject=f"report:{report.id}",
        actor=str(actor.person_id),
        at=at,
        details={"by": actor.name},
    )
    return report
