"""What the law and the portal refuse in an item before it may be published.

Rules are generators over a definition that yield findings `(path, code, data)`; `lint` runs them all and
gives each its line. The codes and their sentences stand in `problems.SENTENCES`.
"""

from collections.abc import Iterator
from pathlib import Path

from services.catalogue.definition import ItemDefinition
from services.catalogue.lint import elements, forms, materials, steps
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


def findings(item: ItemDefinition, known: Known) -> Iterator[Finding]:
    yield from elements.findings(item)
    yield from forms.findings(item, known)
    yield from materials.findings(item, known)
    yield from steps.findings(item, known)


def examine(path: Path, *, known: Known = UNCHECKED) -> Reading:
    """Read an item file and lint it: `problems` holds all of both; empty means it may be published."""
    reading = read_file(path)
    if reading.definition is None:
        return reading
    problems = lint(reading.definition, known=known, file=reading.file, places=reading.places)
    return Reading(reading.file, reading.definition, tuple(problems), reading.places)
