"""Views of the queue under a name of one's own; and the field that takes what a scanner reads off a receipt."""

from datetime import datetime
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from pydantic import Field

from identity.actor import CASEWORK, Actor
from portal import forms
from portal.guards import roles
from portal.request import Request
from portal.window import casefile, queueing
from portal.window.looking import address
from services.applications import queries
from services.applications.errors import ApplicationNotFound
from services.applications.window import views
from storage.database import Session

LONGEST_SCAN = 400


class View(forms.Fields):
    name: str = Field(min_length=1, max_length=views.LONGEST)


class QueueViews(Controller):
    path = "/window"
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @post("/views", name="window:keep-view")
    async def keep(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Redirect:
        """Keep the list on the page under a name; without a name nothing is kept."""
        form = await forms.read(request, View)
        asked = queueing.read(actor, form.typed)
        if form.value is not None:
            await views.keep(session, actor, name=form.value.name, asked=asked.words, at=now)
        return Redirect(asked.address(), status_code=303)

    @post("/views/{view_id:uuid}/removal", name="window:remove-view")
    async def remove(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], view_id: FromPath[UUID]
    ) -> Redirect:
        await views.remove(session, actor, view_id)
        return Redirect("/window", status_code=303)

    @get("/cases", name="window:open")
    async def scanned(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        number: FromQuery[str] = "",
    ) -> Redirect:
        """Open the case whose number was scanned or typed: as a number, or as the address in a receipt's QR code."""
        wanted = number_in(number)
        try:
            case = await queries.get(session, actor, casefile.readable(wanted))
        except ApplicationNotFound:
            return Redirect(f"/window?{urlencode({'unknown': wanted or number[:60]})}", status_code=303)
        return Redirect(address(case.number), status_code=303)


def number_in(scanned: str) -> str:
    """The case number in what a scanner read: alone, in the address of the progress page, or a paper's own number."""
    text = scanned.strip()[:LONGEST_SCAN]
    if "://" in text:
        text = parse_qs(urlsplit(text).query).get("number", [""])[0]
    return "".join(text.split()).partition("-")[0].upper()
