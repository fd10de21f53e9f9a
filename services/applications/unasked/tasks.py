"""What a worker does: look for those who agreed, a seventh of them each day."""

from datetime import UTC, datetime

from services.applications.unasked import commands, queries
from services.applications.unasked.rules import looked_at_on
from services.sharing.client import HubClient
from services.workflow.rules import local_day
from storage.database import Sessions

LOOK = "applications.look_for_benefits"
BATCH = 200


async def look(*, sessions: Sessions, hub: HubClient, at: datetime | None = None) -> None:
    """Ask the registers for everybody whose day it is. Safe to run again."""
    now = at or datetime.now(UTC)
    last = None
    while True:
        async with sessions() as session, session.begin():
            page = await queries.consented(session, after=last, limit=BATCH)
        if not page:
            return
        for person_id, code in page:
            if looked_at_on(person_id, local_day(now)):
                await commands.look(sessions, hub, person_id, code, at=now)
        last = page[-1]
