"""The spreadsheet of a draft, for cases and for bundles: fetched with what is filled in, put back whole or refused whole."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime

from litestar import Controller, Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from identity.actor import Actor
from portal.api import bodies, reading, standing
from portal.api.bundle_schemas import BundleDraft
from portal.api.bundles import bundle_draft, bundle_standing
from portal.api.case_schemas import Draft
from portal.api.description import ROOT, refusals
from portal.guards import citizen
from portal.request import Request
from services.applications import queries
from services.applications.bundling import filling
from services.applications.bundling import reading as bundles
from services.applications.bundling.merging import front
from services.applications.commands import drafting
from services.applications.commands.submitting import facts_by_name
from services.applications.errors import NotInDraft
from services.applications.rules import State
from services.catalogue import draft_table
from services.catalogue import queries as catalogue
from services.catalogue.answers import Typed
from services.catalogue.form import Form
from services.workflow.rules import local_day
from storage.database import Session

LARGEST_TABLE = 4 * 1024 * 1024
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ABOUT = (
    "A sheet for the questions and one for each group, with what is filled in so far. The second row of a sheet "
    "says by key which column is which."
)
ABOUT_PUT = (
    "Takes the table back (multipart, one part called `file`): an empty cell leaves the answer as it is, the rows "
    "of a group's sheet replace the group's rows. With one mistake nothing is taken (`cells-wrong` names each cell)."
)


class Tables(Controller):
    path = f"{ROOT}/applications"
    tags = ["applications"]  # noqa: RUF012 - Litestar's way of marking routes

    @get(
        "/{number:str}/table",
        operation_id="getTable",
        summary="草稿的电子表格",
        description=ABOUT,
        responses=refusals(401, 403, 404, 409),
        guards=[citizen],
        media_type=SHEET,
    )
    async def table(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Response[bytes]:
        actor = await standing.for_applicant(session, actor, number)
        application = await queries.get(session, actor, number)
        _require_draft(application.state)
        item = await catalogue.get_version(session, application.item_code, application.item_version)
        facts = facts_by_name(await queries.facts_of(session, application))
        return await _written(number, item.definition.form, application.answers, facts, local_day(now))

    @put(
        "/{number:str}/table",
        operation_id="putTable",
        summary="交回填好的电子表格",
        description=ABOUT_PUT,
        responses=refusals(401, 403, 404, 409, 413, 422),
        guards=[citizen],
        operation_class=bodies.taking({bodies.MULTIPART: bodies.ONE_FILE}),
        request_max_body_size=LARGEST_TABLE,
    )
    async def put_table(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Draft:
        actor = await standing.for_applicant(session, actor, number)
        application = await queries.get(session, actor, number, lock=True)
        _require_draft(application.state)
        item = await catalogue.get_version(session, application.item_code, application.item_version)
        facts = facts_by_name(await queries.facts_of(session, application))
        typed = await _read(request, item.definition.form, application.answers, facts, local_day(now))
        await drafting.save_answers(session, actor, number, item.definition, typed, at=now)
        return await reading.draft(session, actor, number, at=now)


class BundleTables(Controller):
    path = f"{ROOT}/bundle-applications/{{number:str}}"
    tags = ["bundles"]  # noqa: RUF012 - Litestar's way of marking routes
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes

    @get(
        "/table",
        operation_id="getBundleTable",
        summary="一件事草稿的电子表格",
        description=ABOUT,
        responses=refusals(401, 403, 404, 409),
        media_type=SHEET,
    )
    async def table(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Response[bytes]:
        actor = await bundle_standing(session, actor, number)
        whole = await bundles.whole(session, actor, number)
        case = front(whole)
        _require_draft(case.state)
        return await _written(number, whole.merged.form, case.answers, whole.facts(), local_day(now))

    @put(
        "/table",
        operation_id="putBundleTable",
        summary="交回填好的一件事电子表格",
        description=ABOUT_PUT,
        responses=refusals(401, 403, 404, 409, 413, 422),
        operation_class=bodies.taking({bodies.MULTIPART: bodies.ONE_FILE}),
        request_max_body_size=LARGEST_TABLE,
    )
    async def put_table(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> BundleDraft:
        actor = await bundle_standing(session, actor, number)
        whole = await bundles.open_whole(session, actor, number)
        typed = await _read(request, whole.merged.form, front(whole).answers, whole.facts(), local_day(now))
        await filling.save_answers(session, actor, number, typed, at=now)
        return bundle_draft(await bundles.whole(session, actor, number), local_day(now))


def _require_draft(state: State) -> None:
    if state is not State.DRAFT:
        raise NotInDraft(state)


async def _written(
    number: str, form: Form, typed: Typed, facts: Mapping[str, object], today: date
) -> Response[bytes]:
    content = await asyncio.to_thread(draft_table.table, form, typed, today=today, facts=facts)
    header = {"content-disposition": f'attachment; filename="table-{number}.xlsx"'}
    return Response(content, media_type=SHEET, headers=header)


async def _read(
    request: Request, form: Form, typed: Typed, facts: Mapping[str, object], today: date
) -> draft_table.Found:
    """What the table sent says. Raises ValidationException without one, SheetUnreadable, CellsWrong."""
    (_, content), *_rest = await bodies.files(request)
    return await asyncio.to_thread(draft_table.read, form, content, typed, today=today, facts=facts)
