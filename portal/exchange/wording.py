"""Words for the hub's states and forms; translated when shown."""

from collections.abc import Mapping

from portal.register_checks import CHILD_CHECK, FIRM_CHECK, PERSON_CHECK


def _(text: str) -> str:
    """Marks a text for the word lists."""
    return text


FORMS: Mapping[str, str] = {
    "full": _("原值"),
    "masked": _("脱敏"),
    "verify": _("只核验是否一致"),
    "derived": _("只告知结论"),
}
ASKINGS: Mapping[str, tuple[str, str]] = {
    "waiting": (_("等待答复"), "yellow"),
    "agreed": (_("已同意"), "green"),
    "refused": (_("不同意"), "red"),
    "taken-back": (_("已撤回"), "grey"),
}
TICKETS: Mapping[str, str] = {
    "dispute": _("当事人对登记的信息有异议"),
    "miss": _("库里查不到应当有的人"),
    "complaint": _("当事人投诉用了他的数据"),
}
TICKET_STATES: Mapping[str, tuple[str, str]] = {
    "open": (_("等待核实"), "yellow"),
    "put-right": (_("已更正"), "green"),
    "stands": (_("核实无误"), "grey"),
}
CLASSES: Mapping[str, str] = {
    "1": _("基础信息资源"),
    "2": _("主题信息资源"),
    "3": _("部门信息资源"),
}
SHARES: Mapping[str, str] = {
    "1": _("无条件共享"),
    "2": _("有条件共享"),
    "3": _("不予共享"),
}
PURPOSES: Mapping[str, str] = {
    PERSON_CHECK: _("实名核验"),
    CHILD_CHECK: _("监护关系核验"),
    FIRM_CHECK: _("法定代表人核验"),
}
"""What the portal itself asks registers for, beside the items of the catalogue."""
SENSITIVITIES: Mapping[str, str] = {
    "general": _("一般"),
    "personal": _("个人信息"),
    "sensitive": _("敏感个人信息"),
}
