"""Rows of a group: typed as `shareholders-2-name`, where 2 counts from 1. Pure.

A question inside a group is handled as an ordinary one whose key carries its row (`placed`), so everything that
reads, shows or corrects one question does the same for one in a row.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from services.catalogue.codes import QuestionType
from services.catalogue.form import Form, Pair, Question
from services.catalogue.readers import PARTS, SPACE

Typed = Mapping[str, str | list[str]]

MOST_ROWS = 20
"""Where the definition does not say otherwise; never more than 99."""
NAME = re.compile(r"(?P<group>[a-z][a-z0-9_]*)-(?P<row>[1-9][0-9]?)-(?P<rest>.*)")


def row_key(group: str, row: int) -> str:
    """How a row is named: `shareholders-2`."""
    return f"{group}-{row}"


def owner(name: str) -> str:
    """The key of the question of the form that a typed name or a mistake belongs to."""
    return name.partition("-")[0]


def split(name: str) -> tuple[str, int, str] | None:
    """(group, row, rest) of a name typed in a row; nothing for other names."""
    match = NAME.fullmatch(name)
    return (match["group"], int(match["row"]), match["rest"]) if match else None


@lru_cache(maxsize=4096)
def placed(group: Question, row: int) -> tuple[Question, ...]:
    """The questions of a group as they are asked in one row, their keys carrying it."""
    return tuple(
        msgspec.structs.replace(one, key=f"{row_key(group.key, row)}-{one.key}") for one in group.questions
    )


def names_of(question: Question) -> tuple[str, ...]:
    """The names under which a question's parts are typed: `born`, `born-year`, `born-month` …"""
    return (question.key, *(f"{question.key}-{part}" for part in PARTS.get(question.type, ())))


def asker(form: Form, name: str) -> Question | None:
    """The question a name is typed for: one of the form, or one in a row of a group; None for a stranger's name."""
    question = form.question(owner(name))
    if question is None:
        return None
    if question.type is not QuestionType.GROUP:
        return question if name in names_of(question) else None
    if name == question.key:
        return question
    found = split(name)
    rows = placed(question, found[1]) if found else ()
    return next((one for one in rows if name in names_of(one)), None)


def named(form: Form, key: str) -> tuple[Question, int | None, Question] | None:
    """(question of the form, row, question asked) that a mistake's key names; row None outside groups."""
    question = form.question(owner(key))
    if question is None or key == question.key:
        return (question, None, question) if question else None
    found = split(key)
    if found is None:
        return None
    asked = next((one for one in placed(question, found[1]) if one.key == key), None)
    return (question, found[1], asked) if asked else None


def numbers(group: str, typed: Typed) -> list[int]:
    """The rows in which something was typed, in order."""
    found = {
        place[1]
        for name, text in typed.items()
        if _said(text) and (place := split(name)) and place[0] == group
    }
    return sorted(found)


def free(group: Question, typed: Typed) -> int | None:
    """The number of the next row; None when there are as many as may be."""
    taken = numbers(group.key, typed)
    return taken[-1] + 1 if taken and taken[-1] < 99 and len(taken) < most(group) else (None if taken else 1)


def most(group: Question) -> int:
    """How many rows there may be."""
    return min(99, MOST_ROWS if group.rules.maximum is None else int(group.rules.maximum))


def least(group: Question) -> int:
    """How many rows there must be, once anything is needed at all."""
    return int(group.rules.minimum or 1)


def keys(form: Form, typed: Typed) -> list[str]:
    """Every row of every group in which something was typed, named as `row_key` does: `shareholders-2`."""
    return [
        row_key(group.key, number)
        for group in form.questions()
        if group.type is QuestionType.GROUP
        for number in numbers(group.key, typed)
    ]


def title(group: Question, row: int) -> Pair:
    """What one row is called among the whole form: 全部股东：第 2 项."""
    return Pair(f"{group.label.zh}：第 {row} 项", f"{group.label.en}: no. {row}")


def in_row(name: str) -> tuple[str, int] | None:
    """(group, row) of a row's name, `shareholders-2`; nothing for other names."""
    found = split(f"{name}-")
    return (found[0], found[1]) if found and not found[2] else None


def without(group: str, typed: Typed, row: int) -> dict[str, str | list[str]]:
    """The whole group anew without one row, the following rows moved up; to be saved as one answer."""
    anew: dict[str, str | list[str]] = {group: []}
    left = [number for number in numbers(group, typed) if number != row]
    places = {old: new for new, old in enumerate(left, 1)}
    for name, text in typed.items():
        place = split(name)
        if place and place[0] == group and place[1] in places:
            anew[f"{row_key(group, places[place[1]])}-{place[2]}"] = text
    return anew


def replaced(typed: Typed, answers: Typed) -> dict[str, str | list[str]]:
    """What was typed, where a group given whole (`{key: []}` beside its rows) empties the rows it does not name."""
    anew = dict(typed)
    for key in [name for name, text in typed.items() if "-" not in name and not _said(text)]:
        stale = [name for name in answers if (place := split(name)) and place[0] == key and name not in typed]
        anew |= dict.fromkeys(stale, "")
    return anew


def _said(text: str | list[str]) -> bool:
    return any(one.strip(SPACE) for one in ([text] if isinstance(text, str) else text))
