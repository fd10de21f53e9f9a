"""What administrators' pages call the ways of looking; English stands in `supervision.po`."""

from collections.abc import Mapping

from portal.language import gettext
from services.oversight import records


def _(text: str) -> str:
    """Marks a text for the word list; it is translated when it is shown."""
    return text


LOOKS: Mapping[str, str] = {
    records.LOOKED: _("查看办件"),
    records.CHECKED: _("校验办件记录"),
    records.EXPORTED: _("下载存证文件"),
    records.UNMASKED: _("查看了完整证件号码"),
}


def look(deed: str) -> str:
    return gettext(LOOKS[deed])
