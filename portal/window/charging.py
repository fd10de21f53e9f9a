"""收费 of a case: what its item asks for, and recording what was paid, given back or let off. Nothing is paid here."""

from collections.abc import Awaitable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import CASEWORK, Actor, Role
from portal import forms
from portal.forms import Form
from portal.guards import roles
from portal.language import gettext as _
from portal.request import Request
from portal.window import casefile
from services.applications import queries
from services.applications.charging import commands, rules
from services.applications.charging import queries as charging
from services.applications.charging.errors import (
    AmountWrong,
    FeeNotYours,
    FeeSettled,
    PaidOnWrong,
    PaymentUnknown,
    ReceiptUsed,
    ReceiptWrong,
)
from services.applications.errors import ApplicationError, ApplicationNotFound, ReasonMissing
from services.catalogue import queries as catalogue
from services.workflow.rules import local_day
from storage.database import Session

LONGEST = 300
DONE = frozenset({"taken", "refunded", "waived"})


class Payment(forms.Fields):
    amount: str = Field(max_length=20)
    receipt: str = Field(max_length=40)
    paid_on: date


class Refund(forms.Fields):
    payment: UUID
    refund_reason: str = Field(max_length=LONGEST)


class Waiver(forms.Fields):
    ground: str = Field(max_length=LONGEST)


class FeePages(Controller):
    path = "/window/cases/{number:str}/fees"
    guards = [roles(*CASEWORK)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="window:fees")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        done: FromQuery[str] = "",
    ) -> Template:
        return await _page(session, actor, number, Form.empty(), now, done=done)

    @post("/", name="window:take-fee")
    async def take(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        form = _in_words(await forms.read(request, Payment))
        if form.value is not None:
            try:
                amount = rules.fen(form.value.amount)
            except AmountWrong:
                form = form.wrong(amount=_(WRONG["amount"]))
        if form.value is None:
            return await _page(session, actor, number, form, now, status=422)
        said = form.value
        deed = commands.take_fee(
            session,
            actor,
            casefile.readable(number),
            amount=amount,
            receipt=said.receipt,
            paid_on=said.paid_on,
            at=now,
        )
        return await _done(session, actor, number, form, now, deed, "taken")

    @post("/refund", name="window:refund-fee")
    async def refund(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        form = _in_words(await forms.read(request, Refund))
        if form.value is None:
            return await _page(session, actor, number, form, now, status=422)
        said = form.value
        deed = commands.refund(
            session, actor, casefile.readable(number), said.payment, reason=said.refund_reason, at=now
        )
        return await _done(session, actor, number, form, now, deed, "refunded")

    @post("/waiver", name="window:waive-fee")
    async def waive(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        form = _in_words(await forms.read(request, Waiver))
        if form.value is None:
            return await _page(session, actor, number, form, now, status=422)
        deed = commands.waive(session, actor, casefile.readable(number), ground=form.value.ground, at=now)
        return await _done(session, actor, number, form, now, deed, "waived")


def _marked(text: str) -> str:
    """Marks a text for the word list; it is translated when it is shown."""
    return text


WRONG: Mapping[str, str] = {
    "amount": _marked("请填写金额，例如 80 或者 80.50"),
    "receipt": _marked("请填写财政电子票据的号码，8 至 20 位数字"),
    "paid_on": _marked("请填写缴款的日期，不早于提交申请的那一天，也不晚于今天"),
    "payment": _marked("请选择退哪一笔"),
    "refund_reason": _marked("请写明退费的理由，至少四个字"),
    "ground": _marked("请写明减免的依据，至少四个字"),
    "used": _marked("这个票据号码已经登记在另一笔收费上，请核对"),
    "settled": _marked("这一件没有要减免的费用：不收费，或者已经收齐"),
}
FIELDS: Mapping[type[Exception], tuple[str, str]] = {
    AmountWrong: ("amount", "amount"),
    ReceiptWrong: ("receipt", "receipt"),
    ReceiptUsed: ("receipt", "used"),
    PaidOnWrong: ("paid_on", "paid_on"),
    PaymentUnknown: ("payment", "payment"),
    FeeSettled: ("ground", "settled"),
}


def _in_words(form: Form[Any]) -> Form[Any]:
    """Every mistake said in the words of its field, except what is said of any field."""
    plain = {"control-characters", "oversize"}
    errors = {name: code if code in plain else _(WRONG.get(name, code)) for name, code in form.errors.items()}
    return Form(form.typed, errors, form.value)


async def _done(
    session: Session,
    actor: Actor,
    number: str,
    form: Form[Any],
    now: datetime,
    deed: Awaitable[object],
    done: str,
) -> Template | Redirect:
    """Do it, or show why not beside what was typed."""
    try:
        async with session.begin_nested():
            await deed
    except ApplicationNotFound:
        raise
    except FeeNotYours as refused:
        return await _page(session, actor, number, form, now, refused=refused, status=403)
    except ReasonMissing:
        field = "refund_reason" if done == "refunded" else "ground"
        return await _page(session, actor, number, form.wrong(**{field: _(WRONG[field])}), now, status=422)
    except ApplicationError as refused:
        place = FIELDS.get(type(refused))
        if place is None:
            return await _page(session, actor, number, form, now, refused=refused, status=409)
        return await _page(
            session, actor, number, form.wrong(**{place[0]: _(WRONG[place[1]])}), now, status=422
        )
    return Redirect(f"/window/cases/{number}/fees?done={done}", status_code=303)


async def _page(
    session: Session,
    actor: Actor,
    number: str,
    form: Form[Any],
    now: datetime,
    *,
    done: str = "",
    refused: Exception | None = None,
    status: int = 200,
) -> Template:
    case = await queries.get(session, actor, casefile.readable(number))
    item = await catalogue.get_version(session, case.item_code, case.item_version)
    today = local_day(now)
    context = {
        "case": case,
        "definition": item.definition,
        "account": await charging.account(session, case, item.definition, today=today),
        "may_record": actor.has(Role.WINDOW, Role.APPROVER),
        "form": form,
        "refused": refused,
        "today": today,
        "yuan": yuan,
        "done": done if done in DONE else "",
    }
    return Template("window/fees.html", context=context, status_code=status)


def yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100
