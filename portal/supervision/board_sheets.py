"""The board and its cards as tables of a file: the numbers that the pages show, a sheet for each table."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from portal.language import gettext
from portal.supervision import cutting, showing, wording
from portal.supervision.heating import departments_by_heat
from services.oversight.board import Board
from services.oversight.exports.tasks import Wording
from services.oversight.rules import CardKind, CaseLight, Indicator, Rate
from services.workflow.rules import ZONE
from storage.database import Session

LIGHTS = (CaseLight.RED, CaseLight.YELLOW, CaseLight.GREEN, CaseLight.PAUSED)


def _(text: str) -> str:
    """Marks a text for the word list; it is translated when it is shown."""
    return text


class CardSeen(Protocol):
    """What these tables use of a card; they know no tables of the database."""

    kind: CardKind
    rule: str
    application_number: str
    department_code: str
    inputs: dict[str, Any]
    raised_at: datetime


async def running(session: Session, found: Sequence[Board], today: date) -> list[list[Any]]:
    """Departments and items with their running cases by light, the hottest first, then all together."""
    names, rows = await cutting.named(session), []
    for one in found:
        for department, items in departments_by_heat(one.heat):
            name = names.departments.get(department, department)
            rows += [
                [
                    name,
                    names.items.get(item.item, item.item),
                    *(item.lights[light] for light in LIGHTS),
                    item.total,
                ]
                for item in items
            ]
        lights = one.everything.lights
        rows.append([gettext(_("合计")), None, *(lights[light] for light in LIGHTS), one.everything.total])
    return rows


async def shares(session: Session, found: Sequence[Board], today: date) -> list[list[Any]]:
    """Every share of the period: of all together, then of each department, with what it is made of."""
    names, rows = await showing.departments(session), []
    for one in found:
        days = (one.period.first, one.period.last)
        for kind in Indicator:
            name = wording.indicator(kind)[0]
            rows.append([name, gettext(_("合计")), *days, *_share(one.everything.rates[kind])])
            rows += [
                [name, names.get(row.department, row.department), *days, *_share(row.rates[kind])]
                for row in one.rows
                if kind in row.rates
            ]
    return rows


def _share(rate: Rate) -> tuple[Any, int, int]:
    """The percentage, or why there is none, numerator and denominator."""
    if not rate.denominator:
        return gettext(_("没有办件")), 0, 0
    return rate.percent if rate.enough else gettext(_("样本不足")), rate.numerator, rate.denominator


async def happened(session: Session, found: Sequence[Board], today: date) -> list[list[Any]]:
    """What happened today, and the cards of the period."""
    rows: list[list[Any]] = []
    for one in found:
        rows += [
            [wording.of(wording.EVENTS, event), today, today, count] for event, count in one.flow.items()
        ]
        rows += [
            [wording.of(wording.CARDS, kind.value), one.period.first, one.period.last, count]
            for kind, count in one.cards.items()
        ]
    return rows


async def cards(session: Session, found: Sequence[CardSeen], today: date) -> list[list[Any]]:
    """Cells as the page of cards shows them; moments of China, as Excel knows no others."""
    names = await showing.departments(session)
    return [
        [
            wording.of(wording.CARDS, card.kind.value), wording.rule(card.rule), card.application_number,
            names.get(card.department_code, card.department_code), _due(card.inputs),
            card.raised_at.astimezone(ZONE).replace(tzinfo=None, microsecond=0),
        ]
        for card in found
    ]  # fmt: skip


def _due(inputs: Mapping[str, Any]) -> date | None:
    told = inputs.get("due_on")
    return date.fromisoformat(str(told)[:10]) if told else None


BOARD = (
    Wording(
        "在办办件",
        (_("部门"), _("事项"), _("红灯"), _("黄灯"), _("绿灯"), _("暂停计时"), _("合计")),
        (22, 28, 8, 8, 8, 8, 8),
        running,
    ),
    Wording(
        "指标",
        (_("指标"), _("部门"), _("从哪一天"), _("到哪一天"), _("百分比"), _("分子"), _("分母")),
        (20, 22, 12, 12, 12, 10, 10),
        shares,
    ),
    Wording(
        "今天和亮牌",
        (_("项目"), _("从哪一天"), _("到哪一天"), _("数量")),
        (16, 12, 12, 10),
        happened,
    ),
)
CARDS = (
    Wording(
        "亮牌",
        (_("种类"), _("规则"), _("办件编号"), _("部门"), _("到期日"), _("亮牌时间")),
        (10, 28, 46, 22, 13, 20),
        cards,
    ),
)
