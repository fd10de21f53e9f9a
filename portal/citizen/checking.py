"""Checking the answers and handing in: everything on one page, said yes to, handed in once however often it is pressed."""

import secrets
from datetime import date, datetime
from typing import Any, Literal

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import Actor
from portal import drafting, forms
from portal.citizen import branches, by_rules, tasks
from portal.citizen.case import BundleCase, Case, open_case
from portal.citizen.following import papers
from portal.forms import Form
from portal.guards import citizen
from portal.language import current, pick
from portal.language import gettext as _
from portal.pictures import qr
from portal.request import Request
from portal.resources import Resources
from services.applications.bilingual import commands as bilingual
from services.applications.commands import submitting, timing
from services.applications.errors import AnswersWrong, Incomplete, NotInDraft, StepNotOpen
from services.applications.rules import Delivery, State
from services.catalogue import showing
from services.catalogue.definition import Page
from services.catalogue.particulars import AfterHours
from services.workflow import calendar
from services.workflow import queries as clocks
from services.workflow.rules import ClockKind, local_day
from storage.database import Session


class Submission(forms.Fields):
    """`key` names this handing-in: sent twice, it is done once."""

    key: str = Field(min_length=16, max_length=64)
    delivery: Delivery = Delivery.ELECTRONIC
    decider: Literal["rules", "person"] = "rules"
    english: str = ""
    declared: str = ""


class CheckingPages(Controller):
    path = "/applications"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/{number:str}/check", name="checking:show")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        case = await open_case(session, actor, number, now)
        if not case.changeable:
            return Redirect(f"/applications/{case.number}", status_code=303)
        received = timing.received_on(case.definition, await calendar.load(session), at=now)
        return _shown(case, Form.empty(), received=received)

    @post("/{number:str}/submission", name="checking:submit")
    async def submit(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        """Hand the draft in; what is missing or wrong is told on the same page, and the draft stays."""
        case = await open_case(session, actor, number, now, lock=True)
        form = _agreed(await forms.read(request, Submission))
        if form.value is None:
            return _shown(case, form, 422)
        key, delivery = form.value.key, form.value.delivery
        try:
            await drafting.submit(
                session,
                actor,
                number,
                key=key,
                delivery=delivery,
                by_a_person=form.value.decider == "person",
                at=now,
            )
            if form.value.english == "yes":
                await bilingual.ask(session, actor, case.number, at=now)
        except (Incomplete, AnswersWrong):
            return _shown(case, form, 422)
        return Redirect(f"/applications/{case.number}/submitted", status_code=303)

    @post("/{number:str}/correction", name="checking:correct")
    async def correct(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        """Hand the corrected case in again."""
        case = await open_case(session, actor, number, now, lock=True)
        form = _agreed(await forms.read(request, Submission))
        if form.value is None:
            return _shown(case, form, 422)
        try:
            await submitting.correct(session, actor, number, key=form.value.key, at=now)
        except (Incomplete, AnswersWrong):
            return _shown(case, form, 422)
        return Redirect(f"/applications/{case.number}/submitted", status_code=303)

    @get("/{number:str}/submitted", name="checking:submitted")
    async def submitted(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template:
        case = await open_case(session, actor, number, now)
        if case.is_draft:
            raise StepNotOpen(State.DRAFT, "show")
        if isinstance(case, BundleCase):
            return branches.overview(case, public_url=resources.settings.public_url, fresh=True)
        link = f"/progress?number={case.number}&code={case.application.query_code}"
        context: dict[str, Any] = {
            "case": case,
            "by_rules": await by_rules.seen(session, case),
            "received_later": await _received_later(session, case),
            "again": len(await papers(session, case)) > 1,
            "receipt": next((one for one in await papers(session, case) if one["kind"] == "receipt"), None),
            "qr": qr(f"{resources.settings.public_url.rstrip('/')}{link}"),
        }
        return Template("citizen/submitted.html", context=context)


async def _received_later(session: Session, case: Case) -> date | None:
    """The day on which it counts as received, where that is later than the day it was handed in."""
    if case.definition.received_after_hours is AfterHours.SAME_DAY or case.application.submitted_at is None:
        return None
    intake = [one for one in await clocks.clocks_of(session, case.number) if one.kind is ClockKind.INTAKE]
    later = intake and intake[-1].started_on > local_day(case.application.updated_at)
    return intake[-1].started_on if later else None


def _agreed(form: Form[Submission]) -> Form[Submission]:
    """The declaration is what makes it an application; the key is ours and told as a page grown old."""
    if "key" in form.errors:
        return Form(form.typed, {"declared": _("页面打开得太久，请刷新后再提交")})
    if form.value is not None and form.value.declared != "yes":
        return form.wrong(declared=_("请确认填写的内容真实，再提交"))
    return form


def _shown(
    case: Case, form: Form[Submission], status: int = 200, *, received: date | None = None
) -> Template:
    if not case.changeable:
        raise NotInDraft(case.application.state)
    key = form.typed.get("key")
    context: dict[str, Any] = {
        "case": case,
        "form": form,
        "pages": [_answers(case, page) for page in case.pages()],
        "materials": tasks.material_tasks(case),
        "problems": tasks.problems(case),
        "key": key if isinstance(key, str) and key else secrets.token_urlsafe(24),
        "received_later": received if received is not None and received > case.today else None,
        "deed": "correction" if case.is_correcting else "submission",
    }
    return Template("citizen/check.html", context=context, status_code=status)


def _answers(case: Case, page: Page) -> dict[str, Any]:
    """A page's answers in words; what was typed wrongly is shown as it was typed."""
    values = case.checked(complete=False).values
    rows = []
    for question in case.questions(page):
        text = showing.shown(question, values.get(question.key), language=current().language)
        row: dict[str, Any] = {"key": pick(question.label), "value": text or _as_typed(case, question.key)}
        row["lines"] = "\n" in row["value"]
        if case.may_change("question", question.key):
            address = f"{tasks.page_address(case, page.key)}?to=check#{question.key}"
            row["actions"] = [{"href": address, "text": _("更改")}]
        rows.append(row)
    return {"title": pick(page.title), "rows": rows}


def _as_typed(case: Case, key: str) -> str:
    typed = [
        value for name, value in case.application.answers.items() if name == key or name.startswith(f"{key}-")
    ]
    texts = [text for value in typed for text in ([value] if isinstance(value, str) else value) if text]
    return " ".join(texts)[:200] or _("未填写")
