"""Rules on 情形引导: every question can be reached, every answer means something that exists."""

from collections.abc import Iterator, Mapping

from services.catalogue.conditions import Expression, comparisons, keys
from services.catalogue.definition import ItemDefinition
from services.catalogue.lint.forms import KEY, NEEDED_ONLY, OPTION
from services.catalogue.lint.known import Finding, finding, repeated
from services.catalogue.situations import SituationQuestion, offered

WAYS = ("barriers", "variants")


def findings(item: ItemDefinition) -> Iterator[Finding]:
    if item.situations is None:
        return
    path = "situations"
    asked: dict[str, SituationQuestion] = {}
    if not item.situations.questions:
        yield finding(f"{path}.questions", "none", law=NEEDED_ONLY)
    yield from repeated([one.key for one in item.situations.questions], f"{path}.questions")
    for place, one in enumerate(item.situations.questions):
        yield from _question(item, one, f"{path}.questions[{place}]", asked)
        asked[one.key] = one
    for name in WAYS:
        ways = getattr(item.situations, name)
        yield from repeated([one.key for one in ways], f"{path}.{name}")
        for place, one in enumerate(ways):
            yield from _condition(one.when, f"{path}.{name}[{place}].when", asked)


def _question(
    item: ItemDefinition, one: SituationQuestion, path: str, asked: Mapping[str, SituationQuestion]
) -> Iterator[Finding]:
    if not KEY.fullmatch(one.key):
        yield finding(f"{path}.key", "code-shape", value=one.key, wanted="lower_case_words")
    if len(one.options) < 2:
        yield finding(f"{path}.options", "options")
    yield from repeated([option.value for option in one.options], f"{path}.options")
    for place, option in enumerate(one.options):
        if not OPTION.fullmatch(option.value):
            yield finding(f"{path}.options[{place}].value", "code-shape", value=option.value, wanted="lower-case-words")  # fmt: skip
    yield from _condition(one.when, f"{path}.when", asked)
    if one.fills is not None and not offered(item.form, one.fills) & {option.value for option in one.options}:
        yield finding(f"{path}.fills", "unknown-reference", value=one.fills)


def _condition(when: Expression, path: str, asked: Mapping[str, SituationQuestion]) -> Iterator[Finding]:
    for key in keys(when):
        if key not in asked:
            yield finding(path, "unknown-reference", value=key)
    for _, key, wanted in comparisons(when):
        each = wanted if isinstance(wanted, tuple) else (wanted,)
        values = {option.value for option in asked[key].options} if key in asked else set(each)
        if not values.issuperset(each):
            yield finding(path, "never-equal", key=key, value=str(wanted))
