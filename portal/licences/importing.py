"""存量证照导入: licences that exist already, taken in from a table by those who decide for the department."""

from datetime import datetime
from typing import Any
from uuid import UUID

import anyio
from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity import queries as identity
from identity.actor import EVERYWHERE, Actor, Role
from licensing import types
from licensing.errors import TableUnfit
from licensing.importing import commands, table
from licensing.kinds import reading
from licensing.rules import Trust
from portal import forms
from portal.forms import Form
from portal.guards import roles
from portal.language import gettext, pick
from portal.request import Request
from storage.database import Session

HERE = "/window/licences/import"
LARGEST_UPLOAD = 20 * 1024 * 1024
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _(text: str) -> str:
    """Marks a text for the word lists below; it is translated when it is shown."""
    return text


WHY = {
    "not-a-table": _("这不是 .xlsx 表格"),
    "too-large": _("文件太大"),
    "too-many-rows": _("行数太多，请分成几个文件"),
    "no-columns": _("找不到表头：要有证照编号、持证人名称、持证人证件号码、颁发日期四列"),
    "empty": _("表头下面没有内容"),
}
TRUST = {
    Trust.A: _("一级：本部门业务系统里的记录"),
    Trust.B: _("二级：照纸质证照录入，已经和存档核对"),
}
OUTCOMES = {
    "waiting": (_("等待"), "grey"),
    "taken": (_("已导入"), "green"),
    "refused": (_("未导入"), "red"),
}


class Upload(forms.Fields):
    type: str = Field(max_length=60)
    department: str = Field(max_length=18)
    trust: Trust


class ImportPages(Controller):
    path = HERE
    guards = [roles(Role.APPROVER)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="licences:import")
    async def show(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], kind: FromQuery[str] = ""
    ) -> Template:
        """With `kind` that type is chosen, and its empty table can be fetched."""
        return await _page(session, actor, Form({"type": kind} if kind else {}))

    @post("/", name="licences:take-in", request_max_body_size=LARGEST_UPLOAD)
    async def take_in(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        file = (await request.form()).get("file")
        form = await forms.read(request, Upload)
        if not isinstance(file, UploadFile) or not file.filename:
            form = form.wrong(file="file-missing")
        if form.value is None or not isinstance(file, UploadFile):
            return await _page(session, actor, form, 422)
        wish = form.value
        _version, kind = await reading.current(session, wish.type)
        content = await file.read()
        try:
            arrived = await anyio.to_thread.run_sync(table.read_table, content, kind)
        except TableUnfit as unfit:
            return await _page(session, actor, form.wrong(file=gettext(WHY[unfit.why])), 422)
        started = await commands.receive(
            session,
            actor,
            arrived,
            type_code=kind.slug,
            department=wish.department,
            trust=wish.trust,
            file=file.filename or "",
            at=now,
        )
        return Redirect(f"{HERE}/{started}", status_code=303)

    @get("/blank.xlsx", name="licences:blank-table")
    async def blank(self, session: NamedDependency[Session], kind: FromQuery[str]) -> Response[bytes]:
        """An empty table with the columns of a type."""
        _version, wanted = await reading.current(session, kind)
        headers = {"content-disposition": f'attachment; filename="{wanted.slug}.xlsx"'}
        content = await anyio.to_thread.run_sync(table.blank, wanted)
        return Response(content, media_type=SHEET, headers=headers)

    @get("/{import_id:uuid}", name="licences:import-progress")
    async def progress(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], import_id: FromPath[UUID]
    ) -> Template:
        found = await commands.import_of(session, import_id, actor)
        await reading.met(session, [found.row])
        kind = types.get(found.row.type_code, found.row.type_version)
        rows = await commands.rows_of(session, import_id)
        context = {
            "found": found,
            "kind": kind,
            "rows": rows,
            "trust": gettext(TRUST[found.row.trust]),
            "outcome": _outcome,
            "most": commands.MOST,
        }
        return Template("licences/import_progress.html", context=context)


def _outcome(code: object) -> tuple[str, str]:
    words, colour = OUTCOMES[str(code)]
    return gettext(words), colour


async def _page(session: Session, actor: Actor, form: Form[Any], status: int = 200) -> Template:
    await reading.refresh(session)
    served = [
        (one.code, one.name)
        for one in await identity.departments(session)
        if EVERYWHERE in actor.departments or one.code in actor.departments
    ]
    known = types.load_types()
    chosen = str(form.typed.get("type", ""))
    context = {
        "form": form,
        "kinds": [(slug, pick(one.name)) for slug, one in known.items()],
        "chosen": known.get(chosen),
        "columns": table.columns(known[chosen]) if chosen in known else (),
        "departments": served,
        "levels": [(str(one), gettext(words)) for one, words in TRUST.items()],
        "imports": [
            {"one": one, "name": pick(types.get(one.row.type_code).name)}
            for one in await commands.imports(session, actor)
        ],
    }
    return Template("licences/import.html", context=context, status_code=status)
