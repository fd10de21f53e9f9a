"""The applicant hands in, once: everything is there, or a list of what is not."""

import hashlib
from datetime import date, datetime

from identity.actor import Actor
from identity.mandates.rules import require_power
from licensing.sheets import chinese_date
from services.applications import queries
from services.applications.arriving.queries import require_arrived
from services.applications.bundling.queries import require_alone
from services.applications.commands import papers, timing
from services.applications.commands.recording import record
from services.applications.elsewhere import queries as elsewhere
from services.applications.errors import (
    AnswersWrong,
    ApplicationNotFound,
    Incomplete,
    Missing,
    StepNotOpen,
)
from services.applications.instant import recording as instant
from services.applications.leftovers import without_left
from services.applications.models import Application, CaseMaterial, Fact, Supply
from services.applications.planning import named
from services.applications.rules import Channel, Deed, Delivery, State, next_state
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
    by_a_person: bool = False,
) -> Application:
    """Hand the case in. `by_a_person`: where its item may be decided by rules, a person decides all the same. The same `key` again gives the same case and does nothing: pressed twice, done once.

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
    definition = await require_complete(session, application, at)
    # Only what was begun at a counter can have been received at another authority's.
    place = await elsewhere.told(session, application) if application.channel is Channel.WINDOW else None
    received = await hand_over(
        session,
        actor,
        application,
        definition,
        key=key,
        delivery=delivery,
        by_a_person=by_a_person,
        at=at,
        **({"received_at": place["received_at"]} if place else {}),
    )
    later = {"received_on": chinese_date(received.isoformat())} if received > local_day(at) else {}
    told = {**(place or {}), **later}
    await papers.request(session, application, papers.RECEIPT, at=at, told=told or None)
    return application


async def hand_over(
    session: Session,
    actor: Actor | None,
    application: Application,
    definition: ItemDefinition,
    *,
    key: str,
    delivery: Delivery,
    at: datetime,
    by_a_person: bool = False,
    **details: str,
) -> date:
    """A complete draft, which the caller holds locked, becomes a case; without an actor the portal itself does it.

    The day on which it counts as received.
    """
    submitted = next_state(application.state, Deed.SUBMIT)
    received = await timing.start_intake(session, application, definition, at=at)
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
        **({"received": str(received)} if received > local_day(at) else {}),
        **details,
    )
    await instant.begin(session, application, definition, by_a_person=by_a_person, at=at)
    return received


async def correct(session: Session, actor: Actor, number: str, *, key: str, at: datetime) -> Application:
    """Hand the corrected case in again; the intake limit starts anew that day (行政许可法 32 (5))."""
    application = await _own(session, actor, number)
    if application.state is not State.CORRECTING:
        if application.submission_key == key and application.corrections:
            return application
        raise StepNotOpen(application.state, Deed.CORRECT)
    await require_arrived(session, number, at=at)
    definition = await require_complete(session, application, at)
    correction = await queries.open_correction(session, application)
    if correction is not None:
        correction.answered_at = at
    application.state = next_state(application.state, Deed.CORRECT)
    application.submission_key = key
    application.updated_at = at
    await timing.start_intake(session, application, definition, at=at)
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


async def require_complete(session: Session, application: Application, at: datetime) -> ItemDefinition:
    """The case's item. Raises AnswersWrong, else Incomplete with everything that is missing."""
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
    return item.definition


async def still_missing(
    session: Session, application: Application, definition: ItemDefinition, *, at: datetime
) -> list[str]:
    """Codes of the required materials that nothing meets yet, as the record of an acceptance says them."""
    materials = await queries.materials_of(session, application)
    if all(one.supply in MET for one in materials if one.required):
        return []
    facts = facts_by_name(await queries.facts_of(session, application))
    checked = answers.check(
        definition.form, application.answers, today=local_day(at), complete=False, facts=facts
    )
    known = facts | checked.values
    return [one.key for one in missing_materials(definition, materials, known, at)]


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
