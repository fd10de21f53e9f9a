"""A form as JSON Schema 2020-12, for those who fill it in by machine.

The schema says of a set of answers what can be said of it alone; check digits, relative dates and the existence
of files are checked when the answers arrive (`answers.check`), which stays the judge.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import msgspec

from services.catalogue import rows
from services.catalogue.codes import QuestionType
from services.catalogue.conditions import ALWAYS, Expression, keys
from services.catalogue.form import Form, Question
from services.catalogue.readers import MOST_FILES, PATTERNS, longest, places
from services.catalogue.regions import REGIONS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def json_schema(form: Form, *, title: str = "", language: str = "zh") -> Schema:
    """The schema of an object whose members are the answers, in natural JSON (see `answers.flatten`).

    A question with a condition is required only where its condition can be said in JSON Schema; the condition
    itself always stands in `x-when`, the prefilling source in `x-source`.
    """
    schema: Schema = {
        "$schema": DIALECT,
        "title": title,
        "type": "object",
        "properties": {
            question.key: _question((page.when, question.when), question, language)
            for page in form.pages()
            for question in page.questions
        },
        "required": [
            question.key
            for page in form.pages()
            for question in page.questions
            if question.required and page.when == ALWAYS and question.when == ALWAYS
        ],
        "additionalProperties": False,
    }
    conditional = [
        rule
        for page in form.pages()
        for question in page.questions
        for rule in _required_when((page.when, question.when), question)
    ]
    return schema | ({"allOf": conditional} if conditional else {})


def _question(whens: tuple[Expression, ...], question: Question, language: str) -> Schema:
    group = question.type is QuestionType.GROUP
    told = _group(question, language) if group else TYPES[question.type](question)
    schema: Schema = {"title": getattr(question.label, language)} | told
    if question.hint is not None:
        schema["description"] = getattr(question.hint, language)
    if question.source is not None:
        schema["x-source"] = question.source
    conditions = [msgspec.to_builtins(when) for when in whens if when != ALWAYS]
    return schema | ({"x-when": conditions} if conditions else {})


def _group(group: Question, language: str) -> Schema:
    """An array of objects, one for each row; conditions on questions outside the row are not said."""
    inside = frozenset(one.key for one in group.questions)
    row: Schema = {
        "type": "object",
        "properties": {one.key: _question((one.when,), one, language) for one in group.questions},
        "required": [one.key for one in group.questions if one.required and one.when == ALWAYS],
        "additionalProperties": False,
    }
    conditional = [
        rule
        for one in group.questions
        if inside.issuperset(keys(one.when))
        for rule in _required_when((one.when,), one)
    ]
    return {
        "type": "array",
        "items": row | ({"allOf": conditional} if conditional else {}),
        "minItems": rows.least(group) if group.required else 0,
        "maxItems": rows.most(group),
    }


def _required_when(whens: tuple[Expression, ...], question: Question) -> Iterator[Schema]:
    """`if … then required` for a required question asked under a condition that can be said."""
    if not question.required or all(when == ALWAYS for when in whens):
        return
    said = _said(Expression(and_=whens))
    if said is not None:
        yield {"if": said, "then": {"required": [question.key]}}


def _said(when: Expression) -> Schema | None:
    """The condition as a schema over the answers; nothing where it looks at facts, dates or amounts."""
    if when.always is not None:
        return {} if when.always else {"not": {}}
    if when.parts or when.and_ is not None or when.or_ is not None:
        return _joined(when)
    if when.present is not None:
        return None if ":" in when.present else {"required": [when.present]}
    return _compared(when)


def _joined(when: Expression) -> Schema | None:
    parts = [_said(part) for part in when.parts]
    said = [part for part in parts if part is not None]
    if len(said) < len(parts):
        return None
    if when.not_ is not None:
        return {"not": said[0]}
    if not said:
        return {} if when.and_ is not None else {"not": {}}
    return {"allOf" if when.and_ is not None else "anyOf": said}


def _compared(when: Expression) -> Schema | None:
    operand = when.eq or when.ne or when.in_
    if operand is None or ":" in operand[0]:
        return None
    key, wanted = operand
    values = list(wanted) if isinstance(wanted, tuple) else [wanted]
    one = {"enum": values}
    said: Schema = {
        "required": [key],
        "properties": {key: {"anyOf": [one, {"type": "array", "contains": one}]}},
    }
    return {"not": said} if when.ne is not None else said


def _text(question: Question) -> Schema:
    schema: Schema = {"type": "string", "maxLength": longest(question)}
    if question.rules.min_length is not None:
        schema["minLength"] = question.rules.min_length
    if question.rules.pattern is not None:
        schema["pattern"] = f"^(?:{PATTERNS[question.rules.pattern].pattern})$"
    return schema


def _choice(question: Question) -> Schema:
    return {"enum": [option.value for option in question.options]}


def _choices(question: Question) -> Schema:
    return {"type": "array", "uniqueItems": True, "items": _choice(question)} | _counts(
        question, len(question.options)
    )


def _file(question: Question) -> Schema:
    items = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    return {"type": "array", "items": items} | _counts(question, MOST_FILES)


def _counts(question: Question, most: int) -> Schema:
    least, highest = question.rules.minimum, question.rules.maximum
    return {
        "minItems": 0 if not question.required else int(least or 1),
        "maxItems": most if highest is None else int(highest),
    }


def _number(question: Question) -> Schema:
    """A whole number; with decimals a number or, for exactness, its text."""
    decimals = places(question)
    schema: Schema = {"type": "integer"} if not decimals else {"type": ["number", "string"]}
    if decimals:
        schema["pattern"] = rf"^-?[0-9]+(\.[0-9]{{1,{decimals}}})?$"
    for name in ("minimum", "maximum"):
        limit: Decimal | None = getattr(question.rules, name)
        if limit is not None:
            schema[name] = int(limit) if limit == limit.to_integral_value() else float(limit)
    return schema


def _always(**schema: object) -> Callable[[Question], Schema]:
    return lambda _: dict(schema)


TYPES: dict[QuestionType, Callable[[Question], Schema]] = {
    QuestionType.TEXT: _text,
    QuestionType.LONG_TEXT: _text,
    QuestionType.NAME: _text,
    QuestionType.CHOICE: _choice,
    QuestionType.CHOICES: _choices,
    QuestionType.YES_NO: _always(type="boolean"),
    QuestionType.DATE: _always(type="string", format="date"),
    QuestionType.NUMBER: _number,
    QuestionType.MONEY: _number,
    QuestionType.ID_NUMBER: _always(type="string", pattern="^[0-9]{17}[0-9X]$"),
    QuestionType.CREDIT_CODE: _always(type="string", pattern="^[0-9A-HJ-NP-RTUW-Y]{18}$"),
    QuestionType.PHONE: _always(type="string", pattern="^1[0-9]{10}$"),
    QuestionType.EMAIL: _always(type="string", format="email"),
    QuestionType.BANK_CARD: _always(type="string", pattern="^[0-9]{12,19}$"),
    QuestionType.ADDRESS: _always(
        type="object",
        properties={"region": {"enum": list(REGIONS)}, "detail": {"type": "string", "minLength": 1}},
        required=["region", "detail"],
        additionalProperties=False,
    ),
    QuestionType.LICENCE_NUMBER: _always(type="string", maxLength=120),
    QuestionType.FILE: _file,
}
