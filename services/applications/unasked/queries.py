"""What somebody may simply enjoy, and who agreed to be looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from services.applications.models import Application
from services.applications.unasked.models import BenefitConsent, BenefitOffer
from services.applications.unasked.rules import Standing
from services.catalogue import queries as catalogue
from services.catalogue.queries import Item
from storage.database import Session


@dataclass(frozen=True, slots=True)
class Benefit:
    """One item that is offered without applying, as it stands for one person."""

    item: Item
    consent: BenefitConsent | None
    offer: BenefitOffer | None


async def items(session: Session) -> list[Item]:
    """Every item that is offered without applying and may be applied for today."""
    found = [one for one in await catalogue.in_force(session) if one.definition.unasked is not None]
    paused = await catalogue.suspensions(session, [one.code for one in found])
    return [one for one in found if one.code not in paused]


async def own(session: Session, actor: Actor) -> list[Benefit]:
    """Every such benefit as it stands for the actor themself."""
    consents = {one.item_code: one for one in await consents_of(session, actor.person_id)}
    offers = {one.item_code: one for one in await offers_of(session, actor.person_id)}
    return [Benefit(item, consents.get(item.code), offers.get(item.code)) for item in await items(session)]


async def consents_of(session: Session, person_id: UUID) -> list[BenefitConsent]:
    query = sa.select(BenefitConsent).where(col(BenefitConsent.person_id) == person_id)
    return list(await session.scalars(query.order_by(col(BenefitConsent.item_code))))


async def offers_of(session: Session, person_id: UUID) -> list[BenefitOffer]:
    query = sa.select(BenefitOffer).where(col(BenefitOffer.person_id) == person_id)
    return list(await session.scalars(query.order_by(col(BenefitOffer.item_code))))


async def open_offers(session: Session, actor: Actor) -> list[BenefitOffer]:
    """What waits for the actor's own yes or no."""
    found = await offers_of(session, actor.person_id)
    return [one for one in found if one.standing is Standing.OPEN]


async def offer_of(
    session: Session, person_id: UUID, item_code: str, *, lock: bool = False
) -> BenefitOffer | None:
    query = sa.select(BenefitOffer).where(
        col(BenefitOffer.person_id) == person_id, col(BenefitOffer.item_code) == item_code
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found: BenefitOffer | None = await session.scalar(query)
    return found


async def is_there(session: Session, number: str) -> bool:
    """Whether the case a confirmation opened still exists: a draft may have been thrown away."""
    query = sa.select(sa.true()).where(col(Application.number) == number)
    return bool(await session.scalar(query))


async def consented(
    session: Session, *, after: tuple[UUID, str] | None, limit: int
) -> Sequence[tuple[UUID, str]]:
    """(person, item) of those who agreed, a page at a time; `after` is the last pair seen."""
    key = sa.tuple_(col(BenefitConsent.person_id), col(BenefitConsent.item_code))
    query = sa.select(col(BenefitConsent.person_id), col(BenefitConsent.item_code))
    if after is not None:
        query = query.where(key > sa.tuple_(*map(sa.literal, after)))
    ordered = query.order_by(col(BenefitConsent.person_id), col(BenefitConsent.item_code)).limit(limit)
    return [(row.person_id, row.item_code) for row in await session.execute(ordered)]
