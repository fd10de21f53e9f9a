"""The papers of a case: asked for in the deed's transaction, printed and sealed by a worker, each exactly once."""

from datetime import datetime
from enum import StrEnum

from services.applications.commands.recording import next_in_series
from services.applications.models import Application, CaseDocument
from services.workflow.rules import local_day
from storage import queue
from storage.database import Session

PRINT = "applications.print_paper"


class Paper(StrEnum):
    """What is printed; the series is how its number reads (文号)."""

    RECEIPT = "receipt"  # 收件回执
    ACCEPTANCE = "acceptance"  # 受理通知书
    CORRECTION = "correction"  # 一次性补正告知书
    NOT_ACCEPTED = "not-accepted"  # 不予受理决定书
    GRANT = "grant"  # 准予决定书
    REFUSAL = "refusal"  # 不予决定书


RECEIPT, ACCEPTANCE, CORRECTION = Paper.RECEIPT, Paper.ACCEPTANCE, Paper.CORRECTION
NOT_ACCEPTED, GRANT, REFUSAL = Paper.NOT_ACCEPTED, Paper.GRANT, Paper.REFUSAL

SERIES = {
    Paper.RECEIPT: "收",
    Paper.ACCEPTANCE: "受",
    Paper.CORRECTION: "补",
    Paper.NOT_ACCEPTED: "不受",
    Paper.GRANT: "准",
    Paper.REFUSAL: "不准",
}


async def request(
    session: Session, application: Application, paper: Paper, *, at: datetime, ordinal: int = 1
) -> None:
    """Number a paper and have it printed. Numbers run per authority, kind and year."""
    number = (
        application.number + "-" + SERIES[paper]
        if paper is Paper.RECEIPT
        else await _series_number(session, application, paper, at)
    )
    document = CaseDocument(
        application_id=application.id, kind=paper, ordinal=ordinal, number=number, requested_at=at
    )
    session.add(document)
    await session.flush()
    await queue.enqueue(session, PRINT, document_id=str(document.id), lock=application.number)


async def _series_number(session: Session, application: Application, paper: Paper, at: datetime) -> str:
    year = local_day(at).year
    running = await next_in_series(session, f"{application.department_code}-{paper}-{year}")
    return f"{application.department_code[-6:]}{SERIES[paper]}〔{year}〕{running}号"
