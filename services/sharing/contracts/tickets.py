"""校核纠错: what a department has to look into, and its answer. One open ticket a kind, register and case."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.sharing.contracts.errors import ReasonMissing, TicketUnknown
from services.sharing.contracts.rules import TicketKind, TicketState
from services.sharing.models import Ticket, Use
from storage import ledger
from storage.database import Session


async def raise_ticket(
    session: Session,
    *,
    kind: TicketKind,
    use: str,
    words: str,
    operator: str,
    due_on: date,
    at: datetime,
    department: str | None = None,
    vouched: bool = False,
) -> Ticket:
    """Ask a department to look into one use of data (its number, or its request's digest).

    Asked is the register's provider, or for a complaint the department that used the data.

    The same again is the ticket that stands. Unless the portal vouches for them, `operator` must be the use's applicant or operator, or (`department`)
    the department that asked. Raises TicketUnknown for a use that is not there, or not theirs.
    """
    found = await _use(session, use)
    own = found is not None and (
        operator in {found.applicant, found.operator} or department == found.consumer
    )
    if found is None or not (own or vouched):
        raise TicketUnknown(use)
    charged = found.consumer if kind is TicketKind.COMPLAINT else found.provider
    query = sa.select(Ticket).where(
        col(Ticket.kind) == kind,
        col(Ticket.department) == charged,
        col(Ticket.resource) == found.resource,
        col(Ticket.case_number) == found.case_number,
        col(Ticket.state) == TicketState.OPEN,
    )
    await session.execute(
        sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"),
        {"key": f"{kind}:{charged}:{found.case_number}"},
    )
    if (known := (await session.scalars(query)).one_or_none()) is not None:
        return known
    row = Ticket(
        kind=kind,
        department=charged,
        resource=found.resource,
        fields=list(found.fields),
        case_number=found.case_number,
        use=found.id,
        words=words,
        raised_by=operator,
        raised_at=at,
        due_on=due_on,
        state=TicketState.OPEN,
    )
    session.add(row)
    await session.flush()
    await _enter(session, row, "ticket raised", operator, at)
    return row


async def _use(session: Session, named: str) -> Use | None:
    try:
        return await session.get(Use, UUID(named))
    except ValueError:
        pass
    query = sa.select(Use).where(col(Use.request_digest) == named).limit(1)
    return (await session.scalars(query)).one_or_none()


async def answer(
    session: Session,
    number: UUID,
    *,
    department: str,
    operator: str,
    stands: bool,
    words: str,
    at: datetime,
) -> Ticket:
    """The department looked into it: put right, or it stands as it was, with reasons. TicketUnknown, ReasonMissing."""
    row = (
        await session.scalars(sa.select(Ticket).where(col(Ticket.id) == number).with_for_update())
    ).one_or_none()
    if row is None or row.department != department or row.state is not TicketState.OPEN:
        raise TicketUnknown(str(number))
    if not words.strip():
        raise ReasonMissing(str(number))
    row.state = TicketState.STANDS if stands else TicketState.PUT_RIGHT
    row.answer, row.answered_by, row.answered_at = words.strip(), operator, at
    await session.flush()
    await _enter(session, row, "ticket answered", operator, at)
    return row


async def tickets(
    session: Session, *, department: str | None = None, raised_by: str | None = None, limit: int = 200
) -> list[Ticket]:
    """Tickets of a department, or of who raised them; the open ones first, by their limit."""
    query = sa.select(Ticket).order_by(
        col(Ticket.state) != TicketState.OPEN, col(Ticket.due_on), col(Ticket.raised_at).desc()
    )
    if department is not None:
        query = query.where(col(Ticket.department) == department)
    if raised_by is not None:
        query = query.where(col(Ticket.raised_by) == raised_by)
    return list(await session.scalars(query.limit(limit)))


async def _enter(session: Session, row: Ticket, deed: str, operator: str, at: datetime) -> None:
    details = {"kind": row.kind, "department": row.department, "resource": row.resource, "state": row.state}
    await ledger.append(
        session,
        chain=f"hub:{row.case_number}",
        deed=deed,
        subject=str(row.id),
        actor=operator,
        at=at,
        details=details,
    )
