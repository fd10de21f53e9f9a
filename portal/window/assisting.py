"""帮办代办 at the counter: who is there is checked, the clerk fills in, the applicant signs, the case is handed in."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity import queries as identity
from identity import real_names
from identity.actor import Actor, Party, Role
from identity.errors import OrganisationUnknown, PersonUnknown
from identity.mandates.errors import LevelTooLow, PowerMissing
from licensing import forms as paper_forms
from portal import forms
from portal.dependencies import Transactions
from portal.forms import CreditCode, Form, IdNumber, PersonName
from portal.guards import roles
from portal.language import gettext as _
from portal.request import Request
from portal.resources import Resources
from portal.window import assisted_form
from portal.window.assisted_page import UNFIT, draft_page, told
from portal.window.looking import PDF, address, inline
from services.applications.bilingual import commands as bilingual
from services.applications.commands import drafting, gathering
from services.applications.elsewhere import queries as elsewhere
from services.applications.errors import (
    AnswersWrong,
    Incomplete,
    WrongApplicant,
)
from services.applications.paper_form import form_of
from services.applications.rules import Delivery
from services.applications.window import assisting
from services.applications.window.consent import Consent
from services.applications.window.errors import SignatureMissing, SignatureUnreadable
from services.catalogue import queries as catalogue
from services.catalogue.finding import queries as finding
from storage.database import Session

HERE = "/window/assisted"
LARGEST_PAGE = 12_000_000
LARGEST_UPLOAD = 22_000_000
MOST_ITEMS = 100
SCAN = "scan"


class AtTheCounter(forms.Fields):
    name: PersonName
    id_number: IdNumber
    credit_code: CreditCode | None = None
    item: str
    seen: Literal["yes"]


class Anything(forms.Fields):
    """Answers are read by the item's own rules."""


class Signed(forms.Fields):
    key: str = Field(min_length=16, max_length=64)
    delivery: Delivery = Delivery.COUNTER
    consent: Consent
    english: str = ""
    drawn: str = ""


