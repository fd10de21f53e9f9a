"""The papers of a case: asked for in the deed's transaction, printed and sealed by a worker, each exactly once."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import col

from services.applications.commands.recording import next_in_series
from services.applications.models import Application, CaseDocument
from services.workflow.rules import PauseKind, local_day
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
    NOT_NEEDED = "not-needed"  # 无需许可告知书
    EXTENSION = "extension"  # 延期通知书
    SPECIAL_PROCEDURE = "special-procedure"  # 特别程序告知书
    HEARING_RIGHT = "hearing-right"  # 听证告知书
    HEARING_CALL = "hearing-call"  # 听证通知书
    DELIVERY = "delivery"  # 送达回证
    TERMINATION = "termination"  # 终止办理决定书
    REVOCATION = "revocation"  # 撤销决定书
    CANCELLATION = "cancellation"  # 注销决定书


RECEIPT, ACCEPTANCE, CORRECTION = Paper.RECEIPT, Paper.ACCEPTANCE, Paper.CORRECTION
NOT_ACCEPTED, GRANT, REFUSAL = Paper.NOT_ACCEPTED, Paper.GRANT, Paper.REFUSAL

SERIES = {
    Paper.RECEIPT: "收",
    Paper.ACCEPTANCE: "受",
    Paper.CORRECTION: "补",
    Paper.NOT_ACCEPTED: "不受",
    Paper.GRANT: "准",
    Paper.REFUSAL: "不准",
    Paper.NOT_NEEDED: "无需",
    Paper.EXTENSION: "延",
    Paper.SPECIAL_PROCEDURE: "特",
    Paper.HEARING_RIGHT: "听告",
    Paper.HEARING_CALL: "听通",
    Paper.DELIVERY: "送",
    Paper.TERMINATION: "终",
    Paper.REVOCATION: "撤",
    Paper.CANCELLATION: "注",
}


PROCEDURES: Mapping[PauseKind, str] = {
    PauseKind.CORRECTION: "补正",
    PauseKind.HEARING: "听证",
    PauseKind.BIDDING: "招标",
    PauseKind.AUCTION: "拍卖",
    PauseKind.INSPECTION: "检验",
    PauseKind.TESTING: "检测",
    PauseKind.QUARANTINE: "检疫",
    PauseKind.APPRAISAL: "鉴定",
    PauseKind.EXPERT_REVIEW: "专家评审",
}
"""How the notices call what is not counted (行政许可法 45)."""


async def request(
    session: Session,
    application: Application,
    paper: Paper,
    *,
    at: datetime,
    ordinal: int = 1,
    told: Mapping[str, str] | None = None,
) -> None:
    """Number a paper and have it printed. Numbers run per authority, kind and year.

    `told` is what it says of this one deed, as it is to be read (licensing.notices).
    """
    number = (
        application.number + "-" + SERIES[paper]
        if paper is Paper.RECEIPT
        else await _series_number(session, application, paper, at)
    )
    document = CaseDocument(
        application_id=application.id,
        kind=paper,
        ordinal=ordinal,
        number=number,
        requested_at=at,
        told=dict(told) if told else None,
    )
    session.add(document)
    await session.flush()
    await queue.enqueue(session, PRINT, document_id=str(document.id), lock=application.number)


async def request_again(
    session: Session, application: Application, paper: Paper, *, at: datetime, told: Mapping[str, str]
) -> None:
    """A paper of which a case may have several: each deed of its kind has its own."""
    had = sa.select(sa.func.count()).where(
        col(CaseDocument.application_id) == application.id, col(CaseDocument.kind) == paper
    )
    ordinal = 1 + (await session.scalar(had) or 0)
    await request(session, application, paper, at=at, ordinal=ordinal, told=told)


async def _series_number(session: Session, application: Application, paper: Paper, at: datetime) -> str:
    year = local_day(at).year
    running = await next_in_series(session, f"{application.department_code}-{paper}-{year}")
    return f"{application.department_code[-6:]}{SERIES[paper]}〔{year}〕{running}号"
