"""What a case was charged, and why, as its applicant reads it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.citizen.case import Case
from services.applications.charging import queries
from storage.database import Session


@dataclass(frozen=True, slots=True)
class Fees:
    """`due` and the amounts of `payments` are fen."""

    due: int | None
    payments: list[Any]
    waiver: Any

    @staticmethod
    def yuan(fen: int) -> Decimal:
        return Decimal(fen) / 100


async def seen(session: Session, row: Any, case: Case) -> Fees | None:
    """Nothing where nothing is charged and nothing was paid."""
    found = await queries.charged(session, row, case.definition, today=case.today)
    return Fees(found.due, found.payments, found.waiver) if found else None
