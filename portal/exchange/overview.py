"""What a department's steward has before them; supervisors see the whole city's use against contract, and quality."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template

from identity.actor import Actor, Role
from portal.dependencies import Transactions
from portal.exchange import desk, wording
from portal.language import gettext as _
from portal.language import pick
from portal.resources import Resources
from services.applications.facts.queries import spared_by_item

SPARED_DAYS = 365


class OverviewPages(Controller):
    path = desk.ROOM
    guards = [desk.STAFF]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="exchange:home")
    async def home(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template:
        """Askings, tickets and contracts of the officer's department; of all for supervisors."""
        askings, tickets, contracts = await asyncio.gather(
            *(desk.told(resources, actor, deed, now) for deed in ("askings", "tickets", "contracts"))
        )
        directory = await _directory(resources)
        overseeing = actor.has(Role.SUPERVISOR)
        gone = await desk.told(resources, actor, "uses-gone", now) if overseeing else []
        departments, items = await desk.names(transactions), await desk.items(transactions)
        context: dict[str, Any] = {
            "items": items,
            "party": desk.party_of(actor, resources),
            "overseeing": overseeing,
            "gone": gone,
            "askings": [_asking(one, departments, directory) for one in askings],
            "tickets": [_ticket(one, departments, directory) for one in tickets],
            "contracts": [_contract(one, departments, directory) for one in contracts],
        }
        return Template("exchange/home.html", context=context)

    @get("/quality", name="exchange:quality")
    async def quality(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template:
        """How every register answered in thirty days, and the state of each source now."""
        figures = await desk.told(resources, actor, "quality", now)
        directory = await _directory(resources)
        health = await resources.hub.health()
        departments, items = await desk.names(transactions), await desk.items(transactions)
        async with transactions() as session:
            spared = await spared_by_item(session, since=now - timedelta(days=SPARED_DAYS))
        rows = [
            one
            | {
                "register": desk.register(one["resource"], directory),
                "department": departments.get(one["provider"], one["provider"]),
                "gaps": sum(empty for empty, _asked in one["empty"].values()),
            }
            for one in figures
        ]
        context = {
            "rows": rows,
            "states": [
                (desk.register(health.serves.get(name, ""), directory), name, state)
                for name, state in sorted(health.sources.items())
            ],
            "spared": [(items.get(code, code), had, wanted, had / wanted) for code, had, wanted in spared],
        }
        return Template("exchange/quality.html", context=context)


async def _directory(resources: Resources) -> dict[str, str]:
    return {one.code: pick(one.name) for one in await resources.hub.directory()}


def _asking(one: dict[str, Any], departments: dict[str, str], directory: dict[str, str]) -> dict[str, Any]:
    text, colour = wording.ASKINGS[one["state"]]
    return one | {
        "who": departments.get(one["consumer"], one["consumer"]),
        "register": desk.register(one["resource"], directory),
        "words": (_(text), colour),
        "asked_at": datetime.fromisoformat(one["asked_at"]),
        "due_on": datetime.fromisoformat(one["due_on"]).date(),
    }


def _ticket(one: dict[str, Any], departments: dict[str, str], directory: dict[str, str]) -> dict[str, Any]:
    text, colour = wording.TICKET_STATES[one["state"]]
    return one | {
        "what": _(wording.TICKETS[one["kind"]]),
        "who": departments.get(one["department"], one["department"]),
        "register": desk.register(one["resource"], directory),
        "state_words": (_(text), colour),
        "due_on": datetime.fromisoformat(one["due_on"]).date(),
    }


def _contract(one: dict[str, Any], departments: dict[str, str], directory: dict[str, str]) -> dict[str, Any]:
    return one | {
        "who": departments.get(one["consumer"], one["consumer"]),
        "register": desk.register(one["resource"], directory),
        "form_words": _(wording.FORMS[one["form"]]),
        "valid_until": datetime.fromisoformat(one["valid_until"]),
    }
