"""Deeds on a case that officers and supervisors call by one name; what each says in words of its own stands with it."""

from collections.abc import Mapping


def _(text: str) -> str:
    """Marks a text for the word lists; it is translated when it is shown."""
    return text


ALIKE: Mapping[str, str] = {
    "no licence needed": _("告知不需许可"),
    "application corrected on the spot": _("当场更正"),
    "application deemed accepted": _("逾期未告知，视为受理"),
    "material followed": _("后补了容缺的材料"),
    "step sent back": _("退回上一环节"),
    "hearing offered": _("告知听证权利"),
    "hearing asked for": _("要求听证"),
    "hearing called": _("通知听证，停止计时"),
    "hearing closed": _("听证结束，继续计时"),
    "application terminated": _("终止办理"),
    "commitment verified": _("承诺核查"),
    "grant revoked": _("撤销"),
    "grant cancelled": _("注销"),
    "case archived": _("归档"),
    "case handed over": _("转办"),
    "case put back": _("退回待领"),
    "signed at the window": _("申请人当面签名"),
    "result collected": _("窗口领取结果"),
}
