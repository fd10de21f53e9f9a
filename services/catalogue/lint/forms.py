"""Rules on the form: every question can be asked, answered and, where it has a condition, be reached."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.catalogue.codes import QuestionType
from services.catalogue.conditions import Expression, bound, comparisons, keys
from services.catalogue.definition import ItemDefinition
from services.catalogue.form import Page, Question
from services.catalogue.lint.elements import SLUG
from services.catalogue.lint.known import Finding, Known, fact_is_had, finding, is_fact, repeated
from services.catalogue.readers import PATTERNS

NEEDED_ONLY = "行政许可法 第31条"
PRIVATE = "个人信息保护法 第28、51条"
KEY = re.compile(r"[a-z][a-z0-9_]*")
OPTION = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
ANY_DAY = date(2000, 2, 29)

T = QuestionType
CHOOSING = frozenset({T.CHOICE, T.CHOICES})
SENSITIVE = frozenset({T.ID_NUMBER, T.BANK_CARD, T.PHONE})
WRITING = frozenset({T.TEXT, T.LONG_TEXT, T.NAME})
RULES_OF = {
    "min_length": WRITING,
    "max_length": WRITING,
    "pattern": WRITING,
    "minimum": frozenset({T.NUMBER, T.MONEY, T.CHOICES, T.FILE, T.GROUP}),
    "maximum": frozenset({T.NUMBER, T.MONEY, T.CHOICES, T.FILE, T.GROUP}),
    "decimals": frozenset({T.NUMBER, T.MONEY}),
    "earliest": frozenset({T.DATE}),
    "latest": frozenset({T.DATE}),
}
INSIDE_NOT = frozenset({T.FILE, T.GROUP})
DATED = frozenset({"before", "after", "on_or_before", "on_or_after"})
COUNTED = frozenset({"gt", "ge", "lt", "le"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A page or question with its path in the file."""

    path: str
    page: Page
    question: Question | None = None


def placed(item: ItemDefinition) -> Iterator[Placed]:
    for s, section in enumerate(item.form.sections):
        for p, page in enumerate(section.pages):
            path = f"form.sections[{s}].pages[{p}]"
            yield Placed(path, page)
            for q, question in enumerate(page.questions):
                yield Placed(f"{path}.questions[{q}]", page, question)


def findings(item: ItemDefinition, _: Known) -> Iterator[Finding]:
    yield from structure(item)
    earlier: dict[str, Question] = {}
    for one in placed(item):
        when = one.page.when if one.question is None else one.question.when
        yield from condition(item, when, f"{one.path}.when", earlier)
        if one.question is not None:
            for rule in (keyed, options, rules, ranges, private):
                yield from rule(one.question, one.path)
            yield from origin(item, one.question, one.path)
            yield from group(item, one.question, one.path, earlier)
            earlier[one.question.key] = one.question


def structure(item: ItemDefinition) -> Iterator[Finding]:
    if item.form.version < 1:
        yield finding("form.version", "out-of-range", min=1, max=9999)
    yield from repeated([section.key for section in item.form.sections], "form.sections")
    yield from repeated([page.key for page in item.form.pages()], "form.sections")
    yield from repeated([question.key for question in item.form.questions()], "form.sections")
    for one in placed(item):
        if one.question is None and not SLUG.fullmatch(one.page.key):
            yield finding(f"{one.path}.key", "code-shape", value=one.page.key, wanted="lower-case-words")
        if one.question is None and not one.page.questions:
            yield finding(f"{one.path}.questions", "none", law=NEEDED_ONLY)
    if not any(True for _ in item.form.questions()):
        yield finding("form.sections", "none", law=NEEDED_ONLY)


def group(
    item: ItemDefinition, asked: Question, path: str, earlier: Mapping[str, Question]
) -> Iterator[Finding]:
    """A group has questions and a name for its rows, others have neither; in it every question is asked by itself."""
    if (asked.type is T.GROUP) is not bool(asked.questions and asked.row):
        yield finding(path, "group-questions")
    taken = [one.key for one in item.form.questions()]
    yield from repeated([*taken, *(one.key for one in asked.questions)] if asked.questions else [], path)
    seen = dict(earlier)
    for place, one in enumerate(asked.questions):
        inner = f"{path}.questions[{place}]"
        if one.type in INSIDE_NOT or one.source is not None:
            yield finding(inner, "inside-group", key=one.key)
        for rule in (keyed, options, rules, ranges, private):
            yield from rule(one, inner)
        yield from condition(item, one.when, f"{inner}.when", seen)
        seen[one.key] = one
    if any(one.sensitive for one in asked.questions) and not asked.sensitive:
        yield finding(path, "must-be-sensitive", type=asked.type.value, law=PRIVATE)


