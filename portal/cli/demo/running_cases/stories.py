"""What happened to a sample case so far, and when: from a seed, in office hours, never in the future. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from random import Random

from services.applications.rules import Deed
from services.catalogue.codes import StepRole
from services.catalogue.definition import ItemDefinition
from services.oversight.measures.office import A_DAY, Office


class Stage(StrEnum):
    """How far a case is."""

    WAITING = "waiting"
    TAKEN = "taken"
    CORRECTING = "correcting"
    WORKED_ON = "worked-on"
    PAUSED = "paused"
    EXTENDED = "extended"


SHARES = {
    Stage.WAITING: 24,
    Stage.TAKEN: 8,
    Stage.CORRECTING: 8,
    Stage.WORKED_ON: 46,
    Stage.PAUSED: 7,
    Stage.EXTENDED: 7,
}
GONE = ((0.70, 0.05, 0.75), (0.14, 0.90, 1.0), (0.16, 1.05, 1.5))
"""Of the promised limit: how many cases, and between which shares of it; most have time, some are nearly late or late."""
HANDLING, INTAKE_WAIT = (6, 25), (30, 2 * A_DAY)
WAITED, WAITED_LONG, LONG = (10, 3 * A_DAY), (4 * A_DAY, 6 * A_DAY), 0.15
"""Office minutes; a wait at the counter above five days becomes an acceptance by silence (行政许可法 32)."""


@dataclass(frozen=True, slots=True)
class Story:
    """A case of `item` by the resident at this place, and its turns with their moments, in order."""

    item: ItemDefinition
    resident: int
    turns: tuple[tuple[Deed, datetime], ...]


def stories(
    items: Sequence[ItemDefinition], residents: int, count: int, *, now: datetime, hours: Office, seed: int
) -> list[Story]:
    """So many cases, by the moment in which they were handed in."""
    chance = Random(seed)  # noqa: S311 - what happened to a sample is no secret
    until = hours.elapsed(now)
    found = []
    for place in range(count):
        item = items[place % len(items)]
        stage = chance.choices(list(SHARES), list(SHARES.values()))[0]
        minutes = _minutes(item, stage, until, chance)
        turns = tuple((turn, hours.moment(max(0, minute))) for turn, minute in minutes)
        found.append(Story(item, place % residents, turns))
    return sorted(found, key=lambda one: one.turns[0][1])


def _minutes(item: ItemDefinition, stage: Stage, until: int, chance: Random) -> list[tuple[Deed, int]]:
    if stage is Stage.WAITING:
        span = WAITED_LONG if chance.random() < LONG else WAITED
        return [(Deed.SUBMIT, until - chance.randint(*span))]
    if stage in {Stage.TAKEN, Stage.CORRECTING}:
        begun = until - chance.randint(A_DAY // 2, 3 * A_DAY)
        taken = begun + chance.randint(A_DAY // 8, A_DAY // 4)
        turns = [(Deed.SUBMIT, begun), (Deed.CLAIM, taken)]
        asked = [(Deed.REQUEST_CORRECTION, taken + chance.randint(*HANDLING))]
        return turns + asked if stage is Stage.CORRECTING else turns
    _share, least, most = chance.choices(GONE, [share for share, *_ in GONE])[0]
    accepted = until - round(item.promised_limit.days * A_DAY * chance.uniform(least, most))
    begun = accepted - chance.randint(*INTAKE_WAIT) - HANDLING[1]
    turns = [
        (Deed.SUBMIT, begun),
        (Deed.CLAIM, accepted - chance.randint(*HANDLING)),
        (Deed.ACCEPT, accepted),
    ]
    later = _reviews(item, stage, chance)
    step = (until - accepted) // (len(later) + 1)
    for place, turn in enumerate(later, 1):
        done = accepted + place * step
        turns += [(Deed.CLAIM, done - min(step // 2, chance.randint(*HANDLING))), (turn, done)]
    return turns


def _reviews(item: ItemDefinition, stage: Stage, chance: Random) -> list[Deed]:
    """How many of its reviews a case has behind it, and what else was decided on the way."""
    reviews = sum(1 + step.two_persons for step in item.steps if step.role is StepRole.REVIEWER)
    behind = [Deed.REVIEW] * chance.randint(0, reviews)
    if stage is Stage.PAUSED:
        return [*behind[: max(0, reviews - 1)], Deed.SUSPEND]
    return [*behind, Deed.EXTEND] if stage is Stage.EXTENDED else behind
