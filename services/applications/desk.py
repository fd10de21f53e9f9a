"""The officers' work lists (综合窗口待办): what is due next, how many there are, what to take next.

Pages by key and counts no further than `COUNTED`, so that a list stays quick whatever the volume.
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor, Role
from services.applications import queries
from services.applications.models import Application, Opinion
from services.applications.rules import Deed, State
from services.applications.window import picking
from services.applications.window.trays import (
    DECIDE,
    PAGE,
    PAUSED,
    STATES,
    Lamp,
    Tray,
    Wanted,
    at_step,
    lamp,
    lies_in,
)
from storage.database import Session

__all__ = [
    "COUNTED",
    "DECIDE",
    "PAGE",
    "PAUSED",
    "STATES",
    "Lamp",
    "Tray",
    "Wanted",
    "counts",
    "lamp",
    "lies_in",
    "next_for",
    "queue",
]

COUNTED = 100
"""A tray's count stops here and reads «99+»."""
DEPTHS = (20, 5_000)
"""Free cases of each department looked at for the next one: deeper only when none of the first is this officer's to do."""


async def queue(session: Session, actor: Actor, wanted: Wanted) -> list[Application]:
    """What is due next first; what is done, the latest first. Answers are not read: no list shows them."""
    page = picking.picked(actor, wanted)
    cases = (
        queries.visible_to(actor)
        .where(col(Application.id).in_(sa.select(page.c.id)))
        .order_by(*picking.ordering(wanted))
        .options(sa.orm.defer(Application.answers), sa.orm.defer(Application.origins))  # type: ignore[arg-type]
    )
    return list(await session.scalars(cases)) if wanted.states else []


async def counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many cases lie in each tray, and under «mine» those on the actor's desks; at most `COUNTED` each."""
    parts = [_in_tray(actor, tray) for tray in Tray if tray is not Tray.DONE]
    open_ones = [state for tray, states in STATES.items() if tray is not Tray.DONE for state in states]
    mine = sa.and_(col(Application.claimed_by).in_(actor.desks), col(Application.state).in_(open_ones))
    some = queries.visible_to(actor).where(mine).with_only_columns(sa.literal(1)).limit(COUNTED).subquery()
    parts.append(sa.select(sa.literal("mine"), sa.func.count()).select_from(some))
    return {name: number for name, number in await session.execute(sa.union_all(*parts))}


def _in_tray(actor: Actor, tray: Tray) -> sa.Select[str, int]:
    departments, states = picking.places(actor, STATES[tray])
    step = at_step(tray)
    conditions = [*picking.at_place(departments, states), *([] if step is None else [step])]
    here = sa.select(sa.literal(1).label("one")).select_from(Application).where(*conditions).limit(COUNTED)
    found = here.lateral("here")
    some = (
        sa.select(found.c.one)
        .select_from(departments)
        .join(states, sa.true())
        .join(found, sa.true())
        .limit(COUNTED)
        .subquery()
    )
    return sa.select(sa.literal(tray.value), sa.func.count()).select_from(some)


async def next_for(session: Session, actor: Actor) -> str | None:
    """The number of the case this officer should take next: nobody has it, and the law lets this officer do it.

    Locked until the transaction ends; a case another officer is taking at this moment is passed over.
    """
    turns = _turns(actor)
    for depth in DEPTHS if turns else ():
        free = sa.union_all(*(_first_free(actor, tray, depth) for tray in turns)).subquery()
        query = (
            queries.visible_to(actor)
            .where(col(Application.id).in_(sa.select(free.c.id)))
            .where(col(Application.claimed_by).is_(None), sa.or_(*turns.values()))
            .order_by(picking.DUE, picking.NUMBER)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        found = await session.scalar(query)
        if found is not None:
            return found.number
    return None


def _first_free(actor: Actor, tray: Tray, depth: int) -> sa.Select[Any]:
    """The first few cases of a tray, department by department, that nobody has: what an index tells alone."""
    state = State.SUBMITTED if tray is Tray.INTAKE else State.ACCEPTED
    departments, states = picking.places(actor, (state,))
    step = at_step(tray)
    conditions = [*picking.at_place(departments, states), *([] if step is None else [step])]
    here = (
        sa.select(col(Application.id).label("id"))
        .where(*conditions, col(Application.claimed_by).is_(None))
        .order_by(picking.DUE, picking.NUMBER)
        .limit(depth)
        .lateral("here")
    )
    return sa.select(here.c.id).select_from(departments).join(states, sa.true()).join(here, sa.true())


def _turns(actor: Actor) -> dict[Tray, sa.ColumnElement[bool]]:
    """The cases whose next deed is one of this officer's posts, and not one that another person must do, by tray."""
    accepted = col(Application.state) == State.ACCEPTED
    found = {}
    if actor.has(Role.WINDOW):
        found[Tray.INTAKE] = lies_in(Tray.INTAKE)
    if actor.has(Role.REVIEWER):
        spoken = sa.exists().where(
            col(Opinion.application_id) == col(Application.id),
            col(Opinion.step) == col(Application.step),
            col(Opinion.officer_id) == actor.person_id,
            col(Opinion.deed) == Deed.REVIEW,
            ~col(Opinion.superseded),
        )
        found[Tray.REVIEW] = sa.and_(accepted, lies_in(Tray.REVIEW), ~spoken)
    if actor.has(Role.APPROVER):
        received = col(Application.received_by).contains([str(actor.person_id)])
        found[Tray.DECISION] = sa.and_(accepted, lies_in(Tray.DECISION), ~received)
    return found
