"""Whatever the domain refuses has a status and words; nothing reaches a person as a class name."""

import importlib
import inspect
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from portal import refusals
from tests.architecture.tree import PACKAGES, ROOT, named, python_files

WORDINGS = ROOT / "portal" / "templates" / "errors"
OWN_WORDS = {"applications", "licensing"}
"""Domains whose refusals a person meets on a page: each leaf says in its own words what to do next."""


def refusal_classes() -> Iterator[type[Exception]]:
    for path in python_files(*PACKAGES):
        name = named(path).removesuffix(".py").replace("/", ".")
        if path.name == "errors.py" and not name.startswith("portal."):
            module = importlib.import_module(name)
            for _, member in inspect.getmembers(module, inspect.isclass):
                if issubclass(member, Exception) and member.__module__ == name:
                    yield member


LEAVES = [kind for kind in refusal_classes() if not kind.__subclasses__()]


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_refusal_has_a_status(kind: type[Exception]) -> None:
    """`Exception` in the table would make this vacuous; it is not there."""
    status = next((refusals.STATUS[base] for base in kind.__mro__ if base in refusals.STATUS), None)
    assert status is not None
    assert 400 <= HTTPStatus(status) < 600


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_refusal_has_words(kind: type[Exception]) -> None:
    """Its own wording; the general ones only for «not found», for our own faults and for doors of machines."""
    domain = kind.__module__.split(".")[-2]
    status = next((refusals.STATUS[base] for base in kind.__mro__ if base in refusals.STATUS), 0)
    own = WORDINGS / "refusals" / domain / f"{kind.__name__}.html"
    general = WORDINGS / "refusals" / ("gone.html" if status in {404, 410} else "otherwise.html")
    assert own.exists() or status in {404, 410} or status >= 500 or domain not in OWN_WORDS, own.name
    assert (own if own.exists() else general).read_text("utf-8").count("_(") >= 2


def test_every_wording_belongs_to_a_refusal() -> None:
    known = {(kind.__module__.split(".")[-2], kind.__name__) for kind in refusal_classes()}
    spoken = {(path.parent.name, path.stem) for path in (WORDINGS / "refusals").glob("*/*.html")}
    assert spoken - known == set()


def test_the_table_names_no_class_twice_and_no_catch_all() -> None:
    assert Exception not in refusals.STATUS
    assert BaseException not in refusals.STATUS


def test_every_status_of_the_table_has_a_page_of_its_own() -> None:
    text = (WORDINGS / "http.html").read_text("utf-8")
    spoken = {status for status in range(400, 600) if f"\n  {status}: (" in text}
    shown = {status for status in refusals.STATUS.values() if status < 500}
    assert shown - spoken - {410} == set()
