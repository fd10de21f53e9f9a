"""A use of one's data that should not have been: told to the department that used it, with a limit to answer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity import queries as identity
from identity.actor import Actor
from identity.privacy import reading
from portal import forms
from portal.citizen.data_uses import MOST, subject_of, told
from portal.dependencies import Transactions
from portal.forms import Form
from portal.guards import citizen
from portal.request import Request
from portal.resources import Resources
from services.sharing.errors import ExchangeError


class Complaint(forms.Fields):
    words: str = Field(min_length=2, max_length=1000)


class ComplaintPages(Controller):
    path = "/my/data-uses/{use_id:uuid}/complaint"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="data-uses:ask-complaint")
    async def show(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        use_id: FromPath[UUID],
    ) -> Template:
        return await _page(transactions, resources, actor, now, use_id, Form.empty())

    @post("/", name="data-uses:complain")
    async def send(
        self,
        request: Request,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        use_id: FromPath[UUID],
    ) -> Template | Redirect:
        """Only a use of one's own data (or of whom one may see) can be complained of: others are not found."""
        form = await forms.read(request, Complaint)
        page = await _page(transactions, resources, actor, now, use_id, form, 422)
        if form.value is None or page.status_code == 503:
            return page
        content = {"kind": "complaint", "use": str(use_id), "words": form.value.words}
        try:
            await resources.hub.steward(
                "raise-ticket",
                consumer=resources.settings.party,
                operator=str(actor.person_id),
                at=now,
                content=content,
            )
        except ExchangeError:
            return Template("citizen/data_uses.html", context={"away": True, "uses": []}, status_code=503)
        return Redirect("/my/data-uses#asked", status_code=303)


async def _page(
    transactions: Transactions,
    resources: Resources,
    actor: Actor,
    now: datetime,
    use_id: UUID,
    form: Form[Complaint],
    status: int = 200,
) -> Template:
    if not reading.may_read(actor):
        raise NotFoundException
    async with transactions() as session:
        subject = await subject_of(session, actor)
        departments = {one.code: one.name for one in await identity.departments(session)}
    try:
        uses = await resources.hub.uses_of(subject, operator=str(actor.person_id), at=now, limit=MOST)
    except ExchangeError:
        return Template("citizen/data_uses.html", context={"away": True, "uses": []}, status_code=503)
    found = next((one for one in uses if one.id == str(use_id)), None)
    if found is None:
        raise NotFoundException
    context: dict[str, Any] = {
        "form": form,
        "use": told(found, departments, ()),
        "answering": departments.get(found.consumer, found.consumer),
    }
    return Template("citizen/complaint.html", context=context, status_code=status)
