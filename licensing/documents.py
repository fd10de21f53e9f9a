"""The papers of a case (行政许可文书): one template each, printed and sealed like licences.

Written acceptance and refusal bear seal and date (行政许可法 32), a correction notice names everything at once
(32), a refusal gives reasons and remedies (38).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from markupsafe import Markup

from licensing import english, metadata
from licensing.authority import Seal
from licensing.notices import BODIES as NOTICES
from licensing.notices import by_rules
from licensing.papers import (
    REMEDIES,
    Correction,
    DocumentData,
    DocumentKind,
    MaterialLine,
    asked,
    basis,
    facts,
    heading,
    listed,
    paragraph,
    remedies,
    table,
    title,
)
from licensing.rules import local_day
from licensing.sealing import Sealer
from licensing.sheet import Sheet
from licensing.sheets import SPECIMEN, chinese_date, qr_image, seal_image

__all__ = [
    "REMEDIES",
    "Correction",
    "DocumentData",
    "DocumentKind",
    "MaterialLine",
    "render",
    "sealed",
    "specimen",
    "title",
]

DOCUMENT_SEAL = "行政审批专用章"
"""The seal under every paper of a case."""


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
            "english": english.half(kind, data),
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
    return Markup("").join(paragraph(each) for each in told if each)


def _materials(data: DocumentData) -> Markup:
    if not data.materials:
        return paragraph("本次申请无需提交材料，所需信息由本机关通过数据共享取得。")
    rows = [(each.name, each.manner) for each in data.materials]
    return paragraph("收到材料如下：") + table(("材料名称", "取得方式"), rows, ("", "side"))


def _receipt(data: DocumentData) -> Markup:
    here = f"由{data.told['received_at']}代收，" if "received_at" in data.told else ""
    text = f"{asked(data)}{here}已经收到，办件编号为{data.application_number}。{_decided_by(data)}"
    day = data.told.get("received_on")
    when = f"申请在下班后或者休息日提交，收到之日为{day}。" if day else ""
    after = f"{when}本机关将自收到申请之日起五个工作日内告知是否受理；逾期不告知的，自收到申请材料之日起即为受理。"
    parts = paragraph("一并收到的各项及其办件编号：") + facts(data) if data.facts else Markup("")
    return paragraph(text) + parts + _materials(data) + paragraph(after)


def _decided_by(data: DocumentData) -> str:
    """收受分离: who decides what another window received; the limit runs from that receipt."""
    if "received_at" not in data.told:
        return ""
    return f"该事项由{data.department}受理和决定，期限自代收窗口收到之日起计算；代收窗口不参与审查和决定。"


def _acceptance(data: DocumentData) -> Markup:
    text = f"{asked(data)}，{_why_accepted(data)}"
    due = f"，即于{chinese_date(data.due_on.isoformat())}前" if data.due_on else ""
    limit = f"本机关将自受理之日起{data.limit}内{due}作出决定。" if data.limit else ""
    later = _to_follow(data)
    return paragraph(text) + (paragraph(limit) if limit else Markup("")) + later + _materials(data)


def _why_accepted(data: DocumentData) -> str:
    """Complete; or some may follow (容缺受理); or nobody told in time, so that the law counts it as accepted."""
    law = "根据《中华人民共和国行政许可法》第三十二条的规定，"
    if "deemed" in data.told:
        return f"本机关没有在五个工作日内告知，{law}自收到申请材料之日即{data.told['deemed']}起视为受理。"
    if "follow_by" in data.told:
        return "主要材料齐全、符合法定形式，次要材料按承诺后补，决定予以受理（容缺受理）。"
    return f"申请材料齐全、符合法定形式，{law}决定予以受理。"


def _to_follow(data: DocumentData) -> Markup:
    if "follow_by" not in data.told:
        return Markup("")
    text = (
        f"按照您签署的容缺受理承诺，请于{data.told['follow_by']}前补交：{data.told['follow']}。"
        "补交之前不作出准予决定；逾期没有补交的，将终止办理或者不予许可。"
    )
    return paragraph(text)


def _correction(data: DocumentData) -> Markup:
    text = (
        f"{asked(data)}，经审查，申请材料不齐全或者不符合法定形式。"
        "根据《中华人民共和国行政许可法》第三十二条的规定，现一次性告知需要补正的全部内容："
    )
    rows = [(each.about, each.wrong) for each in data.corrections]
    due = f"请于{chinese_date(data.due_on.isoformat())}前补正。" if data.due_on else "请补正后再次提交。"
    after = f"{due}除以上内容外，其余材料无需重复提交；补正齐全后本机关即予受理。"
    return paragraph(text) + table(("材料或事项", "需要补正的内容"), rows, ("side", "")) + paragraph(after)


def _not_accepted(data: DocumentData) -> Markup:
    text = paragraph(f"{asked(data)}，经审查，决定不予受理。")
    told = heading("理由") + listed(data.reasons) + basis(data)
    where = f"该事项请向{data.proper_authority}申请。" if data.proper_authority else ""
    return text + told + (paragraph(where) if where else Markup("")) + remedies(data)


def _grant(data: DocumentData) -> Markup:
    how = "经系统按公布的规则核对" if "rules" in data.told else "经审查"
    text = f"{asked(data)}，{how}，符合法定条件、标准，决定准予。"
    return paragraph(text) + facts(data) + basis(data) + by_rules(data)


def _refusal(data: DocumentData) -> Markup:
    text = paragraph(f"{asked(data)}，经审查，不符合法定条件、标准，决定不予{data.matter}。")
    return text + heading("理由") + listed(data.reasons) + basis(data) + remedies(data)


BODIES: dict[DocumentKind, Callable[[DocumentData], Markup]] = {
    DocumentKind.RECEIPT: _receipt,
    DocumentKind.ACCEPTANCE: _acceptance,
    DocumentKind.CORRECTION: _correction,
    DocumentKind.NOT_ACCEPTED: _not_accepted,
    DocumentKind.GRANT: _grant,
    DocumentKind.REFUSAL: _refusal,
    **NOTICES,
}
