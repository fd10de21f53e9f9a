"""收受分离 by program: what a window received for other authorities, and the paper between the two."""

from datetime import datetime
from typing import Annotated

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from identity.actor import Actor, Role
from portal.api.description import ROOT, refusals
from portal.api.standing import plain_number
from portal.guards import roles
from services.applications import queries as cases
from services.applications.elsewhere import commands, queries
from services.applications.elsewhere.queries import Received
from services.applications.elsewhere.rules import MOST_SHEETS
from services.applications.rules import State
from storage.database import Session


class PapersSent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many sheets go to the deciding authority, and how."""

    sheets: Annotated[int, Meta(ge=1, le=MOST_SHEETS)]
    carrier: Annotated[str, Meta(max_length=100)] = ""


class ReceivedSeen(Struct, frozen=True, kw_only=True):
    """A case received for another authority: where it stands, never what it says."""

    number: str
    item_code: str
    department_code: str
    state: State
    received_at: str
    clerk: str
    submitted_at: datetime | None
    due_on: str | None
    sheets: int | None
    sent_at: datetime | None
    arrived_at: datetime | None


class ReceivedList(Struct, frozen=True, kw_only=True):
    applications: list[ReceivedSeen]


class ReceivedElsewhere(Controller):
    path = f"{ROOT}/window/received-for-others"
    tags = ["window"]  # noqa: RUF012 - Litestar's way of marking routes
    guards = [roles(Role.WINDOW)]  # noqa: RUF012 - Litestar's way of marking routes

    @get(
        "/",
        operation_id="listReceivedForOthers",
        summary="代收的办件",
        description="What one's window received for authorities that decide it, the latest first.",
        responses=refusals(401, 403),
    )
    async def listing(self, session: NamedDependency[Session], actor: NamedDependency[Actor]) -> ReceivedList:
        return ReceivedList(applications=[_seen(one) for one in await queries.received(session, actor)])

    @post(
        "/{number:str}/papers",
        operation_id="sendPapers",
        summary="转交纸质材料",
        description="Notes the paper sent on to the deciding authority, once.",
        responses=refusals(401, 403, 404, 409, 422),
        status_code=200,
    )
    async def send(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        data: JSONBody[PapersSent],
    ) -> ReceivedSeen:
        number = plain_number(number)
        await commands.send_papers(session, actor, number, sheets=data.sheets, carrier=data.carrier, at=now)
        return _seen(await queries.get(session, actor, number))

    @post(
        "/{number:str}/papers-arrival",
        operation_id="signForPapers",
        summary="签收纸质材料",
        description="The deciding authority signs for the paper, once.",
        responses=refusals(401, 403, 404, 409),
        status_code=200,
    )
    async def sign_for(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> ReceivedSeen:
        application = await commands.sign_for_papers(session, actor, plain_number(number), at=now)
        return _seen(await queries.whole(session, await cases.get(session, actor, application.number)))


def _seen(received: Received) -> ReceivedSeen:
    application, place = received
    return ReceivedSeen(
        number=application.number,
        item_code=application.item_code,
        department_code=application.department_code,
        state=application.state,
        received_at=place.department_name,
        clerk=place.clerk_name,
        submitted_at=application.submitted_at,
        due_on=str(application.due_on) if application.due_on else None,
        sheets=place.sheets,
        sent_at=place.sent_at,
        arrived_at=place.arrived_at,
    )
