"""Data runs so that people need not: what the registers and the licence library hold is fetched for a draft.

The hub is asked between two transactions, never inside one: the first commits the draft the hub's record will
name, the second writes what came back. Both the page that opened the draft and a worker may do it; each fact
is settled once. A register that does not answer leaves its material to the applicant, and is asked again.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from identity import queries as identity
from identity.actor import PartyKind
from identity.queries import Profile
from licensing import queries as licensing
from licensing import serving
from licensing.models import Licence
from services.applications import queries
from services.applications.commands.recording import record
from services.applications.facts.queries import declined
from services.applications.models import Application, CaseMaterial, Fact, Gathering, Supply
from services.applications.planning import Need, met_by, named, needs, prefill
from services.applications.rules import CHANGEABLE
from services.catalogue import queries as catalogue
from services.catalogue.codes import Necessity, Source, Subject
from services.catalogue.definition import ItemDefinition
from services.sharing.client import HubClient
from services.sharing.errors import AnswerForged, ExchangeError, ExchangeRefused, HubUnavailable
from services.sharing.messages import Subject as Person
from storage.database import Session, Sessions

ASKED_AT_MOST = 4
"""Then the register is a miss for this case: the applicant is not kept waiting for a department."""

SETTLED = frozenset({Gathering.HIT, Gathering.MISS, Gathering.MISMATCH, Gathering.REFUSED})


@dataclass(frozen=True, slots=True)
class Question:
    """One call to make: what is needed, about whom, for which case; `required`: a paper is asked for without it."""

    need: Need
    subject: Person
    number: str
    item: str
    name: str
    consumer: str
    applicant: str
    operator: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one call."""

    resource: str
    outcome: Gathering
    values: dict[str, Any]
    provider: str | None = None
    request: str | None = None


async def gather(sessions: Sessions, hub: HubClient, number: str, *, at: datetime) -> bool:
    """Fetch everything that is still open for the draft `number`; whether anything should be tried again later."""
    async with sessions() as session, session.begin():
        questions = await _questions(session, number)
    known = not questions or await _announce(hub, questions, at)
    found = (
        await asyncio.gather(*(_ask(hub, question, at) for question in questions))
        if known
        else [Found(question.need.resource, Gathering.FAILED, {}) for question in questions]
    )
    async with sessions() as session, session.begin():
        again = await _settle(session, number, found, at)
    await _tell_misses(hub, questions, found, at)
    return again


async def _questions(session: Session, number: str) -> list[Question]:
    application = await queries.by_number(session, number)
    if application.state not in CHANGEABLE:
        return []
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    facts = {fact.resource: fact for fact in await queries.facts_of(session, application)}
    open_needs = [need for need in needs(item.definition) if _open(facts.get(need.resource))]
    subjects = await _subjects(session, application) if open_needs else {}
    required = {one.resource for one in item.definition.materials if one.necessity is Necessity.REQUIRED}
    return [
        Question(
            need,
            subjects[need.subject],
            number,
            application.item_code,
            item.definition.name.zh,
            application.department_code,
            str(application.applicant_id),
            str(application.filed_by),
            required=need.resource in required,
        )
        for need in open_needs
        if need.subject in subjects
    ]


def _open(fact: Fact | None) -> bool:
    return fact is not None and fact.outcome not in SETTLED and fact.attempts < ASKED_AT_MOST


async def _subjects(session: Session, application: Application) -> dict[Subject, Person]:
    person = Person(id_number=(await identity.profile(session, _person_of(application))).id_number)
    if application.applicant_kind is PartyKind.PERSON:
        return {Subject.PERSON: person, Subject.APPLICANT: person}
    firm = await identity.organisation_by_id(session, application.applicant_id)
    return {Subject.PERSON: person, Subject.APPLICANT: Person(credit_code=firm.credit_code)}


def _person_of(application: Application) -> UUID:
    """Whose personal data the case draws on: the applicant's, whoever files it; for a firm the one who files."""
    of_person = application.applicant_kind is PartyKind.PERSON
    return application.applicant_id if of_person else application.filed_by


async def _announce(hub: HubClient, questions: Sequence[Question], at: datetime) -> bool:
    """Tell the hub whose case it is and about whom, without which it answers nothing; whether it was told."""
    first = questions[0]
    try:
        await hub.announce(
            case_number=first.number,
            item=first.item,
            consumer=first.consumer,
            applicant=first.applicant,
            subjects=list({question.subject.number: question.subject for question in questions}.values()),
            operators=sorted({question.operator for question in questions}),
            at=at,
        )
    except ExchangeError:
        return False
    return True


async def _ask(hub: HubClient, question: Question, at: datetime) -> Found:
    need = question.need
    try:
        answer = await hub.fetch(
            item=question.item,
            resource=need.resource,
            fields=need.fields,
            subject=question.subject,
            case_number=question.number,
            applicant=question.applicant,
            operator=question.operator,
            consumer=question.consumer,
            purpose=f"办理{question.name}",
            at=at,
        )
    except ExchangeRefused:
        return Found(need.resource, Gathering.REFUSED, {})
    except (HubUnavailable, AnswerForged):
        return Found(need.resource, Gathering.FAILED, {})
    return Found(
        need.resource, Gathering(answer.outcome), dict(answer.values), answer.provider, answer.request
    )


