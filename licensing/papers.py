"""What the papers of a case are and say, and the phrases they are made of; printing them is in `documents`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from markupsafe import Markup

from licensing.rules import local_day
from licensing.sheets import chinese_date


class DocumentKind(StrEnum):
    """The papers of a case; values are also the names of their templates."""

    RECEIPT = "receipt"  # 收件回执
    ACCEPTANCE = "acceptance"  # 受理通知书
    CORRECTION = "correction"  # 一次性补正告知书
    NOT_ACCEPTED = "not-accepted"  # 不予受理决定书
    GRANT = "grant"  # 准予决定书, 核定决定书
    REFUSAL = "refusal"  # 不予决定书
    NOT_NEEDED = "not-needed"  # 无需许可告知书
    EXTENSION = "extension"  # 延期通知书
    SPECIAL_PROCEDURE = "special-procedure"  # 特别程序告知书
    HEARING_RIGHT = "hearing-right"  # 听证告知书
    HEARING_CALL = "hearing-call"  # 听证通知书
    DELIVERY = "delivery"  # 送达回证
    TERMINATION = "termination"  # 终止办理决定书
    REVOCATION = "revocation"  # 撤销决定书
    CANCELLATION = "cancellation"  # 注销决定书


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
    `told` is what a notice says of its own: days, dates, places, as they are to be read. `english` is the same in
    English where the applicant asked for it (`licensing.english`).
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
    told: Mapping[str, str] = field(default_factory=dict)
    english: "DocumentData | None" = None


TITLES = {
    DocumentKind.RECEIPT: "收件回执",
    DocumentKind.ACCEPTANCE: "{matter}申请受理通知书",
    DocumentKind.CORRECTION: "{matter}申请材料一次性补正告知书",
    DocumentKind.NOT_ACCEPTED: "{matter}申请不予受理决定书",
    DocumentKind.GRANT: "准予{matter}决定书",
    DocumentKind.REFUSAL: "不予{matter}决定书",
    DocumentKind.NOT_NEEDED: "无需取得{matter}告知书",
    DocumentKind.EXTENSION: "{matter}办理期限延长通知书",
    DocumentKind.SPECIAL_PROCEDURE: "{matter}特别程序告知书",
    DocumentKind.HEARING_RIGHT: "{matter}听证告知书",
    DocumentKind.HEARING_CALL: "{matter}听证通知书",
    DocumentKind.DELIVERY: "送达回证",
    DocumentKind.TERMINATION: "终止办理{matter}申请决定书",
    DocumentKind.REVOCATION: "撤销{matter}决定书",
    DocumentKind.CANCELLATION: "注销{matter}决定书",
}

REMEDIES = (
    "如不服本决定，可以自收到本决定书之日起六十日内向{reconsideration}申请行政复议，"
    "也可以自收到本决定书之日起六个月内依法向{court}提起行政诉讼。"
)
"""行政复议法 (60 days), 行政诉讼法 (6 months)."""


def title(kind: DocumentKind, data: DocumentData) -> str:
    return data.title or TITLES[kind].format(matter=data.matter)


def paragraph(text: str) -> Markup:
    return Markup("<p>{}</p>").format(text)


def heading(text: str) -> Markup:
    return Markup("<h2>{}</h2>").format(text)


def listed(texts: Sequence[str]) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(text) for text in texts)
    return Markup("<ol>{}</ol>").format(items)


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[str], first: str = "序号"
) -> Markup:
    """A table with a numbered first column."""
    head = Markup("").join(
        Markup('<th scope="col" class="{}">{}</th>').format(width, text)
        for text, width in zip((first, *heads), ("narrow", *widths), strict=True)
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


def facts(data: DocumentData) -> Markup:
    """What a decision fixes, line by line; nothing where it fixes nothing."""
    if not data.facts:
        return Markup("")
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th><td>{}</td></tr>').format(name, value)
        for name, value in data.facts
    )
    return Markup('<table class="facts"><tbody>{}</tbody></table>').format(rows)


def asked(data: DocumentData) -> str:
    """How every paper begins: «你（单位）于…提出的“…”申请»."""
    when = chinese_date((data.received_on or local_day(data.at)).isoformat())
    return f"你（单位）于{when}提出的“{data.item_name}”申请"


def basis(data: DocumentData) -> Markup:
    """The articles a decision rests on."""
    return heading("依据") + listed(data.basis) if data.basis else Markup("")


def remedies(data: DocumentData) -> Markup:
    """Where and until when one may complain (行政许可法 38)."""
    text = REMEDIES.format(reconsideration=data.reconsideration, court=data.court)
    return heading("救济途径") + paragraph(text)
