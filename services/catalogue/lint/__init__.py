"""What the law and the portal refuse in an item before it may be published.

Rules are generators over a definition that yield findings `(path, code, data)`; `lint` runs them all and
gives each its line. The codes and their sentences stand in `problems.SENTENCES`.
"""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from services.catalogue.definition import ItemDefinition
from services.catalogue.lint import (
    elements,
    forms,
    materials,
    messages,
    particulars,
    reforms,
    situations,
    steps,
)
from services.catalogue.lint.known import UNCHECKED, Finding, Known
from services.catalogue.loading import Reading, read_file
from services.catalogue.problems import Problem, place

__all__ = ["UNCHECKED", "Finding", "Known", "examine", "lint"]

NOWHERE: dict[str, int] = {}


def lint(
    item: ItemDefinition,
    *,
    known: Known = UNCHECKED,
    file: str = "",
    places: dict[str, int] = NOWHERE,
) -> list[Problem]:
    """Every problem of a well-formed definition, in the order of the file's lines."""
    problems = [
        Problem(file, place(places, path), path, code, data) for path, code, data in findings(item, known)
    ]
    return sorted(problems, key=lambda problem: problem.line)


Rule = Callable[[ItemDefinition, Known], Iterator[Finding]]


def _plain(rule: Callable[[ItemDefinition], Iterator[Finding]]) -> Rule:
    return lambda item, _: rule(item)


RULES: tuple[tuple[Rule, frozenset[str]], ...] = (
    *((_plain(rule), frozenset(needs)) for rule, needs in elements.RULES),
    *((_plain(rule), frozenset(needs)) for rule, needs in particulars.RULES),
    *((_plain(rule), frozenset(needs)) for rule, needs in messages.RULES),
    *((_plain(rule), frozenset(needs)) for rule, needs in reforms.RULES),
    (forms.findings, frozenset({"form", "materials"})),
    (_plain(situations.findings), frozenset({"situations", "form"})),
    (materials.findings, frozenset({"form", "materials"})),
    (steps.findings, frozenset({"steps", "promised_limit", "conditions", "form", "materials", "result"})),
)
"""Every rule with the elements it reads: on a draft it keeps silent while one of them is missing or unreadable."""


def findings(item: ItemDefinition, known: Known, broken: Collection[str] = ()) -> Iterator[Finding]:
    """What every rule finds; elements named in `broken` are not there yet and nothing is said of them."""
    for rule, needs in RULES:
        if needs.isdisjoint(broken):
            yield from rule(item, known)
    for path, code, data in elements.words(item):
        if path.partition(".")[0].partition("[")[0] not in broken:
            yield path, code, data


def examine(path: Path, *, known: Known = UNCHECKED) -> Reading:
    """Read an item file and lint it: `problems` holds all of both; empty means it may be published."""
    reading = read_file(path)
    if reading.definition is None:
        return reading
    problems = lint(reading.definition, known=known, file=reading.file, places=reading.places)
    return Reading(reading.file, reading.definition, tuple(problems), reading.places)
