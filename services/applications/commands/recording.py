"""What every deed leaves behind: its ledger entry on the case's own chain, and the running numbers of its papers."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from identity.actor import Actor
from services.applications.models import Application, NumberSeries
from storage import ledger
from storage.database import Session

PORTAL = "system:portal"


class Case(Protocol):
    """What of a case or bundle says whose it is."""

    applicant_id: UUID
    applicant_name: str


async def record(
    session: Session,
    actor: Actor | None,
    application: Application,
    deed: str,
    *,
    at: datetime,
    **details: Any,
) -> None:
    """Write `deed` («application accepted») into the case's chain; without an actor the portal itself did it.

    Whoever does it for the applicant under a mandate stands there with both names (`by`, `for`), and so does an
    officer at the desk of an absent colleague (`by`, `instead_of`): the desk is cleared after the record, never before.
    """
    behalf, names = spoken_for(actor, application)
    if absent := actor.instead_of(application.claimed_by) if actor else None:
        behalf, names = str(absent.person_id), names | {"instead_of": absent.name}
    await ledger.append(
        session,
        chain=application.number,
        deed=deed,
        subject=application.number,
        actor=str(actor.person_id) if actor else PORTAL,
        on_behalf_of=behalf,
        at=at,
        details=names | details,
    )


def spoken_for(actor: Actor | None, case: Case) -> tuple[str | None, dict[str, str]]:
    """On whose behalf a deed on a case is done, and the names the ledger shows."""
    if actor is None:
        return None, {}
    if actor.is_staff:
        return actor.behalf, {"by": actor.name}
    if case.applicant_id == actor.person_id:
        return None, {"by": actor.name}
    return str(case.applicant_id), {"by": actor.name, "for": case.applicant_name}


def clear_desk(application: Application) -> None:
    """The case lies on nobody's desk any more: the next officer may claim it."""
    application.claimed_by = application.claimed_by_name = None


async def next_in_series(session: Session, prefix: str) -> int:
    """The next number of a series, 1 first. Two transactions on one series take turns until they end."""
    row = insert(NumberSeries).values(prefix=prefix, last=1)
    counted = row.on_conflict_do_update(
        index_elements=["prefix"], set_={"last": sa.text("number_series.last + 1")}
    )
    number = await session.scalar(counted.returning(sa.column("last")))
    return int(number or 0)
