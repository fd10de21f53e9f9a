"""An existing list of items as an Excel table: one row per item with the columns of the 实施清单 (GB/T 39046 table 4).

A row with a mistake is not taken in at all, and every mistake is told with its cell; the other rows are.
"""

import io
from collections.abc import Mapping
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from services.catalogue.form import Pair
from services.catalogue.lint.elements import SLUG
from services.catalogue.maintenance import cells
from services.catalogue.maintenance.arriving import Arrived, Told
from services.catalogue.maintenance.cells import CellWrong, Reader
from services.catalogue.maintenance.errors import TableUnreadable
from storage import workbooks
from storage.errors import WorkbookUnreadable

MOST_ROWS = 5_000


class Column(NamedTuple):
    name: str
    path: str
    read: Reader


COLUMNS = (
    Column("网址代码", "code", str),
    Column("事项名称", "name.zh", str),
    Column("英文名称", "name.en", str),
    Column("事项简称", "short_name.zh", str),
    Column("事项说明", "summary.zh", str),
    Column("别名", "aliases", cells.listed),
    Column("基本编码", "basic_code", cells.digits(12)),
    Column("实施编码", "implementation_code", cells.digits(31)),
    Column("业务办理项编码", "handling_code", cells.digits(33)),
    Column("事项类型", "item_type", cells.one_of(cells.TYPES)),
    Column("设定依据", "basis", cells.basis),
    Column("行使层级", "level", cells.one_of(cells.LEVELS)),
    Column("权力来源", "power_source", cells.one_of(cells.POWERS)),
    Column("权限划分", "powers", cells.pair),
    Column("行使内容", "exercise", cells.pair),
    Column("委托部门", "entrusted_by", cells.pair),
    Column("实施主体", "department.name", cells.pair),
    Column("实施主体代码", "department.code", cells.body_code),
    Column("实施主体性质", "department.kind", cells.one_of(cells.BODIES)),
    Column("行政区划代码", "region", cells.digits(6)),
    Column("服务对象", "audiences", cells.some_of(cells.AUDIENCES)),
    Column("服务主题", "themes", cells.some_of(cells.THEMES)),
    Column("受理条件", "conditions", cells.conditions),
    Column("数量限制", "quota", cells.pair),
    Column("法定办结时限", "statutory_limit.days", cells.whole),
    Column("法定办结时限依据", "statutory_limit.basis", cells.pair),
    Column("法定办结时限说明", "statutory_limit.explanation", cells.pair),
    Column("承诺办结时限", "promised_limit.days", cells.whole),
    Column("承诺办结时限说明", "promised_limit.explanation", cells.pair),
    Column("是否收费", "fee.charged", cells.yes_no),
    Column("收费标准", "fee.standard", cells.pair),
    Column("收费依据", "fee.basis", cells.pair),
    Column("收费金额", "fee.amount", cells.yuan),
    Column("通办范围", "reach", cells.one_of(cells.REACHES)),
    Column("办理形式", "ways", cells.some_of(cells.WAYS)),
    Column("办理流程", "flow", cells.pair),
    Column("网上办理深度", "online.depth", cells.one_of(cells.DEPTHS)),
    Column("是否支持预约办理", "online.booking", cells.yes_no),
    Column("是否支持网上支付", "online.payment", cells.yes_no),
    Column("是否支持物流快递", "online.express", cells.yes_no),
    Column("到办事现场次数", "visits.count", cells.whole),
    Column("必须现场办理原因说明", "visits.reason", cells.pair),
    Column("办理地点", "places[0].name", cells.pair),
    Column("办理地址", "places[0].address", cells.pair),
    Column("办理时间", "places[0].hours", cells.pair),
    Column("咨询电话", "contact.phone", cells.phone),
    Column("咨询方式", "contact.how", cells.pair),
    Column("监督电话", "complaint.phone", cells.phone),
    Column("监督投诉方式", "complaint.how", cells.pair),
    Column("申请材料", "materials", cells.materials),
    Column("结果名称", "result.name", cells.pair),
)
BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}
NEEDED = ("事项名称", "实施编码")
"""Without these a row cannot even become a draft."""


def read_table(content: bytes) -> list[Arrived]:
    """The rows of the first sheet that has the columns. Raises TableUnreadable."""
    try:
        return _read_rows(content)
    except WorkbookUnreadable as unread:
        raise TableUnreadable(unread.why) from unread


def _read_rows(content: bytes) -> list[Arrived]:
    rows = workbooks.first_sheet(content)
    places = workbooks.columns_of(rows, BY_NAME, needed=NEEDED)
    found: list[Arrived] = []
    seen: dict[str, int] = {}
    for number, row in rows:
        typed = {name: _text(row[place]) for name, place in places.items() if place < len(row)}
        if any(typed.values()):
            found.append(_arrived(number, typed, places, seen))
        if len(found) > MOST_ROWS:
            raise TableUnreadable("too-many-rows")
    return found


def blank() -> bytes:
    """An empty table with every column, to be filled in."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has a sheet
    sheet.title = "实施清单"
    sheet.append([column.name for column in COLUMNS])
    for place in range(1, len(COLUMNS) + 1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = 18
        sheet.column_dimensions[letter].number_format = "@"
    sheet.freeze_panes = "A2"
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return "".join(letter for letter in str(value).strip() if letter.isprintable() or letter == "\n")


def _arrived(
    number: int, typed: Mapping[str, str], places: Mapping[str, int], seen: dict[str, int]
) -> Arrived:
    definition: dict[str, Any] = {}
    mistakes: list[Told] = []

    def wrong(name: str, words: Pair) -> None:
        mistakes.append(Told(f"{get_column_letter(places[name] + 1)}{number}", words))

    for name, text in typed.items():
        if not text:
            if name in NEEDED:
                wrong(name, Pair(f"缺少{name}", f"{name} is missing"))
            continue
        try:
            put(definition, BY_NAME[name].path, BY_NAME[name].read(text))
        except CellWrong as exc:
            wrong(name, Pair(f"{name}：{exc.wanted.zh}", f"{name}: {exc.wanted.en}"))
    code = definition.setdefault("code", f"item-{typed['实施编码'][-12:].lower()}")
    where = "网址代码" if typed.get("网址代码") else "实施编码"
    if not SLUG.fullmatch(code) or len(code) > 60:
        wrong(
            where,
            Pair("网址代码应为小写英文、数字和连字符", "lower-case words, digits and hyphens are wanted"),
        )
    elif code in seen:
        wrong(where, Pair(f"与第 {seen[code]} 行重复", f"the same as row {seen[code]}"))
    seen.setdefault(code, number)
    return Arrived(str(number), code, typed["事项名称"], None if mistakes else definition, tuple(mistakes))


def put(definition: dict[str, Any], path: str, value: Any) -> None:
    """Set an element of a definition in builtins; `places[0].name` makes the list and its first entry."""
    *outer, last = path.split(".")
    inner: dict[str, Any] = definition
    for name in outer:
        if name.endswith("[0]"):
            inner = inner.setdefault(name.removesuffix("[0]"), [{}])[0]
        else:
            inner = inner.setdefault(name, {})
    inner[last] = value
