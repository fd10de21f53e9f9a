"""Rules on reform modes: a rule looks at what the item has, and nobody is offered what they would have to apply for."""

import re
from collections.abc import Callable, Iterator

from services.catalogue.codes import QuestionType
from services.catalogue.conditions import keys
from services.catalogue.definition import ItemDefinition
from services.catalogue.lint.elements import SLUG
from services.catalogue.lint.known import Finding, fact_is_had, finding, is_fact, repeated
from services.catalogue.reforms import DecisionRule

HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
AUTOMATED = "个人信息保护法 第24条"


def instant(item: ItemDefinition) -> Iterator[Finding]:
    """秒批: at least one rule, each over answers and facts of the item."""
    if item.instant is not None:
        yield from _rules(item, item.instant.rules, "instant.rules", facts_only=False)


def unasked(item: ItemDefinition) -> Iterator[Finding]:
    """免申即享: rules over registers alone, and everything the item requires is known to the state already."""
    if item.unasked is None:
        return
    yield from _rules(item, item.unasked.rules, "unasked.rules", facts_only=True)
    for question in item.form.questions():
        asked = question.required and question.when.always is True
        if asked and (question.source is None or question.type is QuestionType.GROUP):
            yield finding("unasked", "not-known-already", key=question.key)
    for material in item.materials:
        if material.required and not material.spared:
            yield finding("unasked", "not-known-already", key=material.code)


def _rules(
    item: ItemDefinition, rules: tuple[DecisionRule, ...], path: str, *, facts_only: bool
) -> Iterator[Finding]:
    if not rules:
        yield finding(path, "none", law=AUTOMATED)
    yield from repeated([one.key for one in rules], path)
    for place, one in enumerate(rules):
        if not SLUG.fullmatch(one.key):
            yield finding(f"{path}[{place}].key", "code-shape", value=one.key, wanted="lower-case-words")
        if one.check.always is not None:
            yield finding(f"{path}[{place}].check", "rule-empty", law=AUTOMATED)
        for key in keys(one.check):
            had = fact_is_had(item, key) if is_fact(key) else item.form.question(key) is not None
            if not had or (facts_only and not key.startswith("hub:")):
                yield finding(f"{path}[{place}].check", "unknown-reference", value=key)


def hours(item: ItemDefinition) -> Iterator[Finding]:
    """The hour at which the office closes, as 17:00."""
    if not HOUR.fullmatch(item.office_closes):
        yield finding("office_closes", "code-shape", value=item.office_closes, wanted="17:00")


RULES: tuple[tuple[Callable[[ItemDefinition], Iterator[Finding]], tuple[str, ...]], ...] = (
    (instant, ("instant", "form", "materials")),
    (unasked, ("unasked", "form", "materials")),
    (hours, ("office_closes",)),
)
