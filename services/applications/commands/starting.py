"""An applicant begins: a number, a draft pinned to the item's version, and the registers asked for what they hold."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from identity.actor import Actor, PartyKind
from identity.mandates import queries as mandates
from identity.mandates.rules import require_level, require_power
from services.applications.commands.recording import next_in_series, record
from services.applications.errors import WrongApplicant
from services.applications.models import Application, CaseMaterial, Fact, Gathering, Supply
from services.applications.planning import needs
from services.applications.rules import Channel
from services.catalogue import queries as catalogue
from services.catalogue.codes import ORGANISATIONS, Audience, Source
from services.catalogue.definition import ItemDefinition, Material
from services.catalogue.queries import Item
from services.workflow.rules import local_day
from storage import queue
from storage.database import Session

QUERY_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without I, O, 0 and 1: read from paper and typed by hand."""
QUERY_LENGTH = 10

GATHER = "applications.gather"
FIRST_RETRY = timedelta(seconds=6)


async def start(
    session: Session,
    actor: Actor,
    item: Item,
    *,
    channel: Channel,
    at: datetime,
    present: UUID | None = None,
) -> Application:
    """Open a draft for the party acted for, and have the registers asked.

    `present` is the person at the counter whom a clerk helps: how surely that person is known is what counts then.

    The number has the Guangdong shape: implementation code (31), day (8), running number (4 or more digits).
    Raises WrongApplicant, and as `draw_up` does.
    """
    require_audience(item.definition, actor.acting_for.kind)
    application = await draw_up(session, actor, item, channel=channel, at=at, present=present)
    # The page asks the registers itself right after this; the job is for the case that it was killed meanwhile.
    await queue.enqueue(session, GATHER, at=at + FIRST_RETRY, number=application.number)
    return application


async def draw_up(
    session: Session,
    actor: Actor,
    item: Item,
    *,
    channel: Channel,
    at: datetime,
    present: UUID | None = None,
) -> Application:
    """A draft with its materials and what it will ask the registers; nobody is asked yet.

    Raises ItemSuspended while nobody may begin, PowerMissing where the mandate acted under does not cover the item,
    LevelTooLow where the item needs to know more surely who the actor is.
    """
    require_power(actor, actor.acting_for.id, item.code)
    require_level(await mandates.level(session, present or actor.person_id), item.definition.real_name)
    await catalogue.require_not_suspended(session, item.code)
    definition = item.definition
    application = Application(
        number=await _number(session, definition, at),
        query_code=query_code(),
        item_code=definition.code,
        item_version=item.version,
        item_name={"zh": definition.name.zh, "en": definition.name.en},
        department_code=definition.department.code,
        channel=channel,
        applicant_kind=actor.acting_for.kind,
        applicant_id=actor.acting_for.id,
        applicant_name=actor.acting_for.name,
        filed_by=actor.person_id,
        filed_by_name=actor.name,
        created_at=at,
        updated_at=at,
    )
    session.add(application)
    await session.flush()
    session.add_all(_materials(application, definition, at))
    session.add_all(
        Fact(application_id=application.id, resource=need.resource, outcome=Gathering.WAITING, at=at)
        for need in needs(definition)
    )
    await record(
        session, actor, application, "application drafted", at=at, item=definition.code, version=item.version
    )
    return application


def require_audience(definition: ItemDefinition, kind: PartyKind) -> None:
    """Raises WrongApplicant when the item is not for this kind of party."""
    audiences = set(definition.audiences)
    fits = Audience.PERSON in audiences if kind is PartyKind.PERSON else bool(audiences & ORGANISATIONS)
    if not fits:
        raise WrongApplicant(definition.code, kind)


def query_code() -> str:
    """What the holder of the receipt looks a case up with, beside its number."""
    return "".join(secrets.choice(QUERY_ALPHABET) for _ in range(QUERY_LENGTH))


async def _number(session: Session, definition: ItemDefinition, at: datetime) -> str:
    prefix = f"{definition.implementation_code}{local_day(at):%Y%m%d}"
    return f"{prefix}{await next_in_series(session, prefix):04d}"


def _materials(application: Application, definition: ItemDefinition, at: datetime) -> list[CaseMaterial]:
    return [
        CaseMaterial(
            application_id=application.id,
            code=material.code,
            supply=_first_supply(material),
            required=material.required,
            changed_at=at,
        )
        for material in definition.materials
    ]


def _first_supply(material: Material) -> Supply:
    return Supply.WAITING if material.source in {Source.HUB, Source.LICENCE} else Supply.NEEDED
