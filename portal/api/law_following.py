"""Materials that may follow an acceptance (容缺后补), handed in at the same address as all others."""

from collections.abc import Sequence
from datetime import datetime

from identity.actor import Actor
from services.applications import queries
from services.applications.afterwards import commands
from services.applications.afterwards import queries as owed
from services.applications.rules import Deed, open_deeds
from services.catalogue.definition import ItemDefinition
from storage.database import Session
from storage.objects import ObjectStore


async def taken(
    session: Session,
    actor: Actor,
    number: str,
    definition: ItemDefinition,
    code: str,
    sent: Sequence[tuple[str, bytes]],
    objects: ObjectStore,
    at: datetime,
) -> bool:
    """Take the files of a material that was promised to follow; whether this is one."""
    application = await queries.get(session, actor, number)
    promised = {one.code for one in await owed.to_follow(session, application)}
    if Deed.FOLLOW_UP not in open_deeds(application.state) or code not in promised:
        return False
    for name, content in sent:
        await commands.follow_up(
            session, actor, number, definition, code, name=name, content=content, objects=objects, at=at
        )
    return True
