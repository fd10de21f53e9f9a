"""Manners that only the syntax tree can check: who opens transactions, who reads the clock, how errors are told."""

import ast
import importlib
import inspect
import re
from collections.abc import Mapping
from fnmatch import fnmatch

import pytest

from tests.architecture.tree import PACKAGES, ROOT, calls, named, parsed, python_files

OPEN_TRANSACTIONS: Mapping[str, str] = {
    "portal/dependencies.py": "the one transaction of a request",
    "portal/authentication.py": "who is asking: closed before the handler runs",
    "portal/resources.py": "start-up: the keys of this process",
    "portal/hub/app.py": "the hub's own requests",
    "portal/hub/process.py": "start-up of the hub",
    "portal/cli/*": "a command is its own request",
    "*/tasks.py": "a worker's steps",
    "services/applications/commands/gathering.py": "asks the hub between two transactions (decision 0001)",
    "services/applications/bundling/starting.py": "reads whom to ask the hub for, before it does (decision 0001)",
    "services/applications/bundling/releasing.py": "asks the hub between two transactions (decision 0001)",
    "services/applications/unasked/commands.py": "asks the hub between two transactions (decision 0001)",
    "portal/register_checks.py": "the hub is asked between two transactions",
    "services/sharing/adapters/licences.py": "a source is another system, asked between the hub's own two transactions",
    "storage/resealing.py": "some hundred rows each, so that nobody waits for all of them",
}
"""Which files → why they may open a transaction."""

READ_THE_CLOCK: Mapping[str, str] = {
    "portal/dependencies.py": "the moment of a request",
    "portal/authentication.py": "the moment of a request, before dependencies exist",
    "portal/guards.py": "the moment of a request, before dependencies exist",
    "portal/resources.py": "start-up",
    "portal/hub/process.py": "start-up of the hub",
    "portal/hub/department.py": "the clock of a department's side, handed in",
    "portal/cli/*": "a command is its own request",
    "*/tasks.py": "a worker's steps",
    "identity/means/notice.py": "a signed message says when it really left; a test gives another clock",
    "storage/queue.py": "the worker's own loop",
}
"""Which files → why they may ask for the time; everyone else is told (`at`)."""

SQL_COMMIT = re.compile(r"\b(COMMIT|ROLLBACK)\b")


def unlisted(name: str, function: str, listed: Mapping[str, str]) -> list[str]:
    """Lines of the product that call `….function()` outside the listed places."""
    return [
        f"{named(path)}:{call.lineno}"
        for path in python_files(*PACKAGES)
        for call in calls(path, function)
        if called_on(call, name) and not listed_in(named(path), listed)
    ]


def listed_in(name: str, listed: Mapping[str, str]) -> bool:
    return any(fnmatch(name, place) for place in listed)


def called_on(call: ast.Call, name: str) -> bool:
    """Whether the call is `name.…()`; any owner if `name` is empty."""
    match call.func:
        case ast.Attribute(value=ast.Name(id=owner)):
            return not name or owner == name
        case ast.Attribute():
            return not name
    return False


@pytest.mark.parametrize("deed", ["commit", "rollback"])
def test_nobody_commits_or_rolls_back(deed: str) -> None:
    assert unlisted("", deed, {}) == []


def test_no_statement_of_ours_commits() -> None:
    texts = (
        (named(path), node.value)
        for path in python_files(*PACKAGES)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    offending = [where for where, text in texts if SQL_COMMIT.search(text)]
    assert offending == []


def test_transactions_are_opened_only_in_the_listed_places() -> None:
    """A transaction begins without arguments; `recovery.begin(session, …)` is another beginning."""
    opened = [
        f"{named(path)}:{call.lineno}"
        for path in python_files(*PACKAGES)
        for call in calls(path, "begin")
        if not call.args and called_on(call, "") and not listed_in(named(path), OPEN_TRANSACTIONS)
    ]
    assert opened == []


def test_the_clock_is_read_only_in_the_listed_places() -> None:
    assert unlisted("datetime", "now", READ_THE_CLOCK) == []
    assert unlisted("date", "today", {}) == []


@pytest.mark.parametrize("listed", [OPEN_TRANSACTIONS, READ_THE_CLOCK], ids=["transactions", "clock"])
def test_listed_places_still_do_it(listed: Mapping[str, str]) -> None:
    function = "begin" if listed is OPEN_TRANSACTIONS else "now"
    doing = {named(path) for path in python_files(*PACKAGES) for _ in calls(path, function)}
    idle = [place for place in listed if not any(fnmatch(name, place) for name in doing)]
    assert idle == []


def error_modules() -> list[str]:
    return [
        named(path).removesuffix(".py").replace("/", ".")
        for path in python_files(*PACKAGES)
        if path.name == "errors.py"
    ]


@pytest.mark.parametrize("name", error_modules())
def test_the_tree_in_the_docstring_names_every_error(name: str) -> None:
    module = importlib.import_module(name)
    errors = [
        member.__name__
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Exception) and member.__module__ == name
    ]
    told = re.findall(r"\w+", module.__doc__ or "")
    assert [error for error in errors if error not in told] == []


def test_alembic_is_a_folder_of_scripts_and_not_a_package() -> None:
    """With an `__init__.py` it would hide the library of the same name."""
    assert not (ROOT / "alembic" / "__init__.py").exists()


def test_top_level_folders_are_the_agreed_ones() -> None:
    agreed = {*PACKAGES, "alembic", "docs", "tests"}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - agreed == set()


@pytest.mark.parametrize("shunned", ["common", "utils", "helpers", "core", "managers", "services_impl"])
def test_no_module_is_called_after_nothing_in_particular(shunned: str) -> None:
    offending = [named(path) for path in python_files(*PACKAGES) if shunned in {path.stem, path.parent.name}]
    assert offending == []
