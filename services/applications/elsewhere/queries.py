"""What a window has received for others, for those who work at that window or decide the case."""

from collections.abc import Sequence
from typing import TypeAlias

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import EVERYWHERE, Actor
from services.applications.elsewhere.models import ReceivedElsewhere
from services.applications.elsewhere.rules import receiver
from services.applications.errors import ApplicationNotFound
from services.applications.models import Application
from services.applications.rules import State
from services.catalogue import queries as catalogue
from services.catalogue.queries import ItemSummary
from storage.database import Session

PAGE = 50

Received: TypeAlias = tuple[Application, ReceivedElsewhere]
"""A case and where it was received."""


async def of(session: Session, application: Application) -> ReceivedElsewhere | None:
    """Where the case was received, if elsewhere. For those who may see the case."""
    found: ReceivedElsewhere | None = await session.get(ReceivedElsewhere, application.id)
    return found


async def whole(session: Session, application: Application) -> Received:
    """The case, seen by whoever decides it, with where it was received. Raises ApplicationNotFound."""
    place = await of(session, application)
    if place is None:
        raise ApplicationNotFound(application.number)
    return application, place


async def told(session: Session, application: Application) -> dict[str, str] | None:
    """What the receipt says of it: both names (收件窗口, 决定机关); nothing where the deciding authority received it."""
    place = await of(session, application)
    return {"received_at": place.department_name, "clerk": place.clerk_name} if place else None


async def offered(session: Session, actor: Actor) -> list[ItemSummary]:
    """Items of other authorities that the actor's windows may receive."""
    return [
        catalogue.summary(item)
        for item in await catalogue.in_force(session)
        if not actor.serves(item.definition.department.code) and receiver(item.definition, actor.departments)
    ]


async def is_elsewhere(session: Session, actor: Actor, number: str) -> bool:
    """Whether this is a case the actor's window received for another authority, so that it is not theirs to see."""
    try:
        application, _place = await get(session, actor, number)
    except ApplicationNotFound:
        return False
    return not actor.serves(application.department_code)


async def received(session: Session, actor: Actor, *, limit: int = PAGE) -> Sequence[Received]:
    """What the actor's windows have received and handed on, the latest first; nothing of what it says."""
    query = (
        _here(actor)
        .where(col(Application.state) != State.DRAFT)
        .order_by(col(ReceivedElsewhere.begun_at).desc(), col(Application.number))
        .options(sa.orm.defer(Application.answers), sa.orm.defer(Application.origins))  # type: ignore[arg-type]
        .limit(limit)
    )
    return [(row.Application, row.ReceivedElsewhere) for row in await session.execute(query)]


async def get(session: Session, actor: Actor, number: str, *, lock: bool = False) -> Received:
    """One of them, locked if told so. Raises ApplicationNotFound."""
    if not number.isprintable():
        raise ApplicationNotFound(number)
    query = _here(actor).where(col(Application.number) == number, col(Application.state) != State.DRAFT)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise ApplicationNotFound(number)
    return row.Application, row.ReceivedElsewhere


def _here(actor: Actor) -> sa.Select[Application, ReceivedElsewhere]:
    query = sa.select(Application, ReceivedElsewhere).join(
        ReceivedElsewhere, col(ReceivedElsewhere.application_id) == col(Application.id)
    )
    if EVERYWHERE in actor.departments:
        return query
    return query.where(col(ReceivedElsewhere.department_code).in_(actor.departments))
