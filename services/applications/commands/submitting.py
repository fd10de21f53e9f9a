"""The applicant hands in, once: everything is there, or a list of what is not."""

import hashlib
from datetime import datetime

from identity.actor import Actor
from identity.mandates.rules import require_power
from services.applications import queries
from services.applications.arriving.queries import require_arrived
from services.applications.bundling.queries import require_alone
from services.applications.commands import papers, timing
from services.applications.commands.recording import record
from services.applications.errors import (
    AnswersWrong,
    ApplicationNotFound,
    Incomplete,
    Missing,
    StepNotOpen,
)
from services.applications.leftovers import without_left
from services.applications.models import Application, CaseMaterial, Fact, Supply
from services.applications.planning import named
from services.applications.rules import Deed, Delivery, State, next_state
from services.catalogue import answers
from services.catalogue import queries as catalogue
from services.catalogue.conditions import holds
from services.catalogue.definition import ItemDefinition
from services.workflow.rules import local_day
from storage.database import Session
from storage.ledger import canonical

MET = frozenset({Supply.OBTAINED, Supply.HANDED_IN, Supply.COMMITTED})


async def submit(
    session: Session,
    actor: Actor,
    number: str,
    *,
    key: str,
    at: datetime,
    delivery: Delivery = Delivery.ELECTRONIC,
) -> Application:
    """Hand the case in. The same `key` again gives the same case and does nothing: pressed twice, done once.

    Raises AnswersWrong, Incomplete (with everything that is missing), StepNotOpen, PowerMissing,
    catalogue.ItemWithdrawn or ItemSuspended when nobody may apply for the item any more or now (the draft stays).
    """
    application = await _own(session, actor, number)
    if application.state is not State.DRAFT:
        if application.submission_key == key and application.submitted_at:
            return application
        raise StepNotOpen(application.state, Deed.SUBMIT)
    await require_alone(session, application)
    await catalogue.require_open(session, application.item_code)
    await require_arrived(session, number, at=at)
    await require_complete(session, application, at)
    await hand_over(session, actor, application, key=key, delivery=delivery, at=at)
    await papers.request(session, application, papers.RECEIPT, at=at)
    return application


async def hand_over(
    session: Session,
    actor: Actor | None,
    application: Application,
    *,
    key: str,
    delivery: Delivery,
    at: datetime,
    **details: str,
) -> None:
    """A complete draft, which the caller holds locked, becomes a case; without an actor the portal itself does it."""
    submitted = next_state(application.state, Deed.SUBMIT)
    await timing.start_intake(session, application, at=at)
    application.state = submitted
    application.answers = without_left(application.answers)
    application.submission_key = key
    application.delivery = delivery
    application.submitted_at = application.updated_at = at
    await record(
        session,
        actor,
        application,
        "application submitted",
        at=at,
        answers=digest(application),
        due=str(application.due_on),
        **details,
    )


async def correct(session: Session, actor: Actor, number: str, *, key: str, at: datetime) -> Application:
    """Hand the corrected case in again; the intake limit starts anew that day (行政许可法 32 (5))."""
    application = await _own(session, actor, number)
    if application.state is not State.CORRECTING:
        if application.submission_key == key and application.corrections:
            return application
        raise StepNotOpen(application.state, Deed.CORRECT)
    await require_arrived(session, number, at=at)
    await require_complete(session, application, at)
    correction = await queries.open_correction(session, application)
    if correction is not None:
        correction.answered_at = at
    application.state = next_state(application.state, Deed.CORRECT)
    application.submission_key = key
    application.updated_at = at
    await timing.start_intake(session, application, at=at)
    await record(session, actor, application, "application corrected", at=at, answers=digest(application))
    return application


def digest(application: Application) -> str:
    """SHA-256 of the answers as handed in: the ledger proves them without holding them."""
    return hashlib.sha256(canonical(application.answers).encode()).hexdigest()


async def _own(session: Session, actor: Actor, number: str) -> Application:
    application = await queries.get(session, actor, number, lock=True)
    if application.applicant_id not in actor.parties | {actor.person_id}:
        raise ApplicationNotFound(number)
    require_power(actor, application.applicant_id, application.item_code)
    return application


async def require_complete(session: Session, application: Application, at: datetime) -> None:
    """Raises AnswersWrong, else Incomplete with everything that is missing."""
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    facts = facts_by_name(await queries.facts_of(session, application))
    today = local_day(at)
    checked = answers.check(
        item.definition.form, application.answers, today=today, complete=True, facts=facts
    )
    wrong = [mistake for mistake in checked.mistakes if mistake.code != "missing"]
    if wrong:
        raise AnswersWrong(wrong)
    missing = [Missing("question", mistake.key, "missing") for mistake in checked.mistakes]
    materials = await queries.materials_of(session, application)
    missing += missing_materials(item.definition, materials, facts | checked.values, at)
    if missing:
        raise Incomplete(missing)


def facts_by_name(facts: list[Fact]) -> dict[str, object]:
    """What the registers said, under the names conditions use."""
    found: dict[str, object] = {}
    for fact in facts:
        found |= named(fact.resource, fact.values)
    return found


def missing_materials(
    definition: ItemDefinition, materials: list[CaseMaterial], known: dict[str, object], at: datetime
) -> list[Missing]:
    """Required materials that this case needs and that nothing meets yet."""
    by_code = {material.code: material for material in materials}
    return [
        Missing("material", material.code, str(by_code[material.code].supply))
        for material in definition.materials
        if material.required
        and holds(material.ask_when, known, today=local_day(at))
        and by_code[material.code].supply not in MET
    ]
