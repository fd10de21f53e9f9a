"""What the applicant declared, as an officer reads it: each answer in words, where it came from, hidden where it must be."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from portal import language
from services.applications.planning import HUB, prefill
from services.catalogue import answers, rows, showing
from services.catalogue.definition import ItemDefinition
from services.catalogue.form import Pair, Question
from services.catalogue.readers import Value


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an answer came from: a register (its code and provider), or what the person told the portal before."""

    register: str | None
    provider: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of the sheet. `registered`: what the register says, where the applicant wrote something else; `agrees`:
    it says the same.

    `rows`: the rows of a group by number, each of which a correction may name by itself.
    """

    key: str
    target: str
    label: Pair
    shown: str
    hidden: bool
    origin: Origin | None
    registered: str | None = None
    agrees: bool = False
    rows: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Part:
    title: Pair
    answers: Sequence[Answer]


def parts(
    definition: ItemDefinition,
    typed: answers.Typed,
    origins: Mapping[str, Any],
    facts: Mapping[str, Any],
    *,
    on: date,
    unmasked: Collection[str] = (),
) -> list[Part]:
    """The sheet by pages of the form, without the questions that were not asked. `unmasked`: keys to show whole."""
    checked = answers.check(definition.form, typed, today=on, complete=False, facts=facts)
    registered = _registered(definition, typed, facts, on)
    found = []
    for page in definition.form.pages():
        asked = [question for question in page.questions if question.key in checked.asked]
        lines = [
            replace(
                _answer(question, checked.values, registered, origins, question.key in unmasked),
                rows=rows.numbers(question.key, typed),
            )
            for question in asked
        ]
        if lines:
            found.append(Part(page.title, lines))
    return found


def _answer(
    question: Question,
    values: Mapping[str, Value],
    registered: Mapping[str, Value],
    origins: Mapping[str, Any],
    whole: bool,
) -> Answer:
    value, other = values.get(question.key), registered.get(question.key)
    return Answer(
        key=question.key,
        target=f"question:{question.key}",
        label=question.label,
        shown=_shown(question, value, whole),
        hidden=question.sensitive and value is not None and not whole,
        origin=_origin(origins.get(question.key)),
        registered=_shown(question, other, whole) if other is not None and other != value else None,
        agrees=other is not None and other == value,
    )


def _registered(
    definition: ItemDefinition, typed: answers.Typed, facts: Mapping[str, Any], on: date
) -> Mapping[str, Value]:
    """The answers as the registers would have given them, for the questions they can answer."""
    known = prefill(definition, facts)
    texts = {name: text for told, _ in known.values() for name, text in told.items()}
    values = answers.check(definition.form, {**typed, **texts}, today=on, complete=False, facts=facts).values
    return {key: value for key, value in values.items() if key in known}


def _shown(question: Question, value: Value | None, whole: bool) -> str:
    return showing.shown(question, value, language=language.current().language, masked=not whole)


def _origin(origin: Mapping[str, Any] | None) -> Origin | None:
    if origin is None:
        return None
    fact = str(origin.get("fact", ""))
    register = fact.removeprefix(HUB).partition(".")[0] if fact.startswith(HUB) else None
    at = origin.get("at")
    return Origin(register, origin.get("provider"), datetime.fromisoformat(at) if at else None)
