"""The case's ledger entries told to officers: what was done, when, by whom."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from portal.case_deeds import ALIKE, OVERSEEN
from portal.language import gettext


def _(text: str) -> str:
    """Marks a text for the word list; it is translated when it is shown."""
    return text


DONE: Mapping[str, str] = {
    **ALIKE,
    **OVERSEEN,
    "application drafted": _("开始填写"),
    "facts gathered": _("向有关部门核对信息"),
    "commitment signed": _("签署告知承诺"),
    "draft moved to version": _("草稿改用事项的新版本"),
    "application submitted": _("提交申请"),
    "application claimed": _("领取办件"),
    "correction requested": _("一次性告知补正"),
    "application corrected": _("补正后重新提交"),
    "application accepted": _("受理"),
    "acceptance refused": _("不予受理"),
    "step reviewed": _("出具审查意见"),
    "special procedure begun": _("启动特别程序，停止计时"),
    "special procedure ended": _("特别程序结束，继续计时"),
    "limit extended": _("延长办理期限"),
    "application granted": _("准予"),
    "application refused": _("不予"),
    "licence intended": _("开始制作证照"),
    "applicant founded": _("一件事：企业登记后由企业作申请人"),
    "left to the applicant": _("一件事：没有自动提交，交申请人接着办"),
    "paper sealed": _("文书盖章"),
    "result delivered": _("送达"),
    "application withdrawn": _("申请人撤回"),
    "application rated": _("申请人评价"),
    "number unmasked": _("查看完整号码"),
}
"""The words of each deed of a case."""

OTHER = _("其他记录")
ENDED = ("no licence needed", "application terminated", "grant revoked", "grant cancelled")
REVIEWED = "step reviewed"
BAD = frozenset({"acceptance refused", "application refused", "application withdrawn", *ENDED})


class Entry(Protocol):
    """What of a ledger entry is told."""

    @property
    def at(self) -> datetime: ...
    @property
    def deed(self) -> str: ...
    @property
    def details(self) -> dict[str, Any]: ...


def event(entry: Entry, steps: Mapping[str, str]) -> dict[str, Any]:
    """One event of the timeline, as `ui.timeline` takes it; a deed without words of its own is «another record».

    `steps` are the names of the item's steps by key: an opinion says at which it was given.
    """
    text, details = DONE.get(entry.deed), entry.details
    step = steps.get(str(details.get("step"))) if entry.deed == REVIEWED else None
    title = gettext(text or OTHER)
    unfavourable = details.get("favourable") is False
    return {
        "title": gettext("%(deed)s（%(step)s）") % {"deed": title, "step": step} if step else title,
        "at": entry.at,
        "by": _by(details),
        "note": gettext("结论：不符合") if unfavourable else details.get("number"),
        "state": "bad" if entry.deed in BAD or unfavourable else "done",
    }


def _by(details: Mapping[str, Any]) -> str:
    """Who did it; under a mandate, for whom as well; at the desk of an absent colleague, whose."""
    name = str(details.get("by") or gettext("系统"))
    if absent := details.get("instead_of"):
        return gettext("%(officer)s（代 %(absent)s）") % {"officer": name, "absent": absent}
    return (
        gettext("%(agent)s（代表 %(principal)s）") % {"agent": name, "principal": details["for"]}
        if details.get("for")
        else name
    )


def verdicts(entries: Iterable[Entry]) -> list[bool]:
    """Whether each opinion of a reviewer was favourable, in the order in which they were given."""
    return [bool(entry.details.get("favourable")) for entry in entries if entry.deed == REVIEWED]
