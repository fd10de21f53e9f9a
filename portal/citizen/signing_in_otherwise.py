"""Signing in with a passkey, or with a code sent to a proven phone or e-mail address."""

from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery
from litestar.response import Redirect, Response, Template
from pydantic import Field

from identity.errors import PasswordsBusy
from identity.means import codes, entering
from identity.means.rules import CODE_LASTS, Channel, Purpose
from identity.signing_in import CodeNeeded, Granted, Paused
from portal import forms
from portal.authentication import CODE, DEVICE, cookie, kept_cookie, origin, settings_of
from portal.citizen import keys
from portal.citizen.signing_in import Credentials, account_page
from portal.citizen.welcoming import next_of, place_of, refusal, second_step, welcome
from portal.forms import Form
from portal.guards import SIGN_IN, local_path
from portal.language import gettext as _
from portal.request import Request
from storage.database import Session

BY_MESSAGE = f"{SIGN_IN}/message"


class Answer(forms.Fields):
    answer: str = Field(max_length=20_000)


class Account(forms.Fields):
    account: str = Field(max_length=100)
    channel: Channel = Channel.SMS


class Code(forms.Fields):
    code: str = Field(max_length=20)


class OtherWaysIn(Controller):
    path = SIGN_IN
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @post("/passkey", name="signing-in:passkey")
    async def by_passkey(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Template | Redirect:
        form = await forms.read(request, Answer)
        place, party = place_of(form), keys.party_of(request)
        again: Form[Credentials] = Form(errors={"passkey": _("没有收到通行密钥，请再试一次，或者用密码登录")})
        if form.value is None or party is None:
            return account_page(request, again, place, now, 422)
        answer = await entering.by_passkey(
            session,
            party,
            answer=form.value.answer,
            origin=origin(request),
            agent=request.headers.get("user-agent", ""),
            at=now,
            limits=settings_of(request.app.state).limits,
        )
        if isinstance(answer, Granted):
            return await welcome(request, session, answer, place, now)
        wrong = _("这把通行密钥不能在这里登录，请换一把，或者用密码登录")
        sentence, status = refusal(answer, now, wrong)
        return account_page(request, Form(errors={"passkey": sentence}), place, now, status)

    @get("/message", name="signing-in:message")
    async def ask_account(self, request: Request, next: FromQuery[str | None] = None) -> Template:
        return _ask_page(request, Form.empty(), local_path(next))

    @post("/message", name="signing-in:send")
    async def send(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Template | Redirect:
        form = await forms.read(request, Account)
        place = place_of(form)
        if form.value is None or form.value.channel not in settings_of(request.app.state).channels:
            return _ask_page(request, form, place, 422)
        sent = await ask_code(request, session, form.value, Purpose.SIGN_IN, now)
        if not isinstance(sent, codes.Sent):
            sentence, status = busy(sent, now)
            return _ask_page(request, form.wrong(account=sentence), place, status)
        kept = cookie(CODE, sent.key, settings_of(request.app.state), lasting=CODE_LASTS)
        return Redirect(f"{BY_MESSAGE}/code", status_code=303, query_params=next_of(place), cookies=[kept])

    @get("/message/code", name="signing-in:message-code")
    async def code(
        self,
        request: Request,
        session: NamedDependency[Session],
        now: NamedDependency[datetime],
        next: FromQuery[str | None] = None,
    ) -> Template | Redirect:
        place = local_path(next)
        key = kept_cookie(request, CODE)
        if not await codes.awaited(session, key=key, purpose=Purpose.SIGN_IN, at=now):
            return Redirect(BY_MESSAGE, status_code=303, query_params=next_of(place))
        return _code_page(request, Form.empty(), place)

    @post("/message/code", name="signing-in:message-confirm")
    async def confirm(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Template | Redirect:
        form = await forms.read(request, Code)
        place = place_of(form)
        if form.value is None:
            return _code_page(request, form, place, 422)
        answer = await _enter(request, session, form.value.code, now)
        if isinstance(answer, Granted):
            return await welcome(request, session, answer, place, now)
        if isinstance(answer, CodeNeeded):
            return second_step(request, answer, place)
        if isinstance(answer, int):
            return _code_page(request, form.wrong(code=wrong_code(answer)), place, 422)
        if answer is not None:
            sentence, status = busy(answer, now)
            return _code_page(request, form.wrong(code=sentence), place, status)
        late = _("这个验证码已经失效，请重新获取")
        return _ask_page(request, Form(errors={"account": late}), place, 422)

    @get("/still-here", name="signing-in:still-here")
    async def still_here(self, request: Request) -> Response[None]:
        """Asked by the page that warns of the idle limit: coming here is what counts as being here."""
        return Response(None, status_code=204 if request.user else 403, headers={"cache-control": "no-store"})


async def ask_code(
    request: Request, session: Session, typed: Account, purpose: Purpose, now: datetime
) -> codes.Sent | Paused | PasswordsBusy:
    """Have a code sent, whoever the account belongs to."""
    try:
        return await codes.ask(
            session,
            account=typed.account,
            purpose=purpose,
            channel=typed.channel,
            origin=origin(request),
            at=now,
        )
    except PasswordsBusy as busy:
        return busy


def wrong_code(left: int) -> str:
    return _("验证码不对，还可以试 %(count)s 次") % {"count": left}


def channels_of(request: Request) -> list[tuple[str, str]]:
    """What codes can be sent by here, to choose from. 404 where nothing can."""
    offered = settings_of(request.app.state).channels
    words = ((Channel.SMS, _("短信")), (Channel.EMAIL, _("电子邮件")))
    found = [(channel.value, text) for channel, text in words if channel in offered]
    if not found:
        raise NotFoundException
    return found


async def _enter(
    request: Request, session: Session, code: str, now: datetime
) -> Granted | CodeNeeded | Paused | PasswordsBusy | int | None:
    try:
        return await entering.by_code(
            session,
            key=kept_cookie(request, CODE),
            code=code,
            origin=origin(request),
            agent=request.headers.get("user-agent", ""),
            device=kept_cookie(request, DEVICE),
            at=now,
            limits=settings_of(request.app.state).limits,
        )
    except PasswordsBusy as busy:
        return busy


def busy(answer: Paused | PasswordsBusy, now: datetime) -> tuple[str, int]:
    """Why no code is sent now, and the status that goes with it."""
    if isinstance(answer, PasswordsBusy):
        return _("现在登录的人太多，请过几秒再试一次"), 503
    return too_many_codes(answer, now), 429


def too_many_codes(answer: Paused, now: datetime) -> str:
    minutes = max(1, -(-int((answer.until - now).total_seconds()) // 60))
    return _("验证码发得太多了，请在 %(minutes)s 分钟后再试，或者用别的方式登录") % {"minutes": minutes}


def _ask_page(request: Request, form: Form[Any], place: str | None, status: int = 200) -> Template:
    context = {"form": form, "next": place, "channels": channels_of(request)}
    return Template("signing/message.html", context=context, status_code=status)


def _code_page(request: Request, form: Form[Any], place: str | None, status: int = 200) -> Template:
    context = {
        "form": form.without("code"),
        "next": place,
        "action": f"{BY_MESSAGE}/code",
        "back": BY_MESSAGE,
        "mailbox": settings_of(request.app.state).demo,
        "submit": _("确认登录"),
    }
    return Template("signing/message_code.html", context=context, status_code=status)
