"""Reading a form's answers: everything typed in, values and all mistakes at once out. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeGuard

from msgspec import Struct

from services.catalogue import rows
from services.catalogue.codes import QuestionType
from services.catalogue.conditions import holds, is_present
from services.catalogue.errors import AnswerWrong
from services.catalogue.form import Form, Page, Question
from services.catalogue.mistakes import Mistake
from services.catalogue.readers import DATE_PARTS, PARTS, SPACE, Address, Rows, Value, read
from services.catalogue.regions import region_in

Typed = Mapping[str, str | list[str]]
JSON = None | bool | int | float | str | Sequence["JSON"] | Mapping[str, "JSON"]
NO_FACTS: Mapping[str, object] = {}


class Checked(Struct, frozen=True):
    """The result of `check`: values of the questions asked, mistakes in the order of the form, keys asked."""

    values: dict[str, Value]
    mistakes: tuple[Mistake, ...]
    asked: tuple[str, ...]


def check(
    form: Form,
    typed: Typed,
    *,
    today: date,
    complete: bool,
    page: str | None = None,
    facts: Mapping[str, object] = NO_FACTS,
) -> Checked:
    """Read all that was typed for a form so far.

    Questions whose condition is false are dropped: they give neither a value nor a mistake. With `complete`,
    required questions left empty are mistakes. With `page`, only that page's mistakes are told (values are
    still those of the whole form, since conditions look back). `facts` are named as conditions name them.
    """
    values: dict[str, Value] = {}
    mistakes: list[Mistake] = []
    asked: list[str] = []
    for within, question in _asked_in_turn(form, values, facts, today):
        asked.append(question.key)
        if question.type is QuestionType.GROUP:
            found = _rows(question, typed, values, facts, today=today, complete=complete)
        else:
            found = _answer(question, typed, values, today=today, complete=complete)
        if page in {None, within.key}:
            mistakes += found
    return Checked(values, tuple(mistakes), tuple(asked))


def _asked_in_turn(
    form: Form, values: Mapping[str, object], facts: Mapping[str, object], today: date
) -> Iterator[tuple[Page, Question]]:
    """Each question asked, judged when its turn comes: `values` grows while this is consumed."""
    for page in form.pages():
        if not holds(page.when, {**facts, **values}, today=today):
            continue
        for question in page.questions:
            if holds(question.when, {**facts, **values}, today=today):
                yield page, question


def _answer(
    question: Question, typed: Typed, values: dict[str, Value], *, today: date, complete: bool
) -> list[Mistake]:
    parts = _parts(question, typed)
    if not parts:
        return [Mistake(question.key, "missing")] if complete and question.required else []
    try:
        values[question.key] = read(question, parts, today)
    except AnswerWrong as wrong:
        return [Mistake(question.key, wrong.code, wrong.data)]
    return []


def _rows(
    group: Question,
    typed: Typed,
    values: dict[str, Value],
    facts: Mapping[str, object],
    *,
    today: date,
    complete: bool,
) -> list[Mistake]:
    """Read every row of a group; a row with mistakes keeps what could be read of it."""
    taken = rows.numbers(group.key, typed)
    mistakes = _counted(group, typed, len(taken), complete=complete)
    read_rows = []
    for number in taken:
        row: dict[str, Value] = {}
        for _, told in _row(group, number, typed, row, {**facts, **values}, today=today, complete=complete):
            mistakes += told
        read_rows.append(row)
    if read_rows:
        values[group.key] = Rows(read_rows)
    return mistakes


def _row(
    group: Question,
    number: int,
    typed: Typed,
    row: dict[str, Value],
    known: Mapping[str, object],
    *,
    today: date,
    complete: bool,
) -> Iterator[tuple[Question, list[Mistake]]]:
    """Each question asked in one row with its mistakes; `row` grows while this is consumed."""
    for own, placed in zip(group.questions, rows.placed(group, number), strict=True):
        if not holds(own.when, {**known, **row}, today=today):
            continue
        found: dict[str, Value] = {}
        mistakes = _answer(placed, typed, found, today=today, complete=complete)
        row |= {own.key: value for _, value in found.items()}  # noqa: B035 - one at most
        yield placed, mistakes


def asked_in_row(
    group: Question,
    number: int,
    typed: Typed,
    values: Mapping[str, object],
    *,
    today: date,
    facts: Mapping[str, object] = NO_FACTS,
) -> tuple[Question, ...]:
    """The questions asked in one row of a group with what is typed in it so far, their keys carrying the row."""
    row: dict[str, Value] = {}
    asked = _row(group, number, typed, row, {**facts, **values}, today=today, complete=False)
    return tuple(question for question, _ in asked)


def _counted(group: Question, typed: Typed, count: int, *, complete: bool) -> list[Mistake]:
    """Whether there are as many rows as there must and may be; too few is told only of what should be complete."""
    if is_present(typed.get(group.key)):
        return [Mistake(group.key, "not-rows")]
    if count > rows.most(group):
        return [Mistake(group.key, "too-many-rows", {"max": rows.most(group)})]
    if not complete or count >= rows.least(group) or (not count and not group.required):
        return []
    return [
        Mistake(group.key, "too-few-rows", {"min": rows.least(group)})
        if count
        else Mistake(group.key, "missing")
    ]


def _parts(question: Question, typed: Typed) -> dict[str, list[str]]:
    """What was typed for a question, by part; empty when nothing but space was."""
    names = {"": question.key} | {name: f"{question.key}-{name}" for name in PARTS.get(question.type, ())}
    texts = {part: _listed(typed.get(name)) for part, name in names.items()}
    return {part: listed for part, listed in texts.items() if listed}


def _listed(typed: str | list[str] | None) -> list[str]:
    listed = [typed] if isinstance(typed, str) else typed or []
    return [text for text in listed if text.strip(SPACE)]


def pages_asked(
    form: Form, values: Mapping[str, object], *, today: date, facts: Mapping[str, object] = NO_FACTS
) -> tuple[Page, ...]:
    """The pages on which, with these answers, at least one question is asked, in the order of the form."""
    pages = {page.key: page for page, _ in _asked_in_turn(form, values, facts, today)}
    return tuple(pages.values())


def plain(values: Mapping[str, Value]) -> dict[str, JSON]:
    """The values as JSON: dates in ISO, decimals as text, an address as {region, detail}."""
    return {key: _plain(value) for key, value in values.items()}


def _plain(value: Value) -> JSON:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Address):
        return {"region": value.region, "detail": value.detail}
    if isinstance(value, Rows):
        return [plain(row) for row in value]
    return [str(one) for one in value] if isinstance(value, tuple) else value


def flatten(data: Mapping[str, JSON]) -> dict[str, str | list[str]]:
    """Natural JSON (an API's answers, or what `plain` gave) as if it had been typed into the form."""
    typed: dict[str, str | list[str]] = {}
    for key, value in data.items():
        if isinstance(value, Mapping):
            typed |= {f"{key}-{part}": _written(one) for part, one in value.items()}
        elif _are_rows(value):
            typed[key] = []
            for number, row in enumerate(value, 1):
                typed |= flatten({f"{rows.row_key(key, number)}-{name}": one for name, one in row.items()})
        elif isinstance(value, Sequence) and not isinstance(value, str):
            typed[key] = [_written(one) for one in value]
        else:
            typed[key] = _written(value)
    return typed


def _are_rows(value: JSON) -> TypeGuard[Sequence[Mapping[str, JSON]]]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        return False
    return all(isinstance(one, Mapping) for one in value)


def _written(value: JSON) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def typed_of(question: Question, value: object) -> dict[str, str | list[str]]:
    """What one would type to give this value: to fill a page again, or to prefill it with a register's fact.

    A fact may be the words of an option instead of its value, and an address in one piece.
    """
    key = question.key
    if value is None:
        return {}
    if isinstance(value, date):
        return {f"{key}-{part}": str(getattr(value, part)) for part in DATE_PARTS}
    if isinstance(value, Address):
        return {f"{key}-region": value.region, f"{key}-detail": value.detail}
    if isinstance(value, Rows):
        return _typed_rows(question, value)
    if isinstance(value, (tuple, list)):
        return {key: [str(one) for one in value]}
    return {key: _written(value)} if isinstance(value, bool) else _typed_text(question, str(value))


def _typed_rows(group: Question, value: Rows) -> dict[str, str | list[str]]:
    typed: dict[str, str | list[str]] = {}
    for number, row in enumerate(value, 1):
        for own, placed in zip(group.questions, rows.placed(group, number), strict=True):
            typed |= typed_of(placed, row.get(own.key))
    return typed


def _typed_text(question: Question, text: str) -> dict[str, str | list[str]]:
    key = question.key
    if question.type is QuestionType.ADDRESS:
        region, detail = region_in(text)
        return {f"{key}-region": region, f"{key}-detail": detail}
    if question.type is QuestionType.DATE and text.count("-") == 2:
        return {f"{key}-{part}": one for part, one in zip(DATE_PARTS, text.split("-"), strict=True)}
    if question.options:
        text = next((option.value for option in question.options if option.label.zh == text), text)
    return {key: text}
