"""A request that waits for its answer: finding it, and writing the answer down."""

from datetime import datetime
from typing import Any
from uuid import UUID

from identity.journal import note
from identity.mandates.errors import MandateSettled, MandateUnknown
from identity.mandates.models import MandateRequest
from identity.mandates.rules import Answer
from storage.database import Session


async def waiting(session: Session, request_id: UUID, at: datetime) -> MandateRequest:
    """A request, locked, that still waits. Raises MandateUnknown, MandateSettled."""
    row = await session.get(MandateRequest, request_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise MandateUnknown
    if row.answered_at is not None or row.expires_at <= at:
        raise MandateSettled
    return row


async def settle(session: Session, request: MandateRequest, answer: Answer, by: str, at: datetime) -> None:
    """Write down what became of it."""
    request.answer, request.answered_by, request.answered_at = answer, by, at
    await session.flush()
    await note_request(session, request, f"mandate {answer.value}", by, at)


async def note_request(session: Session, request: MandateRequest, deed: str, by: str, at: datetime) -> None:
    """The entry in the asker's chain; it names neither side's number."""
    chain = f"account:{request.asked_by}"
    known = {"request": str(request.id), "kind": request.kind.value, "powers": list(request.items)}
    await note(session, chain, deed, str(request.asked_by), by, at, **known)


def evidence_of(request: MandateRequest, *, by: str) -> dict[str, Any]:
    """By what the mandate came about, as the mandate keeps it."""
    file = {"file": request.evidence_digest} if request.evidence_digest else {}
    return {"by": by, "request": str(request.id), **file}
