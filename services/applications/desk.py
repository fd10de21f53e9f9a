"""The officers' work lists (综合窗口待办): every case handed in lies in exactly one tray, whoever looks.

Pages by key and counts no further than `COUNTED`, so that a list stays quick whatever the volume.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor, Role
from services.applications import queries
from services.applications.models import Application, Opinion
from services.applications.rules import State
from storage.database import Session

DECIDE = "decide"
"""The key of the step at which the decision is made; items call it so (services.catalogue)."""

PAGE = 50
COUNTED = 100
"""A tray's count stops here and reads «99+»."""


class Tray(StrEnum):
    """Where a case lies: whose turn it is."""

    INTAKE = "intake"  # 待受理
    CORRECTION = "correction"  # 待申请人补正
    REVIEW = "review"  # 待审查
    DECISION = "decision"  # 待决定
    DELIVERY = "delivery"  # 待送达
    DONE = "done"  # 已办结


UNDER_REVIEW = (State.ACCEPTED, State.SUSPENDED)
STATES: Mapping[Tray, tuple[State, ...]] = {
    Tray.INTAKE: (State.SUBMITTED,),
    Tray.CORRECTION: (State.CORRECTING,),
    Tray.REVIEW: UNDER_REVIEW,
    Tray.DECISION: UNDER_REVIEW,
    Tray.DELIVERY: (State.GRANTED, State.REFUSED),
    Tray.DONE: (State.NOT_ACCEPTED, State.DELIVERED, State.WITHDRAWN),
}
PAUSED = (State.CORRECTING, State.SUSPENDED)
"""States in which no limit runs: they have no light."""


class Lamp(StrEnum):
    """What the light of a case shows: the three of the oversight, or that no limit runs."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list shows: a tray (none: all of them) and the filters; `after` is (due, number) of the last one seen."""

    today: date
    tray: Tray | None = None
    mine: bool = False
    lamp: Lamp | None = None
    item_code: str | None = None
    text: str | None = None
    after: tuple[date, str] | None = None
    limit: int = PAGE


def lamp(state: State, due: date | None, yellow: date | None, today: date) -> Lamp | None:
    """The light of one case; nothing once it is over."""
    if state in STATES[Tray.DONE] or due is None:
        return None
    if state in PAUSED:
        return Lamp.PAUSED
    if due < today:
        return Lamp.RED
    return Lamp.YELLOW if yellow is not None and yellow <= today else Lamp.GREEN


async def queue(session: Session, actor: Actor, wanted: Wanted) -> list[Application]:
    """What is due next first; what is done, the latest first."""
    cases = queries.visible_to(actor)
    for condition in _conditions(actor, wanted):
        cases = cases.where(condition)
    key = (col(Application.due_on), col(Application.number))
    latest_first = wanted.tray is Tray.DONE
    if wanted.after:
        seen = sa.tuple_(*map(sa.literal, wanted.after))
        cases = cases.where(sa.tuple_(*key) < seen if latest_first else sa.tuple_(*key) > seen)
    order = [column.desc() if latest_first else column for column in key]
    return list(await session.scalars(cases.order_by(*order).limit(wanted.limit)))


async def counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many cases lie in each tray, and under «mine» those claimed by the actor; at most `COUNTED` each."""
    parts = [_bounded(actor, tray.value, lies_in(tray)) for tray in Tray if tray is not Tray.DONE]
    mine = sa.and_(col(Application.claimed_by) == actor.person_id, ~lies_in(Tray.DONE))
    parts.append(_bounded(actor, "mine", mine))
    return {name: number for name, number in await session.execute(sa.union_all(*parts))}


def _bounded(actor: Actor, name: str, condition: sa.ColumnElement[bool]) -> sa.Select[str, int]:
    some = (
        queries.visible_to(actor).where(condition).with_only_columns(sa.literal(1)).limit(COUNTED).subquery()
    )
    return sa.select(sa.literal(name), sa.func.count()).select_from(some)


async def next_for(session: Session, actor: Actor) -> str | None:
    """The number of the case this officer should take next: nobody has it, and the law lets this officer do it.

    Locked until the transaction ends; a case another officer is taking at this moment is passed over.
    """
    turns = _turns(actor)
    if not turns:
        return None
    query = (
        queries.visible_to(actor)
        .where(col(Application.claimed_by).is_(None), sa.or_(*turns))
        .order_by(col(Application.due_on), col(Application.number))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = await session.scalar(query)
    return found.number if found else None


def lies_in(tray: Tray) -> sa.ColumnElement[bool]:
    """The one definition of a tray."""
    inside = col(Application.state).in_(STATES[tray])
    deciding = sa.func.coalesce(col(Application.step), "") == DECIDE
    if tray is Tray.DECISION:
        return sa.and_(inside, deciding)
    return sa.and_(inside, ~deciding) if tray is Tray.REVIEW else inside


def _conditions(actor: Actor, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.tray is not None:
        found.append(lies_in(wanted.tray))
    if wanted.mine:
        found += [col(Application.claimed_by) == actor.person_id, ~lies_in(Tray.DONE)]
    if wanted.item_code:
        found.append(col(Application.item_code) == wanted.item_code)
    if wanted.text:
        found.append(
            sa.or_(
                col(Application.number).startswith(wanted.text, autoescape=True),
                col(Application.applicant_name).startswith(wanted.text, autoescape=True),
            )
        )
    if wanted.lamp is not None:
        found.append(_shows(wanted.lamp, wanted.today))
    return found


def _shows(lamp: Lamp, today: date) -> sa.ColumnElement[bool]:
    paused = col(Application.state).in_(PAUSED)
    if lamp is Lamp.PAUSED:
        return paused
    late = col(Application.due_on) < today
    near = sa.and_(~late, col(Application.yellow_on) <= today)
    far = sa.and_(~late, sa.or_(col(Application.yellow_on) > today, col(Application.yellow_on).is_(None)))
    shown = {Lamp.RED: late, Lamp.YELLOW: near, Lamp.GREEN: far}[lamp]
    return sa.and_(~paused, ~lies_in(Tray.DONE), shown)


def _turns(actor: Actor) -> list[sa.ColumnElement[bool]]:
    """The cases whose next deed is one of this officer's posts, and not one that another person must do."""
    accepted = col(Application.state) == State.ACCEPTED
    found = []
    if actor.has(Role.WINDOW):
        found.append(lies_in(Tray.INTAKE))
    if actor.has(Role.REVIEWER):
        spoken = sa.exists().where(
            col(Opinion.application_id) == col(Application.id),
            col(Opinion.step) == col(Application.step),
            col(Opinion.officer_id) == actor.person_id,
        )
        found.append(sa.and_(accepted, lies_in(Tray.REVIEW), ~spoken))
    if actor.has(Role.APPROVER):
        received = col(Application.received_by).contains([str(actor.person_id)])
        found.append(sa.and_(accepted, lies_in(Tray.DECISION), ~received))
    return found
