"""Officers answer the orders that are theirs: the other half of supervision, in the officers' own rooms."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import CASEWORK, Actor
from portal import forms, guards
from portal.forms import Form
from portal.request import Request
from portal.supervision import showing, wording
from portal.supervision.looking import state_of
from portal.supervision.ordering import order_list
from portal.supervision.showing import moment_and_text
from services.oversight import commands, queries
from services.oversight.errors import OrderAnswered, OrderClosed, TextMissing
from services.workflow.rules import local_day
from storage.database import Session

ORDERS = "/window/orders"


class Answer(forms.Fields):
    reply: str = Field(min_length=4, max_length=2000)


class AnsweringPages(Controller):
    path = ORDERS
    guards = [guards.roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="answering:orders")
    async def listing(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        closed: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Template:
        page = await order_list(
            session, actor, now, address=ORDERS, closed=closed == "yes", before=moment_and_text(before)
        )
        return Template("supervision/answering.html", context=page)

    @get("/{order_id:uuid}", name="answering:order")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        order_id: FromPath[UUID],
    ) -> Template:
        return await _page(session, actor, now, order_id, Form.empty())

    @post("/{order_id:uuid}/reply", name="answering:reply")
    async def reply(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        order_id: FromPath[UUID],
    ) -> Template | Redirect:
        form = await forms.read(request, Answer)
        if form.value is not None:
            try:
                await commands.reply(session, actor, order_id, text=form.value.reply, at=now)
                return Redirect(f"{ORDERS}/{order_id}", status_code=303)
            except (OrderAnswered, OrderClosed):
                form = form.wrong(reply=wording.answered())
            except TextMissing:
                form = form.wrong(reply="too-short")
        page = await _page(session, actor, now, order_id, form)
        page.status_code = 422
        return page


async def _page(session: Session, actor: Actor, now: datetime, order_id: UUID, form: Form[Any]) -> Template:
    order = await queries.order(session, actor, order_id)
    context = {
        "order": order,
        "state": state_of(order, local_day(now)),
        "departments": await showing.departments(session),
        "form": form,
        "wording": wording,
    }
    return Template("supervision/reply.html", context=context)
