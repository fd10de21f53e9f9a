"""Reports: those of the departments a supervisor serves; that of the whole city for who serves all of them."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import EVERYWHERE, Actor, Role
from services.oversight.errors import ReportNotFound
from services.oversight.queries import serves
from services.oversight.reports.models import Report
from services.oversight.reports.rules import ReportKind
from storage.database import Session

PAGE = 100


def visible_to(actor: Actor) -> sa.Select[Report]:
    reports = sa.select(Report)
    if not actor.has(Role.SUPERVISOR):
        return reports.where(sa.false())
    if EVERYWHERE in actor.departments:
        return reports
    return reports.where(serves(col(Report.department_code), actor))


async def listing(
    session: Session,
    actor: Actor,
    *,
    kind: ReportKind | None = None,
    department: str | None = None,
    limit: int = PAGE,
) -> list[Report]:
    """The latest first, the whole city's before those of its departments; `department` "" for the whole city's."""
    query = visible_to(actor)
    if kind:
        query = query.where(col(Report.kind) == kind)
    if department is not None:
        query = query.where(col(Report.department_code) == department)
    ordered = query.order_by(col(Report.last).desc(), col(Report.first), col(Report.department_code))
    return list(await session.scalars(ordered.limit(limit)))


async def get(session: Session, actor: Actor, report_id: UUID) -> Report:
    """Raises ReportNotFound, the same whether there is none or it is not theirs."""
    found: Report | None = await session.scalar(visible_to(actor).where(col(Report.id) == report_id))
    if found is None:
        raise ReportNotFound(str(report_id))
    return found
