"""What was done with a licence, in the ledger: one chain per licence, in the deed's own transaction."""

from datetime import datetime

from licensing.models import Licence
from storage import ledger
from storage.database import Session

WORKER = "system:licensing"


async def record(
    session: Session, licence: Licence, deed: str, actor: str, at: datetime, **details: str
) -> None:
    """Write the rows, then append `deed` (past tense) to the licence's chain."""
    await session.flush()
    await ledger.append(
        session,
        chain=f"licence:{licence.id}",
        deed=deed,
        subject=licence.identifier,
        actor=actor,
        at=at,
        details={"application": licence.application_number, "state": licence.state.value} | details,
    )
