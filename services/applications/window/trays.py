"""The trays of the work lists (综合窗口待办): every case handed in lies in exactly one, whoever looks; and the lights."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import col

from services.applications.models import Application
from services.applications.rules import State

DECIDE = "decide"
"""The key of the step at which the decision is made; items call it so (services.catalogue)."""

PAGE = 100


class Tray(StrEnum):
    """Where a case lies: whose turn it is."""

    INTAKE = "intake"  # 待受理
    CORRECTION = "correction"  # 待申请人补正
    REVIEW = "review"  # 待审查
    DECISION = "decision"  # 待决定
    DELIVERY = "delivery"  # 待送达
    DONE = "done"  # 已办结


UNDER_REVIEW = (State.ACCEPTED, State.SUSPENDED)
RUNNING: Mapping[Tray, tuple[State, ...]] = {
    Tray.INTAKE: (State.SUBMITTED,),
    Tray.CORRECTION: (State.CORRECTING,),
    Tray.REVIEW: UNDER_REVIEW,
    Tray.DECISION: UNDER_REVIEW,
    Tray.DELIVERY: (State.GRANTED, State.REFUSED),
}
STATES: Mapping[Tray, tuple[State, ...]] = {
    **RUNNING,
    Tray.DONE: tuple(
        state
        for state in State
        if state is not State.DRAFT and not any(state in states for states in RUNNING.values())
    ),
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
    """What a list shows: a tray (none: all of them) and the filters; `after` is (due, number) of the last one seen.

    `text` is the beginning of an applicant's name, or of a number no shorter than its parts that
    say the item and the day;
    `since` and `until` are the first and last day on which the limit ends, `filed_since` and `filed_until` those on
    which it was handed in, in the city's time. `within` names the states instead of a tray.
    """

    today: date
    tray: Tray | None = None
    mine: bool = False
    lamp: Lamp | None = None
    item_code: str | None = None
    text: str | None = None
    since: date | None = None
    until: date | None = None
    filed_since: date | None = None
    filed_until: date | None = None
    within: frozenset[State] | None = None
    after: tuple[date, str] | None = None
    limit: int = PAGE

    @property
    def latest_first(self) -> bool:
        return self.tray is Tray.DONE

    @property
    def states(self) -> tuple[State, ...]:
        """The states in which a case can be what is wanted; none where tray and light exclude each other."""
        states = STATES[self.tray] if self.tray else tuple(dict.fromkeys(sum(STATES.values(), ())))
        if self.within is not None:
            states = tuple(one for one in states if one in self.within)
        if self.lamp is not None:
            paused = self.lamp is Lamp.PAUSED
            states = tuple(
                one for one in states if (one in PAUSED) is paused and one not in STATES[Tray.DONE]
            )
        return tuple(one for one in states if one not in STATES[Tray.DONE]) if self.mine else states


def lamp(state: State, due: date | None, yellow: date | None, today: date) -> Lamp | None:
    """The light of one case; nothing once it is over."""
    if state in STATES[Tray.DONE] or due is None:
        return None
    if state in PAUSED:
        return Lamp.PAUSED
    if due < today:
        return Lamp.RED
    return Lamp.YELLOW if yellow is not None and yellow <= today else Lamp.GREEN


def lies_in(tray: Tray) -> sa.ColumnElement[bool]:
    """The one definition of a tray."""
    inside = col(Application.state).in_(STATES[tray])
    step = at_step(tray)
    return inside if step is None else sa.and_(inside, step)


def at_step(tray: Tray | None) -> sa.ColumnElement[bool] | None:
    """What sets two trays with the same states apart: whether the case has come to the decision."""
    deciding = sa.func.coalesce(col(Application.step), "") == DECIDE
    return {Tray.DECISION: deciding, Tray.REVIEW: ~deciding}.get(tray) if tray else None


def shines(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """The wanted light as bounds on the due date; whether a limit runs at all is told by the states."""
    due, yellow = col(Application.due_on), col(Application.yellow_on)
    return {
        Lamp.RED: [due < wanted.today],
        Lamp.YELLOW: [due >= wanted.today, yellow <= wanted.today],
        Lamp.GREEN: [due >= wanted.today, sa.or_(yellow > wanted.today, yellow.is_(None))],
    }.get(wanted.lamp or Lamp.PAUSED, [])
