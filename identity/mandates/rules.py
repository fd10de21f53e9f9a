"""What a mandate may be, and when a person is known surely enough. Pure: dates and numbers come as arguments."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from identity import rules
from identity.actor import Actor
from identity.mandates.errors import (
    ChildNeedsGuardian,
    LevelTooLow,
    NotAChild,
    PeriodWrong,
    PowerMissing,
    ScopeWrong,
)
from identity.numbers import birth_date
from identity.rules import Level

CITY_TIME = ZoneInfo("Asia/Shanghai")
FULL_AGE = 18  # 民法典 17
LONGEST = timedelta(days=3 * 366)
REQUEST_LASTS = timedelta(days=30)
OPEN_REQUESTS = 20
ENDS_SOON = timedelta(days=7)
"""How long before a mandate ends both sides are told."""
CHECKS_A_DAY = 5
PROOFS_NEEDED = 2
REGISTER_FRESH = timedelta(hours=12)
"""How long what the register said about a firm's legal representative is believed."""


class Kind(StrEnum):
    """On what ground somebody acts for somebody else."""

    REPRESENTATIVE = "representative"  # 法定代表人
    ADMINISTRATOR = "administrator"  # 单位管理员: does everything and names agents
    AGENT = "agent"  # 经办人
    GUARDIAN = "guardian"  # 监护人, for a child
    CHILD = "child"  # 代办: a grown child for a parent


FOR_FIRMS = frozenset({Kind.REPRESENTATIVE, Kind.ADMINISTRATOR, Kind.AGENT})
NAMING = frozenset({Kind.REPRESENTATIVE, Kind.ADMINISTRATOR})
"""Who may name and dismiss a firm's agents."""


class Ending(StrEnum):
    """Why a mandate is over before its time."""

    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    REPRESENTATIVE_CHANGED = "representative-changed"


class Answer(StrEnum):
    """What became of a request."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class Proof(StrEnum):
    """What a person can show beside their ID number (domain facts 1.2); each is asked of the register that keeps it."""

    PHONE = "phone"
    SOCIAL_CARD = "social-card"
    FUND_ACCOUNT = "fund-account"
    DRIVING_FILE = "driving-file"


ORDER = (Level.UNVERIFIED, Level.REGISTRY, Level.IN_PERSON)


def reaches(held: Level, needed: Level) -> bool:
    """Whether who is known as surely as `held` may do what needs `needed`."""
    return ORDER.index(held) >= ORDER.index(needed)


def require_level(held: Level, needed: Level) -> None:
    """Raises LevelTooLow."""
    if not reaches(held, needed):
        raise LevelTooLow(needed, held)


def scope(items: Iterable[str]) -> list[str]:
    """The items of a mandate: everything, or those named, each once. Raises ScopeWrong when there is none."""
    named = sorted(set(items))
    if not named:
        raise ScopeWrong
    return [rules.ALL_POWERS] if rules.ALL_POWERS in named else named


def may_act(actor: Actor, party: UUID, item: str) -> bool:
    """Whether the actor may do this item in the name of the party: oneself always, others as the mandate says."""
    return party == actor.person_id or actor.covers(party, item)


def require_power(actor: Actor, party: UUID, item: str) -> None:
    """Raises PowerMissing."""
    if not may_act(actor, party, item):
        raise PowerMissing(str(party), item)


def full_age_at(number: str) -> datetime:
    """The moment the holder of a normalised ID number is 18: born on 29 February, on 1 March."""
    born = birth_date(number)
    leapling = (born.month, born.day) == (2, 29)  # eighteen years on there is never such a day
    day = date(born.year + FULL_AGE, 3, 1) if leapling else born.replace(year=born.year + FULL_AGE)
    return datetime.combine(day, time(), CITY_TIME)


def under_age(number: str, at: datetime) -> bool:
    return rules.age(number, at.astimezone(CITY_TIME).date()) < FULL_AGE


def period(kind: Kind, child: str | None, until: datetime | None, at: datetime) -> datetime | None:
    """When a mandate that begins at `at` ends. A guardian's ends when the child is of age.

    Raises PeriodWrong, NotAChild (guardian), ChildNeedsGuardian (anybody under age in another mandate).
    """
    if kind is Kind.GUARDIAN:
        if child is None or not under_age(child, at):
            raise NotAChild
        grown = full_age_at(child)
        until = min(until, grown) if until else grown
    elif child is not None and under_age(child, at):
        raise ChildNeedsGuardian
    if kind is Kind.REPRESENTATIVE:
        return until
    longest = timedelta(days=19 * 366) if kind is Kind.GUARDIAN else LONGEST
    if until is None or not at < until <= at + longest:
        raise PeriodWrong
    return until


def proved(confirmed: Iterable[Proof], *, named_right: bool) -> bool:
    """Registry-verified: the population register knows name and number, and two further proofs fit."""
    return named_right and len(set(confirmed)) >= PROOFS_NEEDED
