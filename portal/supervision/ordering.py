"""Supervision orders as supervisors see them: what was ordered, what was answered, what is closed."""

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import Actor, Role
from portal import forms, guards
from portal.forms import Form
from portal.request import Request
from portal.supervision import showing, wording
from portal.supervision.looking import state_of
from portal.supervision.showing import cursor, moment_and_text
from services.oversight import commands, queries
from services.oversight.errors import OrderAnswered, OrderClosed, OrderNotAnswered
from services.workflow import calendar
from services.workflow.rules import due_on, local_day
from storage.database import Session

PAGE = 50
ORDERS = "/supervision/orders"


class Closing(forms.Fields):
    remark: str = Field("", max_length=2000)


class Extension(forms.Fields):
    extra: int = Field(3, ge=1, le=30)
    reason: str = Field(min_length=4, max_length=500)


class OrderPages(Controller):
    path = ORDERS
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="supervision:orders")
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
        return Template("supervision/orders.html", context=page)

    @get("/{order_id:uuid}", name="supervision:order")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        order_id: FromPath[UUID],
    ) -> Template:
        return await _page(session, actor, now, order_id, Form.empty())

    @post("/{order_id:uuid}/closing", name="supervision:close-order")
    async def close(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        order_id: FromPath[UUID],
    ) -> Template | Redirect:
        form = await forms.read(request, Closing)
        if form.value is not None:
            try:
                await commands.close(session, actor, order_id, remark=form.value.remark, at=now)
                return Redirect(f"{ORDERS}/{order_id}", status_code=303)
            except OrderClosed:
                return Redirect(f"{ORDERS}/{order_id}", status_code=303)
            except OrderNotAnswered:
                form = form.wrong(remark="missing")
        page = await _page(session, actor, now, order_id, form)
        page.status_code = 422
        return page

    @post("/{order_id:uuid}/extension", name="supervision:extend-order")
    async def extend(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        order_id: FromPath[UUID],
    ) -> Template | Redirect:
        """More working days for the reply, counted from the day it was due, or from today where that is later."""
        form = await forms.read(request, Extension)
        if form.value is not None:
            order = await queries.order(session, actor, order_id)
            since = max(order.due_on, local_day(now))
            last = due_on(since, form.value.extra, await calendar.load(session)).on
            # Somebody else was quicker: the order's own page says what became of it.
            with suppress(OrderClosed, OrderAnswered):
                await commands.extend_order(
                    session, actor, order_id, due_on=last, reason=form.value.reason, at=now
                )
            return Redirect(f"{ORDERS}/{order_id}", status_code=303)
        page = await _page(session, actor, now, order_id, form)
        page.status_code = 422
        return page


async def order_list(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    address: str,
    closed: bool,
    before: tuple[datetime, str] | None,
) -> dict[str, Any]:
    """The context of a list of orders, open or closed ones, at `address`."""
    found = await queries.orders(session, actor, closed=closed, before=before, limit=PAGE + 1)
    today = local_day(now)
    shown = "?closed=yes" if closed else "?closed=no"
    following = None
    if len(found) > PAGE:
        last = found[PAGE - 1]
        following = f"{address}{shown}&before={cursor(last.issued_at, last.number)}".replace("+", "%2B")
    return {
        "orders": [(order, state_of(order, today)) for order in found[:PAGE]],
        "closed": closed,
        "next_page": following,
        "departments": await showing.departments(session),
        "address": address,
        "wording": wording,
    }


async def _page(session: Session, actor: Actor, now: datetime, order_id: UUID, form: Form[Any]) -> Template:
    order = await queries.order(session, actor, order_id)
    context = {
        "order": order,
        "state": state_of(order, local_day(now)),
        "departments": await showing.departments(session),
        "form": form,
        "wording": wording,
    }
    return Template("supervision/order.html", context=context)
