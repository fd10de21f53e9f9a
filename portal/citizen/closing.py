"""The applicant's last words on a case: throw the draft away, withdraw, download the papers, rate the service."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import Actor
from portal import drafting, forms
from portal.citizen import telling
from portal.citizen.case import BundleCase, Case, open_case
from portal.forms import Form
from portal.guards import citizen
from portal.language import pick
from portal.request import Request
from portal.resources import Resources
from portal.sending import PDF, sent
from services.applications import queries
from services.applications.bundling import withdrawing
from services.applications.commands import closing
from services.applications.errors import AlreadyRated, NotInDraft, StepNotOpen
from services.applications.rules import APPLICANTS_DEEDS, Deed, State, open_deeds
from storage.database import Session


class Withdrawal(forms.Fields):
    reason: str = Field("", max_length=500)


class Rating(forms.Fields):
    grade: Literal["1", "2", "3", "4", "5"]
    text: str = Field("", max_length=500)


class ClosingPages(Controller):
    path = "/applications"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/{number:str}/discard", name="closing:ask-discard")
    async def ask_discard(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template:
        case = await open_case(session, actor, number, now)
        if not case.is_draft:
            raise NotInDraft(case.application.state)
        return Template("citizen/discard.html", context={"case": case})

    @post("/{number:str}/discard", name="closing:discard")
    async def discard(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Redirect:
        case = await open_case(session, actor, number, now, lock=True)
        await drafting.discard(session, actor, case.number, at=now)
        return Redirect("/my", status_code=303)

    @get("/{number:str}/withdrawal", name="closing:ask-withdrawal")
    async def ask_withdrawal(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template:
        case = await open_case(session, actor, number, now)
        if not may_withdraw(case):
            raise StepNotOpen(case.application.state, Deed.WITHDRAW)
        return _withdrawal(case, Form.empty())

    @post("/{number:str}/withdrawal", name="closing:withdraw")
    async def withdraw(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        case = await open_case(session, actor, number, now, lock=True)
        form = await forms.read(request, Withdrawal)
        if form.value is None:
            return _withdrawal(case, form, 422)
        await drafting.withdraw(session, actor, case.number, reason=form.value.reason, at=now)
        return Redirect(f"/applications/{case.number}", status_code=303)

    @get("/{number:str}/rating", name="closing:ask-rating")
    async def ask_rating(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template:
        case = await open_case(session, actor, number, now)
        if case.application.state not in {State.DELIVERED, State.NOT_ACCEPTED}:
            raise StepNotOpen(case.application.state, "rate")
        if await queries.rating_of(session, await queries.get(session, actor, case.number)):
            raise AlreadyRated(case.number)
        return _rating(case, Form.empty())

    @post("/{number:str}/rating", name="closing:rate")
    async def rate(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        case = await open_case(session, actor, number, now, lock=True)
        form = await forms.read(request, Rating)
        if form.value is None:
            unchosen = form.wrong(grade="not-chosen") if "grade" in form.errors else form
            return _rating(case, unchosen, 422)
        grade, text = int(form.value.grade), form.value.text
        await closing.rate(session, actor, case.number, grade=grade, text=text, at=now)
        return Redirect(f"/applications/{case.number}", status_code=303)

    @get("/{number:str}/documents/{document_id:uuid}", name="closing:document")
    async def document(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        document_id: FromPath[UUID],
    ) -> Response[bytes]:
        """A sealed paper of the case. 404 while it is not printed yet."""
        case = await open_case(session, actor, number, now)
        application = await queries.get(session, actor, case.number)
        paper = await queries.document_of(session, application, document_id)
        if paper.digest is None:
            raise NotFoundException
        return sent(await resources.objects.get(paper.digest), f"{paper.number}.pdf", PDF)


def may_withdraw(case: Case) -> bool:
    """Whether the applicant may withdraw now; of a bundle, whether any of its parts."""
    if isinstance(case, BundleCase):
        return bool(withdrawing.withdrawable(case.whole))
    return Deed.WITHDRAW in open_deeds(case.application.state) & APPLICANTS_DEEDS


def _withdrawal(case: Case, form: Form[Withdrawal], status: int = 200) -> Template:
    context: dict[str, Any] = {"case": case, "form": form, "ending": [], "waiting": []}
    if isinstance(case, BundleCase):
        for name, parts in (("ending", withdrawing.withdrawable), ("waiting", withdrawing.waiting)):
            context[name] = [pick(one.definition.short_name) for one in parts(case.whole)]
    return Template("citizen/withdraw.html", context=context, status_code=status)


def _rating(case: Case, form: Form[Rating], status: int = 200) -> Template:
    grades = [(code, telling.said({code: text}, code)) for code, text in telling.GRADES]
    context: dict[str, Any] = {"case": case, "form": form, "grades": grades}
    return Template("citizen/rate.html", context=context, status_code=status)
