"""Beginning: what one will need, for whom one acts, and the drafts one already has of this very item."""

from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity import queries as identity
from identity.actor import Actor, Party
from identity.mandates import queries as mandates
from identity.mandates.rules import may_act, reaches
from portal import forms
from portal.citizen.situating import chosen_of
from portal.dependencies import Transactions
from portal.guards import citizen
from portal.request import Request
from portal.resources import Resources
from services.applications import queries
from services.applications.commands import drafting, gathering, starting
from services.applications.errors import WrongApplicant
from services.applications.rules import Channel
from services.catalogue import queries as catalogue
from services.catalogue import situations
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
        request: Request,
        code: FromPath[str],
    ) -> Template:
        item = await catalogue.get(session, code)
        parties = await identity.parties(session, actor.person_id, now)
        context: dict[str, Any] = {
            "definition": item.definition,
            "acting_for": actor.acting_for,
            "fits": _fits(item.definition, actor.acting_for),
            "covered": may_act(actor, actor.acting_for.id, item.code),
            "level": item.definition.real_name,
            "reached": reaches(await mandates.level(session, actor.person_id), item.definition.real_name),
            "others": [
                party for party in parties if party != actor.acting_for and _fits(item.definition, party)
            ],
            "suspension": await catalogue.suspension(session, item.code),
            "drafts": await queries.drafts_of(session, actor, item.code),
            "chosen": chosen_of(item.definition, dict(request.query_params.items()), now),
        }
        return Template("citizen/start.html", context=context)

    @post("/{code:str}", name="starting:begin")
    async def begin(
        self,
        request: Request,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Redirect:
        """The draft is committed before the registers are asked, so that their record names a case that exists.

        What was answered about one's situation is carried into the form.
        """
        posted = {key: text for key, text in (await forms.raw(request)).items() if isinstance(text, str)}
        async with transactions() as session:
            item = await catalogue.get(session, code)
            draft = await starting.start(session, actor, item, channel=Channel.ONLINE, at=now)
            number = draft.number
            typed = _carried(item.definition, posted, now)
            if typed:
                await drafting.save_answers(session, actor, number, item.definition, typed, at=now)
        await gathering.gather(resources.sessions, resources.hub, number, at=now)
        return Redirect(f"/applications/{number}", status_code=303)


def _carried(definition: ItemDefinition, posted: dict[str, str], now: datetime) -> dict[str, str | list[str]]:
    """The answers to the form that follow from those about the situation."""
    if definition.situations is None:
        return {}
    chosen = chosen_of(definition, posted, now)
    return situations.carried(definition.situations, definition.form, chosen)


def _fits(definition: ItemDefinition, party: Party) -> bool:
    """Whether this party may apply for the item."""
    try:
        starting.require_audience(definition, party.kind)
    except WrongApplicant:
        return False
    return True
