"""The page of one case: the task list of a draft, what to correct, and afterwards where it stands and what comes next."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from identity import queries as identity
from identity.actor import Actor
from licensing import queries as licensing
from portal.citizen import branches, modes, tasks, telling
from portal.citizen.case import ApplicationSeen, BundleCase, Case, open_case
from portal.citizen.history import Event, history
from portal.citizen.versions import newer_version
from portal.guards import citizen
from portal.language import gettext as _
from portal.language import pick
from portal.resources import Resources
from services.applications import queries
from services.applications.afterwards import queries as afterwards
from services.applications.commands import timing
from services.applications.commands.closing import result_ready
from services.applications.leftovers import left_in
from services.applications.rules import APPLICANTS_DEEDS, OPEN, Deed, Delivery, State, open_deeds
from services.catalogue import rows, rules
from services.workflow import calendar
from services.workflow import queries as clocks
from services.workflow.rules import due
from storage.database import Session


class FollowingPages(Controller):
    path = "/applications"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/{number:str}", name="following:case")
    async def case(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
    ) -> Template:
        case = await open_case(session, actor, number, now)
        if case.changeable:
            return await _task_list(session, case)
        if isinstance(case, BundleCase):
            return branches.overview(case, public_url=resources.settings.public_url)
        return await _progress(session, actor, case)


async def _task_list(session: Session, case: Case) -> Template:
    problems = tasks.problems(case)
    context: dict[str, Any] = {
        "case": case,
        "sections": tasks.sections(case),
        "materials": tasks.material_tasks(case),
        "problems": problems,
        "gathered": [one for one in case.registers if str(one.outcome) == "hit"],
        "away": list(
            dict.fromkeys(
                telling.register(one.resource)
                for one in case.registers
                if str(one.outcome) in {"failed", "waiting"}
            )
        ),
        "notice": await _notice(session, case) if case.is_correcting else None,
        "newer": await newer_version(session, case),
        "left": _left(case),
        "papers": await papers(session, case),
        "judged": rules.eligibility(case.definition, case.facts, today=case.today) if case.is_draft else [],
    }
    return Template("citizen/tasks.html", context=context)


def _left(case: Case) -> list[str]:
    """What was typed for an earlier version and has no place in this one, as it was typed."""
    texts = left_in(case.application.answers).values()
    return [one for text in texts for one in ([text] if isinstance(text, str) else text) if one]


async def _notice(session: Session, case: Case) -> dict[str, Any]:
    """The correction notice: who asked, when, and every defect with its place."""
    told = await queries.corrections_of(session, await queries.by_number(session, case.number))
    latest = told[-1]
    return {
        "by": latest.requested_by_name,
        "at": latest.requested_at,
        "defects": [_defect(case, one["target"], one["note"]) for one in latest.defects],
    }


def _defect(case: Case, target: str, note: str) -> dict[str, str]:
    kind, _sep, key = target.partition(":")
    if kind == "material":
        material = case.definition.material(key)
        name = pick(material.name) if material else key
        return {"name": name, "note": note, "href": tasks.material_address(case, key)}
    row = rows.in_row(key)
    question = case.definition.form.question(row[0] if row else key)
    page = next(page for page in case.definition.form.pages() if question in page.questions)
    if question and row:
        address = f"{tasks.page_address(case, page.key)}/{row[0]}/{row[1]}"
        return {"name": tasks.row_title(question, row[1]), "note": note, "href": address}
    name = pick(question.label) if question else key
    return {"name": name, "note": note, "href": f"{tasks.page_address(case, page.key)}#{key}"}


async def _progress(session: Session, actor: Actor, case: Case) -> Template:
    application = case.application
    licence = await licensing.of_application(session, case.number)
    department = await identity.department(session, case.definition.department.code)
    context: dict[str, Any] = {
        "case": case,
        "state": telling.state(application.state),
        "sentence": await _sentence(session, case),
        "light": light(application, case.today),
        "dates": await dates(session, case),
        "events": await history(session, actor, case.number, _steps(case)) + ahead(case),
        "department": department.name,
        "papers": await papers(session, case),
        "licence": licence,
        **await modes.beside(session, actor, case),
        "to_follow": await _to_follow(session, application, case.number),
        "rating": await queries.rating_of(session, await queries.get(session, actor, case.number)),
        "may_withdraw": Deed.WITHDRAW in open_deeds(application.state) & APPLICANTS_DEEDS,
        "may_rate": application.state in {State.DELIVERED, State.NOT_ACCEPTED},
    }
    return Template("citizen/case.html", context=context)


def _steps(case: Case) -> dict[str, str]:
    return {step.key: pick(step.name) for step in case.definition.steps}


async def _sentence(session: Session, case: Case) -> str:
    """Where it stands, in a sentence; what waits at the counter says so."""
    application = case.application
    fetched = application.state in {State.GRANTED, State.REFUSED} and application.delivery is Delivery.COUNTER
    if fetched and await result_ready(session, await queries.by_number(session, case.number)):
        return _("结果已经做好，请带身份证件到政务服务窗口领取，报办件编号或者查询码。")
    return telling.said(telling.STATE_SENTENCES, application.state)


async def _to_follow(session: Session, application: ApplicationSeen, number: str) -> list[str]:
    """What was promised to follow and has not come, while it still can."""
    if Deed.FOLLOW_UP not in open_deeds(application.state):
        return []
    promised = await afterwards.outstanding(session, await queries.by_number(session, number))
    return [one.code for one in promised]


def light(application: ApplicationSeen, today: date) -> str | None:
    """The light of the running limit; nothing when no limit runs any more."""
    if application.state in {State.CORRECTING, State.SUSPENDED}:
        return "paused"
    if application.state not in OPEN or application.due_on is None:
        return None
    if today > application.due_on:
        return "red"
    return "yellow" if application.yellow_on and today >= application.yellow_on else "green"


async def dates(session: Session, case: Case) -> dict[str, Any]:
    """The last day that was promised for the running limit and, for the decision, the one the law sets."""
    application = case.application
    found: dict[str, Any] = {"promised": application.due_on, "legal": None, "days": application.limit_days}
    kind, limit, _basis = timing.decision_limit(case.definition)
    decision = next((one for one in await clocks.clocks_of(session, case.number) if one.kind is kind), None)
    if decision is not None and application.state in {State.ACCEPTED, State.SUSPENDED}:
        value = await clocks.value_of(session, decision)
        extra = value.limit_days - limit
        statutory = replace(value, limit_days=timing.legal_days(case.definition) + max(extra, 0))
        found["legal"] = due(statutory, await calendar.load(session)).on
    elif application.state is State.SUBMITTED:
        found["legal"] = application.due_on
    return found


async def papers(session: Session, case: Case) -> list[dict[str, Any]]:
    """The receipts, notices and decisions of the case; `ready` once they are sealed. A bundle's draft has none."""
    if isinstance(case, BundleCase):
        return []
    application = await queries.by_number(session, case.number)
    return [
        {
            "kind": one.kind,
            "name": telling.said(telling.PAPERS, one.kind),
            "number": one.number,
            "at": one.printed_at or one.requested_at,
            "ready": one.digest is not None,
            "href": f"/applications/{case.number}/documents/{one.id}",
        }
        for one in await queries.documents_of(session, application)
    ]


def ahead(case: Case) -> list[Event]:
    """What is still to come, after what has happened."""
    state = case.application.state
    if state is State.SUBMITTED:
        return [_next(_("决定是否受理")), _next(_("作出决定")), _next(_("送达结果"))]
    if state in {State.ACCEPTED, State.SUSPENDED}:
        steps = [step.key for step in case.definition.steps]
        here = steps.index(case.application.step) if case.application.step in steps else len(steps)
        names = [pick(step.name) for step in case.definition.steps[here:]]
        return [_next(name, "next" if place else "now") for place, name in enumerate(names)] + [
            _next(_("送达结果"))
        ]
    return [_next(_("送达结果"))] if state in {State.GRANTED, State.REFUSED} else []


def _next(title: str, state: str = "next") -> Event:
    return {"title": title, "state": state}
