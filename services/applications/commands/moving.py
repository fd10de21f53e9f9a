"""A draft goes on in a newer version of its item: everything typed and handed in goes along, nothing is lost.

What the new form has no place for is kept beside the answers under `left:` until the case is handed in, and comes
back by itself should a later version ask for it again.
"""

from collections.abc import Mapping
from datetime import datetime

from identity.actor import Actor
from services.applications import queries
from services.applications.bundling.queries import require_alone
from services.applications.commands.recording import record
from services.applications.commands.starting import FIRST_RETRY, GATHER
from services.applications.commands.submitting import facts_by_name
from services.applications.errors import ApplicationNotFound, ChangedMeanwhile, NotInDraft
from services.applications.leftovers import left_in, put_aside, without_left
from services.applications.models import Application, CaseMaterial, Fact, Gathering, Supply
from services.applications.planning import needs
from services.applications.rules import State
from services.catalogue import queries as catalogue
from services.catalogue import rows
from services.catalogue.codes import Source
from services.catalogue.comparing import Carried, carried
from services.catalogue.definition import ItemDefinition, Material
from services.catalogue.queries import Item
from services.workflow.rules import local_day
from storage import queue
from storage.database import Session

MOVED = "draft moved to version"
Typed = Mapping[str, str | list[str]]


def preview(
    answers: Typed, facts: Mapping[str, object], old: ItemDefinition, new: ItemDefinition, at: datetime
) -> Carried:
    """What moving these answers from one version to the other would mean."""
    typed = left_in(answers) | without_left(answers)
    both = carried(typed, old.form, new.form, today=local_day(at), facts=facts)
    back = {
        name: text
        for name, text in left_in(answers).items()
        if name not in both.typed and rows.asker(old.form, name) is None and rows.asker(new.form, name)
    }
    if not back:
        return both
    return Carried(both.typed | back, {k: v for k, v in both.left.items() if k not in back}, both.to_answer)


async def move_to_version(
    session: Session, actor: Actor, number: str, *, version: int, at: datetime
) -> Application:
    """Let a draft go on in the item's newest version, which must be the `version` that was looked at.

    Raises NotInDraft, ChangedMeanwhile when another version is the newest by now, and catalogue.ItemNotFound or
    ItemWithdrawn when there is none.
    """
    application = await queries.get(session, actor, number, lock=True)
    if application.applicant_id not in actor.parties | {actor.person_id}:
        raise ApplicationNotFound(number)
    if application.state is not State.DRAFT:
        raise NotInDraft(application.state)
    await require_alone(session, application)
    newest = await catalogue.get(session, application.item_code)
    if newest.version != version:
        raise ChangedMeanwhile(number)
    if newest.version == application.item_version:
        return application
    old = await catalogue.get_version(session, application.item_code, application.item_version)
    await _carry(session, application, old.definition, newest.definition, at)
    await record(
        session, actor, application, MOVED, at=at, before=application.item_version, version=newest.version
    )
    _rename(application, newest, at)
    await queue.enqueue(session, GATHER, at=at + FIRST_RETRY, number=application.number)
    return application


def _rename(application: Application, newest: Item, at: datetime) -> None:
    definition = newest.definition
    application.item_version = newest.version
    application.item_name = {"zh": definition.name.zh, "en": definition.name.en}
    application.department_code = definition.department.code
    application.revision += 1
    application.updated_at = at


async def _carry(
    session: Session, application: Application, old: ItemDefinition, new: ItemDefinition, at: datetime
) -> None:
    facts = await queries.facts_of(session, application)
    moved = preview(application.answers, facts_by_name(facts), old, new, at)
    application.answers = moved.typed | put_aside(moved.left)
    kept = {rows.owner(name) for name in moved.typed}
    application.origins = {key: origin for key, origin in application.origins.items() if key in kept}
    _ask_again(session, application, facts, new, at)
    present = {material.code: material for material in await queries.materials_of(session, application)}
    for material in new.materials:
        row = present.get(material.code)
        if row is None:
            session.add(_row(application, material, at))
        else:
            _refit(row, old.material(material.code), material, at)


def _ask_again(
    session: Session, application: Application, facts: list[Fact], new: ItemDefinition, at: datetime
) -> None:
    """Registers that the new version asks, or asks for more, are asked anew."""
    known = {fact.resource: fact for fact in facts}
    for need in needs(new):
        fact = known.get(need.resource)
        if fact is None:
            session.add(
                Fact(application_id=application.id, resource=need.resource, outcome=Gathering.WAITING, at=at)
            )
        elif fact.outcome is Gathering.HIT and not set(need.fields) <= set(fact.values):
            fact.outcome, fact.attempts, fact.at = Gathering.WAITING, 0, at


def _row(application: Application, material: Material, at: datetime) -> CaseMaterial:
    return CaseMaterial(
        application_id=application.id,
        code=material.code,
        supply=_first(material),
        required=material.required,
        changed_at=at,
    )


def _refit(row: CaseMaterial, old: Material | None, new: Material, at: datetime) -> None:
    """Files stay; a commitment to other words, and a register's answer to another question, have to come again."""
    row.required = new.required
    changed = old is None or (old.source, old.resource, old.fields, old.licence_type) != (
        new.source,
        new.resource,
        new.fields,
        new.licence_type,
    )
    resigned = row.supply is Supply.COMMITTED and (old is None or old.commitment != new.commitment)
    if resigned or (changed and row.supply in {Supply.OBTAINED, Supply.NEEDED, Supply.WAITING}):
        row.supply, row.origin, row.changed_at = _first(new), None, at


def _first(material: Material) -> Supply:
    return Supply.WAITING if material.source in {Source.HUB, Source.LICENCE} else Supply.NEEDED
