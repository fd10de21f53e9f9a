"""What the codes of a licence are called, for its holder, its department and whoever checks it."""

from collections.abc import Mapping

from portal.language import gettext


def _(text: str) -> str:
    """Marks a text for the word lists below; it is translated when it is shown."""
    return text


STATES: Mapping[str, tuple[str, str]] = {
    "intended": (_("正在制作"), "blue"),
    "valid": (_("有效"), "green"),
    "suspended": (_("暂扣"), "yellow"),
    "revoked": (_("已撤销"), "red"),
    "cancelled": (_("已注销"), "grey"),
    "expired": (_("已过期"), "grey"),
}
TRUST: Mapping[str, str] = {
    "A": _("一级：由签发机关制作"),
    "B": _("二级：照纸质证照录入，已经和存档核对"),
}


def licence_state(code: object) -> tuple[str, str]:
    """The words and colour of how a licence stands."""
    text, colour = STATES[str(code)]
    return gettext(text), colour


def trust(level: object) -> str:
    """How far a licence may be trusted (可信等级), in words."""
    return gettext(TRUST[str(level)])
