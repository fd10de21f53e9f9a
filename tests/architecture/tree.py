"""The source files of the house, read once for all tests about the code itself."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("portal", "services", "licensing", "identity", "storage")
ELSEWHERE = {"node_modules", "__pycache__", "static", "artefacts"}


def python_files(*folders: str) -> list[Path]:
    """Every Python file under `folders` of the project, in order."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if ELSEWHERE.isdisjoint(path.parts))


def named(path: Path) -> str:
    """The path as people write it: relative to the project, with slashes."""
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def calls(path: Path, name: str) -> Iterator[ast.Call]:
    """Calls of anything called `name` in that file: `name(…)` and `x.name(…)`."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and called(node) == name:
            yield node


def called(call: ast.Call) -> str | None:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return None
