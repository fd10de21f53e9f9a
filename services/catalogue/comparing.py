"""What changed between two versions of an item, and what that means for a form half filled in. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from services.catalogue.answers import NO_FACTS, Typed, check
from services.catalogue.definition import ItemDefinition
from services.catalogue.form import Form, Question
from services.catalogue.rows import asker

NAMES = ("key", "code", "value")
"""By which member the entries of a list are known again, whatever their order."""


class Difference(Struct, frozen=True):
    """One place that differs. `path` names list entries by their key (`materials[photo].max_mb`); None: not there."""

    path: str
    before: Any
    after: Any


def differences(before: ItemDefinition, after: ItemDefinition) -> list[Difference]:
    """Every element that differs, in the order of the definition; an added or removed entry is one difference."""
    return list(between(msgspec.to_builtins(before), msgspec.to_builtins(after)))


def between(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """Every place in which two definitions in builtins differ, complete or not."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            yield from between(before.get(name), after.get(name), f"{path}.{name}".lstrip("."))
    elif (old := _named(before)) is not None and (new := _named(after)) is not None:
        for name in dict.fromkeys((*old, *new)):
            yield from between(old.get(name), new.get(name), f"{path}[{name}]")
        if [one for one in old if one in new] != [one for one in new if one in old]:
            yield Difference(f"{path}[]", list(old), list(new))
    else:
        yield Difference(path, before, after)


def _named(value: Any) -> dict[str, Any] | None:
    """A list's entries by name, when every entry has one of its own."""
    if not isinstance(value, list | tuple) or not all(isinstance(one, dict) for one in value):
        return None
    for name in NAMES:
        named = {one[name]: one for one in value if name in one}
        if len(named) == len(value):
            return named
    return None


class Carried(Struct, frozen=True):
    """A form half filled in, carried over to a newer version. Nothing typed is lost.

    `typed` goes on in the new form; `left` has no place in it any more, or no longer fits its question;
    `to_answer` are the keys the new form still needs.
    """

    typed: dict[str, str | list[str]]
    left: dict[str, str | list[str]]
    to_answer: tuple[str, ...]


def carried(
    typed: Typed, old: Form, new: Form, *, today: date, facts: Mapping[str, object] = NO_FACTS
) -> Carried:
    """Carry what was typed for `old` over to `new`, question by question, by key and type."""
    kept: dict[str, str | list[str]] = {}
    for name, text in typed.items():
        before, question = asker(old, name), asker(new, name)
        if before and question and before.type is question.type and _fits(question, text):
            kept[name] = text
    checked = check(new, kept, today=today, complete=True, facts=facts)
    return Carried(
        typed=kept,
        left={name: text for name, text in typed.items() if name not in kept},
        to_answer=tuple(mistake.key for mistake in checked.mistakes),
    )


def _fits(question: Question, text: str | list[str]) -> bool:
    """Whether every option chosen is still offered."""
    if not question.options:
        return True
    offered = {option.value for option in question.options}
    return set([text] if isinstance(text, str) else text) <= offered
