"""免申即享 by program: what one may simply enjoy, agreed to, confirmed or declined."""

from datetime import datetime
from typing import Any

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from identity.actor import Actor
from portal import enjoying
from portal.api import reading
from portal.api.case_schemas import ApplicationSeen
from portal.api.description import ROOT, refusals
from portal.dependencies import Transactions
from portal.guards import citizen
from portal.resources import Resources
from services.applications.unasked import commands, queries
from services.applications.unasked.queries import Benefit
from services.applications.unasked.rules import looks
from services.catalogue.form import Pair
from storage.database import Session


class RegisterAsked(Struct, frozen=True, kw_only=True):
    """What is asked of one register once the person agreed, and no more."""

    register: str
    fields: list[str]


class BenefitSeen(Struct, frozen=True, kw_only=True):
    """`standing`: none (nothing found or not looked), open, confirmed or declined; `known` is what registers said."""

    item_code: str
    name: Pair
    offer: Pair
    basis: Pair
    rules: list[Pair]
    asks: list[RegisterAsked]
    agreed_at: datetime | None
    standing: str
    found_at: datetime | None
    known: dict[str, str | int | float | bool | None]
    application: str | None


class BenefitList(Struct, frozen=True, kw_only=True):
    benefits: list[BenefitSeen]


class Benefits(Controller):
    path = f"{ROOT}/benefits"
    tags = ["benefits"]  # noqa: RUF012 - Litestar's way of marking routes
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes

    @get(
        "/",
        operation_id="listBenefits",
        summary="可以直接享受",
        description="Every benefit that is offered without applying, and how it stands for oneself. Registers are "
        "asked only after consent; of whoever is not entitled nothing is kept.",
        responses=refusals(401, 403),
    )
    async def listing(self, session: NamedDependency[Session], actor: NamedDependency[Actor]) -> BenefitList:
        return await _list(session, actor)

    @put(
        "/{item:str}/consent",
        operation_id="agreeToLook",
        summary="同意查询",
        description="Agrees that the registers are asked for this benefit, and has them asked at once.",
        responses=refusals(401, 403, 404, 409, 410),
    )
    async def agree(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        item: FromPath[str],
    ) -> BenefitList:
        async with transactions() as session:
            await commands.agree(session, actor, item, at=now)
        await commands.look(resources.sessions, resources.hub, actor.person_id, item, at=now)
        async with transactions() as session:
            return await _list(session, actor)

    @delete(
        "/{item:str}/consent",
        operation_id="endLooking",
        summary="撤回同意",
        description="Takes the consent back: nobody looks any more, and an offer not answered is forgotten.",
        responses=refusals(401, 403),
    )
    async def disagree(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        item: FromPath[str],
    ) -> None:
        await commands.disagree(session, actor, item, at=now)

    @post(
        "/{item:str}/confirmation",
        operation_id="confirmBenefit",
        summary="确认领取",
        description="Opens the case, fills it from the registers and hands it in; twice is once. A case still in "
        "`draft` lacks what a register did not say just now.",
        responses=refusals(401, 403, 404, 409, 410),
        status_code=200,
    )
    async def confirm(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        item: FromPath[str],
    ) -> ApplicationSeen:
        number, _whole = await enjoying.confirm(transactions, resources, actor, item, at=now)
        async with transactions() as session:
            return await reading.whole(session, actor, number, at=now)

    @post(
        "/{item:str}/declining",
        operation_id="declineBenefit",
        summary="不领取",
        description="Declines the offer; it is remembered and not made again.",
        responses=refusals(401, 403, 409),
        status_code=200,
    )
    async def decline(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        item: FromPath[str],
    ) -> BenefitList:
        await commands.decline(session, actor, item, at=now)
        return await _list(session, actor)


async def _list(session: Session, actor: Actor) -> BenefitList:
    return BenefitList(benefits=[_seen(one) for one in await queries.own(session, actor)])


def _seen(one: Benefit) -> BenefitSeen:
    definition, offer = one.item.definition, one.offer
    unasked = definition.unasked
    known: dict[str, Any] = offer.facts if offer else {}
    return BenefitSeen(
        item_code=one.item.code,
        name=definition.name,
        offer=unasked.offer if unasked else definition.summary,
        basis=unasked.basis if unasked else definition.summary,
        rules=[rule.text for rule in unasked.rules] if unasked else [],
        asks=[
            RegisterAsked(register=look.resource, fields=list(look.fields))
            for look in (looks(unasked.rules) if unasked else [])
        ],
        agreed_at=one.consent.at if one.consent else None,
        standing=offer.standing.value if offer else "none",
        found_at=offer.found_at if offer else None,
        known=known,
        application=offer.application_number if offer else None,
    )
