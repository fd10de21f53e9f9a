"""What waits for an answer is asked for: orders before their last day and after it, red warnings nobody answered.

Each asking is an entry of the case's record, from which the messages follow (docs/decisions/0013). Nothing lingers
silently, and nothing is asked for twice on the same ground.
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from services.oversight.models import Order
from services.oversight.warnings.models import Warning
from services.oversight.warnings.rules import Level
from services.workflow import calendar
from services.workflow.rules import due_on, local_day
from storage import ledger
from storage.database import Session

BATCH = 500
SYSTEM = "system:oversight"


async def remind_of_orders(session: Session, *, at: datetime, most: int = BATCH) -> int:
    """Ask for the reply on the last working day before it is due, and once more when it is late; how many were asked."""
    today = local_day(at)
    tomorrow = due_on(today, 1, await calendar.load(session)).on
    asked = sa.case((col(Order.due_on) < today, 2), else_=1)
    query = (
        sa.select(Order)
        .where(
            col(Order.replied_at).is_(None),
            col(Order.closed_at).is_(None),
            col(Order.due_on) <= tomorrow,
            col(Order.reminded) < asked,
        )
        .order_by(col(Order.due_on), col(Order.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    found = list(await session.scalars(query))
    for order in found:
        await _ask_for(session, order, today, at)
    return len(found)


async def _ask_for(session: Session, order: Order, today: date, at: datetime) -> None:
    late = order.due_on < today
    order.reminded = 2 if late else 1
    told: dict[str, Any] = {"order": order.number, "due": str(order.due_on), "late": late}
    if order.to_person:
        told["to_person"] = str(order.to_person)
    if late:  # whoever gave the order is told as well
        told["also"] = str(order.issued_by)
    await _record(session, order.application_number, "supervision order reminded", at, told)


async def tell_of_silence(session: Session, *, at: datetime, most: int = BATCH) -> int:
    """Tell the supervisors once of each red warning that nobody answered in time; how many there were."""
    query = (
        sa.select(Warning)
        .where(
            col(Warning.level) == Level.RED,
            col(Warning.reply_by) < local_day(at),
            col(Warning.replied_at).is_(None),
            col(Warning.disposed_at).is_(None),
            col(Warning.retracted_at).is_(None),
            col(Warning.left_at).is_(None),
        )
        .order_by(col(Warning.reply_by), col(Warning.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    found = list(await session.scalars(query))
    for warning in found:
        warning.left_at = at
        told = {"rule": warning.rule, "due": str(warning.reply_by)}
        await _record(session, warning.application_number, "warning left unanswered", at, told)
    return len(found)


async def _record(session: Session, number: str, deed: str, at: datetime, details: dict[str, Any]) -> None:
    await ledger.append(
        session, chain=number, deed=deed, subject=number, actor=SYSTEM, at=at, details=details
    )
