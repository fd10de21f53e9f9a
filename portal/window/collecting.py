"""窗口领取: the desk at which results are handed out, found by number, query code or a scan of the receipt."""

from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from identity.actor import Actor, Role
from portal import forms
from portal.forms import Form, IdNumber, PersonName
from portal.guards import roles
from portal.language import gettext as _
from portal.request import Request
from portal.window import casefile
from portal.window.doing import status_of
from portal.window.looking import address
from portal.window.views import number_in
from services.applications import queries
from services.applications.commands.closing import result_ready
from services.applications.errors import ApplicationError, ApplicationNotFound
from services.applications.window import collecting
from storage.database import Session

HERE = "/window/hand-out"


class Collector(forms.Fields):
    collector_name: PersonName
    collector_number: IdNumber
    shown: str = ""


class HandOutPages(Controller):
    path = HERE
    guards = [roles(Role.WINDOW)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="window:hand-out")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        number: FromQuery[str] = "",
    ) -> Template:
        """The field for the number; with one, whom to hand what."""
        if not number:
            return Template(
                "window/hand_out.html", context={"case": None, "sought": "", "form": Form.empty()}
            )
        try:
            case = await collecting.waiting(session, actor, number_in(number))
        except ApplicationNotFound:
            context: dict[str, Any] = {"case": None, "sought": number[:60], "form": Form.empty()}
            return Template("window/hand_out.html", context=context, status_code=404)
        return await _page(session, case, Form.empty())

    @post("/{number:str}", name="window:handed-out")
    async def hand_out(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, Collector)
        case = await queries.get(session, actor, casefile.readable(number))
        if form.value is not None and form.value.shown != "yes":
            form = form.wrong(shown=_("请先核对领取人和身份证原件"))
        if form.value is None:
            return await _page(session, case, form, 422)
        said = form.value
        try:
            async with session.begin_nested():
                await collecting.hand_out(
                    session, actor, number, name=said.collector_name, id_number=said.collector_number, at=now
                )
        except ApplicationError as refused:
            await session.refresh(case)
            return await _page(session, case, form, status_of(refused), refused)
        return Redirect(address(number, done="deliver"), status_code=303)


async def _page(
    session: Session, case: Any, form: Form[Any], status: int = 200, refusal: Exception | None = None
) -> Template:
    context = {
        "case": case,
        "sought": "",
        "ready": await result_ready(session, case),
        "form": form,
        "refusal": refusal,
    }
    return Template("window/hand_out.html", context=context, status_code=status)
