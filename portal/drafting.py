"""Filling in and handing in by number, whether it is one case's or a bundle's: the pages do not tell them apart."""

from datetime import datetime
from uuid import UUID

from identity.actor import Actor
from portal.resources import Resources
from services.applications.bundling import filling, starting, withdrawing
from services.applications.bundling import submitting as bundles
from services.applications.bundling.queries import is_bundle
from services.applications.commands import closing, drafting, gathering, submitting
from services.applications.commands.drafting import Typed
from services.applications.rules import Delivery
from services.catalogue.definition import ItemDefinition
from storage.database import Session
from storage.objects import ObjectStore


async def save_answers(
    session: Session, actor: Actor, number: str, definition: ItemDefinition, typed: Typed, *, at: datetime
) -> None:
    if is_bundle(number):
        await filling.save_answers(session, actor, number, typed, at=at)
    else:
        await drafting.save_answers(session, actor, number, definition, typed, at=at)


async def hand_in(
    session: Session,
    actor: Actor,
    number: str,
    definition: ItemDefinition,
    code: str,
    *,
    name: str,
    content: bytes,
    objects: ObjectStore,
    at: datetime,
) -> None:
    if is_bundle(number):
        await filling.hand_in(
            session, actor, number, code, name=name, content=content, objects=objects, at=at
        )
    else:
        await drafting.hand_in(
            session, actor, number, definition, code, name=name, content=content, objects=objects, at=at
        )


async def take_back(session: Session, actor: Actor, number: str, file_id: UUID, *, at: datetime) -> None:
    taking = filling.take_back if is_bundle(number) else drafting.take_back
    await taking(session, actor, number, file_id, at=at)


async def commit_to(
    session: Session, actor: Actor, number: str, definition: ItemDefinition, code: str, *, at: datetime
) -> None:
    if is_bundle(number):
        await filling.commit_to(session, actor, number, code, at=at)
    else:
        await drafting.commit_to(session, actor, number, definition, code, at=at)


async def discard(session: Session, actor: Actor, number: str, *, at: datetime) -> None:
    discarding = filling.discard if is_bundle(number) else drafting.discard
    await discarding(session, actor, number, at=at)


async def withdraw(session: Session, actor: Actor, number: str, *, reason: str, at: datetime) -> None:
    if is_bundle(number):
        await withdrawing.withdraw(session, actor, number, reason=reason, at=at)
    else:
        await closing.withdraw(session, actor, number, reason=reason, at=at)


async def submit(
    session: Session,
    actor: Actor,
    number: str,
    *,
    key: str,
    delivery: Delivery,
    at: datetime,
    by_a_person: bool = False,
) -> None:
    if is_bundle(number):
        await bundles.submit(session, actor, number, key=key, delivery=delivery, at=at)
    else:
        await submitting.submit(
            session, actor, number, key=key, delivery=delivery, by_a_person=by_a_person, at=at
        )


async def gather(resources: Resources, actor: Actor, number: str, *, at: datetime) -> None:
    """Ask the registers for what is still open, between two transactions (decision 0001)."""
    if is_bundle(number):
        await starting.gather(resources.sessions, resources.hub, actor, number, at=at)
    else:
        await gathering.gather(resources.sessions, resources.hub, number, at=at)
