"""What a case has to pay by its item, and what was paid. For those who may see the case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import col

from services.applications import queries as cases
from services.applications.charging import rules
from services.applications.charging.models import Payment, Waiver
from services.applications.commands.submitting import facts_by_name
from services.applications.models import Application
from services.catalogue import answers, charges
from services.catalogue.definition import ItemDefinition
from services.workflow.rules import local_day
from storage.database import Session


@dataclass(frozen=True, slots=True)
class Account:
    """`due` in fen, 0 where nothing is charged, None where the item does not say how much; payments oldest first."""

    due: int | None
    payments: list[Payment]
    waiver: Waiver | None

    @property
    def kept(self) -> int:
        """Taken and not given back, in fen."""
        return rules.kept((one.amount, one.refunded_at is not None) for one in self.payments)

    @property
    def lacking(self) -> int:
        """What is due and was neither taken nor let off, in fen."""
        return 0 if self.waiver else max(0, (self.due or 0) - self.kept)


async def due_of(
    session: Session, application: Application, definition: ItemDefinition, *, today: date
) -> int | None:
    """What this case has to pay, by its answers and what the registers said, in fen."""
    known: Mapping[str, object] = {}
    if definition.fee.lines:
        facts = facts_by_name(await cases.facts_of(session, application))
        checked = answers.check(
            definition.form, application.answers, today=today, complete=False, facts=facts
        )
        known = facts | checked.values
    return charges.due(definition.fee, known, today=today)


async def owed(
    session: Session, application: Application, definition: ItemDefinition, *, at: datetime
) -> dict[str, int]:
    """What the record of a grant says of the fee: nothing where none is due or the item does not say how much."""
    due = await due_of(session, application, definition, today=local_day(at))
    return {"fee": due} if due else {}


async def account(
    session: Session, application: Application, definition: ItemDefinition, *, today: date
) -> Account:
    due = await due_of(session, application, definition, today=today)
    return Account(due, await payments_of(session, application), await session.get(Waiver, application.id))


async def charged(
    session: Session, application: Application, definition: ItemDefinition, *, today: date
) -> Account | None:
    """The same, and nothing where nothing is charged and nothing was paid."""
    if not definition.fee.charged and not await payments_of(session, application):
        return None
    return await account(session, application, definition, today=today)


async def payments_of(session: Session, application: Application) -> list[Payment]:
    query = sa.select(Payment).where(col(Payment.application_id) == application.id)
    return list(await session.scalars(query.order_by(col(Payment.at), col(Payment.receipt))))
