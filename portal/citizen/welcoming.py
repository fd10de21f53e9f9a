"""What every way of signing in ends with: the door, the second step, or one sentence why not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar.datastructures import Cookie
from litestar.response import Redirect

from identity import devices, second_factor, sessions, signing_in
from identity.errors import PasswordsBusy
from identity.rules import DEVICE_LASTS
from identity.signing_in import CodeNeeded, Granted, Paused, Refused
from portal.authentication import (
    CODE,
    DEVICE,
    KEPT,
    SESSION,
    STEP,
    SignInSettings,
    cleared,
    cookie,
    kept_cookie,
    settings_of,
)
from portal.citizen.resuming import claim
from portal.forms import Form
from portal.guards import RESUME, SIGN_IN, landing, local_path
from portal.language import current
from portal.language import gettext as _
from portal.request import Request
from storage.database import Session


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """A sample sign-in with the code its authenticator would show now, if it has one."""

    account: str
    password: str
    name: str
    post: str
    code: str


async def welcome(
    request: Request, session: Session, granted: Granted, place: str | None, now: datetime
) -> Redirect:
    """Into the house: the session that was here before ends, and a kept form of this person is offered."""
    settings = settings_of(request.app.state)
    if request.user is not None:
        await signing_in.sign_out(session, request.user, at=now)
    found = await sessions.resolve(session, granted.token, at=now, limits=settings.limits)
    if found is None:
        return Redirect(SIGN_IN, status_code=303)
    device = await devices.remember(session, kept_cookie(request, DEVICE), granted.person_id, now)
    cookies = [
        cookie(SESSION, granted.token, settings),
        cookie(DEVICE, device, settings, lasting=DEVICE_LASTS),
        cleared(STEP, settings),
        cleared(CODE, settings),
    ]
    kept = await claim(request, session, found.actor, now)
    if kept is not None:
        return Redirect(RESUME, status_code=303, cookies=cookies)
    gone: list[Cookie] = [cleared(KEPT, settings)] if kept_cookie(request, KEPT) else []
    return Redirect(place or landing(found.actor), status_code=303, cookies=[*cookies, *gone])


def second_step(request: Request, needed: CodeNeeded, place: str | None) -> Redirect:
    """To the page that asks for the authenticator's code."""
    settings = settings_of(request.app.state)
    step = cookie(STEP, needed.token, settings, lasting=settings.limits.second_step)
    return Redirect(
        f"{SIGN_IN}/code",
        status_code=303,
        query_params=next_of(place),
        cookies=[step, cleared(CODE, settings)],
    )


def refusal(answer: Refused | Paused | PasswordsBusy, now: datetime, wrong: str) -> tuple[str, int]:
    """The one sentence of the page, and its status."""
    if isinstance(answer, PasswordsBusy):
        return _("现在登录的人太多，请过几秒再试一次"), 503
    if isinstance(answer, Refused):
        return wrong, 422
    return paused(answer, now), 429


def paused(answer: Paused, now: datetime) -> str:
    minutes = -(-int((answer.until - now).total_seconds()) // 60)
    text = _("这里的错误次数太多，请在 %(minutes)s 分钟后再试。账号没有被锁定")
    return text % {"minutes": max(minutes, 1)}


def place_of(form: Form[Any]) -> str | None:
    """Where to go afterwards, as the form says it."""
    text = form.typed.get("next")
    return local_path(text) if isinstance(text, str) else None


def next_of(place: str | None) -> dict[str, str]:
    return {"next": place} if place else {}


def demo_people(settings: SignInSettings, now: datetime) -> list[DemoSignIn]:
    """The sample sign-ins of demo mode; none otherwise."""
    return [
        DemoSignIn(
            account=one.account,
            password=one.password,
            name=one.name,
            post=(one.post_en if current().language == "en" else "") or one.post,
            code=second_factor.code_at(one.totp_secret, now) if one.totp_secret else "",
        )
        for one in settings.demo_people
    ]
