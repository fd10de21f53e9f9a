"""旬报、月报、季报: the list of those one may see, each as a page, as PDF and as Excel, in the same words."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from identity.actor import Actor, Role
from licensing.reports import ReportPaper, Section
from portal import guards
from portal.dependencies import Transactions
from portal.language import gettext
from portal.supervision import cutting, indicator_words, wording
from portal.supervision.indicating import shown
from portal.templating import day
from services.oversight.reports import commands, queries
from services.oversight.reports.rules import ReportKind
from services.oversight.rules import FEWEST, Rate
from storage.database import Session
from storage.errors import ObjectNotFound
from storage.objects import ObjectStore

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES = {"pdf": ("pdf_digest", "application/pdf"), "xlsx": ("sheet_digest", SHEET)}


def _(text: str) -> str:
    """Marks a text for the word list; it is translated when it is shown."""
    return text


KINDS = {
    ReportKind.TEN_DAYS: _("监察旬报"),
    ReportKind.MONTH: _("监察月报"),
    ReportKind.QUARTER: _("监察季报"),
}
CARDS = {"yellow-cards": _("黄牌"), "red-cards": _("红牌")}


class ReportPages(Controller):
    path = "/supervision/reports"
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="supervision:reports")
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        kind: FromQuery[str] = "",
        department: FromQuery[str] = "",
    ) -> Template:
        names = await cutting.named(session)
        chosen = ReportKind(kind) if kind in set(ReportKind) else None
        code = department if department in names.departments else "" if department == "whole" else None
        context = {
            "reports": await queries.listing(session, actor, kind=chosen, department=code),
            "kind": chosen.value if chosen else "",
            "department": department if code is not None else "",
            "kinds": [(one.value, gettext(text)) for one, text in KINDS.items()],
            "title": lambda report: gettext(KINDS[report.kind]),
            "names": names,
        }
        return Template("supervision/reports.html", context=context)

    @get("/{report_id:uuid}", name="supervision:report")
    async def one(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], report_id: FromPath[UUID]
    ) -> Template:
        report = await queries.get(session, actor, report_id)
        context = {"report": report, "paper": await reading(session, report, keeper="")}
        return Template("supervision/report.html", context=context)

    @get("/{report_id:uuid}/{kind:str}", name="supervision:report-file")
    async def file(
        self,
        transactions: NamedDependency[Transactions],
        objects: NamedDependency[ObjectStore],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        report_id: FromPath[UUID],
        kind: FromPath[str],
    ) -> Response[bytes]:
        """The file as it was made; that it was fetched is recorded first."""
        column, media_type = FILES.get(kind, ("", ""))
        async with transactions() as session:
            report = await commands.fetch(session, actor, report_id, at=now)
        digest = getattr(report, column) if column else None
        if digest is None:
            raise ObjectNotFound(str(report_id))
        disposition = f'attachment; filename="report-{report.kind.value}-{report.first}.{kind}"'
        return Response(
            await objects.get(digest), media_type=media_type, headers={"content-disposition": disposition}
        )


async def reading(session: Session, report: Any, *, keeper: str, sample: bool = True) -> ReportPaper:
    """The report in words and tables; all that is said of its numbers anywhere."""
    names = await cutting.named(session)
    department = report.department_code
    return ReportPaper(
        title=gettext(KINDS[report.kind]),
        scope=names.departments.get(department, department) or gettext(_("全部部门")),
        period=f"{day(report.first)} – {day(report.last)}",
        keeper=keeper,
        identifier=f"{report.kind.value}-{report.first}-{department or 'city'}",
        at=report.made_at,
        sections=[_flows(report.numbers), _shares(report.numbers), _items(report.numbers, names)],
        notes=[
            gettext(_("上期是紧接在前、一样长的期间。")),
            gettext(_("分母不足 %(count)s 件时不给出比率，只写“样本不足”。指标的算法见监察页面“指标”。"))
            % {"count": FEWEST},
        ],
        sample=sample,
    )


def reader(*, keeper: str, sample: bool) -> Any:
    """`reading` for a worker that makes the files."""
    return partial(reading, keeper=keeper, sample=sample)


def _flows(numbers: dict[str, Any]) -> Section:
    names = dict(wording.EVENTS) | CARDS
    kept = numbers["flows"]
    rows = [
        (gettext(name), *(str(number) for number in kept[key])) for key, name in names.items() if key in kept
    ]
    return Section(
        gettext(_("办件和亮牌")), [gettext(_("数量")), gettext(_("本期")), gettext(_("上期"))], rows
    )


def _shares(numbers: dict[str, Any]) -> Section:
    rows = []
    for key in indicator_words.INDICATORS:
        good, of, good_then, of_then = numbers["shares"].get(key, (0, 0, 0, 0))
        rate, then = Rate(good, of), Rate(good_then, of_then)
        rows.append((indicator_words.name(key), _share(key, rate), _share(key, then), str(good), str(of)))
    heads = [_("指标"), _("本期"), _("上期"), _("分子"), _("分母")]
    return Section(gettext(_("指标")), [gettext(head) for head in heads], rows)


def _share(key: str, rate: Rate) -> str:
    if not rate.denominator:
        return gettext(_("没有办件"))
    return shown(key, rate) or gettext(_("样本不足"))


def _items(numbers: dict[str, Any], names: cutting.Named) -> Section:
    rows = [
        (
            names.items.get(item, item),
            names.departments.get(department, department),
            str(received),
            str(decided),
            _share("on-time", Rate(good, of)),
        )
        for department, item, received, decided, good, of in numbers["items"]
    ]
    heads = [_("事项"), _("部门"), _("收件"), _("决定"), _("按时办结率")]
    return Section(gettext(_("各事项")), [gettext(head) for head in heads], rows)
