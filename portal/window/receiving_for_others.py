"""代收: what this window received for other authorities, where it stands, and the paper that is sent on."""

from datetime import datetime
from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import Actor, Role
from portal import forms
from portal.forms import Form
from portal.guards import roles
from portal.language import gettext as _
from portal.request import Request
from portal.resources import Resources
from portal.window.casefile import readable
from portal.window.looking import PDF, address, inline
from services.applications import queries as cases
from services.applications.elsewhere import commands, queries
from services.applications.elsewhere.rules import MOST_SHEETS
from services.applications.errors import ResultNotReady
from storage.database import Session

HERE = "/window/received-for-others"
RECEIPT = "receipt"


class Papers(forms.Fields):
    sheets: int = Field(ge=1, le=MOST_SHEETS)
    carrier: str = Field("", max_length=100)


class ReceivedForOthers(Controller):
    path = HERE
    guards = [roles(Role.WINDOW)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="window:received-for-others")
    async def listing(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], done: FromQuery[str] = ""
    ) -> Template:
        return await _page(session, actor, Form.empty(), done=done)

    @get("/{number:str}/receipt.pdf", name="window:receipt-for-others")
    async def receipt(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        number: FromPath[str],
    ) -> Response[bytes]:
        """The one paper this window may print: the receipt with both names."""
        application, _place = await queries.get(session, actor, readable(number))
        papers = await cases.documents_of(session, application)
        found = next((one for one in papers if one.kind == RECEIPT), None)
        if found is None or found.digest is None:
            raise ResultNotReady(number)
        name = _("收件回执 %(number)s.pdf") % {"number": number}
        return inline(await resources.objects.get(found.digest), PDF, name)

    @post("/{number:str}/papers", name="window:send-papers")
    async def send(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, Papers)
        if form.value is None:
            wrong = form.wrong(sheets=_("请填写张数，一到五千之间的整数"))
            return await _page(session, actor, wrong, tried=number, status=422)
        await commands.send_papers(
            session,
            actor,
            readable(number),
            sheets=form.value.sheets,
            carrier=form.value.carrier,
            at=now,
        )
        return Redirect(f"{HERE}?done=sent", status_code=303)


class PaperArrivals(Controller):
    path = "/window/cases/{number:str}/papers-arrival"
    guards = [roles(Role.WINDOW)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @post("/", name="window:sign-for-papers")
    async def sign_for(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Redirect:
        await commands.sign_for_papers(session, actor, readable(number), at=now)
        return Redirect(address(number), status_code=303)


async def _page(
    session: Session, actor: Actor, form: Form[Any], *, done: str = "", tried: str = "", status: int = 200
) -> Template:
    context = {
        "lines": await queries.received(session, actor),
        "form": form,
        "done": done if done in {"submit", "sent"} else "",
        "tried": tried,
    }
    return Template("window/received_for_others.html", context=context, status_code=status)
