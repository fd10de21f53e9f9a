"""What every deed leaves behind: its ledger entry on the case's own chain, and the running numbers of its papers."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from identity.actor import Actor
from services.applications.models import Application, NumberSeries
from storage import ledger
from storage.database import Session

PORTAL = "system:portal"


async def record(
    session: Session,
    actor: Actor | None,
    application: Application,
    deed: str,
    *,
    at: datetime,
    **details: Any,
) -> None:
    """Write `deed` («application accepted») into the case's chain; without an actor the portal itself did it."""
    await ledger.append(
        session,
        chain=application.number,
        deed=deed,
        subject=application.number,
        actor=str(actor.person_id) if actor else PORTAL,
        on_behalf_of=actor.behalf if actor else None,
        at=at,
        details=({"by": actor.name} if actor else {}) | details,
    )


async def next_in_series(session: Session, prefix: str) -> int:
    """The next number of a series, 1 first. Two transactions on one series take turns until they end."""
    row = insert(NumberSeries).values(prefix=prefix, last=1)
    counted = row.on_conflict_do_update(
        index_elements=["prefix"], set_={"last": sa.text("number_series.last + 1")}
    )
    number = await session.scalar(counted.returning(sa.column("last")))
    return int(number or 0)
