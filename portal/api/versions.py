"""A newer version of the item while a draft is open: what differs, and going over to it, as on the pages."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from identity.actor import Actor
from portal.api import reading, standing
from portal.api.case_schemas import Draft
from portal.api.description import ROOT, refusals
from portal.api.schemas import told
from portal.dependencies import Transactions
from portal.guards import citizen
from portal.resources import Resources
from services.applications import queries
from services.applications.bundling.queries import require_alone
from services.applications.commands import gathering, moving
from services.applications.commands.submitting import facts_by_name
from services.applications.errors import NotInDraft
from services.applications.rules import State
from services.catalogue import queries as catalogue
from services.catalogue.comparing import differences
from storage.database import Session


class DifferenceSeen(Struct, frozen=True):
    """One element that differs: `path` in the item's definition, null where it is not there."""

    path: str
    before: Any
    after: Any


class VersionOffered(Struct, frozen=True, kw_only=True):
    """The version of the draft and the newest one; the same when there is nothing to move to.

    After moving `to_answer` names the questions still to be answered, `left` the answers that have no place any
    more: they are kept beside the draft until it is handed in.
    """

    version: int
    newest: int
    differences: list[DifferenceSeen]
    to_answer: list[str]
    left: list[str]


class Move(Struct, frozen=True, forbid_unknown_fields=True):
    """The version that was looked at; another one by now is told, not taken (`changed-meanwhile`)."""

    version: Annotated[int, Meta(ge=1, le=2**31 - 1)]


class Versions(Controller):
    path = f"{ROOT}/applications"
    tags = ["applications"]  # noqa: RUF012 - Litestar's way of marking routes

    @get(
        "/{number:str}/version",
        operation_id="getNewerVersion",
        summary="事项的新版本",
        description="What going over to the item's newest version would mean for this draft.",
        responses=refusals(401, 403, 404, 409, 410),
        guards=[citizen],
    )
    async def newer(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> VersionOffered:
        actor = await standing.for_applicant(session, actor, number)
        application = await queries.get(session, actor, number)
        if application.state is not State.DRAFT:
            raise NotInDraft(application.state)
        await require_alone(session, application)
        newest = await catalogue.get(session, application.item_code)
        own = await catalogue.get_version(session, application.item_code, application.item_version)
        facts = facts_by_name(await queries.facts_of(session, application))
        moved = moving.preview(application.answers, facts, own.definition, newest.definition, now)
        found = differences(own.definition, newest.definition)
        return VersionOffered(
            version=own.version,
            newest=newest.version,
            differences=[told(DifferenceSeen, one) for one in found],
            to_answer=list(moved.to_answer),
            left=list(moved.left),
        )

    @post(
        "/{number:str}/version",
        operation_id="moveToVersion",
        summary="草稿改用新版本",
        description="Lets a draft go on in the item's newest version; nothing typed or handed in is lost, and what "
        "the new version asks of the registers is fetched at once.",
        responses=refusals(401, 403, 404, 409, 410, 503),
        guards=[citizen],
        status_code=200,
    )
    async def move(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        data: JSONBody[Move],
    ) -> Draft:
        # Moved and committed before the hub is asked, as when a draft is begun (decision 0001).
        async with transactions() as session:
            actor = await standing.for_applicant(session, actor, number)
            await moving.move_to_version(session, actor, number, version=data.version, at=now)
        await gathering.gather(resources.sessions, resources.hub, number, at=now)
        async with transactions() as session:
            return await reading.draft(session, actor, number, at=now)
