"""Opening an account online (线上自行注册). Whoever tries, the answer never says whether the person is registered."""

from datetime import datetime
from typing import Any, Literal

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from identity import commands
from identity.errors import NumberWrong, PasswordsBusy, PasswordWeak, TooYoung
from portal import forms
from portal.citizen.passwords_in_words import SAME_TWICE, twice, weak
from portal.forms import Form, IdNumber, Password, PersonName, Phone
from portal.language import gettext as _
from portal.request import Request
from storage.database import Session


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
        except PasswordWeak as exc:
            return _page(form.wrong(password=weak(exc.why)), 422)
        except TooYoung:
            return _page(
                form.wrong(
                    id_number=_("不满 14 周岁不能单独注册，请监护人登录后在“代办和监护”里增加监护关系")
                ),
                422,
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
    form = twice(form)
    if "agreed" not in form.errors:
        return form
    return Form(form.typed, {**form.errors, "agreed": _("请阅读并同意服务协议")})


def _page(form: Form[Registration], status: int = 200) -> Template:
    context: dict[str, Any] = {"form": form.without(*SAME_TWICE), "agreement": commands.AGREEMENT}
    return Template("signing/sign_up.html", context=context, status_code=status)
