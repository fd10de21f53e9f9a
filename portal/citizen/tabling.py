"""A draft as a spreadsheet: downloaded with what is filled in, gone on with elsewhere, and taken in again whole or not at all."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Any

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity.actor import Actor
from portal import drafting
from portal.citizen import tasks
from portal.citizen.case import Case, open_case
from portal.citizen.materials import FILE
from portal.forms import Form
from portal.guards import citizen
from portal.language import gettext, pick
from portal.request import Request
from portal.sending import sent
from services.applications.errors import NotInDraft
from services.catalogue import columns, draft_table, rows
from services.catalogue.errors import CellMistake, CellsWrong, SheetUnreadable
from storage.database import Session

LARGEST_TABLE = 4 * 1024 * 1024
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _(text: str) -> str:
    """Marks a text for the word list; it is translated when it is shown."""
    return text


WHY = {
    "file": _("这不是能打开的 .xlsx 表格"),
    "sheet": _("这不是这份申请的表，请用从这一页下载的表填写"),
    "too-many": _("表太大，请用从这一页下载的表填写"),
    "one-only": _("一张表只能填一份申请：“申请”工作表里只填第三行"),
}


class TablePages(Controller):
    path = "/applications/{number:str}"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/table", name="tables:show")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template:
        return _shown(await _draft(session, actor, number, now), Form.empty())

    @get("/table.xlsx", name="tables:download")
    async def download(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Response[bytes]:
        case = await _draft(session, actor, number, now)
        answers = case.application.answers
        making = partial(draft_table.table, case.definition.form, answers, today=case.today, facts=case.facts)
        content = await asyncio.to_thread(making)
        return sent(content, gettext("申请表 %(number)s.xlsx") % {"number": case.number}, SHEET)

    @post("/table", name="tables:take-in", request_max_body_size=LARGEST_TABLE)
    async def take_in(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        """Every answer of the table goes into the draft, or none and every mistake is told with its cell."""
        case = await _draft(session, actor, number, now, lock=True)
        file = (await request.form()).get(FILE)
        if not isinstance(file, UploadFile) or not file.filename:
            return _shown(case, Form(errors={FILE: "file-missing"}), status=422)
        reading = partial(draft_table.read, today=case.today, facts=case.facts)
        try:
            typed = await asyncio.to_thread(
                reading, case.definition.form, await file.read(), case.application.answers
            )
        except SheetUnreadable as refused:
            return _shown(case, Form(errors={FILE: gettext(WHY[refused.why])}), status=422)
        except CellsWrong as refused:
            return _refused(case, refused)
        await drafting.save_answers(session, actor, number, case.definition, typed, at=now)
        return Redirect(f"/applications/{case.number}", status_code=303)


async def _draft(session: Session, actor: Actor, number: str, now: datetime, *, lock: bool = False) -> Case:
    """The case while it is a draft. Raises ApplicationNotFound, NotInDraft."""
    case = await open_case(session, actor, number, now, lock=lock)
    if not case.is_draft:
        raise NotInDraft(case.application.state)
    return case


def _refused(case: Case, refused: CellsWrong) -> Template:
    words = gettext("表里有 %(count)s 处要改，整张表都没有收进来。请在表里改好，再上传一次")
    form: Form[Any] = Form(errors={FILE: words % {"count": len(refused.mistakes)}})
    return _shown(case, form, mistakes=[_told(case, one) for one in refused.mistakes], status=422)


def _told(case: Case, one: CellMistake) -> dict[str, str]:
    """The sheet, the cell, which question of which row it is for, and what is wrong there."""
    sheet, _sep, cell = one.cell.partition("!")
    group, row, asked = rows.named(case.definition.form, one.mistake.key) or (None, None, None)
    name = pick(asked.label) if asked is not None else sheet
    if group is not None and row is not None:
        name = tasks.row_label(group, row, name)
    return {"sheet": sheet, "cell": cell, "name": name, "text": tasks.sentence(asked, one.mistake)}


def _shown(
    case: Case, form: Form[Any], *, mistakes: list[dict[str, str]] | None = None, status: int = 200
) -> Template:
    context: dict[str, Any] = {
        "case": case,
        "form": form,
        "mistakes": mistakes or [],
        "groups": [pick(one.label) for one in columns.groups(case.definition.form)],
        "accept": f".xlsx,{SHEET}",
    }
    return Template("citizen/table.html", context=context, status_code=status)
