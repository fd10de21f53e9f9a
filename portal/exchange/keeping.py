"""One contract ended; one ticket answered: by the department concerned."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import Actor
from portal import forms, guards
from portal.dependencies import Transactions
from portal.exchange import desk, wording
from portal.forms import Form
from portal.language import gettext as _
from portal.language import pick
from portal.request import Request
from portal.resources import Resources


class Ending(forms.Fields):
    reason: str = Field(min_length=2, max_length=1000)


class TicketAnswer(forms.Fields):
    stands: Literal["yes", "no"]
    words: str = Field(min_length=2, max_length=1000)


class ContractPages(Controller):
    path = f"{desk.ROOM}/contracts"
    guards = [guards.roles(*desk.STEWARDS)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/{number:str}", name="exchange:contract")
    async def show(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template:
        return await _contract(transactions, resources, actor, now, number, Form.empty())

    @post("/{number:str}/end", name="exchange:end-contract")
    async def end(
        self,
        request: Request,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, Ending)
        if form.value is None:
            return await _contract(transactions, resources, actor, now, number, form, 422)
        content = {"number": number, "reason": form.value.reason}
        try:
            await desk.told(resources, actor, "end-contract", now, content)
        except desk.Refused as refused:
            wrong = form.wrong(reason=desk.sentence(refused))
            return await _contract(transactions, resources, actor, now, number, wrong, 422)
        return Redirect(desk.ROOM, status_code=303)


class TicketPages(Controller):
    path = f"{desk.ROOM}/tickets"
    guards = [guards.roles(*desk.STEWARDS)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/{number:uuid}", name="exchange:ticket")
    async def show(
        self,
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[UUID],
    ) -> Template:
        return await _ticket(resources, actor, now, str(number), Form.empty())

    @post("/{number:uuid}", name="exchange:answer-ticket")
    async def answer(
        self,
        request: Request,
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[UUID],
    ) -> Template | Redirect:
        form = await forms.read(request, TicketAnswer)
        if form.value is None:
            return await _ticket(resources, actor, now, str(number), form, 422)
        content = {
            "number": str(number),
            "stands": form.value.stands == "yes",
            "words": form.value.words,
        }
        await desk.told(resources, actor, "answer-ticket", now, content)
        return Redirect(desk.ROOM, status_code=303)


async def _contract(
    transactions: Transactions,
    resources: Resources,
    actor: Actor,
    now: datetime,
    number: str,
    form: Form[Ending],
    status: int = 200,
) -> Template:
    known = await desk.told(resources, actor, "contracts", now)
    directory = await resources.hub.directory()
    names = {one.code: pick(one.name) for one in directory}
    found = next((one for one in known if one["number"] == number), None)
    if found is None:
        raise NotFoundException
    context = {
        "form": form,
        "contract": found,
        "register": desk.register(found["resource"], names),
        "item": (await desk.items(transactions)).get(found["item_code"], ""),
        "fields": desk.fields(found["fields"], found["resource"], directory),
        "form_words": _(wording.FORMS[found["form"]]),
        "valid_until": datetime.fromisoformat(found["valid_until"]),
        "ours": found["ended_at"] is None
        and desk.party_of(actor, resources) in {found["consumer"], found["provider"]},
    }
    return Template("exchange/contract.html", context=context, status_code=status)


async def _ticket(
    resources: Resources,
    actor: Actor,
    now: datetime,
    number: str,
    form: Form[TicketAnswer],
    status: int = 200,
) -> Template:
    known = await desk.told(resources, actor, "tickets", now)
    directory = await resources.hub.directory()
    names = {one.code: pick(one.name) for one in directory}
    found = next((one for one in known if one["id"] == number), None)
    if found is None:
        raise NotFoundException
    text, colour = wording.TICKET_STATES[found["state"]]
    context = {
        "form": form,
        "ticket": found,
        "what": _(wording.TICKETS[found["kind"]]),
        "register": desk.register(found["resource"], names),
        "fields": desk.fields(found["fields"], found["resource"], directory),
        "words": (_(text), colour),
        "due_on": datetime.fromisoformat(found["due_on"]).date(),
        "ours": found["state"] == "open" and found["department"] == desk.party_of(actor, resources),
    }
    return Template("exchange/ticket.html", context=context, status_code=status)
