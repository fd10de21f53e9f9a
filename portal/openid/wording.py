"""What a scope means to the person it is about, and how this package's own addresses are written."""

from collections.abc import Iterable
from urllib.parse import urlencode

from litestar import Response
from litestar.response import Redirect, Template

from portal.guards import SIGN_IN
from portal.language import gettext as _

CONTINUE = "/openid/continue"


def known_as(scope: str) -> tuple[str, str]:
    """A scope in plain words, and what exactly is told."""
    return {
        "openid": (
            _("认出是同一个人"),
            _("一个只在这个系统里使用的编号。别的部门拿到的编号不同，不能互相比对。"),
        ),
        "profile": (_("您的姓名"), _("实名登记的姓名。")),
        "real_name": (_("您的实名等级"), _("只说核验到哪一级，不含任何号码。")),
        "id_number": (_("您的身份证号码"), _("完整的公民身份号码。")),
        "phone": (_("您的手机号码"), _("账号里登记的手机号码。")),
        "email": (_("您的电子邮箱"), _("账号里登记的电子邮箱。")),
    }[scope]


def in_words(scopes: Iterable[str]) -> list[tuple[str, str]]:
    return [known_as(scope) for scope in scopes]


def onward(ticket: str) -> str:
    """The page that leads on; it ends the chain of redirects that began with a form (see `continue.html`)."""
    return f"{CONTINUE}?{urlencode({'ticket': ticket})}"


def sign_in_first(ticket: str) -> str:
    return f"{SIGN_IN}?{urlencode({'next': onward(ticket)})}"


def elsewhere(address: str) -> Redirect:
    """To another system, by 303 (RFC 9700, 4.12). The address was registered, or is the issuer's own."""
    return Redirect(address, status_code=303, headers={"cache-control": "no-store"})


def told(content: object, status: int = 200, **headers: str) -> Response[object]:
    """JSON that no one keeps (RFC 6749, 5.1)."""
    kept = {"cache-control": "no-store", "pragma": "no-cache"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return Response(content, status_code=status, headers=kept, media_type="application/json")


def refused(why: str) -> Template:
    """A page for the person where no system may be told: nobody is sent to an address that is not registered."""
    return Template("openid/refused.html", context={"why": why}, status_code=400)
