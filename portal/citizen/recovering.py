"""忘记密码: back into one's account by a code to a proven contact, and then either the authenticator or a day's wait.

Whoever asks, the answers up to a right code are the same for every account and for none.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from pydantic import Field

from identity.errors import PasswordsBusy, PasswordWeak
from identity.means import codes, recovery, staff_recovery
from identity.means.codes import Right
from identity.means.errors import RecoveryUnknown
from identity.means.rules import PROOF_LASTS, Purpose, Standing
from portal import forms
from portal.authentication import CODE, DEVICE, SESSION, cleared, cookie, kept_cookie, settings_of
from portal.citizen.passwords_in_words import SAME_TWICE, twice, weak
from portal.citizen.signing_in_otherwise import (
    Account,
    Code,
    ask_code,
    channels_of,
    too_many_codes,
    wrong_code,
)
from portal.forms import Form, Password
from portal.guards import SIGN_IN
from portal.language import gettext as _
from portal.request import Request
from storage.database import Session

RECOVER = f"{SIGN_IN}/recover"


class NewPassword(forms.Fields):
    password: Password
    password_again: Password
    code: str = Field("", max_length=20)


class Halves(forms.Fields):
    account: str = Field(max_length=100)
    first: str = Field(max_length=40)
    second: str = Field(max_length=40)
    password: Password
    password_again: Password


class RecoveryPages(Controller):
    path = RECOVER
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="recovering:show")
    async def show(self, request: Request) -> Template:
        return _ask_page(request, Form.empty())

    @post("/", name="recovering:send")
    async def send(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Template | Redirect:
        form = await forms.read(request, Account)
        if form.value is None or form.value.channel not in settings_of(request.app.state).channels:
            return _ask_page(request, form, 422)
        sent = await ask_code(request, session, form.value, Purpose.RECOVERY, now)
        if isinstance(sent, PasswordsBusy):
            return _ask_page(request, form.wrong(account=_("现在登录的人太多，请过几秒再试一次")), 503)
        if not isinstance(sent, codes.Sent):
            return _ask_page(request, form.wrong(account=too_many_codes(sent, now)), 429)
        kept = cookie(CODE, sent.key, settings_of(request.app.state), lasting=PROOF_LASTS)
        return Redirect(f"{RECOVER}/code", status_code=303, cookies=[kept])

    @get("/code", name="recovering:code")
    async def code(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Template | Redirect:
        key = kept_cookie(request, CODE)
        if not await codes.awaited(session, key=key, purpose=Purpose.RECOVERY, at=now):
            return Redirect(RECOVER, status_code=303)
        return _code_page(request, Form.empty())

    @post("/code", name="recovering:confirm")
    async def confirm(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Template | Redirect:
        form = await forms.read(request, Code)
        if form.value is None:
            return _code_page(request, form, 422)
        key = kept_cookie(request, CODE)
        answer = await codes.show(session, key=key, purpose=Purpose.RECOVERY, code=form.value.code, at=now)
        if isinstance(answer, int):
            return _code_page(request, form.wrong(code=wrong_code(answer)), 422)
        if not isinstance(answer, Right):
            late = _("这个验证码已经失效，请重新获取")
            return _ask_page(request, Form(errors={"account": late}), 422)
        found = await recovery.begin(session, answer.person_id, at=now)
        if found.standing is Standing.OPEN:
            return Redirect(f"{RECOVER}/password", status_code=303)
        return Template("signing/recovery_waits.html", context={"found": found})

    @get("/password", name="recovering:password")
    async def password(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Template | Redirect:
        person_id = await _proven(request, session, now)
        if person_id is None:
            return Redirect(RECOVER, status_code=303)
        return await _password_page(session, person_id, Form.empty(), now)

    @post("/password", name="recovering:finish")
    async def finish(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Template | Redirect:
        form = twice(await forms.read(request, NewPassword))
        person_id = await _proven(request, session, now)
        if person_id is None:
            return Redirect(RECOVER, status_code=303)
        if form.value is None:
            return await _password_page(session, person_id, form, now, 422)
        try:
            done = await recovery.finish(
                session, person_id, password=form.value.password, code=form.value.code, at=now
            )
        except PasswordWeak as exc:
            return await _password_page(session, person_id, form.wrong(password=weak(exc.why)), now, 422)
        except RecoveryUnknown:
            return Redirect(RECOVER, status_code=303)
        if not done:
            wrong = form.wrong(code=_("验证码不对，或者已经用过。请输入验证器上现在显示的 6 位数字"))
            # One try a proof: guessing on needs a new code each time, and those are few.
            await codes.shown(
                session, key=kept_cookie(request, CODE), purpose=Purpose.RECOVERY, at=now, close=True
            )
            return _ask_page(request, Form(errors={"account": wrong.errors["code"]}), 422)
        await codes.shown(
            session, key=kept_cookie(request, CODE), purpose=Purpose.RECOVERY, at=now, close=True
        )
        settings = settings_of(request.app.state)
        gone = [cleared(name, settings) for name in (CODE, SESSION, DEVICE)]
        return Redirect(f"{RECOVER}/done", status_code=303, cookies=gone)

    @get("/done", name="recovering:done")
    async def done(self) -> Template:
        return Template("signing/recovered.html")


class StaffRestartPages(Controller):
    path = f"{SIGN_IN}/restore"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="restoring:show")
    async def show(self) -> Template:
        return _restore_page(Form.empty())

    @post("/", name="restoring:finish")
    async def finish(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Template:
        form = twice(await forms.read(request, Halves))
        if form.value is None:
            return _restore_page(form, 422)
        given = form.value
        try:
            secret = await staff_recovery.start_again(
                session,
                login=given.account,
                first=given.first,
                second=given.second,
                password=given.password,
                at=now,
            )
        except PasswordWeak as exc:
            return _restore_page(form.wrong(password=weak(exc.why)), 422)
        if secret is None:
            wrong = _("用户名或者启动码不对，或者已经失效。请向两位管理员核对")
            return _restore_page(form.wrong(account=wrong), 422)
        return Template("signing/restored.html", context={"secret": secret, "account": given.account})


async def _proven(request: Request, session: Session, now: datetime) -> UUID | None:
    return await codes.shown(session, key=kept_cookie(request, CODE), purpose=Purpose.RECOVERY, at=now)


def _ask_page(request: Request, form: Form[Any], status: int = 200) -> Template:
    context = {"form": form, "channels": channels_of(request)}
    return Template("signing/recover.html", context=context, status_code=status)


def _code_page(request: Request, form: Form[Any], status: int = 200) -> Template:
    context = {
        "form": form.without("code"),
        "next": None,
        "action": f"{RECOVER}/code",
        "back": RECOVER,
        "mailbox": settings_of(request.app.state).demo,
        "submit": _("继续"),
    }
    return Template("signing/message_code.html", context=context, status_code=status)


async def _password_page(
    session: Session, person_id: UUID, form: Form[Any], now: datetime, status: int = 200
) -> Template:
    found = await recovery.standing(session, person_id, at=now)
    context = {"form": form.without(*SAME_TWICE, "code"), "code_needed": found.code_needed}
    return Template("signing/recover_password.html", context=context, status_code=status)


def _restore_page(form: Form[Any], status: int = 200) -> Template:
    context = {"form": form.without(*SAME_TWICE)}
    return Template("signing/restore.html", context=context, status_code=status)
