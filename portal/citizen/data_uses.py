"""用数记录: who asked which register for the data of the party acted for, for what, when, and what came of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.response import Template

from identity import queries as identity
from identity.actor import Actor, PartyKind
from identity.privacy import reading
from portal.citizen import telling
from portal.dependencies import Transactions
from portal.guards import citizen
from portal.language import gettext as _
from portal.language import pick
from portal.registers import REGISTERS
from portal.resources import Resources
from services.applications import queries
from services.sharing.errors import ExchangeError
from services.sharing.messages import Subject, UseSeen
from storage.database import Session

MOST = 100


class DataUsePages(Controller):
    path = "/my/data-uses"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="data-uses:show")
    async def show(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template:
        """The hub is asked outside any transaction; when it is away the page says so and nothing else fails.

        A record is for its owner, and for whose mandate covers everything; in another's name it is read on record.
        """
        if not reading.may_read(actor):
            raise NotFoundException
        async with transactions() as session:
            subject = await subject_of(session, actor)
            departments = {one.code: one.name for one in await identity.departments(session)}
            cases = {one.number for one in await queries.mine(session, actor)}
        try:
            uses = await resources.hub.uses_of(subject, operator=str(actor.person_id), at=now, limit=MOST)
        except ExchangeError:
            return Template("citizen/data_uses.html", context={"away": True, "uses": []}, status_code=503)
        if actor.behalf is not None:
            async with transactions() as session:
                await reading.note_read(session, actor, at=now)
        context: dict[str, Any] = {
            "away": False,
            "uses": [told(one, departments, cases) for one in uses],
            "asked": await _asked(resources, actor, departments, now),
        }
        return Template("citizen/data_uses.html", context=context)


async def _asked(
    resources: Resources, actor: Actor, departments: dict[str, str], now: datetime
) -> list[dict[str, Any]]:
    """What this person disputed or complained of, and what the departments answered; nothing while the hub is away."""
    try:
        answer = await resources.hub.steward(
            "own-tickets", consumer=resources.settings.party, operator=str(actor.person_id), at=now
        )
    except ExchangeError:
        return []
    return [
        {
            "register": telling.register(one["resource"]),
            "who": departments.get(one["department"], one["department"]),
            "words": one["words"],
            "due_on": datetime.fromisoformat(one["due_on"]).date(),
            "answer": one["answer"],
        }
        for one in answer.result or []
    ]


async def subject_of(session: Session, actor: Actor) -> Subject:
    """The party acted for, by the number the registers know."""
    if actor.acting_for.kind is PartyKind.ORGANISATION:
        firm = await identity.organisation_by_id(session, actor.acting_for.id)
        return Subject(credit_code=firm.credit_code)
    return Subject(id_number=(await identity.profile(session, actor.acting_for.id)).id_number)


def told(use: UseSeen, departments: dict[str, str], cases: Iterable[str]) -> dict[str, Any]:
    """One use in words; its case is linked where it is among `cases`."""
    return {
        "id": use.id,
        "at": use.at,
        "who": departments.get(use.consumer, use.consumer),
        "register": _named(REGISTERS, use.resource, use.resource_name) or telling.register(use.resource),
        "fields": _("、").join(
            _named(telling.FIELDS, one, use.field_names.get(one, {})) or one for one in use.fields
        ),
        "purpose": use.purpose,
        "outcome": telling.said(telling.USE_OUTCOMES, use.outcome),
        "number": use.case_number,
        "provider": use.provider,
        "href": f"/applications/{use.case_number}" if use.case_number in cases else None,
    }


def _named(words: Mapping[str, str], code: str, in_directory: Mapping[str, str]) -> str:
    """Our own word for it, or else the directory's."""
    return telling.said(words, code) if code in words else pick(in_directory)
