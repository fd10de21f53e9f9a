"""The decision: grant or refuse, by somebody who did not receive the case (接办分离), with the papers that follow."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from identity import queries as identity
from identity.actor import Actor, Party, PartyKind
from licensing import commands as licensing
from licensing.tasks import ISSUE
from services.applications import queries
from services.applications.afterwards import recording as afterwards
from services.applications.charging import queries as charging
from services.applications.commands import papers, timing
from services.applications.commands.receiving import say, take
from services.applications.commands.recording import PORTAL, clear_desk, record
from services.applications.commands.reviewing import current_step
from services.applications.commands.submitting import facts_by_name
from services.applications.errors import StepsNotDone
from services.applications.hearing import queries as hearings
from services.applications.hearing.rules import require_over
from services.applications.models import Application
from services.applications.rules import (
    Deed,
    Outcome,
    next_state,
    require_reason,
    require_separation,
)
from services.catalogue import answers, showing
from services.catalogue import queries as catalogue
from services.catalogue.codes import ResultKind, StepKind
from services.catalogue.definition import ItemDefinition
from services.workflow.rules import local_day
from storage import queue
from storage.database import Session


async def grant(
    session: Session, actor: Actor, number: str, *, opinion: str = "", at: datetime
) -> Application:
    """准予. Where the result is a licence, the intent to issue it is written in this same transaction.

    What was committed to in place of proof is put down for verification (告知承诺).
    Raises StepsNotDone, AcceptorMayNotDecide, HearingOpen, MaterialsOutstanding (容缺后补), NotYourDeed, StepNotOpen,
    ClaimedBySomebody.
    """
    application, definition = await _decidable(session, actor, number, Deed.GRANT, at)
    await afterwards.require_followed(session, application)
    _decide(session, actor, application, Deed.GRANT, Outcome.GRANTED, opinion, at)
    await give(session, actor, application, definition, recorded="application granted", at=at)
    return application


async def give(
    session: Session,
    actor: Actor | None,
    application: Application,
    definition: ItemDefinition,
    *,
    recorded: str,
    at: datetime,
    told: Mapping[str, str] | None = None,
    **details: object,
) -> None:
    """What follows from a grant, whoever decided; without an actor the item's published rules did (秒批)."""
    await timing.decide(session, application, at=at)
    await papers.request(session, application, papers.GRANT, at=at, told=told)
    owed = await charging.owed(session, application, definition, at=at)
    await record(session, actor, application, recorded, at=at, on_time=application.on_time, **owed, **details)
    if definition.result.kind is ResultKind.LICENCE:
        await _intend_licence(session, actor, application, definition, at)
    await afterwards.ask_for_checks(session, application, at=at)
    clear_desk(application)


async def refuse(session: Session, actor: Actor, number: str, *, reason: str, at: datetime) -> Application:
    """不予, with the reasons and the remedies (行政许可法 38). Raises ReasonMissing and what `grant` raises."""
    reason = require_reason(Deed.REFUSE, reason)
    application, _ = await _decidable(session, actor, number, Deed.REFUSE, at)
    application.reason = reason
    _decide(session, actor, application, Deed.REFUSE, Outcome.REFUSED, reason, at)
    await timing.decide(session, application, at=at)
    await papers.request(session, application, papers.REFUSAL, at=at)
    on_time = application.on_time
    await record(session, actor, application, "application refused", at=at, on_time=on_time, reasoned=True)
    clear_desk(application)
    return application


async def _decidable(
    session: Session, actor: Actor, number: str, deed: Deed, at: datetime
) -> tuple[Application, ItemDefinition]:
    application = await take(session, actor, number, deed)
    require_separation(number, str(actor.person_id), application.received_by)
    require_over(number, await hearings.days_of(session, application), local_day(at))
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    step = current_step(item.definition, application)
    if step.kind is not StepKind.DECIDE:
        raise StepsNotDone(step.key)
    return application, item.definition


def _decide(
    session: Session,
    actor: Actor,
    application: Application,
    deed: Deed,
    outcome: Outcome,
    text: str,
    at: datetime,
) -> None:
    say(session, actor, application, application.step or "", deed, text, at)
    application.state = next_state(application.state, deed)
    application.outcome = outcome
    application.decided_by, application.decided_at = actor.person_id, at
    application.step = None
    application.updated_at = at


async def _intend_licence(
    session: Session, actor: Actor | None, application: Application, definition: ItemDefinition, at: datetime
) -> None:
    known = await _known(session, application, definition, at)
    licence = await licensing.intend(
        session,
        type_code=definition.result.licence_type or "",
        application_number=application.number,
        holder=Party(application.applicant_kind, application.applicant_id, application.applicant_name),
        issuer_department=application.department_code,
        fields=result_fields(definition.result.fields, known),
        at=at,
        actor=str(actor.person_id) if actor else PORTAL,
    )
    await queue.enqueue(session, ISSUE, licence_id=str(licence.id), lock=application.number)
    await record(session, actor, application, "licence intended", at=at, type=definition.result.licence_type)


async def _known(
    session: Session, application: Application, definition: ItemDefinition, at: datetime
) -> dict[str, Any]:
    """Everything a licence can be filled from: facts, answers in words, the applicant's number, pictures handed in."""
    known = facts_by_name(await queries.facts_of(session, application))
    values = answers.check(
        definition.form, application.answers, today=local_day(at), complete=False, facts=known
    ).values
    known |= showing.for_result(definition.form, values)
    known["applicant:name"] = application.applicant_name
    known["applicant:code"] = await _code(session, application)
    for file in await queries.files_of(session, application):
        known[f"material:{file.material_code}"] = file.digest
    return known


async def _code(session: Session, application: Application) -> str:
    if application.applicant_kind is PartyKind.PERSON:
        return (await identity.profile(session, application.applicant_id)).id_number
    return (await identity.organisation_by_id(session, application.applicant_id)).credit_code


def result_fields(wanted: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, Any]:
    """The licence's fields from the answers, facts and pictures the item names for them; absent ones are left out."""
    return {field: known[source] for field, source in wanted.items() if known.get(source) not in (None, "")}
