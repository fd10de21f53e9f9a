"""Agreeing to be looked at, being offered, confirming, declining; each on the person's own chain of the ledger."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity import queries as identity
from identity.actor import Actor
from identity.mandates import queries as mandates
from identity.mandates.rules import require_level
from identity.means import notices
from services.applications.commands import starting
from services.applications.errors import OfferNotOpen
from services.applications.rules import Channel
from services.applications.unasked import queries, rules
from services.applications.unasked.models import BenefitConsent, BenefitOffer
from services.applications.unasked.rules import Look, Standing
from services.catalogue import queries as catalogue
from services.catalogue import reforms
from services.catalogue.queries import Item
from services.sharing.client import HubClient
from services.sharing.errors import AnswerForged, ExchangeRefused, HubUnavailable
from services.sharing.messages import Subject
from services.sharing.rules import Outcome
from services.workflow.rules import local_day
from storage import ledger
from storage.database import Session, Sessions

LOOKER = "system:portal"
SHORTLY = timedelta(milliseconds=1)
"""What is told later counts: the end of an asking is told as later than its beginning."""
TROUBLE = (HubUnavailable, ExchangeRefused, AnswerForged)
OFFERED = (
    "【一网】您有一项可以直接享受的待遇，登录后在“可以直接享受”里确认一下就可以领取，也可以选择不领取。"
    "\nThere is something you are entitled to without applying: sign in to confirm or decline it."
)


async def agree(session: Session, actor: Actor, code: str, *, at: datetime) -> bool:
    """Agree that the registers are asked for this benefit; whether that is new.

    Raises OfferNotOpen for an item that is not offered so, LevelTooLow, catalogue.ItemNotFound, ItemWithdrawn.
    """
    item = await _item(session, actor, code)
    require_level(await mandates.level(session, actor.person_id), item.definition.real_name)
    row = insert(BenefitConsent).values(
        person_id=actor.person_id, item_code=code, item_version=item.version, at=at
    )
    new = await session.scalar(row.on_conflict_do_nothing().returning(col(BenefitConsent.item_code)))
    if new is not None:
        await _note(
            session, actor.person_id, "looking for a benefit agreed", at, item=code, version=item.version
        )
    return new is not None


async def disagree(session: Session, actor: Actor, code: str, *, at: datetime) -> None:
    """Take the consent back: nobody looks any more, and an offer not answered is forgotten with its facts."""
    mine = (col(BenefitConsent.person_id) == actor.person_id, col(BenefitConsent.item_code) == code)
    gone = await session.scalar(
        sa.delete(BenefitConsent).where(*mine).returning(col(BenefitConsent.item_code))
    )
    if gone is None:
        return
    await _forget(session, actor.person_id, code)
    await _note(session, actor.person_id, "looking for a benefit ended", at, item=code)


async def look(sessions: Sessions, hub: HubClient, person_id: UUID, code: str, *, at: datetime) -> bool:
    """Ask the registers whether this person is entitled now, between two transactions; whether they are offered it.

    Whoever is not entitled leaves no trace here but the hub's own record that it was asked (政务数据共享). Where a
    register does not answer nothing changes.
    """
    async with sessions() as session, session.begin():
        item, number = await _to_look_at(session, person_id, code)
    if item is None or item.definition.unasked is None or number is None:
        return False
    facts: dict[str, Any] = {}
    requests: dict[str, str] = {}
    try:
        await _announce(hub, item, person_id, number, at)
        for one in rules.looks(item.definition.unasked.rules):
            values, request = await _ask(hub, item, one, person_id, number, at)
            facts |= {f"{rules.HUB}{one.resource}.{field}": value for field, value in values.items()}
            requests[one.resource] = request
        await _announce(hub, item, person_id, number, at + SHORTLY, open=False)
    except TROUBLE:
        return False
    holds = rules.entitled(item.definition.unasked.rules, facts, today=local_day(at))
    async with sessions() as session, session.begin():
        return await _conclude(session, person_id, item, facts if holds else None, requests, at)


async def _to_look_at(session: Session, person_id: UUID, code: str) -> tuple[Item | None, str | None]:
    """The item and the person's number; nothing without consent, or where the person has answered already."""
    if await session.get(BenefitConsent, (person_id, code)) is None:
        return None, None
    offer = await queries.offer_of(session, person_id, code)
    if offer is not None and offer.standing is not Standing.OPEN:
        return None, None
    item = next((one for one in await queries.items(session) if one.code == code), None)
    return item, (await identity.profile(session, person_id)).id_number


def _matter(person_id: UUID, code: str) -> str:
    """By what the hub knows a look for somebody before there is a case."""
    return f"benefit:{uuid5(person_id, code)}"


async def _announce(
    hub: HubClient, item: Item, person_id: UUID, number: str, at: datetime, *, open: bool = True
) -> None:
    """Tell the hub that the registers will be asked for this person's benefit, or that the asking is over."""
    await hub.announce(
        case_number=_matter(person_id, item.code),
        item=item.code,
        consumer=item.definition.department.code,
        applicant=str(person_id),
        subjects=[Subject(id_number=number)],
        operators=[LOOKER],
        at=at,
        open=open,
    )


