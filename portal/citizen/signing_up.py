"""Opening an account online (线上自行注册). Whoever tries, the answer never says whether the person is registered."""

from datetime import datetime
from typing import Any, Literal

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from identity import commands
from identity.errors import NumberWrong, PasswordsBusy, PasswordWeak, TooYoung
from portal import forms
from portal.forms import Form, IdNumber, Password, PersonName, Phone
from portal.language import gettext as _
from portal.request import Request
from storage.database import Session

PASSWORD_FIELDS = ("password", "password_again")


class Registration(forms.Fields):
    name: PersonName
    id_number: IdNumber
    phone: Phone
    password: Password
    password_again: Password
    agreed: Literal["yes"]


class SigningUpPages(Controller):
    path = "/sign-up"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="signing-up:show")
    async def show(self) -> Template:
        return _page(Form.empty())

    @post("/", name="signing-up:register")
    async def register(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Template | Redirect:
        form = _checked(await forms.read(request, Registration))
        if form.value is None:
            return _page(form, 422)
        try:
            await commands.sign_up(
                session,
                name=form.value.name,
                id_number=form.value.id_number,
                phone=form.value.phone,
                password=form.value.password,
                at=now,
            )
        except PasswordWeak as weak:
            return _page(form.wrong(password=_weak(weak.why)), 422)
        except TooYoung:
            return _page(
                form.wrong(id_number=_("不满 14 周岁的账号由监护人开通，请监护人到政务服务窗口办理")), 422
            )
        except NumberWrong as wrong:
            return _page(form.wrong(id_number=f"{wrong.kind}:{wrong.why}"), 422)
        except PasswordsBusy:
            return _page(form.wrong(password=_("现在注册的人太多，请过几秒再试一次")), 503)
        return Redirect("/sign-up/done", status_code=303)

    @get("/done", name="signing-up:done")
    async def done(self) -> Template:
        return Template("signing/signed_up.html")


def _checked(form: Form[Registration]) -> Form[Registration]:
    """What the fields say together: the agreement in plain words, and the password typed the same twice."""
    errors = dict(form.errors)
    if "agreed" in errors:
        errors["agreed"] = _("请阅读并同意服务协议")
    if errors.get("password_again") == "missing":
        errors["password_again"] = _("请再次输入密码")
    again = form.typed.get("password_again")
    if not set(PASSWORD_FIELDS) & set(errors) and form.typed.get("password") != again:
        errors["password_again"] = _("两次输入的密码不一样，请重新输入")
    return form if errors == form.errors else Form(form.typed, errors)


def _weak(why: str) -> str:
    return {
        "short": _("密码太短，至少要有 8 个字符"),
        "long": _("密码太长，最多 128 个字符"),
        "own": _("密码里不能用您自己的姓名、身份证号码或者手机号码"),
        "common": _("这个密码太常见，很容易被猜到，请换一个"),
    }[why]


def _page(form: Form[Registration], status: int = 200) -> Template:
    context: dict[str, Any] = {"form": form.without(*PASSWORD_FIELDS), "agreement": commands.AGREEMENT}
    return Template("signing/sign_up.html", context=context, status_code=status)
