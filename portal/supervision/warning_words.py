"""What the pages about warnings and rules say; English stands in `oversight_more.po`."""

from collections.abc import Mapping
from typing import Any

from portal.language import gettext, pick
from portal.supervision import wording
from services.oversight.checks.rules import ALL


def _(text: str) -> str:
    """Marks a text for the word list; it is translated when it is shown."""
    return text


LEVELS: Mapping[str, tuple[str, str]] = {
    "handler": (_("经办人预警"), "blue"),
    "leader": (_("经办人和领导预警"), "orange"),
    "yellow": (_("黄牌"), "yellow"),
    "red": (_("红牌"), "red"),
}
STANDINGS: Mapping[str, tuple[str, str]] = {
    "waiting": (_("待回复"), "blue"),
    "late": (_("逾期未回复"), "red"),
    "answered": (_("已回复，待处治"), "yellow"),
    "disposed": (_("已处治"), "grey"),
    "retracted": (_("已撤销"), "green"),
    "appealed": (_("申诉中"), "orange"),
    "upheld": (_("申诉不成立"), "grey"),
}
OWN_RULES: Mapping[str, str] = {
    "P1": _("即将亮黄牌"),
    "T5Y": _("预警逾期未回复"),
    "T5R": _("黄牌逾期未回复"),
}
THRESHOLDS: Mapping[str, str] = {
    "percent": _("占时限的百分比"),
    "grace": _("宽限的工作日"),
    "minutes": _("分钟数"),
    "nodes": _("最少环节数"),
    "earliest": _("最早几点"),
    "latest": _("最晚几点"),
    "over": _("越过的办件数"),
    "days": _("提前的工作日"),
    "fen": _("容许的差额（分）"),
}
NAMES = {one.id: one.name for one in ALL}
BASES = {one.id: one.basis for one in ALL}


def level(code: object) -> tuple[str, str]:
    text, colour = LEVELS[str(code)]
    return gettext(text), colour


def standing(code: object) -> tuple[str, str]:
    text, colour = STANDINGS[str(code)]
    return gettext(text), colour


def rule(identifier: str) -> str:
    """The name of a rule of either catalogue."""
    if identifier in NAMES:
        return pick(NAMES[identifier])
    return gettext(OWN_RULES[identifier]) if identifier in OWN_RULES else wording.rule(identifier)


def threshold(name: str) -> str:
    return gettext(THRESHOLDS.get(name, name))


def closed() -> str:
    """Somebody else was quicker, or it is not the turn of this step."""
    return gettext(_("这条预警已经办结，或者现在不能这样做"))


def own_disposal() -> str:
    return gettext(_("申诉要由作出处治以外的监察人员决定"))


def too_late(day: Any) -> str:
    return gettext(_("申诉期限已过"))


def wrong_threshold() -> str:
    return gettext(_("请填写 0 到 100000 的整数"))
