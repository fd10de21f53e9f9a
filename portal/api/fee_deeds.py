"""收费 as machines say it: what was taken, given back or let off. The window's page has the same (portal.window.charging)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from identity.actor import Actor
from portal.api.law_deeds import Doing
from portal.api.schemas import Words
from services.applications.charging import commands
from services.applications.charging.rules import LARGEST
from storage.database import Session


class Taken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A payment: `amount` in fen, `receipt` the number of its 财政电子票据. A receipt is recorded once."""

    amount: Annotated[int, Meta(ge=1, le=LARGEST)]
    receipt: Annotated[str, Meta(max_length=40)]
    paid_on: date


class Refund(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`payment`: its id, as the case tells it."""

    payment: UUID
    reason: Words


class Waiver(Struct, frozen=True, forbid_unknown_fields=True):
    """减免, and on what ground."""

    ground: Words


async def _take(session: Session, actor: Actor, number: str, said: Taken, at: datetime) -> object:
    return await commands.take_fee(
        session, actor, number, amount=said.amount, receipt=said.receipt, paid_on=said.paid_on, at=at
    )


async def _refund(session: Session, actor: Actor, number: str, said: Refund, at: datetime) -> object:
    return await commands.refund(session, actor, number, said.payment, reason=said.reason, at=at)


async def _waive(session: Session, actor: Actor, number: str, said: Waiver, at: datetime) -> object:
    return await commands.waive(session, actor, number, ground=said.ground, at=at)


DEEDS: Mapping[str, tuple[type[Struct], Doing]] = {
    "take-fee": (Taken, _take),
    "refund-fee": (Refund, _refund),
    "waive-fee": (Waiver, _waive),
}
"""Each deed with what has to be said for it."""
