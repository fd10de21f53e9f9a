"""Whether the published rules of an item hold for a case, and until when a person may be asked for. No database, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.applications.errors import NotDecidedByRules, ReviewTimeOver, ReviewUnderWay
from services.catalogue.conditions import Outcome, judge, keys
from services.catalogue.reforms import DecisionRule
from services.workflow.rules import DAY

REMEDY_DAYS = 60
"""Calendar days in which a decision by rules may be put before a person: as long as 行政复议 is open (行政复议法 20)."""

REVIEW_DAYS = 10
"""Working days in which the person concludes; the city's own rule, since 个人信息保护法 24 sets none."""


class Course(StrEnum):
    """What became of a case whose item may be decided by rules."""

    GRANTED = "granted"  # 按规则准予
    TO_A_PERSON = "to-a-person"  # 规则没有全部成立, 转人工
    TAKEN_OUT = "taken-out"  # 申请人要求人工


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule and whether it held on the values there were; unknown where a value was missing."""

    key: str
    outcome: Outcome


def judged(rules: Sequence[DecisionRule], known: Mapping[str, object], *, today: date) -> list[Judged]:
    """Every rule in its order."""
    return [Judged(rule.key, judge(rule.check, known, today=today)) for rule in rules]


def course(found: Sequence[Judged]) -> Course:
    """Granted where every rule holds; anything else is a person's affair, never a refusal."""
    held = bool(found) and all(one.outcome is Outcome.MET for one in found)
    return Course.GRANTED if held else Course.TO_A_PERSON


def inputs(rules: Sequence[DecisionRule], known: Mapping[str, object]) -> dict[str, str]:
    """What the rules looked at, as text; what is missing is left out."""
    wanted = sorted({key for rule in rules for key in keys(rule.check)})
    return {key: _text(known[key]) for key in wanted if known.get(key) not in (None, "", ())}


def _text(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def asked_until(decided_on: date) -> date:
    """The last day on which a person may be asked for."""
    return decided_on + REMEDY_DAYS * DAY


def require_open(
    number: str, course: Course | None, decided_on: date | None, today: date, open_reviews: int
) -> None:
    """A decision by rules may be put before a person, one asking at a time.

    Raises NotDecidedByRules, ReviewTimeOver, ReviewUnderWay.
    """
    if course is not Course.GRANTED or decided_on is None:
        raise NotDecidedByRules(number)
    if today > asked_until(decided_on):
        raise ReviewTimeOver(asked_until(decided_on))
    if open_reviews:
        raise ReviewUnderWay(number)
