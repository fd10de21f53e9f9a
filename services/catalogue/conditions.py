"""Conditions: small expressions over answers and facts, as data. No eval, no exceptions, an answer for every input.

An `Expression` has exactly one operator. A key is a question's key or a fact's name (`hub:population.born_on`).
A missing value, or one of another kind, makes a comparison false; `ne` and `not` are exact negations.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct, field

Scalar = bool | int | str
BOUND = re.compile(r"today(?:(?P<sign>[+-])(?P<count>[0-9]{1,5})(?P<unit>[dmy]))?")
ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Expression(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One operator and its operands; `before` … take an ISO date or `today`, `today-60y`, `today+30d`, `today-6m`.

    On a question with several answers `eq` and `in` hold when one of them is meant; `gt`, `ge`, `lt`, `le` count
    the rows of a group.
    """

    always: bool | None = None
    present: str | None = None
    eq: tuple[str, Scalar] | None = None
    ne: tuple[str, Scalar] | None = None
    in_: tuple[str, tuple[Scalar, ...]] | None = field(default=None, name="in")
    gt: tuple[str, Decimal] | None = None
    ge: tuple[str, Decimal] | None = None
    lt: tuple[str, Decimal] | None = None
    le: tuple[str, Decimal] | None = None
    before: tuple[str, str] | None = None
    after: tuple[str, str] | None = None
    on_or_before: tuple[str, str] | None = None
    on_or_after: tuple[str, str] | None = None
    and_: tuple["Expression", ...] | None = field(default=None, name="and")
    or_: tuple["Expression", ...] | None = field(default=None, name="or")
    not_: "Expression | None" = field(default=None, name="not")

    def __post_init__(self) -> None:
        used = [name for name in self.__struct_fields__ if getattr(self, name) is not None]
        if len(used) != 1:
            raise ValueError("exactly one operator")
        if used[0] in DATES and bound(getattr(self, used[0])[1], date(2000, 1, 1)) is None:
            raise ValueError("not a date, nor `today` with an offset such as today-60y")

    @property
    def operator(self) -> str:
        """The name of the attribute that is set."""
        return next(name for name in self.__struct_fields__ if getattr(self, name) is not None)

    @property
    def parts(self) -> tuple["Expression", ...]:
        """The expressions directly inside this one."""
        return self.and_ or self.or_ or ((self.not_,) if self.not_ is not None else ())


class Outcome(StrEnum):
    """What is known about a condition: `UNKNOWN` when a value that decides it is missing."""

    MET = "met"
    NOT_MET = "not-met"
    UNKNOWN = "unknown"


def bound(text: str, today: date) -> date | None:
    """The day that `text` names on `today`; nothing when it names none (31 February, year 0)."""
    try:
        if ISO.fullmatch(text):
            return date.fromisoformat(text)
        match = BOUND.fullmatch(text)
        return _shifted(today, match) if match else None
    except (ValueError, OverflowError):
        return None


def _shifted(today: date, match: re.Match[str]) -> date:
    if not match["count"]:
        return today
    count = int(match["count"]) * (-1 if match["sign"] == "-" else 1)
    if match["unit"] == "d":
        return today + timedelta(days=count)
    year, month = divmod(today.year * 12 + today.month - 1 + count * (12 if match["unit"] == "y" else 1), 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def holds(expression: Expression, values: Mapping[str, object], *, today: date) -> bool:
    """Whether the condition holds; total: any values, missing ones too."""
    if expression.always is not None:
        return expression.always
    if expression.and_ is not None:
        return all(holds(part, values, today=today) for part in expression.and_)
    if expression.or_ is not None:
        return any(holds(part, values, today=today) for part in expression.or_)
    if expression.not_ is not None:
        return not holds(expression.not_, values, today=today)
    if expression.present is not None:
        return is_present(values.get(expression.present))
    return _compare(expression, values, today)


def _compare(expression: Expression, values: Mapping[str, object], today: date) -> bool:
    name = expression.operator
    key, wanted = getattr(expression, name)
    value = values.get(key)
    if name in NUMBERS:
        number = _number(value)
        return number is not None and NUMBERS[name](number, wanted)
    if name in DATES:
        day, limit = _day(value), bound(wanted, today)
        return day is not None and limit is not None and DATES[name](day, limit)
    if name == "in_":
        return any(_same(value, one) for one in wanted)
    return _same(value, wanted) is (name == "eq")


NUMBERS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
}
DATES: dict[str, Callable[[date, date], bool]] = {
    "before": lambda a, b: a < b,
    "after": lambda a, b: a > b,
    "on_or_before": lambda a, b: a <= b,
    "on_or_after": lambda a, b: a >= b,
}

COMPARISONS = frozenset({"eq", "ne", "in_", *NUMBERS, *DATES})


def judge(expression: Expression, facts: Mapping[str, object], *, today: date) -> Outcome:
    """Like `holds`, but says UNKNOWN where a missing fact could still turn the answer either way."""
    outcomes = [judge(part, facts, today=today) for part in expression.parts]
    if expression.not_ is not None:
        return OPPOSITE[outcomes[0]]
    if expression.and_ is not None or expression.or_ is not None:
        return _joined(outcomes, whole=expression.and_ is not None)
    compared = next(comparisons(expression), None)
    if compared is not None and not is_present(facts.get(compared[1])):
        return Outcome.UNKNOWN
    return Outcome.MET if holds(expression, facts, today=today) else Outcome.NOT_MET


def _joined(parts: list[Outcome], *, whole: bool) -> Outcome:
    deciding, otherwise = (Outcome.NOT_MET, Outcome.MET) if whole else (Outcome.MET, Outcome.NOT_MET)
    if deciding in parts:
        return deciding
    return Outcome.UNKNOWN if Outcome.UNKNOWN in parts else otherwise


OPPOSITE = {
    Outcome.MET: Outcome.NOT_MET,
    Outcome.NOT_MET: Outcome.MET,
    Outcome.UNKNOWN: Outcome.UNKNOWN,
}


def keys(expression: Expression) -> Iterator[str]:
    """Every question or fact the expression looks at, as often as it does."""
    if expression.present is not None:
        yield expression.present
    for _, key, _ in comparisons(expression, deep=False):
        yield key
    for part in expression.parts:
        yield from keys(part)


def comparisons(expression: Expression, *, deep: bool = True) -> Iterator[tuple[str, str, object]]:
    """(operator, key, wanted) of every comparison in the expression; with `deep=False` only its own."""
    operand = getattr(expression, expression.operator)
    if expression.operator in COMPARISONS:
        yield expression.operator.rstrip("_"), operand[0], operand[1]
    for part in expression.parts if deep else ():
        yield from comparisons(part)


def is_present(value: object) -> bool:
    return value is not None and value not in ("", (), [])


def _same(value: object, wanted: Scalar) -> bool:
    if isinstance(value, (tuple, list)):
        return any(_same(one, wanted) for one in value)
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(wanted, int):
        return _number(value) == wanted
    if isinstance(value, date):
        return _day(value) == bound(wanted, date.min)
    return isinstance(value, str) and value == wanted


def _number(value: object) -> Decimal | None:
    """A comparable number; facts from a register may arrive as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, tuple):
        return Decimal(len(value))
    if isinstance(value, (int, Decimal)):
        return Decimal(value) if Decimal(value).is_finite() else None
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,6})?", value):
        return Decimal(value)
    return None


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return bound(value, date.min) if isinstance(value, str) and ISO.fullmatch(value) else None


ALWAYS = Expression(always=True)
