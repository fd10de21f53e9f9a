"""What an item means for one applicant. Pure: definition, answers and facts in, outcomes out."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

import msgspec

from services.catalogue.conditions import Outcome, holds, judge
from services.catalogue.definition import Condition, ItemDefinition, Material

CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Judged:
    """One condition of acceptance and what is known about it; UNKNOWN too when only a person can tell."""

    condition: Condition
    outcome: Outcome


def eligibility(item: ItemDefinition, facts: Mapping[str, object], *, today: date) -> list[Judged]:
    """Every condition of the item held against facts (`hub:population.born_on` → value). Never a refusal:
    the official decides; the applicant is told in time."""
    return [
        Judged(
            condition,
            Outcome.UNKNOWN if condition.check is None else judge(condition.check, facts, today=today),
        )
        for condition in item.conditions
    ]


def materials_asked(
    item: ItemDefinition, values: Mapping[str, object], *, today: date
) -> tuple[Material, ...]:
    """The materials this applicant needs, by answers and facts."""
    return tuple(material for material in item.materials if holds(material.ask_when, values, today=today))


def encoded(item: ItemDefinition) -> bytes:
    """The definition as canonical JSON: the same bytes for the same definition."""
    return msgspec.json.encode(item, order="deterministic")


def digest(item: ItemDefinition) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(encoded(item)).hexdigest()


def builtins(item: ItemDefinition) -> dict[str, Any]:
    """The definition as JSON has it, for those who change it before it is one again."""
    content: dict[str, Any] = msgspec.json.decode(encoded(item))
    return content


def digest_of(definition: Mapping[str, object]) -> str:
    """SHA-256 of a definition in builtins, complete or not, as canonical JSON."""
    return hashlib.sha256(msgspec.json.encode(definition, order="deterministic")).hexdigest()


def effective_on(item: ItemDefinition, at: datetime) -> date:
    """From which day a version published at `at` counts: as it says, but never before it was published."""
    day = at.astimezone(CHINA).date()
    return max(item.effective_on, day) if item.effective_on else day
