"""Signing in (two steps for staff) and signing out. The other ways in: `signing_in_otherwise`."""

from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity import sessions, signing_in
from identity.errors import PasswordsBusy
from identity.means import entering
from identity.signing_in import CodeNeeded, Granted, Paused, Refused
from portal import forms
from portal.authentication import (
    CODE,
    DEVICE,
    KEPT,
    SESSION,
    STEP,
    cleared,
    kept_cookie,
    origin,
    settings_of,
)
from portal.citizen import keys
from portal.citizen.welcoming import demo_people, next_of, place_of, refusal, second_step, welcome
from portal.forms import Form, Password
from portal.guards import SIGN_IN, landing, local_path
from portal.language import gettext as _
from portal.request import Request
from storage.database import Session


class Credentials(forms.Fields):
    account: str = Field(max_length=100)
    password: Password


class Code(forms.Fields):
    code: str = Field(max_length=20)


class SigningInPages(Controller):
    path = "/"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get(SIGN_IN, name="signing-in:show")
    async def show(
        self,
        request: Request,
        now: NamedDependency[datetime],
        next: FromQuery[str | None] = None,
        account: FromQuery[str | None] = None,
    ) -> Template | Redirect:
        if request.user is not None:
            return Redirect(local_path(next) or landing(request.user), status_code=303)
        known = account if account and account.isprintable() else None
        form: Form[Credentials] = Form(typed={"account": known} if known else {})
        return account_page(request, form, local_path(next), now)

    @post(SIGN_IN, name="signing-in:account")
    async def account(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Template | Redirect:
        form = await forms.read(request, Credentials)
        place = place_of(form)
        if form.value is None:
            return account_page(request, form, place, now, 422)
        answer = await _sign_in(request, session, form.value, now)
        if isinstance(answer, Granted):
            return await welcome(request, session, answer, place, now)
        if isinstance(answer, CodeNeeded):
            return second_step(request, answer, place)
        sentence, status = refusal(answer, now, _("账号或密码不对，请检查后再试一次"))
        return account_page(request, form.wrong(account=sentence), place, now, status)

    @get(f"{SIGN_IN}/code", name="signing-in:code")
    async def ask_code(
        self,
        request: Request,
        session: NamedDependency[Session],
        now: NamedDependency[datetime],
        next: FromQuery[str | None] = None,
    ) -> Template | Redirect:
        place = local_path(next)
        page = await _code_page(request, session, Form.empty(), place, now)
        return page or Redirect(SIGN_IN, status_code=303, query_params=next_of(place))

    @post(f"{SIGN_IN}/code", name="signing-in:confirm")
    async def confirm(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Template | Redirect:
        form = await forms.read(request, Code)
        place, status = place_of(form), 422
        if form.value is not None:
            answer = await _confirm(request, session, form.value.code, now)
            if isinstance(answer, Granted):
                return await welcome(request, session, answer, place, now)
            if answer is not None:
                wrong = _("验证码不对，或者已经用过。请输入验证器上现在显示的 6 位数字")
                sentence, status = refusal(answer, now, wrong)
                form = form.wrong(code=sentence)
        late = _("等待验证码的时间太久，请重新输入密码")
        return await _code_page(request, session, form, place, now, status) or account_page(
            request, Form(errors={"account": late}), place, now, 422
        )

    @post("/sign-out", name="signing-in:out")
    async def sign_out(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Redirect:
        if request.user is not None:
            await signing_in.sign_out(session, request.user, at=now)
        settings = settings_of(request.app.state)
        gone = [cleared(name, settings) for name in (SESSION, STEP, KEPT, CODE)]
        return Redirect("/", status_code=303, cookies=gone)


def account_page(
    request: Request, form: Form[Credentials], place: str | None, now: datetime, status: int = 200
) -> Template:
    settings = settings_of(request.app.state)
    context: dict[str, Any] = {
        "form": form.without("password"),
        "next": place,
        "kept": kept_cookie(request, KEPT) is not None,
        "demo_people": demo_people(settings, now),
        "passkey": keys.asking(request, entering.SIGN_IN, "", now),
        "channels": settings.channels,
    }
    return Template("signing/account.html", context=context, status_code=status)


async def _code_page(
    request: Request,
    session: Session,
    form: Form[Code],
    place: str | None,
    now: datetime,
    status: int = 200,
) -> Template | None:
    """The second step of whoever took the first in this browser; None when nobody did, or too long ago."""
    step = kept_cookie(request, STEP)
    name = await sessions.awaiting_name(session, step, now) if step else None
    if name is None:
        return None
    people = demo_people(settings_of(request.app.state), now)
    context: dict[str, Any] = {
        "form": form.without("code"),
        "next": place,
        "passkey": keys.asking(request, entering.SIGN_IN, "", now),
        "demo_person": next((one for one in people if one.code and one.name == name), None),
    }
    return Template("signing/code.html", context=context, status_code=status)


async def _sign_in(
    request: Request, session: Session, typed: Credentials, now: datetime
) -> Granted | CodeNeeded | Refused | Paused | PasswordsBusy:
    try:
        return await signing_in.sign_in(
            session,
            account=typed.account,
            password=typed.password,
            origin=origin(request),
            agent=request.headers.get("user-agent", ""),
            device=kept_cookie(request, DEVICE),
            at=now,
            limits=settings_of(request.app.state).limits,
        )
    except PasswordsBusy as busy:
        return busy


async def _confirm(
    request: Request, session: Session, code: str, now: datetime
) -> Granted | Refused | Paused | PasswordsBusy | None:
    try:
        return await signing_in.confirm_code(
            session,
            token=kept_cookie(request, STEP) or "",
            code=code,
            origin=origin(request),
            device=kept_cookie(request, DEVICE),
            at=now,
            limits=settings_of(request.app.state).limits,
        )
    except PasswordsBusy as busy:
        return busy
