"""From the rows of a case to what the API tells of it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol, TypeAlias

from identity.actor import Actor
from licensing import queries as licensing
from portal.api.case_schemas import (
    ApplicationLine,
    ApplicationSeen,
    ChargesSeen,
    CorrectionSeen,
    DocumentSeen,
    Draft,
    EventSeen,
    FileSeen,
    FormSeen,
    MaterialSeen,
    OpinionSeen,
    Origin,
    PaymentSeen,
    RatingSeen,
    RuleSeen,
    RulingSeen,
)
from portal.api.schemas import told
from portal.api.standing import plain_number
from services.applications import queries
from services.applications.charging import queries as charging
from services.applications.commands.submitting import facts_by_name, missing_materials
from services.applications.errors import Missing
from services.applications.instant import queries as instant
from services.applications.instant.rules import Course, asked_until
from services.applications.rules import State
from services.catalogue import answers, showing
from services.catalogue import queries as catalogue
from services.catalogue.answers import JSON, Checked
from services.catalogue.conditions import holds
from services.catalogue.definition import ItemDefinition
from services.catalogue.readers import Value
from services.catalogue.schema import json_schema
from services.oversight import records
from services.oversight.rules import WATCHED, light
from services.workflow.rules import local_day
from storage.database import Session

Case: TypeAlias = Any
"""A row of the case table, as `services.applications.queries` gives it: doors do not name tables."""


class Running(Protocol):
    """What a case's light depends on."""

    state: State
    due_on: date | None
    yellow_on: date | None


def line(application: Running, at: datetime) -> ApplicationLine:
    """One case in a list."""
    return told(ApplicationLine, application, light=shown_light(application, at))


def shown_light(application: Running, at: datetime) -> str | None:
    """The light of a case handed in and not delivered; none otherwise."""
    if application.state not in WATCHED:
        return None
    return str(light(application.state, application.due_on, application.yellow_on, local_day(at)))


async def draft(session: Session, actor: Actor, number: str, *, at: datetime) -> Draft:
    """The case as the one who fills it in needs it. Raises ApplicationNotFound."""
    application = await queries.get(session, actor, plain_number(number))
    definition = await _definition(session, application.item_code, application.item_version)
    facts = facts_by_name(await queries.facts_of(session, application))
    checked = answers.check(
        definition.form, application.answers, today=local_day(at), complete=True, facts=facts
    )
    known = facts | checked.values
    materials = await queries.materials_of(session, application)
    missing = [Missing("question", one.key, "missing") for one in checked.mistakes if one.code == "missing"]
    return told(
        Draft,
        application,
        form=form_seen(definition, checked, application.origins),
        materials=materials_seen(
            definition, materials, await queries.files_of(session, application), known, local_day(at)
        ),
        missing=missing + missing_materials(definition, materials, known, at),
    )


def form_seen(definition: ItemDefinition, checked: Checked, origins: Mapping[str, Any]) -> FormSeen:
    """The form with the answers there are, where they came from, and what is wrong with them."""
    return FormSeen(
        schema=json_schema(definition.form, title=definition.name.zh),
        answers=dict(answers.plain(checked.values)),
        origins={key: told(Origin, _Members(value)) for key, value in origins.items()},
        mistakes=[one for one in checked.mistakes if one.code != "missing"],
    )


async def whole(session: Session, actor: Actor, number: str, *, at: datetime) -> ApplicationSeen:
    """The case as its applicant, or an officer or supervisor, may see it. Raises ApplicationNotFound."""
    return await seen(session, actor, await queries.get(session, actor, plain_number(number)), at=at)


async def seen(session: Session, actor: Actor, application: Case, *, at: datetime) -> ApplicationSeen:
    """The same of a case just read as this actor may see it. What its state excludes is not looked for."""
    definition = await _definition(session, application.item_code, application.item_version)
    facts = facts_by_name(await queries.facts_of(session, application))
    today = local_day(at)
    values = answers.check(
        definition.form, application.answers, today=today, complete=False, facts=facts
    ).values
    files = await queries.files_of(session, application)
    materials = await queries.materials_of(session, application)
    rating = await queries.rating_of(session, application) if application.closed_at else None
    staff, number = actor.is_staff, application.number
    return told(
        ApplicationSeen,
        application,
        light=shown_light(application, at),
        answers=_masked(definition, values) if staff else dict(answers.plain(values)),
        materials=materials_seen(definition, materials, files, facts | values, today),
        corrections=await _corrections(session, application),
        documents=await _documents(session, application),
        timeline=await timeline(session, number, staff=staff),
        licence=await _licence(session, number) if application.decided_at else None,
        query_code=None if staff else application.query_code,
        rating=told(RatingSeen, rating) if rating else None,
        claimed_by_name=application.claimed_by_name if staff else None,
        opinions=await _opinions(session, application) if staff else None,
        ruling=await _ruling(session, application) if definition.instant else None,
        charges=await _charges(session, application, definition, today),
    )


