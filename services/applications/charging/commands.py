"""收费、退费、减免, each a deed of the case: who took how much on which receipt, gave it back or let it off, and why."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor, Role
from services.applications import queries as cases
from services.applications.charging import queries, rules
from services.applications.charging.errors import FeeNotYours, FeeSettled, PaymentUnknown, ReceiptUsed
from services.applications.charging.models import Payment, Waiver
from services.applications.commands.recording import record
from services.applications.models import Application
from services.applications.rules import require_words
from services.catalogue import queries as catalogue
from services.catalogue.definition import ItemDefinition
from services.workflow.rules import local_day
from storage.database import Session

CASHIERS = frozenset({Role.WINDOW, Role.APPROVER})
TAKEN, REFUNDED, WAIVED = "fee taken", "fee refunded", "fee waived"


async def take_fee(
    session: Session,
    actor: Actor,
    number: str,
    *,
    amount: int,
    receipt: str,
    paid_on: date,
    at: datetime,
) -> Payment:
    """Record a payment of `amount` fen with its receipt; the same once more changes nothing.

    What was taken is recorded also where nothing is due: then it is a matter for oversight (M1), not for silence.
    Raises FeeNotYours, FeeNotOpen, AmountWrong, ReceiptWrong, ReceiptUsed, PaidOnWrong, ApplicationNotFound.
    """
    rules.require_amount(amount)
    receipt = rules.require_receipt(receipt)
    application = await _case(session, actor, number)
    known: Payment | None = await session.scalar(sa.select(Payment).where(col(Payment.receipt) == receipt))
    if known is not None:
        if (known.application_id, known.amount, known.paid_on) != (application.id, amount, paid_on):
            raise ReceiptUsed(receipt)
        return known
    rules.require_day(paid_on, local_day(application.submitted_at or application.created_at), local_day(at))
    payment = Payment(
        application_id=application.id,
        amount=amount,
        receipt=receipt,
        paid_on=paid_on,
        taken_by=actor.person_id,
        taken_by_name=actor.name,
        at=at,
    )
    session.add(payment)
    await session.flush()
    definition = await _definition(session, application)
    due = await queries.due_of(session, application, definition, today=local_day(at))
    told = {"amount": amount, "receipt": receipt, "paid_on": str(paid_on), "due": due}
    await record(session, actor, application, TAKEN, at=at, **told)
    return payment


async def refund(
    session: Session, actor: Actor, number: str, payment_id: UUID, *, reason: str, at: datetime
) -> Payment:
    """Record that a payment was given back, with the reason; once more changes nothing.

    Raises FeeNotYours, PaymentUnknown, ReasonMissing.
    """
    words = require_words("refund", reason)
    application = await _case(session, actor, number)
    payment = await session.get(Payment, payment_id)
    if payment is None or payment.application_id != application.id:
        raise PaymentUnknown
    if payment.refunded_at is None:
        payment.refunded_at, payment.refund_reason = at, words
        payment.refunded_by, payment.refunded_by_name = actor.person_id, actor.name
        told = {"amount": payment.amount, "receipt": payment.receipt}
        await record(session, actor, application, REFUNDED, at=at, **told)
    return payment


async def waive(session: Session, actor: Actor, number: str, *, ground: str, at: datetime) -> Waiver:
    """减免: let the fee off, with the ground; once more changes nothing.

    Raises FeeNotYours, FeeNotOpen, ReasonMissing, FeeSettled where nothing is charged or all of it was taken.
    """
    words = require_words("waive-fee", ground)
    application = await _case(session, actor, number)
    definition = await _definition(session, application)
    account = await queries.account(session, application, definition, today=local_day(at))
    if account.waiver is not None:
        return account.waiver
    if account.due is not None and account.kept >= account.due:
        raise FeeSettled
    waiver = Waiver(
        application_id=application.id,
        ground=words,
        waived_by=actor.person_id,
        waived_by_name=actor.name,
        at=at,
    )
    session.add(waiver)
    await session.flush()
    await record(session, actor, application, WAIVED, at=at, due=account.due)
    return waiver


async def _case(session: Session, actor: Actor, number: str) -> Application:
    """The case, locked: whoever presses twice waits for the first."""
    if not actor.has(*CASHIERS):
        raise FeeNotYours
    application = await cases.get(session, actor, number, lock=True)
    rules.require_handed_in(application.state)
    return application


async def _definition(session: Session, application: Application) -> ItemDefinition:
    return (await catalogue.get_version(session, application.item_code, application.item_version)).definition
