"""The bundle's own chain in the ledger, beside those of its cases."""

from datetime import datetime
from typing import Any

from identity.actor import Actor
from services.applications.bundling.models import BundleApplication
from services.applications.commands.recording import PORTAL, spoken_for
from storage import ledger
from storage.database import Session


async def record(
    session: Session,
    actor: Actor | None,
    bundle: BundleApplication,
    deed: str,
    *,
    at: datetime,
    **details: Any,
) -> None:
    """Write `deed` («bundle submitted») into the bundle's chain; without an actor the portal itself did it."""
    behalf, names = spoken_for(actor, bundle)
    await ledger.append(
        session,
        chain=bundle.number,
        deed=deed,
        subject=bundle.number,
        actor=str(actor.person_id) if actor else PORTAL,
        on_behalf_of=behalf,
        at=at,
        details=names | details,
    )