async def timeline(session: Session, number: str, *, staff: bool) -> list[EventSeen]:
    """The case's ledger entries. With which details is for officers; who did them too, but both names of a mandate."""
    return [_event(event, staff) for event in await records.timeline(session, number)]


def _event(event: records.Event, staff: bool) -> EventSeen:
    principal = event.details.get("for")
    if staff:
        return told(EventSeen, event, on_behalf_of=principal)
    return told(EventSeen, event, by=event.by if principal else None, on_behalf_of=principal, details=None)


async def _charges(
    session: Session, application: Case, definition: ItemDefinition, today: date
) -> ChargesSeen | None:
    found = await charging.charged(session, application, definition, today=today)
    if found is None:
        return None
    return told(
        ChargesSeen,
        found,
        payments=[told(PaymentSeen, one) for one in found.payments],
        waived=found.waiver.ground if found.waiver else None,
    )


async def _definition(session: Session, code: str, version: int) -> ItemDefinition:
    return (await catalogue.get_version(session, code, version)).definition


async def _corrections(session: Session, application: Case) -> list[CorrectionSeen]:
    if not application.corrections:
        return []
    return [told(CorrectionSeen, one) for one in await queries.corrections_of(session, application)]


async def _documents(session: Session, application: Case) -> list[DocumentSeen]:
    return [
        told(DocumentSeen, document, ready=document.digest is not None)
        for document in await queries.documents_of(session, application)
    ]


async def _opinions(session: Session, application: Case) -> list[OpinionSeen]:
    return [told(OpinionSeen, one) for one in await queries.opinions_of(session, application)]


async def _ruling(session: Session, application: Case) -> RulingSeen | None:
    ruling = await instant.ruling_of(session, application)
    if ruling is None:
        return None
    decided = ruling.course is Course.GRANTED and application.decided_at
    return told(
        RulingSeen,
        ruling,
        item_version=application.item_version,
        rules=ruling.rules_digest,
        inputs=ruling.inputs_digest,
        found=[RuleSeen(**one) for one in ruling.found],
        person_until=asked_until(local_day(application.decided_at)) if decided else None,
    )


async def _licence(session: Session, number: str) -> str | None:
    licence = await licensing.of_application(session, number)
    return licence.identifier if licence and licence.issued_at else None


def _masked(definition: ItemDefinition, values: Mapping[str, Value]) -> dict[str, JSON]:
    """Natural JSON, but a sensitive answer as strangers may see it."""
    plain = dict(answers.plain(values))
    for question in definition.form.questions():
        if question.sensitive and question.key in values:
            plain[question.key] = showing.masked_plain(question, values[question.key])
    return plain


class _Members:
    """A row's JSON column, read by attribute as rows are."""

    def __init__(self, members: Mapping[str, Any] | None) -> None:
        self.__dict__.update(members or {})


class Met(Protocol):
    """How one material of a case is met."""

    code: str
    origin: dict[str, Any] | None

    @property
    def supply(self) -> str: ...


class Uploaded(Protocol):
    material_code: str


def materials_seen(
    definition: ItemDefinition,
    met: Sequence[Met],
    files: Sequence[Uploaded],
    known: Mapping[str, object],
    today: date,
) -> list[MaterialSeen]:
    supplies = {one.code: one for one in met}
    return [
        told(
            MaterialSeen,
            material,
            supply=str(supplies[material.code].supply),
            asked=holds(material.ask_when, known, today=today),
            origin=_origin(supplies[material.code].origin),
            files=[told(FileSeen, file) for file in files if file.material_code == material.code],
        )
        for material in definition.materials
        if material.code in supplies
    ]


def _origin(origin: dict[str, Any] | None) -> Origin | None:
    return told(Origin, _Members(origin)) if origin else None
