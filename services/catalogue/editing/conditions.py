"""Conditions for people who do not program: parts chosen one by one, joined by «all» or «any», and told in words.

A condition is kept as the definition has it (builtins of `conditions.Expression`). Parts that are themselves put
together are kept and told as they are: they can be taken out, and new ones stand beside them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from services.catalogue.conditions import BOUND, Expression
from services.catalogue.editing import values
from services.catalogue.editing.terms import NO, YES, Term
from services.catalogue.editing.values import ValueUnfit
from services.catalogue.form import Pair

Written = Mapping[str, Any]
"""An expression in builtins."""


class Join(StrEnum):
    ALL = "and"
    ANY = "or"


COMPARISONS: Mapping[str, tuple[str, ...]] = {
    "yes_no": ("eq", "present"),
    "choice": ("in", "not-in", "present"),
    "choices": ("in", "not-in", "present"),
    "date": ("on_or_before", "on_or_after", "before", "after", "present"),
    "number": ("ge", "le", "gt", "lt", "eq", "ne", "present"),
    "money": ("ge", "le", "gt", "lt", "eq", "ne", "present"),
    "text": ("eq", "ne", "present"),
}
"""Type of what is looked at → comparisons offered; any other type is compared as text."""

CHOOSING = frozenset({"choice", "choices"})
COUNTED = frozenset({"number", "money"})


def comparisons(term: Term) -> tuple[str, ...]:
    found = COMPARISONS.get(term.type, COMPARISONS["text"])
    return (*found, "absent")


def parts(condition: Written | None) -> tuple[Join, list[Written]]:
    """How the condition is joined, and its parts; no parts when it always holds."""
    if not condition or condition.get("always") is True:
        return Join.ALL, []
    for join in Join:
        if set(condition) == {join.value} and isinstance(condition[join.value], list | tuple):
            return join, list(condition[join.value])
    return Join.ALL, [condition]


def joined(join: Join, among: Sequence[Written]) -> Written | None:
    """The condition of these parts; None when there are none, for then it always holds."""
    if not among:
        return None
    return among[0] if len(among) == 1 else {join.value: list(among)}


def part(term: Term, comparison: str, wanted: str | list[str]) -> Written:
    """One part from what was chosen. Raises ValueUnfit: not-an-option, missing, not-a-number, not-a-date."""
    if comparison not in comparisons(term):
        raise ValueUnfit("not-an-option")
    if comparison == "present":
        return {"present": term.key}
    if comparison == "absent":
        return {"not": {"present": term.key}}
    texts = [text.strip() for text in ([wanted] if isinstance(wanted, str) else wanted) if text.strip()]
    if not texts:
        raise ValueUnfit("missing")
    if term.type in CHOOSING:
        return _chosen(term, texts, among=comparison == "in")
    return {comparison: [term.key, _operand(term, texts[-1])]}


def _chosen(term: Term, texts: list[str], *, among: bool) -> Written:
    offered = [option for option, _ in term.options]
    if not set(texts) <= set(offered):
        raise ValueUnfit("not-an-option")
    chosen = [option for option in offered if option in texts]
    held: Written = {"eq": [term.key, chosen[0]]} if len(chosen) == 1 else {"in": [term.key, chosen]}
    return held if among else {"not": held}


def _operand(term: Term, text: str) -> bool | int | str:
    if term.type == "yes_no":
        if text not in {"yes", "no"}:
            raise ValueUnfit("not-an-option")
        return text == "yes"
    if term.type in COUNTED:
        return values.number(text)
    return values.limit(text) if term.type == "date" else text


def sound(condition: object) -> bool:
    """Whether this is a condition at all: an imported draft may hold anything."""
    try:
        msgspec.convert(condition, Expression)
    except (msgspec.ValidationError, RecursionError):
        return False
    return True


# ── In words ────────────────────────────────────────────────────────────────────────────────────

WORDS: Mapping[str, Pair] = {
    "eq": Pair("“{key}”是{value}", "“{key}” is {value}"),
    "ne": Pair("“{key}”不是{value}", "“{key}” is not {value}"),
    "in": Pair("“{key}”选了{value}之一", "“{key}” is one of {value}"),
    "gt": Pair("“{key}”大于 {value}", "“{key}” is more than {value}"),
    "ge": Pair("“{key}”不少于 {value}", "“{key}” is at least {value}"),
    "lt": Pair("“{key}”小于 {value}", "“{key}” is less than {value}"),
    "le": Pair("“{key}”不多于 {value}", "“{key}” is at most {value}"),
    "before": Pair("“{key}”早于{value}", "“{key}” is before {value}"),
    "after": Pair("“{key}”晚于{value}", "“{key}” is after {value}"),
    "on_or_before": Pair("“{key}”不晚于{value}", "“{key}” is not later than {value}"),
    "on_or_after": Pair("“{key}”不早于{value}", "“{key}” is not earlier than {value}"),
    "present": Pair("“{key}”填写了", "“{key}” is filled in"),
    "not": Pair("并非：{part}", "not: {part}"),
    "always": Pair("任何情况下", "in any case"),
    "never": Pair("从不", "never"),
    "unreadable": Pair("读不懂的条件", "a condition that cannot be read"),
}
JOINTS = {Join.ALL: Pair("，并且", ", and "), Join.ANY: Pair("，或者", ", or ")}
OPPOSITES = {"eq": "ne", "present": "absent", "in": "not-in"}
ABSENT = {
    "absent": Pair("“{key}”没有填写", "“{key}” is not filled in"),
    "not-in": Pair("“{key}”没有选{value}中的任何一项", "“{key}” is none of {value}"),
}
UNITS = {"d": Pair("天", "days"), "m": Pair("个月", "months"), "y": Pair("年", "years")}
DATED = frozenset({"before", "after", "on_or_before", "on_or_after"})

Saying = Callable[[Pair], str]
"""Which language: `lambda pair: pair.zh`."""


def in_words(condition: Written | None, terms: Mapping[str, Term], say: Saying) -> str:
    """The whole condition as one sentence; total, whatever stands there."""
    if condition is None:
        return say(WORDS["always"])
    if not sound(condition):
        return say(WORDS["unreadable"])
    return _told(condition, terms, say)


def _told(condition: Written, terms: Mapping[str, Term], say: Saying) -> str:
    operator, operand = next((key, one) for key, one in condition.items() if one is not None)
    if operator == "always":
        return say(WORDS["always" if operand else "never"])
    if operator in {"and", "or"}:
        return _several(Join(operator), operand, terms, say)
    if operator == "not":
        return _opposite(operand, terms, say)
    return _compared(WORDS[operator], operator, operand, terms, say)


def _several(join: Join, among: Sequence[Written], terms: Mapping[str, Term], say: Saying) -> str:
    told = [
        (f"（{_told(one, terms, say)}）" if set(one) & {"and", "or"} else _told(one, terms, say))
        for one in among
    ]
    return say(JOINTS[join]).join(told) if told else say(WORDS["always" if join is Join.ALL else "never"])


def _opposite(inner: Written, terms: Mapping[str, Term], say: Saying) -> str:
    operator, operand = next((key, one) for key, one in inner.items() if one is not None)
    turned = OPPOSITES.get(operator)
    if turned is None:
        return say(WORDS["not"]).format(part=_told(inner, terms, say))
    return _compared(ABSENT.get(turned) or WORDS[turned], operator, operand, terms, say)


def _compared(sentence: Pair, operator: str, operand: Any, terms: Mapping[str, Term], say: Saying) -> str:
    key, wanted = (operand, None) if operator == "present" else operand
    term = terms.get(key)
    label = say(term.label) if term else str(key)
    return say(sentence).format(key=label, value=_value(operator, wanted, term, say))


def _value(operator: str, wanted: Any, term: Term | None, say: Saying) -> str:
    if operator in DATED:
        return day_in_words(str(wanted), say)
    if isinstance(wanted, list | tuple):
        return say(Pair("、", ", ")).join(_value("eq", one, term, say) for one in wanted)
    if isinstance(wanted, bool):
        return f"“{say(YES if wanted else NO)}”"
    if operator in {"gt", "ge", "lt", "le"} or isinstance(wanted, int):
        return str(wanted)
    options = dict(term.options) if term else {}
    return f"“{say(options[wanted])}”" if wanted in options else f"“{wanted}”"


def day_in_words(text: str, say: Saying) -> str:
    """`today-60y` as 60 年前的今天; a date as it is."""
    match = re.fullmatch(BOUND, text)
    if match is None:
        return f" {text} "
    if not match["count"]:
        return say(Pair("今天", "today"))
    amount = f"{match['count']} {say(UNITS[match['unit']])}"
    back = match["sign"] == "-"
    return say(Pair(f"{amount}{'前' if back else '后'}的今天", f"{amount} {'ago' if back else 'from today'}"))
