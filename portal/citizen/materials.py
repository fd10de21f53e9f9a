"""Materials, one at a time: upload, look again, take back, sign the commitment, or hand in one's own paper instead."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity.actor import Actor
from portal import drafting
from portal.citizen import tasks, telling
from portal.citizen.case import Case, open_case
from portal.dependencies import Transactions
from portal.forms import Form
from portal.guards import citizen
from portal.language import gettext as _
from portal.language import pick
from portal.request import Request
from portal.resources import Resources
from portal.sending import sent
from portal.words import word
from services.applications import queries
from services.applications.arriving import queries as arriving
from services.applications.documents_in import MEDIA
from services.applications.errors import (
    FileEmpty,
    FileInfected,
    FileNotAllowed,
    FileTooLarge,
    FileTooLong,
    FileUnreadable,
    MaterialUnknown,
    NotInDraft,
    TooManyFiles,
)
from services.catalogue.definition import Material
from storage.database import Session

LARGEST_UPLOAD = 52 * 1024 * 1024
"""Bytes of one upload with its form: what the catalogue allows at most for a file (50 MB) and a margin."""
FILE = "file"
UNFIT = (
    FileEmpty,
    FileTooLarge,
    FileNotAllowed,
    FileTooLong,
    FileInfected,
    FileUnreadable,
    TooManyFiles,
)
"""What is wrong with one file: said on the page, where everything else stays."""


class MaterialPages(Controller):
    path = "/applications"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/{number:str}/materials/{code:str}", name="materials:show")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        code: FromPath[str],
    ) -> Template:
        case = await open_case(session, actor, number, now)
        return await _shown(session, actor, case, material_of(case, code), Form.empty())

    @post("/{number:str}/materials/{code:str}", name="materials:upload", request_max_body_size=LARGEST_UPLOAD)
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
        file = (await request.form()).get(FILE)  # first: nobody waits for the case while a slow line sends
        case = await open_case(session, actor, number, now, lock=True)
        material = material_of(case, code)
        if not isinstance(file, UploadFile) or not file.filename:
            return await _shown(session, actor, case, material, Form(errors={FILE: "file-missing"}), 422)
        try:
            await drafting.hand_in(
                session,
                actor,
                number,
                case.definition,
                code,
                name=file.filename,
                content=await file.read(),
                objects=resources.objects,
                at=now,
            )
        except UNFIT as unfit:
            status = 413 if isinstance(unfit, FileTooLarge) else 422
            return await _shown(session, actor, case, material, Form(errors={FILE: told(unfit)}), status)
        return Redirect(tasks.material_address(case, code), status_code=303)

    @post("/{number:str}/materials/{code:str}/commitment", name="materials:commit")
    async def commit(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        code: FromPath[str],
    ) -> Template | Redirect:
        case = await open_case(session, actor, number, now, lock=True)
        material = material_of(case, code)
        if (await request.form()).get("agreed") != "yes":
            unsigned: Form[Any] = Form(errors={"agreed": _("请先阅读承诺内容，再勾选同意")})
            return await _shown(session, actor, case, material, unsigned, 422)
        await drafting.commit_to(session, actor, number, case.definition, code, at=now)
        return Redirect(tasks.material_address(case, code), status_code=303)

    @post("/{number:str}/files/{file_id:uuid}/removal", name="materials:remove")
    async def remove(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        file_id: FromPath[UUID],
    ) -> Redirect:
        """Take a file back; what a register already said replaces it again where it can."""
        async with transactions() as session:
            case = await open_case(session, actor, number, now, lock=True)
            code = next((file.material_code for file in case.files if file.id == file_id), "")
            await drafting.take_back(session, actor, number, file_id, at=now)
        material = case.definition.material(code)
        if material is not None and material.spared:
            await drafting.gather(resources, actor, number, at=now)
        return Redirect(tasks.material_address(case, code), status_code=303)

    @get("/{number:str}/files/{file_id:uuid}", name="materials:download")
    async def download(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        file_id: FromPath[UUID],
    ) -> Response[bytes]:
        """The file as it is kept. Pictures may be looked at in the page; everything else is only handed over."""
        case = await open_case(session, actor, number, now)
        file = next((file for file in case.files if file.id == file_id), None)
        if file is None:
            raise NotFoundException
        row = await queries.file_of(session, await queries.get(session, actor, number), file_id)
        await arriving.require_cleared(session, row.id)
        return sent(await resources.objects.get(row.digest), row.name, row.media_type)


def told(unfit: Exception) -> str:
    """What is wrong with a file, in one sentence that names it."""
    if isinstance(unfit, FileTooLarge):
        return _("“%(name)s”超过 %(size)s MB，请压缩后再上传") % {"name": unfit.name, "size": unfit.max_mb}
    if isinstance(unfit, TooManyFiles):
        return _("最多上传 %(count)s 个文件，请先移除不要的") % {"count": unfit.most}
    if isinstance(unfit, FileNotAllowed):
        allowed = _("、").join(word(one, "format") for one in unfit.allowed if one in map(str, MEDIA))
        found = _("无法识别的内容") if unfit.found == "unknown" else unfit.found.upper()
        words = {"name": unfit.name, "found": found, "allowed": allowed}
        return _("“%(name)s”的内容是 %(found)s，不是可以上传的格式（%(allowed)s）") % words
    if isinstance(unfit, FileTooLong):
        return _("“%(name)s”超过 %(count)s 页，请分成几个文件上传") % {
            "name": unfit.name,
            "count": unfit.most,
        }
    plain = {
        FileInfected: _("“%(name)s”没有通过安全检查，请换一个文件上传"),
        FileEmpty: _("“%(name)s”是空文件，请重新选择"),
    }
    broken = _("“%(name)s”打不开，可能已经损坏或者设了密码，请检查后重新上传")
    return plain.get(type(unfit), broken) % {"name": getattr(unfit, "name", "")}


def material_of(case: Case, code: str) -> Material:
    """A material this case needs. MaterialUnknown otherwise; NotInDraft once nothing can be changed."""
    if not case.changeable:
        raise NotInDraft(case.application.state)
    material = next((one for one in case.wanted() if one.code == code), None)
    if material is None:
        raise MaterialUnknown(code)
    return material


async def _shown(
    session: Session, actor: Actor, case: Case, material: Material, form: Form[Any], status: int = 200
) -> Template:
    row = case.materials[material.code]
    formats = [one for one in material.formats if one in MEDIA]
    files = case.files_for(material.code)
    context: dict[str, Any] = {
        "case": case,
        "material": material,
        "form": form,
        "supply": str(row.supply),
        "status": tasks.material_status(material, row),
        "origin": telling.origin(row.origin) if row.origin else None,
        "changed_at": row.changed_at,
        "files": files,
        "checks": await arriving.checks(session, [file.id for file in files]),
        "begun": await arriving.begun(session, actor, case.number, material.code),
        "room": material.max_files - len(files),
        "formats": _("、").join(word(one, "format") for one in formats),
        "accept": ",".join(f".{one}" for one in formats),
        "defect": case.defects.get(f"material:{material.code}"),
        "open": case.may_change("material", material.code),
        "name": pick(material.name),
    }
    return Template("citizen/material.html", context=context, status_code=status)
