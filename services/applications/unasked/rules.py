"""Who is entitled by what the registers say, and what may be done with an offer. No database, no clock, no network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.applications.errors import OfferNotOpen
from services.catalogue.conditions import Outcome, judge, keys
from services.catalogue.reforms import DecisionRule

HUB = "hub:"
EVERY_DAYS = 7
"""How often the registers are asked again for somebody who agreed to it."""


class Standing(StrEnum):
    """What became of an offer."""

    OPEN = "open"  # 可以直接享受, 等本人确认
    CONFIRMED = "confirmed"  # 已确认
    DECLINED = "declined"  # 不领取


@dataclass(frozen=True, slots=True)
class Look:
    """One question to one register: no field beyond those the rules look at."""

    resource: str
    fields: tuple[str, ...]


def looks(rules: Sequence[DecisionRule]) -> list[Look]:
    """Everything the rules have to know, each register asked once."""
    fields: dict[str, set[str]] = {}
    for rule in rules:
        for key in keys(rule.check):
            resource, _, field = key.removeprefix(HUB).partition(".")
            fields.setdefault(resource, set()).add(field)
    return [Look(resource, tuple(sorted(wanted))) for resource, wanted in sorted(fields.items())]


def entitled(rules: Sequence[DecisionRule], facts: Mapping[str, object], *, today: date) -> bool:
    """Whether every rule holds; what a register does not know entitles to nothing."""
    return bool(rules) and all(judge(rule.check, facts, today=today) is Outcome.MET for rule in rules)


def looked_at_on(person_id: UUID, day: date) -> bool:
    """Whether it is this person's day: spread over the week by their id, so that no moment of looking is kept."""
    return person_id.int % EVERY_DAYS == day.toordinal() % EVERY_DAYS


def require_open(standing: Standing | None, wanted: frozenset[Standing], item: str) -> None:
    """Raises OfferNotOpen where there is no such offer any more."""
    if standing not in wanted:
        raise OfferNotOpen(item)
