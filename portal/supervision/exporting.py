"""Lists as files: asking for one, seeing how far it is, fetching it. And how a list reads as a table."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity.actor import Actor, Role
from portal import guards
from portal.dependencies import Transactions
from portal.language import gettext
from portal.request import Request
from portal.supervision import (
    board_sheets,
    boarding,
    carding,
    cutting,
    indicator_words,
    showing,
    watching,
    wording,
)
from portal.supervision.showing import CaseSeen
from portal.words import word
from services.oversight.boarding.cutting import EVER
from services.oversight.boarding.filters import Filter, Kept
from services.oversight.exports import commands, queries
from services.oversight.exports.tasks import Wording, Wordings
from services.workflow.rules import local_day
from storage.database import Session
from storage.objects import ObjectStore

EXPORTS = "/supervision/exports"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _(text: str) -> str:
    """Marks a text for the word list; it is translated when it is shown."""
    return text


class ExportPages(Controller):
    path = EXPORTS
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="supervision:exports")
    async def listing(self, session: NamedDependency[Session], actor: NamedDependency[Actor]) -> Template:
        names = await cutting.named(session)
        found = await queries.listing(session, actor)
        context = {
            "exports": [(one, told(one.asked, names)) for one in found],
            "waiting": any(one.ended_at is None for one in found),
            "kept": commands.KEPT.days,
        }
        return Template("supervision/exports.html", context=context)

    @post("/", name="supervision:export")
    async def ask(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Redirect:
        typed = {key: str(value) for key, value in (await request.form()).items()}
        wanted = _wanted(typed, await cutting.named(session), local_day(now))
        await commands.ask(session, actor, wanted, at=now)
        return Redirect(EXPORTS, status_code=303)

    @get("/{export_id:uuid}/file", name="supervision:export-file")
    async def file(
        self,
        transactions: NamedDependency[Transactions],
        objects: NamedDependency[ObjectStore],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        export_id: FromPath[UUID],
    ) -> Response[bytes]:
        """The asker's own file; that it was fetched is recorded first."""
        async with transactions() as session:
            export = await commands.fetch(session, actor, export_id, at=now)
        content = await objects.get(export.digest or "")
        name = export.asked.get("table", Kept.CASES.value)
        disposition = f'attachment; filename="{name}-{export.asked_at:%Y%m%d-%H%M}.xlsx"'
        return Response(content, media_type=SHEET, headers={"content-disposition": disposition})


def _wanted(typed: dict[str, str], names: cutting.Named, today: date) -> Filter:
    """What narrowed the page whose button was pressed."""
    if typed.get("table") == Kept.BOARD:
        return boarding.filter_of(typed, names, today)
    if typed.get("table") == Kept.CARDS:
        return carding.filter_of(typed, names, today)
    return watching.filter_of(watching.asked_of(typed, names), today)


def told(asked: dict[str, str], names: cutting.Named) -> list[str]:
    """What narrowed a list, in words."""
    found, table = [], asked.get("table")
    if table == Kept.BOARD:
        found.append(gettext(_("监察看板")))
    elif table == Kept.CARDS:
        found.append(wording.of(wording.CARDS, asked["card"]) if asked.get("card") else gettext(_("亮牌")))
    elif asked.get("key"):
        found.append(indicator_words.name(asked["key"]))
        found.append(gettext(_("分子")) if asked.get("part") == "good" else gettext(_("分母")))
    elif asked.get("event"):
        found.append(wording.of(wording.EVENTS, asked["event"]))
    else:
        found.append(gettext(_("在办办件")))
    if asked.get("key") or asked.get("event") or (table and asked["first"] != str(EVER.first)):
        found.append(f"{wording.as_day(asked['first'])} – {wording.as_day(asked['last'])}")
    if asked.get("light"):
        found.append(word(asked["light"], "light"))
    found += [
        names.departments.get(asked.get("department", ""), ""),
        names.items.get(asked.get("item", ""), ""),
    ]
    return [text for text in found if text]


HEADS = (
    *(_("办件编号"), _("事项"), _("部门"), _("状态"), _("指示灯"), _("到期日"), _("剩余工作日")),
    *(_("申请人"), _("经办人"), _("提交日期")),
)
WIDTHS = (46, 28, 22, 14, 10, 13, 12, 26, 14, 13)


async def rows(session: Session, cases: Sequence[CaseSeen], today: date) -> list[list[Any]]:
    """Cells as the list on the page shows them: names masked, days as days."""
    return [
        [
            row.number, row.item, row.department, row.state_word, word(row.light.value, "light"), row.due_on, row.days,
            row.applicant, row.officer, local_day(row.submitted_at) if row.submitted_at else None,
        ]
        for row in await showing.case_rows(session, cases, today)
    ]  # fmt: skip


WORDINGS: Wordings = {
    Kept.CASES: (Wording(title="办件清单", heads=HEADS, widths=WIDTHS, rows=rows),),
    Kept.CARDS: board_sheets.CARDS,
    Kept.BOARD: board_sheets.BOARD,
}
