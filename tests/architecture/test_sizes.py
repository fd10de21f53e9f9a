"""Nothing grows past the budget: a file, a function and its parameters stay readable in one look.

| unit | never |
|---|---|
| function | 60 lines |
| file of the product / of the tests | 400 / 600 lines |
| parameters besides keyword-only data | 8 |
| cyclomatic complexity | 10 |
"""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.architecture.tree import PACKAGES, ROOT, named, parsed, python_files

LONGEST_FILE = 400
LONGEST_TEST_FILE = 600
LONGEST_FUNCTION = 60
MOST_PARAMETERS = 8

WRITTEN_ONCE = (
    "laid out by the migration tool from the tables of all packages, read once by a database, never edited"
)
EXCEPTIONS: Mapping[str, str] = {
    "alembic/versions/0002_tables.py": WRITTEN_ONCE,
    "alembic/versions/0002_tables.py::upgrade": WRITTEN_ONCE,
    "alembic/versions/0002_tables.py::downgrade": WRITTEN_ONCE,
    "alembic/versions/0003_oversight.py::upgrade": WRITTEN_ONCE,
}
"""`path` or `path::function` → the reason why it may be over. An exception that is no longer needed fails."""

PRODUCT = (*PACKAGES, "alembic")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, Function):
            yield node


def lines(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def parameters(function: Function) -> int:
    """Those that may be given by position, without `self` and `cls`."""
    given = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    return len([name for name in given if name not in {"self", "cls"}])


def is_handler(function: Function) -> bool:
    """A route handler: its parameters are named by the framework and never given by position."""
    doors = {"get", "post", "put", "patch", "delete", "head", "route"}
    decorators = (one.func for one in function.decorator_list if isinstance(one, ast.Call))
    return any(isinstance(one, ast.Name) and one.id in doors for one in decorators)


def over_budget() -> dict[str, str]:
    """Everything over the budget: where, and by how much."""
    found: dict[str, str] = {}
    for path in python_files(*PRODUCT, "tests"):
        name = named(path)
        longest = LONGEST_TEST_FILE if name.startswith("tests/") else LONGEST_FILE
        length = len(path.read_text("utf-8").splitlines())
        if length > longest:
            found[name] = f"{length} lines, {longest} allowed"
        for function in functions(path):
            found |= function_over_budget(name, function)
    return found


def function_over_budget(name: str, function: Function) -> dict[str, str]:
    place = f"{name}::{function.name}"
    if lines(function) > LONGEST_FUNCTION:
        return {place: f"{lines(function)} lines, {LONGEST_FUNCTION} allowed"}
    if parameters(function) > MOST_PARAMETERS and not is_handler(function):
        return {place: f"{parameters(function)} parameters, {MOST_PARAMETERS} allowed"}
    return {}


def test_no_file_and_no_function_is_over_budget() -> None:
    found = over_budget()
    assert {place: how for place, how in found.items() if place not in EXCEPTIONS} == {}


def test_every_exception_is_still_needed_and_carries_its_reason() -> None:
    found = over_budget()
    assert [place for place in EXCEPTIONS if place not in found] == []
    assert all(len(reason) > 20 for reason in EXCEPTIONS.values())


def test_no_function_branches_more_than_ten_ways() -> None:
    command = [sys.executable, "-m", "ruff", "check", "--select", "C901", "--quiet", *PRODUCT, "tests"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
