"""Which cases a work list shows, found through indexes only, however many there are.

A list is ordered by due date over many departments and states, which no single index gives. So each pair of a
department and a state is read by itself, in order and no further than a page, and the pages are merged: for fifty
departments a few thousand index entries, never the table. The rows themselves are then read by `visible_to`, which
alone decides who sees what.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import EVERYWHERE, Actor
from identity.models import Department
from services.applications.models import Application
from services.applications.rules import State
from services.applications.window.trays import Wanted, at_step, shines
from services.workflow.rules import DAY, ZONE

ITEM_AND_DAY = 39
"""Characters of a number that say which item and which day it is of; shorter beginnings would be half the table."""

HANDED_IN = frozenset(State) - {State.DRAFT}

DUE, NUMBER = col(Application.due_on), col(Application.number)


def picked(actor: Actor, wanted: Wanted) -> sa.Subquery:
    """The ids of the wanted page, in no order."""
    conditions = _conditions(wanted)
    if wanted.mine:
        inner = _page(
            wanted, [col(Application.claimed_by).in_(actor.desks), *_inside(actor, wanted), *conditions]
        )
    elif wanted.text:
        inner = _named(actor, wanted, wanted.text, conditions)
    else:
        inner = _by_place(actor, wanted, conditions)
    return inner.subquery("picked")


def ordering(wanted: Wanted, due: Any = DUE, number: Any = NUMBER) -> list[Any]:
    """What is due next first; what is done, the latest first."""
    return [column.desc() if wanted.latest_first else column for column in (due, number)]


def places(actor: Actor, states: Sequence[State]) -> tuple[Any, Any]:
    """The departments an officer serves and the states looked at, to be crossed."""
    departments: Any = (
        sa.select(col(Department.code).label("code"))
        if EVERYWHERE in actor.departments
        else sa.select(_rows_of(sorted(actor.departments)).label("code"))
    )
    return (
        departments.subquery("departments"),
        sa.select(_rows_of([str(state) for state in states]).label("state")).subquery("states"),
    )


def at_place(departments: Any, states: Any) -> list[sa.ColumnElement[bool]]:
    """The conditions of one department and one state, to be read by itself (LATERAL)."""
    return [
        col(Application.department_code) == departments.c.code,
        sa.type_coerce(col(Application.state), sa.Text) == states.c.state,
    ]


def _by_place(actor: Actor, wanted: Wanted, conditions: list[Any]) -> sa.Select[Any, Any, Any]:
    departments, states = places(actor, wanted.states)
    here = _page(wanted, [*at_place(departments, states), *conditions]).lateral("here")
    found = (
        sa.select(here.c.id, here.c.due_on, here.c.number).select_from(departments).join(states, sa.true())
    )
    merged = found.join(here, sa.true())
    return merged.order_by(*ordering(wanted, here.c.due_on, here.c.number)).limit(wanted.limit)


def _named(actor: Actor, wanted: Wanted, text: str, conditions: list[Any]) -> sa.Select[Any, Any, Any]:
    """By what the text begins: an applicant's name, or a number that is long enough to be one."""
    here = _inside(actor, wanted)
    ways = [_page(wanted, [*_begins(col(Application.applicant_name), text), *here, *conditions]).subquery()]
    if len(text) >= ITEM_AND_DAY:
        ways.append(_page(wanted, [*_begins(NUMBER, text.upper()), *here, *conditions]).subquery())
    every = sa.union(*(sa.select(way) for way in ways)).subquery()
    merged = sa.select(every.c.id, every.c.due_on, every.c.number)
    return merged.order_by(*ordering(wanted, every.c.due_on, every.c.number)).limit(wanted.limit)


def _page(wanted: Wanted, conditions: Sequence[Any]) -> sa.Select[Any, Any, Any]:
    found: sa.Select[Any, Any, Any] = sa.select(
        col(Application.id).label("id"), DUE.label("due_on"), NUMBER.label("number")
    )
    return found.where(*conditions).order_by(*ordering(wanted)).limit(wanted.limit)


def _inside(actor: Actor, wanted: Wanted) -> list[Any]:
    state = sa.type_coerce(col(Application.state), sa.Text)
    every = set(wanted.states) == HANDED_IN
    states = state != str(State.DRAFT) if every else state == sa.any_(_array(map(str, wanted.states)))
    if EVERYWHERE in actor.departments:
        return [states]
    # Told apart row by row: as a condition of the index each department would be a search of its own.
    here = sa.type_coerce(col(Application.department_code), sa.Text).concat("")
    return [states, here.in_(sa.select(_rows_of(sorted(actor.departments))))]


def _conditions(wanted: Wanted) -> list[Any]:
    found: list[Any] = [*shines(wanted)]
    step = at_step(wanted.tray)
    if step is not None:
        found.append(step)
    if wanted.item_code:
        found.append(col(Application.item_code) == wanted.item_code)
    if wanted.since:
        found.append(wanted.since <= DUE)
    if wanted.until:
        found.append(wanted.until >= DUE)
    if wanted.filed_since:
        found.append(_midnight(wanted.filed_since) <= col(Application.submitted_at))
    if wanted.filed_until:
        found.append(_midnight(wanted.filed_until + DAY) > col(Application.submitted_at))
    if wanted.after:
        key, seen = sa.tuple_(DUE, NUMBER), sa.tuple_(*map(sa.literal, wanted.after))
        found.append(key < seen if wanted.latest_first else key > seen)
    return found


def _midnight(day: date) -> datetime:
    """When the day begins in the city."""
    return datetime.combine(day, time(), ZONE)


def _begins(column: Any, text: str) -> list[Any]:
    """`column` begins with `text`, in the byte order of a text_pattern_ops index; nothing in it is a wild card."""
    return [
        column.op("~>=~", is_comparison=True)(text),
        column.op("~<~", is_comparison=True)(text + "\U0010ffff"),
    ]


def _array(texts: Any) -> Any:
    return sa.cast(list(texts), sa.ARRAY(sa.Text))


def _rows_of(texts: list[str]) -> Any:
    return sa.func.unnest(_array(texts))
