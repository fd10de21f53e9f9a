"""Before a sensitive deed: a signed-in person shows once more who they are. What they had posted is kept meanwhile."""

from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity import second_factor, signing_in
from identity.actor import Actor
from identity.errors import PasswordsBusy, SessionUnknown
from identity.means import changing, entering
from identity.sessions import Opened
from identity.signing_in import Paused, Refused
from portal import forms
from portal.authentication import DEVICE, KEPT, SESSION, cookie, kept_cookie, origin, settings_of
from portal.citizen import keys
from portal.citizen.signing_in_otherwise import Answer
from portal.citizen.welcoming import place_of, refusal
from portal.forms import Form, Password
from portal.guards import CONFIRM, RESUME, SIGN_IN, landing, local_path, signed_in
from portal.language import gettext as _
from portal.request import Request
from storage.database import Session


class Proof(forms.Fields):
    password: Password
    code: str = Field("", max_length=20)


class ConfirmingPages(Controller):
    path = CONFIRM
    guards = [signed_in]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="confirming:show")
    async def show(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        next: FromQuery[str | None] = None,
    ) -> Template:
        return await _page(request, session, actor, Form.empty(), local_path(next), now)

    @post("/", name="confirming:password")
    async def by_password(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        form = await forms.read(request, Proof)
        place = place_of(form)
        if form.value is None:
            return await _page(request, session, actor, form, place, now, 422)
        try:
            answer = await _prove(request, session, actor, form.value, now)
        except SessionUnknown:
            return Redirect(SIGN_IN, status_code=303)
        if isinstance(answer, Opened):
            return go_on(request, actor, answer, place)
        sentence, status = refusal(answer, now, _("密码或者验证码不对，请检查后再试一次"))
        return await _page(request, session, actor, form.wrong(password=sentence), place, now, status)

    @post("/passkey", name="confirming:passkey")
    async def by_passkey(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        form = await forms.read(request, Answer)
        place, party = place_of(form), keys.party_of(request)
        wrong: Form[Any] = Form(errors={"passkey": _("这把通行密钥不是您登记的，请换一把，或者用密码确认")})
        if form.value is None or party is None:
            return await _page(request, session, actor, wrong, place, now, 422)
        token = kept_cookie(request, SESSION) or ""
        try:
            answer = await entering.prove_by_passkey(
                session, party, actor, token=token, answer=form.value.answer, at=now
            )
        except SessionUnknown:
            return Redirect(SIGN_IN, status_code=303)
        if isinstance(answer, Opened):
            return go_on(request, actor, answer, place)
        return await _page(request, session, actor, wrong, place, now, 422)


async def _prove(
    request: Request, session: Session, actor: Actor, typed: Proof, now: datetime
) -> Opened | Refused | Paused | PasswordsBusy:
    try:
        return await signing_in.prove_again(
            session,
            actor,
            token=kept_cookie(request, SESSION) or "",
            password=typed.password,
            code=typed.code,
            origin=origin(request),
            device=kept_cookie(request, DEVICE),
            at=now,
            limits=settings_of(request.app.state).limits,
        )
    except PasswordsBusy as busy:
        return busy


def go_on(request: Request, actor: Actor, opened: Opened, place: str | None) -> Redirect:
    """To what was posted, if it was kept, else to the page that asked."""
    renewed = cookie(SESSION, opened.token, settings_of(request.app.state))
    address = RESUME if kept_cookie(request, KEPT) else place or landing(actor)
    return Redirect(address, status_code=303, cookies=[renewed])


async def _page(
    request: Request,
    session: Session,
    actor: Actor,
    form: Form[Any],
    place: str | None,
    now: datetime,
    status: int = 200,
) -> Template:
    demo = next((one for one in settings_of(request.app.state).demo_people if one.name == actor.name), None)
    context = {
        "form": form.without("password", "code"),
        "next": place,
        "code_needed": actor.is_staff or await changing.has_authenticator(session, actor.person_id),
        "by_message": [
            one
            for one in await entering.proving_contacts(session, actor)
            if one.channel in settings_of(request.app.state).channels
        ],
        "passkey": keys.asking(request, entering.PROVE, str(actor.session_id), now),
        "demo_code": second_factor.code_at(demo.totp_secret, now) if demo and demo.totp_secret else "",
    }
    return Template("signing/confirm.html", context=context, status_code=status)
