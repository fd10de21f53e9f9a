"""Rules on the way of a case and its result: who accepts never decides, two inspect, the promise can be kept."""

from collections.abc import Iterator

from services.catalogue.codes import ResultKind, StepKind, StepRole
from services.catalogue.conditions import keys
from services.catalogue.definition import ItemDefinition
from services.catalogue.lint.elements import SLUG
from services.catalogue.lint.known import Finding, Known, fact_is_had, finding, is_fact, repeated
from services.catalogue.showing import WORDS

TWO = "行政许可法 第34条"
ORDER = "行政许可法 第32、38条"
MATERIAL = "material:"


def findings(item: ItemDefinition, known: Known) -> Iterator[Finding]:
    for rule in (order, limits, persons, conditions, filled):
        yield from rule(item)
    yield from result(item, known)


def order(item: ItemDefinition) -> Iterator[Finding]:
    yield from repeated([step.key for step in item.steps], "steps")
    kinds = [step.kind for step in item.steps]
    ends = bool(kinds) and (kinds[0], kinds[-1]) == (StepKind.ACCEPT, StepKind.DECIDE)
    roles = ends and (item.steps[0].role, item.steps[-1].role) == (StepRole.WINDOW, StepRole.APPROVER)
    once = kinds.count(StepKind.ACCEPT) == kinds.count(StepKind.DECIDE) == 1
    if not (roles and once):
        yield finding("steps", "steps-order", law=ORDER)


def limits(item: ItemDefinition) -> Iterator[Finding]:
    for index, step in enumerate(item.steps):
        if not SLUG.fullmatch(step.key):
            yield finding(f"steps[{index}].key", "code-shape", value=step.key, wanted="lower-case-words")
        if not 0 <= step.limit <= 60:
            yield finding(f"steps[{index}].limit", "out-of-range", min=0, max=60)
    days = sum(step.limit for step in item.steps if step.kind is not StepKind.ACCEPT)
    if days > item.promised_limit.days:
        yield finding("steps", "steps-too-long", days=days, max=item.promised_limit.days)


def persons(item: ItemDefinition) -> Iterator[Finding]:
    for index, step in enumerate(item.steps):
        if step.kind is StepKind.INSPECT and not step.two_persons:
            yield finding(f"steps[{index}]", "two-persons", law=TWO)


def conditions(item: ItemDefinition) -> Iterator[Finding]:
    for index, condition in enumerate(item.conditions):
        for key in keys(condition.check) if condition.check is not None else ():
            if not _had(item, key):
                yield finding(f"conditions[{index}].check", "unknown-reference", value=key)


def filled(item: ItemDefinition) -> Iterator[Finding]:
    for name, origin in item.result.fields.items():
        if not _had(item, origin):
            yield finding(f"result.fields.{name}", "unknown-reference", value=origin)


def _had(item: ItemDefinition, name: str) -> bool:
    if name.startswith(MATERIAL):
        return item.material(name.removeprefix(MATERIAL)) is not None
    if name.startswith(WORDS):
        return item.form.question(name.removeprefix(WORDS)) is not None
    return fact_is_had(item, name) if is_fact(name) else item.form.question(name) is not None


def result(item: ItemDefinition, known: Known) -> Iterator[Finding]:
    code = item.result.licence_type
    if (item.result.kind is ResultKind.LICENCE) is (code is None):
        yield finding("result", "result-licence")
    elif code is not None and known.licences is not None:
        if code not in known.licences:
            yield finding("result.licence_type", "unknown-reference", value=code)
            return
        for name in item.result.fields:
            if name not in known.licences[code]:
                yield finding(f"result.fields.{name}", "unknown-reference", value=name)
