"""秒批 as the applicant sees it: what rules decided and on what, and the button that brings a person."""

from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from pydantic import Field

from identity.actor import Actor
from portal import forms
from portal.citizen.case import BundleCase, Case, open_case
from portal.forms import Form
from portal.guards import citizen
from portal.language import pick
from portal.request import Request
from services.applications import queries
from services.applications.errors import NotDecidedByRules
from services.applications.instant import commands
from services.applications.instant import queries as instant
from services.applications.instant.rules import Course, asked_until
from services.applications.rules import Deed, State, open_deeds
from services.workflow.rules import local_day
from storage.database import Session


class Asking(forms.Fields):
    words: str = Field("", max_length=500)


class ByRulesPages(Controller):
    path = "/applications"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/{number:str}/person", name="by-rules:ask")
    async def ask(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template:
        return await _page(session, await open_case(session, actor, number, now), Form.empty())

    @post("/{number:str}/person", name="by-rules:ask-for-a-person")
    async def asked(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template | Redirect:
        case = await open_case(session, actor, number, now, lock=True)
        form = await forms.read(request, Asking)
        if form.value is None:
            return await _page(session, case, form, 422)
        await commands.ask_for_a_person(session, actor, case.number, words=form.value.words, at=now)
        return Redirect(f"/applications/{case.number}", status_code=303)


async def seen(session: Session, case: Case) -> dict[str, Any] | None:
    """What the pages tell of the rules; nothing where the item has none, or the case is not handed in."""
    declared = case.definition.instant
    if declared is None or case.changeable or isinstance(case, BundleCase):
        return None
    application = await queries.by_number(session, case.number)
    ruling = await instant.ruling_of(session, application)
    reviews = await instant.reviews_of(session, application)
    decided = application.decided_at and local_day(application.decided_at)
    granted = ruling is not None and ruling.course is Course.GRANTED
    until = asked_until(decided) if granted and decided else None
    return {
        "course": ruling.course.value if ruling else "waiting",
        "rules": [pick(rule.text) for rule in declared.rules],
        "basis": pick(declared.basis),
        "until": until,
        "reviews": reviews,
        "may_ask": _may_ask(case, ruling is not None, granted and until is not None and case.today <= until)
        and not any(one.reviewed_at is None for one in reviews),
    }


def _may_ask(case: Case, ruled: bool, in_time: bool) -> bool:
    state = case.application.state
    if Deed.ASK_FOR_A_PERSON not in open_deeds(state):
        return False
    return not ruled if state is State.SUBMITTED else in_time


async def _page(session: Session, case: Case, form: Form[Any], status: int = 200) -> Template:
    told = await seen(session, case)
    if told is None or not told["may_ask"]:
        raise NotDecidedByRules(case.number)
    context = {"case": case, "form": form, "by_rules": told}
    return Template("citizen/person.html", context=context, status_code=status)
