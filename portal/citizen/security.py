"""登录和安全: the ways somebody signs in, and where they are signed in, for citizens and staff alike."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity import sessions, signing_in
from identity.actor import Actor
from identity.errors import PasswordWeak
from identity.means import changing, contacts, passkeys, recovery
from identity.means.rules import Channel
from portal import forms
from portal.authentication import settings_of
from portal.citizen.devices_in_words import device
from portal.citizen.passwords_in_words import SAME_TWICE, twice, weak
from portal.forms import Form, Password
from portal.guards import fresh, signed_in
from portal.request import Request
from storage.database import Session

SECURITY = "/my/security"


class NewPassword(forms.Fields):
    password: Password
    password_again: Password


class SecurityPages(Controller):
    path = SECURITY
    guards = [signed_in]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="security:show")
    async def show(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template:
        held = {one.channel: one for one in await contacts.of(session, actor.person_id)}
        context: dict[str, Any] = {
            "passkeys": await passkeys.of(session, actor.person_id),
            "passkeys_possible": settings_of(request.app.state).relying_party is not None,
            "authenticator": await changing.has_authenticator(session, actor.person_id),
            "staff": actor.is_staff,
            "contacts": [(channel, held.get(channel)) for channel in channels(request)],
            "recovery": await recovery.pending(session, actor.person_id, at=now),
            "sign_ins": await sign_ins(request, session, actor, now),
            "this": actor.session_id,
        }
        return Template("signing/security.html", context=context)

    @get("/password", name="security:password", guards=[fresh()])
    async def password(self) -> Template:
        return _password_page(Form.empty())

    @post("/password", name="security:change-password", guards=[fresh()])
    async def change_password(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        form = twice(await forms.read(request, NewPassword))
        if form.value is None:
            return _password_page(form, 422)
        try:
            await changing.password(session, actor, form.value.password, at=now)
        except PasswordWeak as exc:
            return _password_page(form.wrong(password=weak(exc.why)), 422)
        return Redirect(SECURITY, status_code=303)

    @post("/sign-ins/{session_id:uuid}/end", name="security:end-sign-in", guards=[fresh()])
    async def end(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        session_id: FromPath[UUID],
    ) -> Redirect:
        await signing_in.end_session(session, actor, session_id, at=now)
        return Redirect(SECURITY, status_code=303)

    @post("/sign-ins/end-others", name="security:end-others", guards=[fresh()])
    async def end_others(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Redirect:
        await signing_in.end_others(session, actor, at=now)
        return Redirect(SECURITY, status_code=303)

    @post("/recovery/stop", name="security:stop-recovery")
    async def stop_recovery(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Redirect:
        await recovery.stop(session, actor.person_id, by=str(actor.person_id), at=now)
        return Redirect(SECURITY, status_code=303)


def channels(request: Request) -> list[Channel]:
    """What notices can leave by here."""
    return [one for one in Channel if one in settings_of(request.app.state).channels]


async def sign_ins(request: Request, session: Session, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Where the actor is signed in: device in words, place, last use."""
    limits = settings_of(request.app.state).limits
    idle = limits.staff_idle if actor.is_staff else limits.citizen_idle
    return [
        {
            "id": one.id,
            "at": one.began_at,
            "seen": one.seen_at,
            "place": one.place,
            "device": device(one.agent),
            "means": one.means,
        }
        for one in await sessions.listing(session, actor.person_id, at=now, idle=idle)
    ]


def _password_page(form: Form[NewPassword], status: int = 200) -> Template:
    context = {"form": form.without(*SAME_TWICE)}
    return Template("signing/new_password.html", context=context, status_code=status)
