"""可以直接享受 (免申即享): what the person is entitled to by what the state knows, for them to confirm or decline."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity.actor import Actor
from portal import enjoying
from portal.citizen import telling
from portal.dependencies import Transactions
from portal.guards import citizen
from portal.language import gettext as _
from portal.registers import REGISTERS
from portal.resources import Resources
from portal.templating import day
from services.applications.unasked import commands, queries
from services.applications.unasked.queries import Benefit
from services.applications.unasked.rules import HUB, looks
from storage.database import Session

HERE = "/my/benefits"


class BenefitPages(Controller):
    path = HERE
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="benefits:show")
    async def show(self, session: NamedDependency[Session], actor: NamedDependency[Actor]) -> Template:
        themself = actor.acting_for.id == actor.person_id
        found = [_told(one) for one in await queries.own(session, actor)] if themself else []
        return Template("citizen/benefits.html", context={"benefits": found, "themself": themself})

    @post("/{code:str}/consent", name="benefits:agree")
    async def agree(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Redirect:
        """The consent is committed before the registers are asked, which happens at once."""
        async with transactions() as session:
            await commands.agree(session, actor, code, at=now)
        await commands.look(resources.sessions, resources.hub, actor.person_id, code, at=now)
        return Redirect(HERE, status_code=303)

    @post("/{code:str}/consent/end", name="benefits:disagree")
    async def disagree(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Redirect:
        await commands.disagree(session, actor, code, at=now)
        return Redirect(HERE, status_code=303)

    @post("/{code:str}/confirmation", name="benefits:confirm")
    async def confirm(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Redirect:
        number, whole = await enjoying.confirm(transactions, resources, actor, code, at=now)
        return Redirect(f"/applications/{number}{'/submitted' if whole else ''}", status_code=303)

    @post("/{code:str}/declining", name="benefits:decline")
    async def decline(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Redirect:
        await commands.decline(session, actor, code, at=now)
        return Redirect(HERE, status_code=303)

    @post("/{code:str}/reconsidering", name="benefits:reconsider")
    async def reconsider(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        code: FromPath[str],
    ) -> Redirect:
        async with transactions() as session:
            await commands.reconsider(session, actor, code, at=now)
        await commands.look(resources.sessions, resources.hub, actor.person_id, code, at=now)
        return Redirect(HERE, status_code=303)


def _told(one: Benefit) -> dict[str, Any]:
    """One benefit as the page shows it: what would be looked at, what is known, what can be done."""
    unasked = one.item.definition.unasked
    asked = looks(unasked.rules) if unasked else []
    return {
        "code": one.item.code,
        "item": one.item.definition,
        "consent": one.consent,
        "offer": one.offer,
        "asks": [(_register(look.resource), _fields(look.fields)) for look in asked],
        "known": _known(one.offer.facts) if one.offer else [],
    }


def _register(code: str) -> str:
    return _(REGISTERS[code]) if code in REGISTERS else telling.register(code)


def _fields(fields: tuple[str, ...]) -> str:
    return _("、").join(telling.said(telling.FIELDS, one) for one in fields)


def _known(facts: Mapping[str, Any]) -> list[dict[str, str]]:
    """What the registers said, under the names people know."""
    return [
        {"key": telling.said(telling.FIELDS, name.rpartition(".")[2]), "value": _shown(value)}
        for name, value in facts.items()
        if name.startswith(HUB)
    ]


def _shown(value: Any) -> str:
    """A day as days are written; anything else as the register has it."""
    try:
        return day(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)
