"""The materials of an application filled in at the counter, and the signature it was handed in with."""

from datetime import datetime
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity.actor import CASEWORK, Actor, Role
from portal.guards import roles
from portal.language import gettext as _
from portal.request import Request
from portal.resources import Resources
from portal.window import casefile
from portal.window.assisted_page import UNFIT, draft_page, told
from portal.window.looking import inline
from services.applications.commands import drafting
from services.applications.window import assisting
from services.catalogue import queries as catalogue
from storage.database import Session

HERE = "/window/assisted"
LARGEST_UPLOAD = 22_000_000
FILE = "file"


class AssistedMaterials(Controller):
    path = HERE
    guards = [roles(Role.WINDOW)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @post(
        "/{number:str}/materials/{code:str}",
        name="window:assisted-file",
        request_max_body_size=LARGEST_UPLOAD,
    )
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
        """One file from the scanner or the camera."""
        file = (await request.form()).get(FILE)  # first: nobody waits for the case while a slow line sends
        application, _filing, assistant = await assisting.opened(session, actor, number, lock=True)
        item = await catalogue.get_version(session, application.item_code, application.item_version)
        if not isinstance(file, UploadFile) or not file.filename:
            wrong = {f"material-{code}": _("请选择扫描件或者照片")}
            return await draft_page(session, actor, number, now, wrong=wrong, status=422)
        try:
            await drafting.hand_in(
                session,
                assistant,
                number,
                item.definition,
                code,
                name=file.filename,
                content=await file.read(),
                objects=resources.objects,
                at=now,
            )
        except UNFIT as unfit:
            wrong = {f"material-{code}": told(unfit)}
            return await draft_page(session, actor, number, now, wrong=wrong, status=422)
        return Redirect(f"{HERE}/{number}#material-{code}", status_code=303)

    @post("/{number:str}/materials/{code:str}/commitment", name="window:assisted-commitment")
    async def commit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        code: FromPath[str],
    ) -> Redirect:
        """The commitment was read out; the signature below covers it."""
        application, _filing, assistant = await assisting.opened(session, actor, number, lock=True)
        item = await catalogue.get_version(session, application.item_code, application.item_version)
        await drafting.commit_to(session, assistant, number, item.definition, code, at=now)
        return Redirect(f"{HERE}/{number}#material-{code}", status_code=303)

    @post("/{number:str}/files/{file_id:uuid}/removal", name="window:assisted-take-back")
    async def take_back(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        file_id: FromPath[UUID],
    ) -> Redirect:
        _application, _filing, assistant = await assisting.opened(session, actor, number, lock=True)
        await drafting.take_back(session, assistant, number, file_id, at=now)
        return Redirect(f"{HERE}/{number}#materials", status_code=303)


class SignaturePages(Controller):
    path = "/window/cases/{number:str}/signature"
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="window:signature")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        resources: NamedDependency[Resources],
        number: FromPath[str],
    ) -> Response[bytes]:
        """What the applicant signed with."""
        found = await assisting.signature_of(session, actor, casefile.readable(number))
        content = await resources.objects.get(found.signature_digest or "")
        return inline(content, found.signature_type or "image/png", "signature")
