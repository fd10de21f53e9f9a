"""What is said about a new password, and that it is typed the same twice."""

from typing import TypeVar

from pydantic import BaseModel

from portal.forms import Form
from portal.language import gettext as _

SAME_TWICE = ("password", "password_again")

T = TypeVar("T", bound=BaseModel)


def weak(why: str) -> str:
    """Why a password may not be used."""
    return {
        "short": _("密码太短，至少要有 8 个字符"),
        "long": _("密码太长，最多 128 个字符"),
        "own": _("密码里不能用您自己的姓名、身份证号码或者手机号码"),
        "common": _("这个密码太常见，很容易被猜到，请换一个"),
    }[why]


def twice(form: Form[T]) -> Form[T]:
    """The same form, with the mistake if the two passwords differ."""
    errors = dict(form.errors)
    if errors.get("password_again") == "missing":
        errors["password_again"] = _("请再次输入密码")
    again = form.typed.get("password_again")
    if not set(SAME_TWICE) & set(errors) and form.typed.get("password") != again:
        errors["password_again"] = _("两次输入的密码不一样，请重新输入")
    return form if errors == form.errors else Form(form.typed, errors)
