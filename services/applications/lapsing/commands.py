"""逾期视为受理 and 归档, by the portal itself: each once, dated by the law and not by the machine that was late to look."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from licensing.sheets import chinese_date
from services.applications import queries
from services.applications.commands import papers, timing
from services.applications.commands.ending import put_away
from services.applications.commands.receiving import step_after
from services.applications.commands.recording import clear_desk, record
from services.applications.errors import ApplicationNotFound
from services.applications.lapsing.rules import archivable_before, ended_at
from services.applications.models import Application
from services.applications.rules import CLOSED, Deed, State, lapsed, next_state
from services.catalogue import queries as catalogue
from services.workflow import queries as clocks
from services.workflow.models import CaseClock
from services.workflow.rules import ClockKind, local_day
from storage.database import Session

BATCH = 100


async def overdue_at_intake(session: Session, *, at: datetime, most: int = BATCH) -> list[str]:
    """The numbers of cases whose applicant was told nothing in time, the longest overdue first."""
    query = (
        sa.select(col(Application.number))
        .join(CaseClock, col(CaseClock.case_number) == col(Application.number))
        .where(
            col(Application.state) == State.SUBMITTED,
            col(CaseClock.kind) == ClockKind.INTAKE,
            col(CaseClock.finished_at).is_(None),
            col(CaseClock.stopped_at).is_(None),
            col(CaseClock.due_on) < local_day(at),
        )
        .order_by(col(CaseClock.due_on), col(CaseClock.id))
        .limit(most)
    )
    return list(await session.scalars(query))


async def deem_accepted(session: Session, number: str, *, at: datetime) -> bool:
    """逾期不告知的，自收到申请材料之日起即为受理; whether it was so now. A second call changes nothing.

    The intake limit is closed as of the end of its last day, acceptance and the decision limit are dated back to the
    day of receipt. Nobody accepted, so nobody is barred from deciding but who had received it before.
    """
    try:
        application = await queries.by_number(session, number, lock=True)
    except ApplicationNotFound:
        return False
    if application.state is not State.SUBMITTED:
        return False
    intake = await clocks.running(session, number, ClockKind.INTAKE, lock=True)
    if not lapsed(intake.due_on, local_day(at)):
        return False
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    application.state = next_state(application.state, Deed.DEEM_ACCEPTED)
    application.accepted_at, application.deemed = await _received_at(session, application), True
    application.step, application.updated_at = step_after(item.definition, None), at
    since, ended = intake.started_on, ended_at(intake.due_on)
    await timing.start_decision(session, application, item.definition, at=ended, since=since)
    told = {"deemed": chinese_date(since.isoformat())}
    await papers.request(session, application, papers.ACCEPTANCE, at=at, told=told)
    await record(
        session,
        None,
        application,
        "application deemed accepted",
        at=at,
        since=str(since),
        lapsed=str(intake.due_on),
        due=str(application.due_on),
        limit=application.limit_days,
    )
    clear_desk(application)
    return True


async def _received_at(session: Session, application: Application) -> datetime | None:
    """When the materials came that nobody answered: the last correction, or the submission."""
    answered = [
        one.answered_at for one in await queries.corrections_of(session, application) if one.answered_at
    ]
    return max(answered, default=application.submitted_at)


async def archivable(session: Session, *, at: datetime, most: int = BATCH) -> list[str]:
    """Closed cases whose time has come, the oldest first."""
    query = (
        sa.select(col(Application.number))
        .where(
            col(Application.closed_at) < archivable_before(at),
            col(Application.archived_at).is_(None),
            col(Application.state).in_(CLOSED),
        )
        .order_by(col(Application.closed_at))
        .limit(most)
    )
    return list(await session.scalars(query))


async def archive_old(session: Session, number: str, *, at: datetime) -> bool:
    """Archive one closed case; whether it was done now."""
    application = await queries.by_number(session, number, lock=True)
    if application.archived_at is not None or application.state not in CLOSED:
        return False
    await put_away(session, None, application, at=at)
    return True