async def _tell_misses(
    hub: HubClient, questions: Sequence[Question], found: Sequence[Found], at: datetime
) -> None:
    """A register that does not hold whom it should is told so (校核); a hub that is away need not know."""
    for question, one in zip(questions, found, strict=True):
        if one.outcome is not Gathering.MISS or not one.request or not question.required:
            continue
        content = {"kind": "miss", "use": one.request}
        with suppress(HubUnavailable, ExchangeRefused, AnswerForged):
            await hub.steward(
                "raise-ticket",
                consumer=question.consumer,
                operator=question.operator,
                at=at,
                content=content,
            )


async def _settle(session: Session, number: str, found: Sequence[Found], at: datetime) -> bool:
    """Write what came back; a draft handed in or thrown away meanwhile, or a fact settled before, stays as it is."""
    application = await queries.by_number(session, number, lock=True)
    if application.state not in CHANGEABLE:
        return False
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    facts = {fact.resource: fact for fact in await queries.facts_of(session, application)}
    news = [(facts[one.resource], one) for one in found if _open(facts.get(one.resource))]
    for fact, one in news:
        _write(fact, one, at)
    spurned = await declined(session, application)
    facts_used = {name: fact for name, fact in facts.items() if name not in spurned}
    held = await _held_licences(session, application, item.definition, at)
    materials = await queries.materials_of(session, application)
    for material in materials:
        used = _supply(material, item.definition, facts_used, held, at)
        if used is not None:
            await _record_use(session, application, item.definition, used, at)
    profile = await identity.profile(session, _person_of(application))
    _fill(application, item.definition, facts_used, _own_words(profile), at)
    if news:
        outcomes = {one.resource: str(one.outcome) for _, one in news}
        requests = {one.resource: one.request for _, one in news if one.request}
        await record(
            session, None, application, "facts gathered", at=at, outcomes=outcomes, requests=requests
        )
    return any(_open(fact) for fact in facts.values())


def _write(fact: Fact, one: Found, at: datetime) -> None:
    fact.attempts += 1
    fact.outcome = one.outcome
    fact.values, fact.provider, fact.request, fact.at = one.values, one.provider, one.request, at


async def _held_licences(
    session: Session, application: Application, definition: ItemDefinition, at: datetime
) -> dict[str, Licence]:
    """免证办: `{licence type: licence}` of valid licences the applicant, or who files for a firm, holds."""
    wanted = {
        one.licence_type for one in definition.materials if one.source is Source.LICENCE and one.licence_type
    }
    holders: set[UUID] = {application.applicant_id, _person_of(application)}
    held = await licensing.held(session, holders, wanted, at=at) if wanted else []
    return {licence.type_code: licence for licence in held}


async def _record_use(
    session: Session, application: Application, definition: ItemDefinition, licence: Licence, at: datetime
) -> None:
    """The holder reads in the licence's record for which case it stood in for a paper."""
    await serving.use_as_material(
        session,
        licence,
        application_number=application.number,
        purpose=f"办理{definition.name.zh}",
        actor=str(application.filed_by),
        at=at,
    )


def _supply(
    material: CaseMaterial,
    definition: ItemDefinition,
    facts: dict[str, Fact],
    held: dict[str, Licence],
    at: datetime,
) -> Licence | None:
    """Decide how one waiting material is met; what the applicant handed in meanwhile is never taken away.

    The licence that stands in for it, if one does.
    """
    wanted = definition.material(material.code)
    if wanted is None or material.supply not in {Supply.WAITING, Supply.NEEDED}:
        return None
    licence = held.get(wanted.licence_type or "")
    if licence is not None:
        material.supply, material.changed_at = Supply.OBTAINED, at
        material.origin = {"licence": licence.identifier}
        return licence
    fact = facts.get(wanted.resource or "")
    if fact is None:
        material.supply = Supply.NEEDED
    elif fact.outcome is Gathering.HIT and met_by(wanted, fact.resource, fact.values):
        material.supply, material.changed_at = Supply.OBTAINED, at
        material.origin = {"register": fact.resource, "provider": fact.provider, "request": fact.request}
    elif fact.attempts:
        material.supply = Supply.NEEDED
    return None


def _own_words(profile: Profile) -> dict[str, Any]:
    """What the person told the portal before, under the names forms use."""
    return {
        "profile:name": profile.name,
        "profile:id_number": profile.id_number,
        "profile:phone": profile.phone,
        "profile:email": profile.email,
    }


def _fill(
    application: Application,
    definition: ItemDefinition,
    facts: dict[str, Fact],
    own: dict[str, Any],
    at: datetime,
) -> None:
    """Prefill what was not answered by hand, and remember from which register each answer came."""
    known = dict(own)
    for fact in facts.values():
        if fact.outcome is Gathering.HIT:
            known |= named(fact.resource, fact.values)
    typed, origins = dict(application.answers), dict(application.origins)
    for key, (texts, name) in prefill(definition, known).items():
        if not any(part in typed for part in texts):
            typed |= texts
            origins[key] = _origin(name, facts, at)
    if typed != application.answers:
        application.answers, application.origins = typed, origins
        application.revision += 1
        application.updated_at = at


def _origin(name: str, facts: dict[str, Fact], at: datetime) -> dict[str, Any]:
    """Where a prefilled answer came from: the register, its provider and the hub's request; or the profile."""
    fact = facts.get(name.removeprefix("hub:").partition(".")[0])
    if fact is None:
        return {"fact": name, "at": at.isoformat()}
    return {"fact": name, "provider": fact.provider, "request": fact.request, "at": at.isoformat()}
