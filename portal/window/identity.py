"""身份核验 at the window: person and identity card seen by an officer; the papers of guardians."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from identity import numbers, queries, real_names
from identity.actor import Actor, Role
from identity.errors import NumberWrong, PersonUnknown, TooYoung
from identity.mandates import guarding
from identity.mandates import queries as mandates
from licensing.importing.tasks import HAND_OVER
from portal import forms
from portal.forms import Form, IdNumber, PersonName, Phone
from portal.guards import fresh, roles
from portal.language import gettext as _
from portal.request import Request
from portal.resources import Resources
from portal.window.looking import inline
from storage import queue
from storage.database import Session

HERE = "/window/identity"
COUNTER_MINUTES = 60
"""Whoever opens accounts at a counter all day shows who they are once an hour."""


class Seen(forms.Fields):
    name: PersonName
    id_number: IdNumber
    seen: Literal["yes"]


class NewAccount(Seen):
    phone: Phone


class IdentityPages(Controller):
    path = HERE
    guards = [roles(Role.WINDOW)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="window:identity")
    async def show(self, done: FromQuery[str] = "") -> Template:
        return _page(Form.empty(), done=done)

    @post("/", name="window:verify")
    async def verify(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template:
        """Raise somebody to the highest level, and show what they asked for as a guardian. Recorded with the officer."""
        form = await forms.read(request, Seen)
        if "seen" in form.errors:
            form = form.wrong(seen=_("请先核对本人和身份证原件"))
        if form.value is None:
            return _page(form, status=422)
        try:
            person_id = await real_names.verify_in_person(
                session, actor, form.value.id_number, name=form.value.name, at=now
            )
        except PersonUnknown:
            return _page(
                form.wrong(id_number=_("没有这个号码和姓名的账号，请检查；不能核验自己")), status=422
            )
        await queue.enqueue(session, HAND_OVER, queueing_lock=HAND_OVER)
        found: dict[str, Any] = {
            "name": form.value.name,
            "number": numbers.mask_id(form.value.id_number),
            "level": (await queries.profile(session, person_id)).level,
            "guardianships": await mandates.guardianships_of(session, person_id, now),
        }
        return _page(Form.empty(), found=found)

    @get("/accounts", name="window:new-account")
    async def new_account(self) -> Template:
        return _account_page(Form.empty())

    @post("/accounts", name="window:open-account", guards=[fresh(COUNTER_MINUTES)])
    async def open_account(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template:
        """线下窗口注册. The first password is on this one page and nowhere else."""
        form = await forms.read(request, NewAccount)
        if "seen" in form.errors:
            form = form.wrong(seen=_("请先核对本人和身份证原件"))
        if form.value is None:
            return _account_page(form, status=422)
        said = form.value
        try:
            password = await real_names.enrol_in_person(
                session, actor, name=said.name, id_number=said.id_number, phone=said.phone, at=now
            )
        except TooYoung:
            wrong = _("不满 14 周岁不能开通账号，请监护人增加监护关系")
            return _account_page(form.wrong(id_number=wrong), status=422)
        except PersonUnknown:
            wrong = _("这个号码登记的是别的姓名，请核对")
            return _account_page(form.wrong(id_number=wrong), status=422)
        except NumberWrong as exc:
            return _account_page(form.wrong(id_number=f"{exc.kind}:{exc.why}"), status=422)
        if password is None:
            wrong = _("这个人已经有账号，请在“身份核验”里核验")
            return _account_page(form.wrong(id_number=wrong), status=422)
        await queue.enqueue(session, HAND_OVER, queueing_lock=HAND_OVER)
        return _account_page(Form.empty(), name=said.name, password=password)

    @post(
        "/guardianships/{request_id:uuid}/confirm",
        name="window:guardianship",
        guards=[fresh(COUNTER_MINUTES)],
    )
    async def confirm(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        request_id: FromPath[UUID],
    ) -> Redirect:
        await guarding.confirm_at_window(session, actor, request_id, at=now)
        return Redirect(f"{HERE}?done=guardian", status_code=303)

    @get("/guardianships/{request_id:uuid}/evidence", name="window:guardianship-evidence")
    async def evidence(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        now: NamedDependency[datetime],
        request_id: FromPath[UUID],
    ) -> Response[bytes]:
        request = await mandates.pending(session, request_id, now)
        if request is None or request.evidence_digest is None or request.evidence_type is None:
            raise NotFoundException
        return inline(await resources.objects.get(request.evidence_digest), request.evidence_type, "evidence")


def _account_page(form: Form[Any], *, name: str = "", password: str = "", status: int = 200) -> Template:
    context = {"form": form, "name": name, "password": password}
    return Template("window/new_account.html", context=context, status_code=status)


def _page(form: Form[Any], *, found: Any = None, done: str = "", status: int = 200) -> Template:
    context = {"form": form, "found": found, "done": done}
    return Template("window/identity.html", context=context, status_code=status)
