"""Beginning: what one will need, for whom one acts, and the drafts one already has of this very item."""

from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity import queries as identity
from identity.actor import Actor, Party
from portal.dependencies import Transactions
from portal.guards import citizen
from portal.resources import Resources
from services.applications import queries
from services.applications.commands import gathering, starting
from services.applications.errors import WrongApplicant
from services.applications.rules import Channel
from services.catalogue import queries as catalogue
from services.catalogue.definition import ItemDefinition
from storage.database import Session


class StartingPages(Controller):
    path = "/apply"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/{code:str}", name="starting:show")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Template:
        item = await catalogue.get(session, code)
        parties = await identity.parties(session, actor.person_id, now)
        context: dict[str, Any] = {
            "definition": item.definition,
            "acting_for": actor.acting_for,
            "fits": _fits(item.definition, actor.acting_for),
            "others": [
                party for party in parties if party != actor.acting_for and _fits(item.definition, party)
            ],
            "drafts": await queries.drafts_of(session, actor, item.code),
        }
        return Template("citizen/start.html", context=context)

    @post("/{code:str}", name="starting:begin")
    async def begin(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Redirect:
        """The draft is committed before the registers are asked, so that their record names a case that exists."""
        async with transactions() as session:
            item = await catalogue.get(session, code)
            draft = await starting.start(session, actor, item, channel=Channel.ONLINE, at=now)
            number = draft.number
        await gathering.gather(resources.sessions, resources.hub, number, at=now)
        return Redirect(f"/applications/{number}", status_code=303)


def _fits(definition: ItemDefinition, party: Party) -> bool:
    """Whether this party may apply for the item."""
    try:
        starting.require_audience(definition, party.kind)
    except WrongApplicant:
        return False
    return True
