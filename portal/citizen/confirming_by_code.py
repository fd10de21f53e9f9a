"""Before a sensitive deed, for whoever signs in by codes: one more, to a phone or an address that is proven theirs."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from identity.actor import Actor
from identity.errors import PasswordsBusy, SessionUnknown
from identity.means import codes, entering
from identity.means.rules import CODE_LASTS, Channel, Purpose
from identity.sessions import Opened
from portal import forms
from portal.authentication import CODE, SESSION, cookie, kept_cookie, origin, settings_of
from portal.citizen.confirming import go_on
from portal.citizen.signing_in_otherwise import Code, busy, wrong_code
from portal.citizen.welcoming import next_of, place_of
from portal.forms import Form
from portal.guards import CONFIRM, SIGN_IN, local_path, signed_in
from portal.language import gettext as _
from portal.request import Request
from storage.database import Session

BY_MESSAGE = f"{CONFIRM}/message"


class Chosen(forms.Fields):
    channel: Channel


class ConfirmingByCode(Controller):
    path = BY_MESSAGE
    guards = [signed_in]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @post("/", name="confirming:send")
    async def send(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        form = await forms.read(request, Chosen)
        place = place_of(form)
        if form.value is None:
            raise NotFoundException
        try:
            sent = await entering.send_proof(
                session, actor, channel=form.value.channel, origin=origin(request), at=now
            )
        except PasswordsBusy as too_many:
            return _page(request, Form(errors={"code": busy(too_many, now)[0]}), place, 503)
        if sent is None:
            raise NotFoundException
        if not isinstance(sent, codes.Sent):
            sentence, status = busy(sent, now)
            return _page(request, Form(errors={"code": sentence}), place, status)
        kept = cookie(CODE, sent.key, settings_of(request.app.state), lasting=CODE_LASTS)
        return Redirect(f"{BY_MESSAGE}/code", status_code=303, query_params=next_of(place), cookies=[kept])

    @get("/code", name="confirming:code")
    async def code(
        self,
        request: Request,
        session: NamedDependency[Session],
        now: NamedDependency[datetime],
        next: FromQuery[str | None] = None,
    ) -> Template | Redirect:
        place, key = local_path(next), kept_cookie(request, CODE)
        if not await codes.awaited(session, key=key, purpose=Purpose.PROVE, at=now):
            return Redirect(CONFIRM, status_code=303, query_params=next_of(place))
        return _page(request, Form.empty(), place)

    @post("/code", name="confirming:by-code")
    async def confirm(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        form = await forms.read(request, Code)
        place = place_of(form)
        if form.value is None:
            return _page(request, form, place, 422)
        try:
            answer = await entering.prove_by_code(
                session,
                actor,
                token=kept_cookie(request, SESSION) or "",
                key=kept_cookie(request, CODE),
                code=form.value.code,
                at=now,
            )
        except SessionUnknown:
            return Redirect(SIGN_IN, status_code=303)
        if isinstance(answer, Opened):
            return go_on(request, actor, answer, place)
        sentence = wrong_code(answer) if answer else _("这个验证码已经失效，请重新获取")
        return _page(request, form.wrong(code=sentence), place, 422)


def _page(request: Request, form: Form[Any], place: str | None, status: int = 200) -> Template:
    context = {
        "form": form.without("code"),
        "next": place,
        "action": f"{BY_MESSAGE}/code",
        "back": f"{CONFIRM}?{urlencode(next_of(place))}" if place else CONFIRM,
        "mailbox": settings_of(request.app.state).demo,
        "submit": _("确认"),
    }
    return Template("signing/message_code.html", context=context, status_code=status)