async def _ask(
    hub: HubClient, item: Item, one: Look, person_id: UUID, number: str, at: datetime
) -> tuple[Mapping[str, Any], str]:
    """One register, under the item's own contract, for this person's benefit and nothing else."""
    answer = await hub.fetch(
        item=item.code,
        resource=one.resource,
        fields=one.fields,
        subject=Subject(id_number=number),
        case_number=_matter(person_id, item.code),
        applicant=str(person_id),
        operator=LOOKER,
        purpose=f"{item.definition.name.zh}（免申即享）",
        at=at,
        consumer=item.definition.department.code,
    )
    if answer.outcome == Outcome.FAILED:
        raise HubUnavailable("register")
    return (answer.values if answer.outcome == Outcome.HIT else {}), answer.request


async def _conclude(
    session: Session,
    person_id: UUID,
    item: Item,
    facts: Mapping[str, Any] | None,
    requests: Mapping[str, str],
    at: datetime,
) -> bool:
    """Write the offer down, or forget one that no longer holds; consent may have been taken back meanwhile."""
    if facts is None or await session.get(BenefitConsent, (person_id, item.code)) is None:
        await _forget(session, person_id, item.code)
        return False
    offer = await queries.offer_of(session, person_id, item.code, lock=True)
    if offer is None:
        row = insert(BenefitOffer).values(
            id=uuid4(),
            person_id=person_id,
            item_code=item.code,
            item_version=item.version,
            standing=Standing.OPEN,
            facts=dict(facts),
            requests=dict(requests),
            found_at=at,
        )
        if await session.scalar(row.on_conflict_do_nothing().returning(col(BenefitOffer.id))):
            await _offered(session, person_id, item, requests, at)
        return True
    if offer.standing is Standing.OPEN:
        offer.facts, offer.requests, offer.item_version = dict(facts), dict(requests), item.version
    return offer.standing is Standing.OPEN


async def _offered(
    session: Session, person_id: UUID, item: Item, requests: Mapping[str, str], at: datetime
) -> None:
    """Told once, and recorded with the rules that were asked and the hub's own record of each question."""
    digest = reforms.digest(item.definition.unasked.rules) if item.definition.unasked else None
    await _note(
        session,
        person_id,
        "benefit offered",
        at,
        item=item.code,
        version=item.version,
        rules=digest,
        requests=dict(requests),
    )
    await notices.tell_all(session, person_id, OFFERED, at=at)


async def confirm(session: Session, actor: Actor, code: str, *, at: datetime) -> str:
    """Confirm: an application is opened, to be filled from the registers and handed in by the caller; its number.

    Confirmed again it is the same one, unless its draft was thrown away. Raises OfferNotOpen, and as beginning an
    application does.
    """
    item = await _item(session, actor, code)
    offer = await queries.offer_of(session, actor.person_id, code, lock=True)
    rules.require_open(
        offer.standing if offer else None, frozenset({Standing.OPEN, Standing.CONFIRMED}), code
    )
    if offer is None:
        raise OfferNotOpen(code)
    if offer.application_number and await queries.is_there(session, offer.application_number):
        return offer.application_number
    application = await starting.start(session, actor, item, channel=Channel.ONLINE, at=at)
    offer.application_number = application.number
    _answered(offer, Standing.CONFIRMED, at)
    await _note(session, actor.person_id, "benefit confirmed", at, item=code, case=application.number)
    return application.number


async def decline(session: Session, actor: Actor, code: str, *, at: datetime) -> None:
    """不领取: remembered, so that nobody asks again until the person changes their mind. Raises OfferNotOpen."""
    offer = await queries.offer_of(session, actor.person_id, code, lock=True)
    rules.require_open(offer.standing if offer else None, frozenset({Standing.OPEN}), code)
    if offer is not None:
        _answered(offer, Standing.DECLINED, at)
        await _note(session, actor.person_id, "benefit declined", at, item=code)


async def reconsider(session: Session, actor: Actor, code: str, *, at: datetime) -> None:
    """The person changed their mind: the no is forgotten, and the registers may be asked again. Raises OfferNotOpen."""
    offer = await queries.offer_of(session, actor.person_id, code, lock=True)
    rules.require_open(offer.standing if offer else None, frozenset({Standing.DECLINED}), code)
    if offer is not None:
        await session.delete(offer)
        await session.flush()
        await _note(session, actor.person_id, "benefit reconsidered", at, item=code)


def _answered(offer: BenefitOffer, standing: Standing, at: datetime) -> None:
    """What was known is not needed any more: the case has it, or nobody has."""
    offer.standing, offer.answered_at, offer.facts = standing, at, {}


async def _forget(session: Session, person_id: UUID, code: str) -> None:
    await session.execute(
        sa.delete(BenefitOffer).where(
            col(BenefitOffer.person_id) == person_id,
            col(BenefitOffer.item_code) == code,
            col(BenefitOffer.standing) == Standing.OPEN,
        )
    )


async def _item(session: Session, actor: Actor, code: str) -> Item:
    """The item, offered so, and the actor acting for themself. Raises OfferNotOpen."""
    item = await catalogue.get(session, code)
    if item.definition.unasked is None or actor.acting_for.id != actor.person_id:
        raise OfferNotOpen(code)
    return item


async def _note(session: Session, person_id: UUID, deed: str, at: datetime, **details: Any) -> None:
    own = deed not in {"benefit offered"}
    await ledger.append(
        session,
        chain=f"account:{person_id}",
        deed=deed,
        subject=str(person_id),
        actor=str(person_id) if own else LOOKER,
        at=at,
        details=details,
    )
