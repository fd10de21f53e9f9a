"""What the parts of a score are called; English stands in `fees.po`."""

from collections.abc import Mapping

from portal.language import gettext


def _(text: str) -> str:
    """Marks a text for the word list; it is translated when it is shown."""
    return text


PARTS: Mapping[str, str] = {
    "openness": _("政务公开"),
    "process": _("流程规范"),
    "time": _("期限合法"),
    "fees": _("收费合理"),
    "satisfaction": _("满意度"),
    "attitude": _("服务态度"),
    "supervision": _("监督检查"),
    "law": _("法律责任"),
    "integrity": _("廉洁"),
    "early": _("提前办结率"),
    "shortened": _("承诺时限压缩比"),
}


def parts() -> dict[str, str]:
    """Part or bonus → its name in the reader's language."""
    return {code: gettext(text) for code, text in PARTS.items()}
