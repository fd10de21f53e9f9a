"""容缺后补: what was promised at acceptance is handed in here, also after its day as long as the case goes on."""

from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity.actor import Actor
from portal.citizen.case import Case, open_case
from portal.citizen.materials import FILE, LARGEST_UPLOAD, UNFIT, told
from portal.forms import Form
from portal.guards import citizen
from portal.language import pick
from portal.request import Request
from portal.resources import Resources
from services.applications import queries
from services.applications.afterwards import commands
from services.applications.afterwards import queries as owed
from services.applications.documents_in import MEDIA
from services.applications.errors import FileTooLarge, StepNotOpen
from services.applications.rules import Deed, open_deeds
from storage.database import Session


class FollowUpPages(Controller):
    path = "/applications"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/{number:str}/to-follow", name="to-follow:show")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template:
        case = await open_case(session, actor, number, now)
        return await _page(session, case, Form.empty(), "")

    @post("/{number:str}/to-follow/{code:str}", name="to-follow:upload", request_max_body_size=LARGEST_UPLOAD)
    async def upload(
        self,
        request: Request,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        code: FromPath[str],
    ) -> Template | Redirect:
        file = (await request.form()).get(
            f"{FILE}-{code}"
        )  # first: nobody waits for the case while a slow line sends
        case = await open_case(session, actor, number, now, lock=True)
        if not isinstance(file, UploadFile) or not file.filename:
            return await _page(session, case, Form(errors={f"{FILE}-{code}": "file-missing"}), code, 422)
        try:
            await commands.follow_up(
                session,
                actor,
                case.number,
                case.definition,
                code,
                name=file.filename,
                content=await file.read(),
                objects=resources.objects,
                at=now,
            )
        except UNFIT as unfit:
            status = 413 if isinstance(unfit, FileTooLarge) else 422
            return await _page(session, case, Form(errors={f"{FILE}-{code}": told(unfit)}), code, status)
        return Redirect(f"/applications/{case.number}/to-follow", status_code=303)


async def _page(session: Session, case: Case, form: Form[Any], code: str, status: int = 200) -> Template:
    if Deed.FOLLOW_UP not in open_deeds(case.application.state):
        raise StepNotOpen(case.application.state, Deed.FOLLOW_UP)
    application = await queries.by_number(session, case.number)
    promised = await owed.to_follow(session, application)
    names = {one.code: pick(one.name) for one in case.definition.materials}
    accept = ",".join(f".{one}" for one in MEDIA)
    context = {
        "case": case,
        "form": form,
        "tried": code,
        "promised": [(one, names.get(one.code, one.code)) for one in promised],
        "accept": accept,
    }
    return Template("citizen/to_follow.html", context=context, status_code=status)
