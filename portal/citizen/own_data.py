"""我的数据: what is kept of me, who used it, taking it along, having it put right, closing the account."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from pydantic import Field

from identity import queries as identity
from identity.actor import Actor
from identity.errors import DepartmentUnknown
from identity.numbers import mask_email, mask_id, mask_phone
from identity.privacy import closing, correcting
from identity.privacy.rules import CORRECTION_DAYS, About
from licensing import own_data
from portal import drafting, forms
from portal.authentication import CODE, KEPT, SESSION, STEP, cleared, settings_of
from portal.citizen import own_record
from portal.citizen.data_uses import told
from portal.citizen.own_paper import paper
from portal.citizen.own_record import OwnRecord
from portal.dependencies import Transactions
from portal.forms import Form
from portal.guards import citizen, fresh
from portal.language import gettext as _
from portal.request import Request
from portal.resources import Resources
from portal.sending import PDF, sent
from services.notices import commands as notices
from services.sharing.errors import ExchangeError
from services.sharing.messages import Subject, UseSeen
from services.workflow import calendar
from services.workflow.rules import due_on, local_day
from storage.database import Session

OWN_DATA = "/my/data"
SHOWN_USES, EXPORTED_USES = 5, 1000
USES_AT_ONCE = 200


@dataclass(frozen=True)
class Seen:
    """The record with the hub's word on it; `uses` is None while the hub is away."""

    record: OwnRecord
    uses: Sequence[UseSeen] | None
    departments: dict[str, str]

    def in_words(self) -> list[dict[str, Any]]:
        cases = {one.number for one in self.record.cases}
        return [told(use, self.departments, cases) for use in self.uses or ()]


class Correction(forms.Fields):
    department: str = Field(max_length=18)
    about: Literal["person", "contact", "register", "licence", "case"]
    text: str = Field(min_length=2, max_length=1000)


class Closing(forms.Fields):
    sure: Literal["yes"]


