"""A request that waits for its answer: finding it, and writing the answer down."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.journal import note
from identity.mandates.errors import MandateSettled, MandateUnknown
from identity.mandates.models import MandateRequest
from identity.mandates.rules import Answer
from identity.models import ID_NUMBER
from storage.cipher import ring
from storage.database import Session


async def waiting(session: Session, request_id: UUID, at: datetime) -> MandateRequest:
    """A request, locked, that still waits. Raises MandateUnknown, MandateSettled."""
    row = await session.get(MandateRequest, request_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise MandateUnknown
    if row.answered_at is not None or row.expires_at <= at:
        raise MandateSettled
    return row


async def the_same(session: Session, request: MandateRequest, at: datetime) -> MandateRequest | None:
    """A request of this asker that waits and asks the same of the same person, locked; the asker learns nothing new."""
    query = (
        sa.select(MandateRequest)
        .where(
            col(MandateRequest.asked_by) == request.asked_by,
            col(MandateRequest.other_index).in_(ring().indexes(request.other["id_number"], ID_NUMBER)),
            col(MandateRequest.answered_at).is_(None),
            col(MandateRequest.expires_at) > at,
        )
        .with_for_update()
    )
    return next((one for one in await session.scalars(query) if _asks(one) == _asks(request)), None)


def _asks(request: MandateRequest) -> tuple[object, ...]:
    return (
        request.kind,
        request.asker_acts,
        request.other["name"],
        request.for_organisation,
        tuple(sorted(request.items)),
    )


async def renew(session: Session, before: MandateRequest, request: MandateRequest, at: datetime) -> UUID:
    """Asked once more, it waits anew and with what was said last; it stands once in both lists."""
    before.until, before.expires_at = request.until, request.expires_at
    if request.evidence_digest:
        before.evidence_digest, before.evidence_type = request.evidence_digest, request.evidence_type
    await session.flush()
    await note_request(session, before, "mandate requested", str(before.asked_by), at)
    return before.id


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
