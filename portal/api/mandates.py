"""Who acts for whom, by program: the same rules and the same fresh sign-in as on the pages."""

from datetime import datetime, timedelta
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ValidationException
from litestar.params import FromPath, JSONBody

from identity import rules
from identity.actor import Actor
from identity.mandates import commands, queries
from identity.mandates.errors import MandateUnknown
from identity.mandates.rules import Kind
from portal import mandating
from portal.api import standing
from portal.api.description import ROOT, refusals
from portal.api.mandate_schemas import (
    Confirmed,
    MandateAnswer,
    MandateAsked,
    MandateRequestSeen,
    Mandates,
    MandateSeen,
    Standing,
)
from portal.api.schemas import told
from portal.dependencies import Transactions
from portal.guards import citizen, fresh
from portal.mandating import WAYS, Wish
from portal.resources import Resources
from storage.database import Session


class MandateCalls(Controller):
    path = f"{ROOT}/mandates"
    tags = ["mandates"]  # noqa: RUF012 - Litestar's way of marking routes
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes

    @get(
        "/",
        operation_id="listMandates",
        summary="代办和监护",
        description="Both sides of every mandate of one's own, and what waits for an answer.",
        responses=refusals(401, 403),
    )
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Mandates:
        own = actor.person_id
        return Mandates(
            acting=[_mandate(one) for one in await queries.acting(session, own, now)],
            given=[_mandate(one) for one in await queries.given(session, own, now)],
            waiting=[told(MandateRequestSeen, one) for one in await queries.waiting_for(session, own, now)],
            asked=[told(MandateRequestSeen, one) for one in await queries.asked(session, own, now)],
            ended=[_mandate(one) for one in await queries.ended(session, own, now)],
        )

    @post(
        "/",
        operation_id="askForMandate",
        summary="请求代办或者监护",
        description="Asks the other side to agree; a guardian is put to the registers at once, and where they do not "
        "know, an officer looks at the papers. Whether the other side has an account is not told. Needs a sign-in of "
        "the last minutes: otherwise 401 with `insufficient_user_authentication` (RFC 9470).",
        responses=refusals(401, 403, 404, 422, 429),
        guards=[fresh()],
    )
    async def ask(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        data: JSONBody[MandateAsked],
    ) -> MandateAnswer:
        async with transactions() as session:
            wish = await _wish(session, actor, data, now)
            request = await mandating.ask(session, resources.objects, actor, wish, at=now)
        if wish.way.kind is not Kind.GUARDIAN:
            return MandateAnswer(standing=Standing.WAITING, request=request)
        mandate = await mandating.by_register(transactions, resources, actor, request, at=now)
        found = Standing.IN_FORCE if mandate else Standing.AT_THE_WINDOW
        return MandateAnswer(standing=found, request=request, mandate=mandate)

    @post(
        "/{identifier:uuid}/confirmation",
        operation_id="confirmMandate",
        summary="同意委托",
        description="Whoever is asked agrees to a request: the mandate is in force at once. Needs a fresh sign-in.",
        responses=refusals(401, 403, 404, 409, 422),
        guards=[fresh()],
        status_code=200,
    )
    async def confirm(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        identifier: FromPath[UUID],
    ) -> Confirmed:
        return Confirmed(mandate=await commands.confirm(session, actor.person_id, identifier, at=now))

    @post(
        "/{identifier:uuid}/refusal",
        operation_id="declineMandate",
        summary="拒绝委托",
        description="Whoever is asked does not agree to a request.",
        responses=refusals(401, 403, 404, 409),
        status_code=204,
    )
    async def decline(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        identifier: FromPath[UUID],
    ) -> None:
        await commands.decline(session, actor.person_id, identifier, at=now)

    @post(
        "/{identifier:uuid}/withdrawal",
        operation_id="withdrawMandate",
        summary="撤销委托",
        description="Either side ends a mandate, from the next call on; who asked takes a request back.",
        responses=refusals(401, 403, 404, 409),
        status_code=204,
    )
    async def withdraw(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        identifier: FromPath[UUID],
    ) -> None:
        try:
            await commands.withdraw(session, actor.person_id, identifier, at=now)
        except MandateUnknown:  # no mandate of theirs: then a request of theirs, or nothing
            await commands.cancel(session, actor.person_id, identifier, at=now)


async def _wish(session: Session, actor: Actor, said: MandateAsked, now: datetime) -> Wish:
    """Raises PartyNotYours, OrganisationUnknown, NumberWrong for the firm; ValidationException for the name."""
    try:
        name = rules.person_name(said.name)
    except ValueError as wrong:
        raise ValidationException(extra=[{"message": str(wrong), "key": "name"}]) from None
    firm = await standing.party_of(session, actor, said.firm, now) if said.firm else None
    return Wish(
        WAYS[said.way.value],
        name,
        said.id_number,
        items=said.items,
        until=now + timedelta(days=said.days) if said.days else None,
        organisation=firm.id if firm else None,
    )


def _mandate(one: queries.Standing) -> MandateSeen:
    return told(MandateSeen, one, ground=str(one.evidence.get("by", "")))
