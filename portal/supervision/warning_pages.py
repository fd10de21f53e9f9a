"""Warnings: what supervisors dispose of, retract and decide, and what officers reply and appeal."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import CASEWORK, Actor, Role
from portal import forms, guards
from portal.forms import Form
from portal.request import Request
from portal.supervision import showing, warning_words, wording
from portal.supervision.showing import cursor, moment_and_text
from services.oversight.errors import AppealTooLate, OwnDisposal, TextMissing, WarningClosed, WarningNotOpenTo
from services.oversight.warnings import commands, queries
from services.oversight.warnings.rules import MOVES, Step, standing
from services.workflow.rules import local_day
from storage.database import Session

PAGE = 50
SUPERVISORS, OFFICERS = "/supervision/warnings", "/window/warnings"
THEIRS = {
    SUPERVISORS: (Step.DISPOSE, Step.RETRACT, Step.DECIDE),
    OFFICERS: (Step.REPLY, Step.APPEAL),
}
Deed = Callable[..., Awaitable[Any]]


class Words(forms.Fields):
    text: str = Field(min_length=4, max_length=2000)
    holds: bool = False


class WarningPages(Controller):
    path = SUPERVISORS
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="supervision:warnings")
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        ended: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Template:
        return await _list(session, actor, now, SUPERVISORS, ended == "yes", before)

    @get("/{warning_id:uuid}", name="supervision:warning")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        warning_id: FromPath[UUID],
    ) -> Template:
        return await _page(session, actor, now, warning_id, Form.empty(), SUPERVISORS)

    @post("/{warning_id:uuid}/{step:str}", name="supervision:warning-step")
    async def step(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        warning_id: FromPath[UUID],
        step: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, Words)
        holds = bool(form.value and form.value.holds)
        deeds: dict[str, Deed] = {
            Step.DISPOSE: commands.dispose,
            Step.RETRACT: commands.retract,
            Step.DECIDE: partial(commands.decide, holds=holds),
        }
        return await _do(session, actor, now, warning_id, form, deeds.get(step), SUPERVISORS)


class OwnWarnings(Controller):
    path = OFFICERS
    guards = [guards.roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="answering:warnings")
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        ended: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Template:
        return await _list(session, actor, now, OFFICERS, ended == "yes", before)

    @get("/{warning_id:uuid}", name="answering:warning")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        warning_id: FromPath[UUID],
    ) -> Template:
        return await _page(session, actor, now, warning_id, Form.empty(), OFFICERS)

    @post("/{warning_id:uuid}/{step:str}", name="answering:warning-step")
    async def step(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        warning_id: FromPath[UUID],
        step: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, Words)
        deeds: dict[str, Deed] = {Step.REPLY: commands.reply, Step.APPEAL: commands.appeal}
        return await _do(session, actor, now, warning_id, form, deeds.get(step), OFFICERS)


async def _do(
    session: Session,
    actor: Actor,
    now: datetime,
    warning_id: UUID,
    form: Form[Words],
    deed: Deed | None,
    room: str,
) -> Template | Redirect:
    if form.value is not None and deed is not None:
        try:
            await deed(session, actor, warning_id, text=form.value.text, at=now)
            return Redirect(f"{room}/{warning_id}", status_code=303)
        except TextMissing:
            form = form.wrong(text="too-short")
        except AppealTooLate as late:
            form = form.wrong(text=warning_words.too_late(late.last))
        except OwnDisposal:
            form = form.wrong(text=warning_words.own_disposal())
        except (WarningClosed, WarningNotOpenTo):
            form = form.wrong(text=warning_words.closed())
    elif form.value is not None:
        form = form.wrong(text=warning_words.closed())
    page = await _page(session, actor, now, warning_id, form, room)
    page.status_code = 422
    return page


async def _list(
    session: Session, actor: Actor, now: datetime, room: str, ended: bool, before: str
) -> Template:
    found = await queries.listing(session, actor, ended=ended, before=moment_and_text(before), limit=PAGE + 1)
    following = None
    if len(found) > PAGE:
        last = found[PAGE - 1]
        asked = f"?ended={'yes' if ended else 'no'}&before={cursor(last.raised_at, last.id)}"
        following = f"{room}{asked}".replace("+", "%2B")
    today = local_day(now)
    context = {
        "rows": [(one, _standing(one, today)) for one in found[:PAGE]],
        "ended": ended,
        "room": room,
        "supervising": room == SUPERVISORS,
        "departments": await showing.departments(session),
        "next_page": following,
        "words": warning_words,
    }
    return Template("supervision/warnings.html", context=context)


def _standing(one: Any, today: date) -> str:
    return standing(one.said(today)).value


async def _page(
    session: Session, actor: Actor, now: datetime, warning_id: UUID, form: Form[Any], room: str
) -> Template:
    one = await queries.get(session, actor, warning_id)
    now_is = standing(one.said(local_day(now)))
    context = {
        "one": one,
        "standing": now_is.value,
        "steps": [step.value for step in THEIRS[room] if now_is in MOVES[step]],
        "room": room,
        "supervising": room == SUPERVISORS,
        "departments": await showing.departments(session),
        "form": form,
        "words": warning_words,
        "wording": wording,
    }
    return Template("supervision/warning.html", context=context)
