"""Bringing a member of staff back who lost a factor: one administrator asks, another agrees, each gets half a start code."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity import queries
from identity.actor import Actor, Role
from identity.errors import PersonUnknown
from identity.means import staff_recovery
from identity.means.errors import RecoveryUnknown, SamePerson
from portal import forms
from portal.forms import Form
from portal.guards import fresh, roles
from portal.language import gettext as _
from portal.request import Request
from storage.database import Session

RECOVERIES = "/admin/recoveries"


class Asking(forms.Fields):
    person: UUID
    reason: str = Field(max_length=200)


class RecoveryRoom(Controller):
    path = RECOVERIES
    guards = [roles(Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="admin:recoveries")
    async def show(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Template:
        return await _page(session, actor, Form.empty(), now)

    @post("/", name="admin:ask-recovery", guards=[fresh()])
    async def ask(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template:
        form = await forms.read(request, Asking)
        if form.value is None:
            return await _page(session, actor, _in_words(form), now, 422)
        try:
            half = await staff_recovery.ask(
                session, actor, form.value.person, reason=form.value.reason, at=now
            )
        except SamePerson:
            wrong = form.wrong(person=_("这件事要另一个人来做"))
            return await _page(session, actor, wrong, now, 422)
        except PersonUnknown:
            return await _page(session, actor, form.wrong(person=_("请选择一位工作人员")), now, 422)
        names = await queries.names(session, [form.value.person])
        return _half_page(half, names[form.value.person])

    @post("/{recovery_id:uuid}/agree", name="admin:agree-recovery", guards=[fresh()])
    async def agree(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        recovery_id: FromPath[UUID],
    ) -> Template:
        known = {one.id: one.name for one in await staff_recovery.listing(session, at=now)}
        try:
            half = await staff_recovery.agree(session, actor, recovery_id, at=now)
        except SamePerson:
            wrong: Form[Any] = Form(errors={"person": _("这件事要另一个人来做")})
            return await _page(session, actor, wrong, now, 422)
        except RecoveryUnknown:
            over: Form[Any] = Form(errors={"person": _("这次恢复已经结束")})
            return await _page(session, actor, over, now, 422)
        return _half_page(half, known[recovery_id])

    @post("/{recovery_id:uuid}/close", name="admin:close-recovery", guards=[fresh()])
    async def close(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        recovery_id: FromPath[UUID],
    ) -> Redirect:
        await staff_recovery.refuse(session, actor, recovery_id, at=now)
        return Redirect(RECOVERIES, status_code=303)


def _in_words(form: Form[Asking]) -> Form[Asking]:
    words = {"person": _("请选择一位工作人员"), "reason": _("请写明原因")}
    return Form(form.typed, {name: words.get(name, code) for name, code in form.errors.items()})


async def _page(
    session: Session, actor: Actor, form: Form[Any], now: datetime, status: int = 200
) -> Template:
    staff = [one for one in await queries.staff_listing(session) if one.active]
    context = {
        "form": form,
        "asked": await staff_recovery.listing(session, at=now),
        "staff": [(str(one.person_id), f"{one.name} {one.login or ''}") for one in staff],
        "may_ask": actor.has(*staff_recovery.ASKERS),
        "me": actor.person_id,
    }
    return Template("admin/recoveries.html", context=context, status_code=status)


def _half_page(half: str, name: str) -> Template:
    return Template("admin/recovery_half.html", context={"half": half, "name": name})
