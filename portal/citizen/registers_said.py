"""What the registers say, before it is used: accepted, disputed (the department checks it), or replaced by papers.

A copy for one purpose: it says for which matter and until when, and it is gone with the case.
"""

from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import Actor
from portal import forms
from portal.citizen import telling
from portal.dependencies import Transactions
from portal.forms import Form
from portal.guards import citizen
from portal.language import gettext as _
from portal.language import pick
from portal.request import Request
from portal.resources import Resources
from services.applications import queries
from services.applications.facts import commands
from services.applications.facts.models import Word
from services.applications.facts.queries import told_facts, words_of
from services.applications.rules import CHANGEABLE
from services.catalogue import queries as catalogue
from services.sharing.errors import ExchangeError
from storage.database import Session


class Said(forms.Fields):
    word: Word
    words: str = Field(default="", max_length=1000)


class RegisterPages(Controller):
    path = "/applications/{number:str}/registers"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="registers:show")
    async def show(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], number: FromPath[str]
    ) -> Template:
        return await _page(session, actor, number, "", Form.empty())

    @get("/{resource:str}", name="registers:one")
    async def one(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        number: FromPath[str],
        resource: FromPath[str],
    ) -> Template:
        return await _page(session, actor, number, resource, Form.empty())

    @post("/{resource:str}", name="registers:say")
    async def say(
        self,
        request: Request,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        resource: FromPath[str],
    ) -> Template | Redirect:
        """The word is kept first; a dispute is then told to the department, and a hub that is away stops nothing."""
        form = await forms.read(request, Said)
        told = form.value
        if told is None or (told.word is Word.DISPUTED and not told.words):
            wrong = form if told is None else form.wrong(words=_("请写明哪里不对、应该是什么"))
            async with transactions() as session:
                return await _page(session, actor, number, resource, wrong, 422)
        async with transactions() as session:
            fact = await commands.say(session, actor, number, resource, told.word, words=told.words, at=now)
            digest = fact.request
        if told.word is Word.DISPUTED and digest:
            ticket = await _raise(resources, actor, digest, told.words, now)
            async with transactions() as session:
                await commands.note_ticket(session, actor, number, resource, ticket)
        return Redirect(f"/applications/{number}/registers", status_code=303)


async def _raise(resources: Resources, actor: Actor, digest: str, words: str, now: datetime) -> str:
    """The number under which the department looks into it; nothing while the hub is away."""
    content = {"kind": "dispute", "use": digest, "words": words}
    try:
        answer = await resources.hub.steward(
            "raise-ticket",
            consumer=resources.settings.party,
            operator=str(actor.person_id),
            at=now,
            content=content,
        )
    except ExchangeError:
        return ""
    return "" if answer.refused else str(answer.result["id"])


async def _page(
    session: Session, actor: Actor, number: str, resource: str, form: Form[Said], status: int = 200
) -> Template:
    case = await queries.get(session, actor, number)
    item = await catalogue.get_version(session, case.item_code, case.item_version)
    said = await words_of(session, case)
    facts = [one for one in await told_facts(session, case) if resource in {"", one.resource}]
    if resource and not facts:
        raise NotFoundException
    shown: list[dict[str, Any]] = [
        {
            "resource": one.resource,
            "register": telling.register(one.resource),
            "rows": [
                (telling.said(telling.FIELDS, name), name not in telling.FIELDS, value)
                for name, value in sorted(one.values.items())
            ],
            "at": one.at,
            "request": one.request,
            "word": said[one.resource].word if one.resource in said else "",
            "ticket": said[one.resource].ticket if one.resource in said else "",
        }
        for one in facts
    ]
    context = {
        "number": number,
        "matter": pick(item.definition.name),
        "facts": shown,
        "register_named": resource,
        "open": case.state in CHANGEABLE,
        "form": form,
    }
    return Template("citizen/registers_said.html", context=context, status_code=status)
