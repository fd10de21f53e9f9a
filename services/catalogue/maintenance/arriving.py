"""Items that arrive in files: YAML, a table, a signed package. Pure: bytes in, one `Arrived` per item out."""

from typing import Any

from msgspec import Struct

from services.catalogue import loading, rules
from services.catalogue.form import Pair
from services.catalogue.problems import Problem, explain


class Told(Struct, frozen=True):
    """One mistake: where (a cell, or a line of a file) and in words."""

    place: str
    words: Pair


class Arrived(Struct, frozen=True):
    """One item of a file. With mistakes it is not taken in at all; `definition` may still be incomplete."""

    place: str
    code: str
    name: str
    definition: dict[str, Any] | None = None
    mistakes: tuple[Told, ...] = ()


def from_yaml(text: str, file: str) -> Arrived:
    """One item written as YAML; what the lint says of it is left to the draft."""
    reading = loading.read(text, file)
    if reading.definition is None:
        return Arrived(file, "", file, None, tuple(told(one) for one in reading.problems))
    item = reading.definition
    return Arrived(file, item.code, item.name.zh, rules.builtins(item))


def from_bytes(content: bytes, file: str) -> Arrived:
    """The same from bytes that should be UTF-8."""
    try:
        return from_yaml(content.decode("utf-8-sig"), file)
    except UnicodeDecodeError as wrong:
        problem = Problem(file, 0, "", "yaml", {"detail": f"not UTF-8 at byte {wrong.start}"})
        return Arrived(file, "", file, None, (told(problem),))


def told(problem: Problem) -> Told:
    """A problem of a file as file, line, element and words."""
    where = f"{problem.file}:{problem.line}" + (f" {problem.path}" if problem.path else "")
    return Told(where, Pair(explain(problem, "zh"), explain(problem, "en")))
