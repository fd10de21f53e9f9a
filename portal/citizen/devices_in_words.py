"""A browser in a few words, from what it calls itself: enough for its owner to know it again."""

from portal.language import gettext as _

BROWSERS = (
    ("MicroMessenger/", "微信"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("HuaweiBrowser/", "华为浏览器"),
    ("QQBrowser/", "QQ 浏览器"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def device(agent: str) -> str:
    """`Chrome · Windows`; what is not known is left out."""
    parts = [next((word for mark, word in known if mark in agent), "") for known in (BROWSERS, SYSTEMS)]
    return " · ".join(part for part in parts if part) or _("没有说明的设备")
