"""请假和代理: an officer enters their own leave, a security administrator anybody's; each names who stands in."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity import absences, leave, queries
from identity.absences import day_of
from identity.actor import Actor, Role
from identity.errors import AbsenceRefused
from portal import forms
from portal.forms import Form, Typed
from portal.guards import fresh, roles, staff
from portal.language import gettext
from portal.request import Request
from services.notices import queries as notices
from storage.database import Session

OWN, ROOM = "/staff/leave", "/admin/leave"
NEWS = 5
"""Notices shown to an officer on this page."""


def _(text: str) -> str:
    """Marks a text for the word list; it is translated when it is shown."""
    return text


REFUSED: Mapping[tuple[str, str], str] = {
    ("person", "no-post"): _("这个人现在不在岗"),
    ("last_day", "order"): _("结束的日子不能早于开始的日子"),
    ("last_day", "past"): _("这段假期已经过去"),
    ("last_day", "long"): _("一次最多请假一年"),
    ("last_day", "overlap"): _("这几天同一个岗位已经有人代理，请先结束原来的请假"),
    ("roles", "missing"): _("请选择由对方代理的岗位"),
    ("roles", "not-lent"): _("这个岗位不能由别人代理"),
    ("substitute", "oneself"): _("请选择另一位同事"),
    ("substitute", "no-post"): _("这位同事现在不在岗"),
    ("substitute", "department"): _("代理人要在同一个部门"),
    ("substitute", "roles"): _("这位同事自己没有这个岗位，不能代理"),
    ("substitute", "scope"): _("这位同事的办理范围不够"),
    ("substitute", "absent"): _("这位同事这几天也请假"),
}
"""The words of each `AbsenceRefused`, shown beside the field it names."""


class Leaving(forms.Fields):
    """Who stands in and in which posts. The days, in three parts each, are read apart, to tell all mistakes at once."""

    substitute: UUID
    roles: list[Role] = Field(default_factory=list)


class OwnLeave(Controller):
    path = OWN
    guards = [staff]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="leave:own")
    async def show(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Template:
        return await _own_page(session, actor, Form.empty(), now)

    @post("/", name="leave:enter")
    async def enter(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        form = await _enter(session, actor, actor.person_id, await forms.read(request, Leaving), now)
        if form.errors:
            return await _own_page(session, actor, form, now, 422)
        return Redirect(OWN, status_code=303)

    @post("/{absence_id:uuid}/end", name="leave:end")
    async def end(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        absence_id: FromPath[UUID],
    ) -> Redirect:
        await leave.end(session, actor, absence_id, at=now)
        return Redirect(OWN, status_code=303)


class LeaveRoom(Controller):
    path = ROOM
    guards = [roles(Role.SECURITY_ADMIN)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="admin:leave")
    async def show(
        self,
        session: NamedDependency[Session],
        now: NamedDependency[datetime],
        person: FromQuery[str] = "",
    ) -> Template:
        return await _room_page(session, _id(person), Form.empty(), now)

    @post("/{person_id:uuid}", name="admin:enter-leave", guards=[fresh()])
    async def enter(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        person_id: FromPath[UUID],
    ) -> Template | Redirect:
        form = await _enter(session, actor, person_id, await forms.read(request, Leaving), now)
        if form.errors:
            return await _room_page(session, person_id, form, now, 422)
        return Redirect(ROOM, status_code=303)

    @post("/{absence_id:uuid}/end", name="admin:end-leave", guards=[fresh()])
    async def end(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        absence_id: FromPath[UUID],
    ) -> Redirect:
        await leave.end(session, actor, absence_id, at=now)
        return Redirect(ROOM, status_code=303)


async def _enter(
    session: Session, actor: Actor, person_id: UUID, form: Form[Leaving], now: datetime
) -> Form[Leaving]:
    """The form, with what stopped it; without mistakes it is done."""
    if "roles" in form.errors:
        form = form.wrong(roles=gettext(REFUSED["roles", "not-lent"]))
    if "substitute" in form.errors:
        form = form.wrong(substitute="not-chosen")
    first_day, last_day = (_day(form.typed, name) for name in ("first_day", "last_day"))
    mistakes = {
        name: day for name, day in (("first_day", first_day), ("last_day", last_day)) if isinstance(day, str)
    }
    if mistakes:
        form = form.wrong(**mistakes)
    if form.value is None or isinstance(first_day, str) or isinstance(last_day, str):
        return form
    try:
        await leave.enter(
            session,
            actor,
            person_id,
            substitute_id=form.value.substitute,
            roles=form.value.roles,
            first_day=first_day,
            last_day=last_day,
            at=now,
        )
    except AbsenceRefused as refused:
        words = gettext(REFUSED[refused.field, refused.why])
        return form.wrong(**{"substitute" if refused.field == "person" else refused.field: words})
    return form


def _day(typed: Typed, name: str) -> date | str:
    """The day typed in the three parts of this field, or what is wrong with it."""
    parts = [typed.get(f"{name}-{part}") for part in ("year", "month", "day")]
    if not all(isinstance(part, str) and part.strip() for part in parts):
        return "date-incomplete"
    try:
        return date(*(int(str(part)) for part in parts))
    except (ValueError, OverflowError):
        return "not-a-date"


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _choices(session: Session, person_id: UUID) -> dict[str, Any]:
    """What may be chosen when this officer goes on leave."""
    return {
        "colleagues": [(str(one), name) for one, name in await leave.candidates(session, person_id)],
        "posts": await leave.posts(session, person_id),
    }


async def _own_page(
    session: Session, actor: Actor, form: Form[Any], now: datetime, status: int = 200
) -> Template:
    found = await absences.own(session, actor.person_id, day_of(now))
    context = {
        "form": form,
        "me": actor.person_id,
        "today": day_of(now),
        "leaves": found,
        "news": await notices.posted(session, actor.person_id, limit=NEWS),
        "address": OWN,
        **await _choices(session, actor.person_id),
    }
    return Template("admin/own_leave.html", context=context, status_code=status)


async def _room_page(
    session: Session, person_id: UUID | None, form: Form[Any], now: datetime, status: int = 200
) -> Template:
    people = [one for one in await queries.staff_listing(session) if one.active]
    chosen = next((one for one in people if one.person_id == person_id), None)
    context = {
        "form": form,
        "today": day_of(now),
        "leaves": await absences.listing(session, day_of(now)),
        "people": [(str(one.person_id), f"{one.name} {one.login or ''}") for one in people],
        "person": chosen,
        "me": None,
        "address": ROOM,
        **(await _choices(session, chosen.person_id) if chosen else {"colleagues": [], "posts": []}),
    }
    return Template("admin/leave.html", context=context, status_code=status)
