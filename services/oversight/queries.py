"""Cards, supervision orders and ledger checks: who may see which is decided here, once."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from identity import queries as identity
from identity.actor import CASEWORK, EVERYWHERE, Actor, Role
from identity.queries import StaffEntry
from services.applications.models import Application
from services.oversight.errors import CardNotFound, OrderNotFound
from services.oversight.models import Card, LedgerCheck, Order
from services.oversight.rules import CardKind
from storage.database import Session

Row = TypeVar("Row", Card, Order)
PAGE = 50


def cards_visible_to(actor: Actor) -> sa.Select[Card]:
    """Cards of the departments a supervisor serves; nobody else sees any here."""
    return _scoped(sa.select(Card), col(Card.department_code), actor)


def orders_visible_to(actor: Actor) -> sa.Select[Order]:
    """A supervisor's orders are those of the departments served; an officer's those they have to answer."""
    if actor.has(Role.SUPERVISOR) or not actor.has(*CASEWORK):
        return _scoped(sa.select(Order), col(Order.department_code), actor)
    own = col(Order.to_person).in_(actor.desks)
    anybody = sa.and_(col(Order.to_person).is_(None), serves(col(Order.department_code), actor))
    return sa.select(Order).where(sa.or_(own, anybody))


def _scoped(query: sa.Select[Row], department: Any, actor: Actor) -> sa.Select[Row]:
    allowed = serves(department, actor) if actor.has(Role.SUPERVISOR, Role.AUDIT_ADMIN) else sa.false()
    return query.where(allowed)


def serves(department: Any, actor: Actor) -> sa.ColumnElement[bool]:
    return sa.true() if EVERYWHERE in actor.departments else department.in_(actor.departments)


def cards_narrowed(
    actor: Actor,
    *,
    kind: CardKind | None = None,
    department: str | None = None,
    item: str | None = None,
    between: tuple[datetime, datetime] | None = None,
) -> sa.Select[Card]:
    """The cards of a kind, a department, an item, and raised from the first moment on and before the second."""
    query = cards_visible_to(actor)
    if item:
        of_item = sa.select(col(Application.number)).where(col(Application.item_code) == item)
        query = query.where(col(Card.application_number).in_(of_item))
    if between:
        query = query.where(col(Card.raised_at) >= between[0], col(Card.raised_at) < between[1])
    if kind:
        query = query.where(col(Card.kind) == kind)
    return query.where(col(Card.department_code) == department) if department else query


async def cards(
    session: Session,
    actor: Actor,
    *,
    kind: CardKind | None = None,
    department: str | None = None,
    item: str | None = None,
    between: tuple[datetime, datetime] | None = None,
    before: tuple[datetime, str] | None = None,
    limit: int = PAGE,
) -> list[Card]:
    """Cards, the latest first; `before`: the last (raised at, case number) of the page before.

    `between`: raised from the first moment on and before the second.
    """
    query = cards_narrowed(actor, kind=kind, department=department, item=item, between=between)
    if before:
        query = query.where(
            sa.tuple_(col(Card.raised_at), col(Card.application_number)) < sa.tuple_(*map(sa.literal, before))
        )
    ordered = query.order_by(col(Card.raised_at).desc(), col(Card.application_number).desc()).limit(limit)
    return list(await session.scalars(ordered))


async def cards_of(session: Session, number: str) -> list[Card]:
    """The cards of a case that the caller may see, in the order in which they were raised."""
    query = sa.select(Card).where(col(Card.application_number) == number)
    return list(await session.scalars(query.order_by(col(Card.raised_at), col(Card.rule))))


async def card(session: Session, actor: Actor, card_id: UUID) -> Card:
    """Raises CardNotFound."""
    found: Card | None = await session.scalar(cards_visible_to(actor).where(col(Card.id) == card_id))
    if found is None:
        raise CardNotFound(str(card_id))
    return found


async def order(session: Session, actor: Actor, order_id: UUID, *, lock: bool = False) -> Order:
    """Raises OrderNotFound, the same whether there is none or it is not theirs."""
    query = orders_visible_to(actor).where(col(Order.id) == order_id)
    found: Order | None = await session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise OrderNotFound(str(order_id))
    return found


async def orders(
    session: Session,
    actor: Actor,
    *,
    closed: bool | None = None,
    before: tuple[datetime, str] | None = None,
    limit: int = PAGE,
) -> list[Order]:
    """Orders, the latest first; `before`: the last (issued at, number) of the page before."""
    query = orders_visible_to(actor)
    if closed is not None:
        query = query.where(col(Order.closed_at).is_not(None) if closed else col(Order.closed_at).is_(None))
    if before:
        query = query.where(
            sa.tuple_(col(Order.issued_at), col(Order.number)) < sa.tuple_(*map(sa.literal, before))
        )
    ordered = query.order_by(col(Order.issued_at).desc(), col(Order.number).desc()).limit(limit)
    return list(await session.scalars(ordered))


async def orders_of(session: Session, number: str) -> list[Order]:
    """The orders about a case that the caller may see, oldest first."""
    query = sa.select(Order).where(col(Order.application_number) == number)
    return list(await session.scalars(query.order_by(col(Order.issued_at))))


async def addressees(session: Session, department: str) -> list[StaffEntry]:
    """The officers who work on this department's cases and can be given an order about one."""
    return [
        entry
        for entry in await identity.staff_listing(session)
        if entry.active and entry.roles & CASEWORK and entry.departments & {department, EVERYWHERE}
    ]


async def ledger_checks(session: Session, *, limit: int = 10) -> list[LedgerCheck]:
    """What the last checks of the whole ledger found, the latest first."""
    query = sa.select(LedgerCheck).order_by(col(LedgerCheck.id).desc()).limit(limit)
    return list(await session.scalars(query))
