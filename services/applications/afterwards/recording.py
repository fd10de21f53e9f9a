"""What acceptance and decision leave to be done afterwards; written in their own transaction."""

from collections.abc import Sequence
from datetime import date, datetime

from services.applications import queries as cases
from services.applications.afterwards import queries, rules
from services.applications.afterwards.models import CommitmentCheck, MaterialToFollow
from services.applications.models import Application, Supply
from services.workflow import calendar
from services.workflow.rules import due_on, local_day
from storage.database import Session


async def promise(
    session: Session, application: Application, codes: Sequence[str], *, days: int, at: datetime
) -> date:
    """Put down what is to follow within `days` working days; the last of them."""
    until = due_on(local_day(at), rules.require_days(days), await calendar.load(session)).on
    session.add_all(
        MaterialToFollow(application_id=application.id, code=code, due_on=until, promised_at=at)
        for code in codes
    )
    await session.flush()
    return until


async def require_followed(session: Session, application: Application) -> None:
    """Raises MaterialsOutstanding while something that was to follow has not come."""
    rules.require_followed([one.code for one in await queries.outstanding(session, application)])


async def ask_for_checks(session: Session, application: Application, *, at: datetime) -> None:
    """Every commitment that stood in the place of proof is to be verified after the decision (告知承诺制)."""
    materials = await cases.materials_of(session, application)
    committed = [one.code for one in materials if one.supply is Supply.COMMITTED]
    if not committed:
        return
    until = due_on(local_day(at), rules.CHECK_DAYS, await calendar.load(session)).on
    session.add_all(
        CommitmentCheck(application_id=application.id, code=code, due_on=until, asked_at=at)
        for code in committed
    )
    await session.flush()
