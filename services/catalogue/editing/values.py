"""From an element to what stands in its fields and back. Pure; what cannot be read is refused with a code."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from services.catalogue.conditions import BOUND, ISO, bound
from services.catalogue.errors import CatalogueError

Typed = Mapping[str, str | list[str]]
Shower = Callable[[str, Any], dict[str, str | list[str]]]
TODAY = "今天"
UNITS = {"年": "y", "个月": "m", "天": "d"}
DISTANCE = re.compile(r"(?P<count>[0-9]{1,5})(?P<unit>年|个月|天)(?P<side>前|后)")
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")


class Kind(StrEnum):
    """What an element is written in. WORDS and LONG_WORDS are pairs; their English has the field `<name>-en`.

    SELECTION is CHOICES kept as a mapping in which each chosen one stands under its own name.
    """

    WORDS = "words"
    LONG_WORDS = "long-words"
    TEXT = "text"
    LINES = "lines"
    WHOLE = "whole"
    NUMBER = "number"
    YES_NO = "yes-no"
    CHOICE = "choice"
    CHOICES = "choices"
    SELECTION = "selection"
    DAY = "day"
    BOUND = "bound"


class ValueUnfit(CatalogueError):
    """What was typed is no value of this kind: not-a-number, not-a-date, not-an-option."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


PAIRS = frozenset({Kind.WORDS, Kind.LONG_WORDS})


def shown(kind: Kind, name: str, value: Any) -> dict[str, str | list[str]]:
    """What the fields called `name` hold for a value, however wrong an imported value may be."""
    if value is None:
        return {}
    shower: Shower = SHOWN.get(kind, _as_text)
    return shower(name, value)


def _distance(name: str, value: Any) -> dict[str, str | list[str]]:
    """`today-60y` as an official writes it: `60年前`."""
    text = str(value)
    match = BOUND.fullmatch(text)
    if match is None:
        return {name: text}
    if not match["count"]:
        return {name: TODAY}
    unit = next(word for word, letter in UNITS.items() if letter == match["unit"])
    return {name: f"{int(match['count'])}{unit}{'前' if match['sign'] == '-' else '后'}"}


def _pair(name: str, value: Any) -> dict[str, str | list[str]]:
    pair = value if isinstance(value, Mapping) else {"zh": value}
    return {name: str(pair.get("zh") or ""), f"{name}-en": str(pair.get("en") or "")}


def _as_text(name: str, value: Any) -> dict[str, str | list[str]]:
    return {name: str(value)}


def _listed(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [str(one) for one in value.values()]
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]


def _parts(name: str, text: str) -> dict[str, str | list[str]]:
    if not ISO.fullmatch(text):
        return {f"{name}-year": text}
    parts = zip(("year", "month", "day"), text.split("-"), strict=True)
    return {f"{name}-{part}": one.lstrip("0") for part, one in parts}


SHOWN: Mapping[Kind, Shower] = {
    Kind.WORDS: _pair,
    Kind.LONG_WORDS: _pair,
    Kind.YES_NO: lambda name, value: {name: "yes" if value is True else "no"},
    Kind.CHOICES: lambda name, value: {name: _listed(value)},
    Kind.SELECTION: lambda name, value: {name: _listed(value)},
    Kind.LINES: lambda name, value: {name: "\n".join(_listed(value))},
    Kind.BOUND: _distance,
    Kind.DAY: lambda name, value: _parts(name, str(value)),
}


def read(kind: Kind, name: str, typed: Typed, offered: frozenset[str] = frozenset()) -> Any:
    """The value of the fields called `name`, None where nothing was typed. Raises ValueUnfit.

    Of `offered` a CHOICE is one and CHOICES are some.
    """
    text = _text(typed, name)
    if kind in PAIRS:
        english = _text(typed, f"{name}-en")
        return {"zh": text, "en": english} if text or english else None
    if kind is Kind.CHOICES:
        return _chosen(typed.get(name, []), offered)
    if kind is Kind.SELECTION:
        return {one: one for one in _chosen(typed.get(name, []), offered) or ()} or None
    if kind is Kind.DAY:
        return _day(*(_text(typed, f"{name}-{part}") for part in ("year", "month", "day")))
    return READERS[kind](text, offered) if text else None


def _text(typed: Typed, name: str) -> str:
    value = typed.get(name, "")
    text = value if isinstance(value, str) else (value[-1] if value else "")
    return text.replace("\r\n", "\n").strip()


def _chosen(value: str | list[str], offered: frozenset[str]) -> list[str] | None:
    chosen = [one for one in ([value] if isinstance(value, str) else value) if one]
    if not set(chosen) <= offered:
        raise ValueUnfit("not-an-option")
    return chosen or None


def _day(year: str, month: str, day: str) -> str | None:
    if not (year or month or day):
        return None
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise ValueUnfit("not-a-date") from None


def _one(text: str, offered: frozenset[str]) -> str:
    if text not in offered:
        raise ValueUnfit("not-an-option")
    return text


def whole(text: str, _: frozenset[str] = frozenset()) -> int:
    """A whole number. Raises ValueUnfit."""
    if not NUMBER.fullmatch(text) or Decimal(text) % 1:
        raise ValueUnfit("not-a-number")
    return int(Decimal(text))


def number(text: str, _: frozenset[str] = frozenset()) -> int | str:
    """A number as a definition keeps it: whole ones as such, others as they are written. Raises ValueUnfit."""
    if not NUMBER.fullmatch(text):
        raise ValueUnfit("not-a-number")
    return int(text) if "." not in text else text


def limit(text: str, _: frozenset[str] = frozenset()) -> str:
    """A day, or a distance from today: `60年前` and `today-60y` are the same. Raises ValueUnfit."""
    said = DISTANCE.fullmatch(text.replace(" ", ""))
    if said:
        text = f"today{'-' if said['side'] == '前' else '+'}{int(said['count'])}{UNITS[said['unit']]}"
    text = "today" if text == TODAY else text
    if not (BOUND.fullmatch(text) or ISO.fullmatch(text)) or bound(text, date(2000, 1, 1)) is None:
        raise ValueUnfit("not-a-date")
    return text


READERS: dict[Kind, Any] = {
    Kind.TEXT: lambda text, _: text,
    Kind.LINES: lambda text, _: [line.strip() for line in text.split("\n") if line.strip()],
    Kind.WHOLE: whole,
    Kind.NUMBER: number,
    Kind.YES_NO: lambda text, _: _one(text, frozenset({"yes", "no"})) == "yes",
    Kind.CHOICE: _one,
    Kind.BOUND: limit,
}
