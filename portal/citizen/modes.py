"""What stands beside a case because of how it is dealt with: its bundle, rules, the window that received it, a hearing."""

from typing import Any

from identity.actor import Actor
from portal.citizen import by_rules, charges, hearing
from portal.citizen.case import Case
from services.applications import queries
from services.applications.bundling import queries as bundling
from services.applications.elsewhere import queries as elsewhere
from storage.database import Session


async def beside(session: Session, actor: Actor, case: Case) -> dict[str, Any]:
    """The part of the case page's context that most cases leave empty."""
    row = await queries.get(session, actor, case.number)
    return {
        "joint": (await bundling.joint_of(session, [row.id])).get(row.id),
        "by_rules": await by_rules.seen(session, case),
        "received_at": await elsewhere.told(session, row),
        "hearing": await hearing.seen(session, row, case),
        "fees": await charges.seen(session, row, case),
    }