class OwnDataPages(Controller):
    path = OWN_DATA
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="own-data:show")
    async def show(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template:
        seen = await _seen(transactions, resources, actor, now, SHOWN_USES)
        profile = seen.record.profile
        context = {
            "record": seen.record,
            "uses": seen.in_words(),
            "away": seen.uses is None,
            "id_number": mask_id(profile.id_number),
            "phone": mask_phone(profile.phone) if profile.phone else None,
            "email": mask_email(profile.email) if profile.email else None,
        }
        return Template("citizen/own_data.html", context=context)

    @get("/export.json", name="own-data:json", guards=[fresh()])
    async def as_json(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Response[bytes]:
        seen = await _seen(transactions, resources, actor, now, EXPORTED_USES)
        content = own_record.as_json(seen.record, seen.uses, at=now)
        text = json.dumps(content, ensure_ascii=False, indent=2)
        return _private(sent(text.encode(), f"my-data-{now:%Y%m%d}.json", "application/json"))

    @get("/export.pdf", name="own-data:pdf", guards=[fresh()])
    async def as_pdf(
        self,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Response[bytes]:
        seen = await _seen(transactions, resources, actor, now, EXPORTED_USES)
        sheet = paper(seen.record, seen.in_words(), keeper=resources.settings.operator, at=now)
        content = await asyncio.to_thread(own_data.extract, sheet)
        return _private(sent(content, f"my-data-{now:%Y%m%d}.pdf", PDF))


class CorrectionPages(Controller):
    path = f"{OWN_DATA}/corrections"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="own-data:ask-correction")
    async def ask(self, session: NamedDependency[Session], department: FromQuery[str] = "") -> Template:
        return await _correction_page(session, Form(typed={"department": department}))

    @post("/", name="own-data:correct")
    async def send(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        form = await forms.read(request, Correction)
        if form.value is None:
            return await _correction_page(session, _in_words(form), 422)
        asked = form.value
        due = due_on(local_day(now), CORRECTION_DAYS, await calendar.load(session))
        try:
            await correcting.ask(
                session,
                actor,
                department_code=asked.department,
                about=About(asked.about),
                text=asked.text,
                due_on=due.on,
                at=now,
            )
        except DepartmentUnknown:
            wrong = form.wrong(department=_("请选择保存这项信息的部门"))
            return await _correction_page(session, wrong, 422)
        return Redirect(f"{OWN_DATA}#corrections", status_code=303)


class ClosingAccountPages(Controller):
    path = f"{OWN_DATA}/closing"
    guards = [citizen, fresh()]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="own-data:ask-closing")
    async def ask(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[datetime]
    ) -> Template:
        return await _closing_page(session, actor, Form.empty(), now)

    @post("/", name="own-data:close")
    async def close(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        """Drafts go, the account goes, and the browser is signed out; the last page says what stays and why."""
        form = await forms.read(request, Closing)
        if form.value is None:
            return await _closing_page(session, actor, form.wrong(sure=_("请确认您要注销账号")), now, 422)
        record = await own_record.gather(session, actor, at=now)
        known = await closing.hindrances(session, actor.person_id)
        if own_record.hindered(record, known):
            return await _closing_page(session, actor, Form.empty(), now, 409)
        for number in own_record.drafts(record):
            await drafting.discard(session, own_record.oneself(actor), number, at=now)
        await closing.close(session, actor, needed=own_record.needed(record), at=now)
        await notices.forget(session, actor.person_id)
        settings = settings_of(request.app.state)
        gone = [cleared(name, settings) for name in (SESSION, STEP, KEPT, CODE)]
        return Redirect("/account-closed", status_code=303, cookies=gone)


class ClosedPage(Controller):
    path = "/account-closed"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="own-data:closed")
    async def show(self) -> Template:
        return Template("citizen/account_closed.html")


async def _seen(
    transactions: Transactions, resources: Resources, actor: Actor, now: datetime, limit: int
) -> Seen:
    """The hub is asked outside any transaction; when it is away the rest is still shown."""
    async with transactions() as session:
        record = await own_record.gather(session, actor, at=now)
        departments = {one.code: one.name for one in await identity.departments(session)}
    try:
        uses = await _uses(resources, record, actor, now, limit)
    except ExchangeError:
        return Seen(record, None, departments)
    return Seen(record, uses, departments)


async def _uses(
    resources: Resources, record: OwnRecord, actor: Actor, now: datetime, limit: int
) -> list[UseSeen]:
    """Up to `limit` uses, the latest first; the hub hands out at most USES_AT_ONCE in one answer."""
    subject = Subject(id_number=record.profile.id_number)
    found: list[UseSeen] = []
    while len(found) < limit:
        before = found[-1].at if found else None
        wanted = min(limit - len(found), USES_AT_ONCE)
        part = await resources.hub.uses_of(
            subject, operator=str(actor.person_id), at=now, limit=wanted, before=before
        )
        found += part
        if len(part) < wanted:
            break
    return found


def _private(response: Response[bytes]) -> Response[bytes]:
    """A file with whole numbers stays in no cache on its way."""
    response.headers["cache-control"] = "no-store"
    return response


def _in_words(form: Form[Correction]) -> Form[Correction]:
    words = {
        "department": _("请选择保存这项信息的部门"),
        "about": _("请选择哪一类信息有误"),
        "text": _("请写明哪里不对、应该是什么"),
    }
    long = {name: code for name, code in form.errors.items() if name == "text" and code == "too-long"}
    return Form(form.typed, {name: words.get(name, code) for name, code in form.errors.items()} | long)


async def _correction_page(session: Session, form: Form[Correction], status: int = 200) -> Template:
    departments = [(one.code, one.name) for one in await identity.departments(session)]
    context = {"form": form, "departments": departments, "days": CORRECTION_DAYS}
    return Template("citizen/own_data_correction.html", context=context, status_code=status)


async def _closing_page(
    session: Session, actor: Actor, form: Form[Any], now: datetime, status: int = 200
) -> Template:
    record = await own_record.gather(session, actor, at=now)
    against = own_record.hindered(record, await closing.hindrances(session, actor.person_id))
    context = {
        "form": form,
        "hindrances": {one.value for one in against},
        "running": own_record.running(record),
        "drafts": len(own_record.drafts(record)),
        "needed": {one.value for one in own_record.needed(record)},
    }
    return Template("citizen/own_data_closing.html", context=context, status_code=status)
