"""The papers of a case (行政许可文书): one template each, printed and sealed like licences.

Written acceptance and refusal bear seal and date (行政许可法 32), a correction notice names everything at once
(32), a refusal gives reasons and remedies (38).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from markupsafe import Markup

from licensing import metadata
from licensing.authority import Seal
from licensing.rules import local_day
from licensing.sealing import Sealer
from licensing.sheet import Sheet
from licensing.sheets import SPECIMEN, chinese_date, qr_image, seal_image

DOCUMENT_SEAL = "行政审批专用章"
"""The seal under every paper of a case."""


class DocumentKind(StrEnum):
    """The papers of a case; values are also the names of their templates."""

    RECEIPT = "receipt"  # 收件回执
    ACCEPTANCE = "acceptance"  # 受理通知书
    CORRECTION = "correction"  # 一次性补正告知书
    NOT_ACCEPTED = "not-accepted"  # 不予受理决定书
    GRANT = "grant"  # 准予决定书, 核定决定书
    REFUSAL = "refusal"  # 不予决定书


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing to put right: of which material or question, what is wrong, what is asked for."""

    about: str
    wrong: str


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """One line of a list of materials: its name and how it came (免交, 上传, 承诺 …)."""

    name: str
    manner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentData:
    """What the papers say. All texts as they are to be read; what a kind does not use may be left out.

    `matter` is what is asked for in the title («行政许可», «行政确认», «失业保险金»); `title` replaces the whole
    title. `facts` are named values of the decision. `reconsideration` and `court` are those a refusal names.
    """

    number: str
    application_number: str
    item_name: str
    applicant: str
    department: str
    department_code: str
    at: datetime
    matter: str = "行政许可"
    title: str | None = None
    received_on: date | None = None
    limit: str | None = None
    due_on: date | None = None
    materials: Sequence[MaterialLine] = ()
    corrections: Sequence[Correction] = ()
    reasons: Sequence[str] = ()
    basis: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    proper_authority: str | None = None
    reconsideration: str = "本级人民政府"
    court: str = "有管辖权的人民法院"
    contact: str | None = None
    link: str | None = None
    sample: bool = True
    extra: str | None = None


TITLES = {
    DocumentKind.RECEIPT: "收件回执",
    DocumentKind.ACCEPTANCE: "{matter}申请受理通知书",
    DocumentKind.CORRECTION: "{matter}申请材料一次性补正告知书",
    DocumentKind.NOT_ACCEPTED: "{matter}申请不予受理决定书",
    DocumentKind.GRANT: "准予{matter}决定书",
    DocumentKind.REFUSAL: "不予{matter}决定书",
}

REMEDIES = (
    "如不服本决定，可以自收到本决定书之日起六十日内向{reconsideration}申请行政复议，"
    "也可以自收到本决定书之日起六个月内依法向{court}提起行政诉讼。"
)
"""行政复议法 (60 days), 行政诉讼法 (6 months)."""


def title(kind: DocumentKind, data: DocumentData) -> str:
    return data.title or TITLES[kind].format(matter=data.matter)


def render(kind: DocumentKind, data: DocumentData) -> bytes:
    """A preview: the finished page without a signature slot. Blocks; call it in a thread. Raises PrintFailed."""
    return _printed(_sheet(kind, data, sealable=False))


def specimen(kind: DocumentKind, data: DocumentData) -> bytes:
    """What such a paper will look like, marked 样本. Blocks; call it in a thread. Raises PrintFailed."""
    sheet = _sheet(kind, data, sealable=False)
    values: dict[str, Any] = dict(sheet.values)
    return _printed(replace(sheet, values=values | {"seal": values["seal"] + SPECIMEN}))


def sealed(kind: DocumentKind, data: DocumentData, *, sealer: Sealer, at: datetime) -> bytes:
    """The paper printed and sealed at `at`. Blocks for 0.2 s; call it in a thread (`asyncio.to_thread`).

    Raises PrintFailed, SealMissing, KeysUnreadable.
    """
    seal = Seal(data.department_code, data.department, DOCUMENT_SEAL)
    return sealer.seal(_printed(_sheet(kind, data, sealable=True)), seal, at=at)


def _printed(sheet: Sheet) -> bytes:
    # The layout engine takes a second to load; processes that print nothing do without.
    from licensing import printing

    return printing.print_document(sheet)


def _sheet(kind: DocumentKind, data: DocumentData, *, sealable: bool) -> Sheet:
    named = title(kind, data)
    elements = {
        "title": named,
        "number": data.number,
        "application_number": data.application_number,
        "applicant": data.applicant,
        "department": data.department,
        "department_code": data.department_code,
        "dated": local_day(data.at).isoformat(),
    }
    return Sheet(
        template="documents/document",
        values={
            "title_shown": named,
            "number": data.number,
            "department": data.department,
            "applicant": data.applicant,
            "application_number": data.application_number,
            "body": BODIES[kind](data),
            "closing": _closing(data),
            "dated": chinese_date(local_day(data.at).isoformat()),
            "seal": seal_image(data.department, DOCUMENT_SEAL),
            "follow": _follow(data),
            "sample": Markup('<p class="sample">示例数据 · 不具法律效力</p>') if data.sample else "",
        },
        title=f"{named} {data.number}",
        author=data.department,
        subject=f"办件编号 {data.application_number}",
        identifier=data.number,
        at=data.at,
        record=metadata.record(kind.value, elements, sample=data.sample),
        sealable=sealable,
    )


