"""How identity writes into the ledger: one entry, in the deed's own transaction."""

from datetime import datetime

from storage import ledger
from storage.database import Session


async def note(
    db: Session, chain: str, deed: str, subject: str, by: str, at: datetime, **details: object
) -> None:
    """Append `deed` about `subject`, done by `by` for themself. `details` hold no number, phone or address."""
    await ledger.append(db, chain=chain, deed=deed, subject=subject, actor=by, at=at, details=details)
