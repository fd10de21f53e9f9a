"""One case as a supervisor sees it: how it was handled, what its record proves, an order about it.

Whoever looks leaves a trace, so these pages write although they only show: each takes a transaction of its own.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import Actor, Role
from portal import forms, guards
from portal.dependencies import Transactions
from portal.forms import Form
from portal.request import Request
from portal.resources import Resources
from portal.supervision import showing, wording
from services.oversight import commands, queries, records
from services.oversight.checks import commands as checks
from services.oversight.errors import AddresseeUnknown, TextMissing
from services.oversight.rules import order_state
from services.workflow import calendar
from services.workflow import queries as clocks
from services.workflow.rules import due_on, local_day
from storage import checkpoints
from storage.database import Session
from storage.signed_notes import Verifier

REPLY_DAYS = (1, 3, 5, 10)
"""Working days an order may leave for its reply."""


class OrderForm(forms.Fields):
    text: str = Field(min_length=4, max_length=2000)
    days: int = Field(3, ge=1, le=30)
    to_person: UUID | None = None


class PrivilegeForm(forms.Fields):
    privilege: str = Field(min_length=4, max_length=500)


def log_key(resources: Resources) -> Verifier:
    """The public key of this portal's ledger."""
    return checkpoints.log_key(resources.settings.keys, resources.settings.public_url).verifier


class LookingPages(Controller):
    path = "/supervision/cases/{number:str}"
    guards = [guards.roles(Role.SUPERVISOR)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="supervision:case")
    async def show(
        self,
        transactions: NamedDependency[Transactions],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template:
        async with transactions() as session:
            application = await commands.look(session, actor, number, at=now)
            return await _page(session, application, Form.empty(), now)

    @get("/proof", name="supervision:proof")
    async def proof(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template:
        key = log_key(resources)
        async with transactions() as session:
            application = await commands.look(session, actor, number, at=now, deed=records.CHECKED)
            proof = await records.proof(session, number, key, at=now)
            context = {
                "case": await _row(session, application, now),
                "verdict": proof.verdict,
                "events": await records.timeline(session, number),
                "key": key,
                "now": now,
                "wording": wording,
            }
        return Template("supervision/proof.html", context=context)

    @get("/evidence", name="supervision:evidence")
    async def evidence(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Response[bytes]:
        """The case's evidence file: it proves itself with `yiwang ledger verify FILE`, without this portal."""
        async with transactions() as session:
            await commands.look(session, actor, number, at=now, deed=records.EXPORTED)
            proof = await records.proof(session, number, log_key(resources), at=now)
        disposition = f'attachment; filename="evidence-{number}.json"'
        return Response(
            proof.content, media_type="application/json", headers={"content-disposition": disposition}
        )

    @post("/orders", name="supervision:issue-order")
    async def order(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, OrderForm)
        if form.value is not None:
            try:
                order = await _issue(session, actor, number, form.value, now)
                return Redirect(f"/supervision/orders/{order}", status_code=303)
            except TextMissing:
                form = form.wrong(text="too-short")
            except AddresseeUnknown:
                form = form.wrong(to_person="not-an-option")
        application = await commands.look(session, actor, number, at=now)
        page = await _page(session, application, form, now)
        page.status_code = 422
        return page

    @post("/privilege", name="supervision:privilege")
    async def privilege(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        form = await forms.read(request, PrivilegeForm)
        if form.value is not None:
            await checks.grant_privilege(session, actor, number, reason=form.value.privilege, at=now)
            return Redirect(f"/supervision/cases/{number}", status_code=303)
        application = await commands.look(session, actor, number, at=now)
        page = await _page(session, application, form, now)
        page.status_code = 422
        return page


async def _issue(session: Session, actor: Actor, number: str, form: OrderForm, now: datetime) -> UUID:
    due = due_on(local_day(now), form.days, await calendar.load(session))
    order = await commands.issue_order(
        session, actor, number, text=form.text, due_on=due.on, to_person=form.to_person, at=now
    )
    return order.id


async def _row(session: Session, application: showing.CaseSeen, now: datetime) -> showing.CaseRow:
    (row,) = await showing.case_rows(session, [application], local_day(now))
    return row


async def _page(session: Session, application: showing.CaseSeen, form: Form[Any], now: datetime) -> Template:
    today, number = local_day(now), application.number
    days = await calendar.load(session)
    context = {
        "application": application,
        "case": await _row(session, application, now),
        "clocks": await clocks.clocks_of(session, number),
        "events": showing.shown_events(await records.timeline(session, number), application),
        "cards": await queries.cards_of(session, number),
        "orders": [(order, state_of(order, today)) for order in await queries.orders_of(session, number)],
        "addressees": await queries.addressees(session, application.department_code),
        "reply_days": [(count, due_on(today, count, days).on) for count in REPLY_DAYS],
        "departments": await showing.departments(session),
        "form": form,
        "wording": wording,
    }
    return Template("supervision/case.html", context=context)


def state_of(order: Any, today: Any) -> str:
    answered, closed = order.replied_at is not None, order.closed_at is not None
    return order_state(due_on=order.due_on, answered=answered, closed=closed, today=today).value