def keyed(question: Question, path: str) -> Iterator[Finding]:
    if not KEY.fullmatch(question.key):
        yield finding(f"{path}.key", "code-shape", value=question.key, wanted="lower_case_words")


def options(question: Question, path: str) -> Iterator[Finding]:
    count = len(question.options)
    if (count < 2) if question.type in CHOOSING else count:
        yield finding(f"{path}.options", "options")
    yield from repeated([option.value for option in question.options], f"{path}.options")
    for index, option in enumerate(question.options):
        if not OPTION.fullmatch(option.value):
            yield finding(
                f"{path}.options[{index}].value", "code-shape", value=option.value, wanted="lower-case-words"
            )


def rules(question: Question, path: str) -> Iterator[Finding]:
    for name, types in RULES_OF.items():
        if getattr(question.rules, name) is not None and question.type not in types:
            yield finding(f"{path}.rules.{name}", "rule-misplaced", key=name, type=question.type.value)
    if question.rules.pattern not in {None, *PATTERNS}:
        yield finding(f"{path}.rules.pattern", "unknown-reference", value=str(question.rules.pattern))


def ranges(question: Question, path: str) -> Iterator[Finding]:
    limits = question.rules
    days: dict[str, Decimal | None] = {}
    for name in ("earliest", "latest"):
        text = getattr(limits, name)
        day = None if text is None else bound(text, ANY_DAY)
        days[name] = None if day is None else Decimal(day.toordinal())
        if text is not None and day is None:
            yield finding(f"{path}.rules.{name}", "code-shape", value=text, wanted="2026-01-31, today-60y")
    lengths = (limits.min_length, limits.max_length)
    for least, most in (lengths, (limits.minimum, limits.maximum), (days["earliest"], days["latest"])):
        if least is not None and most is not None and least > most:
            yield finding(f"{path}.rules", "rule-contradiction")


def private(question: Question, path: str) -> Iterator[Finding]:
    if question.type in SENSITIVE and not question.sensitive:
        yield finding(path, "must-be-sensitive", type=question.type.value, law=PRIVATE)


def origin(item: ItemDefinition, question: Question, path: str) -> Iterator[Finding]:
    if question.source is not None and not fact_is_had(item, question.source):
        yield finding(f"{path}.source", "unknown-reference", value=question.source)
    if question.type is T.FILE and item.material(question.material or "") is None:
        yield finding(f"{path}.material", "unknown-reference", value=question.material or "")


def condition(
    item: ItemDefinition, when: Expression, path: str, earlier: dict[str, Question]
) -> Iterator[Finding]:
    for key in keys(when):
        if is_fact(key):
            if not fact_is_had(item, key):
                yield finding(path, "unknown-reference", value=key)
        elif key not in earlier:
            code = "looks-ahead" if item.form.question(key) else "unknown-reference"
            yield finding(path, code, value=key)
    for operator, key, wanted in comparisons(when):
        if key in earlier and not _possible(operator, earlier[key], wanted):
            yield finding(path, "never-equal", key=key, value=str(wanted))


def _possible(operator: str, question: Question, wanted: object) -> bool:
    """Whether an answer to the question could ever be compared so."""
    if operator in DATED:
        return question.type is T.DATE
    if operator in COUNTED:
        return question.type in {T.NUMBER, T.MONEY, T.GROUP}
    each = wanted if operator == "in" and isinstance(wanted, tuple) else (wanted,)
    return all(_could_be(question, one) for one in each)


def _could_be(question: Question, wanted: object) -> bool:
    if question.type is T.YES_NO:
        return isinstance(wanted, bool)
    if question.type in CHOOSING:
        return wanted in {option.value for option in question.options}
    if question.type in {T.NUMBER, T.MONEY}:
        return isinstance(wanted, int) and not isinstance(wanted, bool)
    return isinstance(wanted, str)