def _follow(data: DocumentData) -> Markup:
    if data.link is None:
        return Markup("")
    return Markup('<div class="follow">{}<p>扫码查询办理进度</p></div>').format(
        qr_image(data.link, "办理进度二维码")
    )


def _closing(data: DocumentData) -> Markup:
    told = [data.extra, f"咨询电话：{data.contact}" if data.contact else None]
    return Markup("").join(_paragraph(each) for each in told if each)


def _paragraph(text: str) -> Markup:
    return Markup("<p>{}</p>").format(text)


def _heading(text: str) -> Markup:
    return Markup("<h2>{}</h2>").format(text)


def _list(texts: Sequence[str]) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(text) for text in texts)
    return Markup("<ol>{}</ol>").format(items)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[str]) -> Markup:
    """A table with a numbered first column."""
    head = Markup("").join(
        Markup('<th scope="col" class="{}">{}</th>').format(width, text)
        for text, width in zip(("序号", *heads), ("narrow", *widths), strict=True)
    )
    lines = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(Markup("<td>{}</td>").format(cell) for cell in (str(place), *row))
        )
        for place, row in enumerate(rows, 1)
    )
    return Markup('<table class="lines"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(
        head, lines
    )


def _facts(data: DocumentData) -> Markup:
    if not data.facts:
        return Markup("")
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th><td>{}</td></tr>').format(name, value)
        for name, value in data.facts
    )
    return Markup('<table class="facts"><tbody>{}</tbody></table>').format(rows)


def _asked(data: DocumentData) -> str:
    when = chinese_date((data.received_on or local_day(data.at)).isoformat())
    return f"你（单位）于{when}提出的“{data.item_name}”申请"


def _materials(data: DocumentData) -> Markup:
    if not data.materials:
        return _paragraph("本次申请无需提交材料，所需信息由本机关通过数据共享取得。")
    rows = [(each.name, each.manner) for each in data.materials]
    return _paragraph("收到材料如下：") + _table(("材料名称", "取得方式"), rows, ("", "side"))


def _receipt(data: DocumentData) -> Markup:
    text = f"{_asked(data)}已经收到，办件编号为{data.application_number}。"
    after = "本机关将自收到申请之日起五个工作日内告知是否受理；逾期不告知的，自收到申请材料之日起即为受理。"
    parts = _paragraph("一并收到的各项及其办件编号：") + _facts(data) if data.facts else Markup("")
    return _paragraph(text) + parts + _materials(data) + _paragraph(after)


def _acceptance(data: DocumentData) -> Markup:
    text = f"{_asked(data)}，申请材料齐全、符合法定形式，根据《中华人民共和国行政许可法》第三十二条的规定，决定予以受理。"
    due = f"，即于{chinese_date(data.due_on.isoformat())}前" if data.due_on else ""
    limit = f"本机关将自受理之日起{data.limit}内{due}作出决定。" if data.limit else ""
    return _paragraph(text) + (_paragraph(limit) if limit else Markup("")) + _materials(data)


def _correction(data: DocumentData) -> Markup:
    text = (
        f"{_asked(data)}，经审查，申请材料不齐全或者不符合法定形式。"
        "根据《中华人民共和国行政许可法》第三十二条的规定，现一次性告知需要补正的全部内容："
    )
    rows = [(each.about, each.wrong) for each in data.corrections]
    due = f"请于{chinese_date(data.due_on.isoformat())}前补正。" if data.due_on else "请补正后再次提交。"
    after = f"{due}除以上内容外，其余材料无需重复提交；补正齐全后本机关即予受理。"
    return _paragraph(text) + _table(("材料或事项", "需要补正的内容"), rows, ("side", "")) + _paragraph(after)


def _not_accepted(data: DocumentData) -> Markup:
    text = _paragraph(f"{_asked(data)}，经审查，决定不予受理。")
    told = _heading("理由") + _list(data.reasons) + _basis(data)
    where = f"该事项请向{data.proper_authority}申请。" if data.proper_authority else ""
    return text + told + (_paragraph(where) if where else Markup("")) + _remedies(data)


def _grant(data: DocumentData) -> Markup:
    text = f"{_asked(data)}，经审查，符合法定条件、标准，决定准予。"
    return _paragraph(text) + _facts(data) + _basis(data)


def _refusal(data: DocumentData) -> Markup:
    text = _paragraph(f"{_asked(data)}，经审查，不符合法定条件、标准，决定不予{data.matter}。")
    return text + _heading("理由") + _list(data.reasons) + _basis(data) + _remedies(data)


def _basis(data: DocumentData) -> Markup:
    return _heading("依据") + _list(data.basis) if data.basis else Markup("")


def _remedies(data: DocumentData) -> Markup:
    text = REMEDIES.format(reconsideration=data.reconsideration, court=data.court)
    return _heading("救济途径") + _paragraph(text)


BODIES: dict[DocumentKind, Callable[[DocumentData], Markup]] = {
    DocumentKind.RECEIPT: _receipt,
    DocumentKind.ACCEPTANCE: _acceptance,
    DocumentKind.CORRECTION: _correction,
    DocumentKind.NOT_ACCEPTED: _not_accepted,
    DocumentKind.GRANT: _grant,
    DocumentKind.REFUSAL: _refusal,
}
