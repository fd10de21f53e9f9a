"""A department asks for a contract; the provider agrees, or refuses with reasons."""

from datetime import datetime
from typing import Annotated, Any, Literal

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from pydantic import BeforeValidator, Field

from identity.actor import Actor
from portal import forms, guards
from portal.dependencies import Transactions
from portal.exchange import desk, wording
from portal.forms import Form
from portal.language import gettext as _
from portal.language import pick
from portal.request import Request
from portal.resources import Resources
from services.catalogue import queries as catalogue
from services.sharing.contracts.limits import limits
from storage.database import Session

ASK = f"{desk.ROOM}/askings"


class Wanted(forms.Fields):
    resource: str = Field(max_length=64)
    item: str = Field(max_length=64, pattern="^[a-z0-9-]+$")
    legal_basis: str = Field(min_length=2, max_length=500)
    fields: Annotated[list[str], BeforeValidator(lambda one: [one] if isinstance(one, str) else one)] = Field(
        min_length=1
    )
    form: Literal["full", "masked"]
    per_day: int = Field(ge=1, le=10_000_000)
    days: int = Field(ge=1, le=1826)


class Answer(forms.Fields):
    agree: Literal["yes", "no"]
    reason: str = Field(default="", max_length=1000)


class AskingPages(Controller):
    path = ASK
    guards = [guards.roles(*desk.STEWARDS)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="exchange:ask")
    async def show(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        resource: FromQuery[str] = "",
    ) -> Template:
        """First which resource, then what of it."""
        return await _page(session, resources, actor, resource, Form.empty())

    @post("/", name="exchange:send-asking")
    async def send(
        self,
        request: Request,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        form = await forms.read(request, Wanted)
        resource = str(form.typed.get("resource", ""))
        if form.value is None:
            return await _page(session, resources, actor, resource, form, 422)
        content: dict[str, Any] = form.value.model_dump()
        try:
            asked = await desk.told(resources, actor, "ask-contract", now, content)
        except desk.Refused as refused:
            wrong = form.wrong(fields=desk.sentence(refused))
            return await _page(session, resources, actor, resource, wrong, 422)
        return Redirect(f"{ASK}/{asked['number']}", status_code=303)

    @get("/{number:str}", name="exchange:asking")
    async def one(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template:
        return await _one(transactions, resources, actor, now, number, Form.empty())

    @post("/{number:str}", name="exchange:answer-asking")
    async def answer(
        self,
        request: Request,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        """The provider's answer. A refusal without reasons is none."""
        form = await forms.read(request, Answer)
        told = form.value
        if told is None or (told.agree == "no" and not told.reason):
            wrong = form if told is None else form.wrong(reason=_("请写明理由"))
            return await _one(transactions, resources, actor, now, number, wrong, 422)
        content = {"number": number, "agree": told.agree == "yes", "reason": told.reason}
        try:
            await desk.told(resources, actor, "answer-asking", now, content)
        except desk.Refused as refused:
            wrong = form.wrong(agree=desk.sentence(refused))
            return await _one(transactions, resources, actor, now, number, wrong, 422)
        return Redirect(f"{ASK}/{number}", status_code=303)


async def _page(
    session: Session,
    resources: Resources,
    actor: Actor,
    resource: str,
    form: Form[Wanted],
    status: int = 200,
) -> Template:
    found = [one for one in await resources.hub.directory() if one.share_type != "3"]
    chosen = next((one for one in found if one.code == resource), None)
    definitions = [one.definition for one in await catalogue.in_force(session)]
    items = [one for one in definitions if actor.serves(one.department.code)]
    context = {
        "form": form,
        "chosen": chosen,
        "register": pick(chosen.name) if chosen else "",
        "registers": [(one.code, pick(one.name)) for one in found],
        "parts": [(one["name"], pick(one["title"])) for one in chosen.fields] if chosen else [],
        "items": [(one.code, pick(one.name)) for one in items],
        "limits": limits(),
    }
    return Template("exchange/ask.html", context=context, status_code=status)


async def _one(
    transactions: Transactions,
    resources: Resources,
    actor: Actor,
    now: datetime,
    number: str,
    form: Form[Answer],
    status: int = 200,
) -> Template:
    known = await desk.told(resources, actor, "askings", now)
    directory = await resources.hub.directory()
    names = {one.code: pick(one.name) for one in directory}
    found = next((one for one in known if one["number"] == number), None)
    if found is None:
        raise NotFoundException
    departments = await desk.names(transactions)
    text, colour = wording.ASKINGS[found["state"]]
    context = {
        "form": form,
        "asking": found,
        "terms": found["terms"],
        "who": departments.get(found["consumer"], found["consumer"]),
        "provider": departments.get(found["provider"], found["provider"]),
        "register": desk.register(found["resource"], names),
        "item": (await desk.items(transactions)).get(found["terms"]["item"], ""),
        "fields": desk.fields(found["terms"]["fields"], found["resource"], directory),
        "form_words": _(wording.FORMS[found["terms"]["form"]]),
        "words": (_(text), colour),
        "due_on": datetime.fromisoformat(found["due_on"]).date(),
        "ours": found["state"] == "waiting" and found["provider"] == desk.party_of(actor, resources),
    }
    return Template("exchange/asking.html", context=context, status_code=status)