class AssistedPages(Controller):
    path = HERE
    guards = [roles(Role.WINDOW)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="window:assisted")
    async def start(self, session: NamedDependency[Session], actor: NamedDependency[Actor]) -> Template:
        return await _start(session, actor, Form.empty())

    @post("/", name="window:assist")
    async def begin(
        self,
        request: Request,
        transactions: NamedDependency[Transactions],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        """Check who is there, open the draft, and commit it before the registers are asked."""
        form = await forms.read(request, AtTheCounter)
        mistakes = {"seen": _("请先核对本人和身份证原件"), "item": _("请选择要办的事项")}
        if told := {name: mistakes[name] for name in form.errors if name in mistakes}:
            form = form.wrong(**told)
        if form.value is None:
            async with transactions() as session:
                return await _start(session, actor, form, 422)
        try:
            async with transactions() as session:
                number = await _begun(session, actor, form.value, now)
        except _Unfit as unfit:
            async with transactions() as session:
                return await _start(session, actor, form.wrong(**{unfit.field: unfit.told}), 422)
        await gathering.gather(resources.sessions, resources.hub, number, at=now)
        return Redirect(f"{HERE}/{number}", status_code=303)

    @get("/{number:str}", name="window:assisted-draft")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template:
        return await draft_page(session, actor, number, now)

    @get("/{number:str}/form.pdf", name="window:assisted-form")
    async def paper(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Response[bytes]:
        """The form as filled in, to be read and signed on paper."""
        application, _filing, _assistant = await assisting.opened(session, actor, number)
        draft = await assisted_form.read(session, application, now)
        data = form_of(application, draft.definition, draft.facts, at=now)
        content = await asyncio.to_thread(paper_forms.application_form, data)
        return inline(content, PDF, _("申请表 %(number)s.pdf") % {"number": number})

    @post("/{number:str}/answers", name="window:assisted-save", request_max_body_size=LARGEST_PAGE)
    async def save(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Redirect:
        """Keep what was typed, right or wrong; the page comes back with what opened and what is wrong."""
        application, _filing, assistant = await assisting.opened(session, actor, number, lock=True)
        draft = await assisted_form.read(session, application, now)
        form = await forms.read(request, Anything)
        typed = assisted_form.typed_of(draft.questions(), form.typed)
        await drafting.save_answers(session, assistant, number, draft.definition, typed, at=now)
        return Redirect(f"{HERE}/{number}#answers", status_code=303)

    @post("/{number:str}/removal", name="window:assisted-discard")
    async def discard(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Redirect:
        """The applicant does not want it any more: nothing of it is kept."""
        _application, _filing, assistant = await assisting.opened(session, actor, number, lock=True)
        await drafting.discard(session, assistant, number, at=now)
        return Redirect(HERE, status_code=303)

    @post("/{number:str}/submission", name="window:assisted-submit", request_max_body_size=LARGEST_UPLOAD)
    async def submit(
        self,
        request: Request,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        """Hand in what the applicant signed: on the screen, or on the printed form of which the scan comes along."""
        form = await forms.read(request, Signed)
        if form.value is None:
            wrong = {"consent": _("请选择签名的方式")}
            return await draft_page(session, actor, number, now, wrong=wrong, status=422)
        said = form.value
        try:
            async with session.begin_nested():
                signature, media_type = await _signature(request, session, actor, number, said)
                await assisting.submit(
                    session,
                    actor,
                    number,
                    consent=said.consent,
                    signature=signature,
                    media_type=media_type,
                    objects=resources.objects,
                    key=said.key,
                    delivery=said.delivery,
                    at=now,
                )
                if said.english == "yes":
                    await bilingual.ask(session, actor, number, at=now)
        except (Incomplete, AnswersWrong):
            return await draft_page(session, actor, number, now, complete=True, status=422)
        except (SignatureMissing, SignatureUnreadable, *UNFIT) as unfit:
            wrong = {"consent": told(unfit)}
            return await draft_page(session, actor, number, now, wrong=wrong, status=422)
        if await elsewhere.is_elsewhere(session, actor, number):
            return Redirect("/window/received-for-others?done=submit", status_code=303)
        return Redirect(address(number, done="submit"), status_code=303)


class _Unfit(Exception):
    def __init__(self, field: str, told: str) -> None:
        super().__init__(told)
        self.field = field
        self.told = told


async def _begun(session: Session, clerk: Actor, said: AtTheCounter, now: datetime) -> str:
    """The number of the draft. Raises _Unfit with what to tell the clerk."""
    try:
        person_id = await real_names.verify_in_person(session, clerk, said.id_number, name=said.name, at=now)
        present, parties = await assisting.at_the_counter(session, person_id, now)
        if said.credit_code:
            present = replace(present, acting_for=await _firm(session, parties, said.credit_code))
        item = await catalogue.get(session, said.item)
        application, _assistant = await assisting.begin(session, clerk, item, present=present, at=now)
    except PersonUnknown:
        raise _Unfit("id_number", _("没有这个号码和姓名的账号，请检查；不能替自己办")) from None
    except WrongApplicant:
        raise _Unfit("item", _("这个事项不面向这类申请人，请核对是个人还是单位")) from None
    except (PowerMissing, LevelTooLow):
        raise _Unfit("credit_code", _("来的人没有得到办这个事项的授权")) from None
    return application.number


async def _firm(session: Session, parties: list[Party], code: str) -> Party:
    try:
        firm = await identity.organisation(session, code)
    except OrganisationUnknown:
        raise _Unfit("credit_code", _("没有这个统一社会信用代码的账号")) from None
    party = next((one for one in parties if one.id == firm.id), None)
    if party is None:
        raise _Unfit("credit_code", _("来的人不能代表这个单位，请先办理授权"))
    return party


async def _signature(
    request: Request, session: Session, clerk: Actor, number: str, said: Signed
) -> tuple[bytes, str]:
    if said.consent is Consent.SCREEN:
        return assisting.drawn(said.drawn), "image/png"
    file = (await request.form()).get(SCAN)
    if not isinstance(file, UploadFile) or not file.filename:
        raise SignatureMissing
    application, _filing, _assistant = await assisting.opened(session, clerk, number)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    received = await assisting.scanned(file.filename, await file.read(), item.definition)
    return received.content, received.media_type


async def _start(session: Session, actor: Actor, form: Form[Any], status: int = 200) -> Template:
    items = await finding.listing(session, limit=MOST_ITEMS)
    context = {
        "form": form,
        "items": [one for one in items if actor.serves(one.department.code)]
        + await elsewhere.offered(session, actor),
        "drafts": await assisting.begun(session, actor),
    }
    return Template("window/assisted.html", context=context, status_code=status)
