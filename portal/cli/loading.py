"""Loading a great deal at once: nothing of it is garbage, so nobody looks for garbage until it is there.

A quarter of a start was spent on that. What was loaded stays for as long as the process does, and is not looked at
again (`gc.freeze`).
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

FACTORY = "from_environment"


@contextmanager
def at_once() -> Iterator[None]:
    """Load what is loaded within as what stays."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def web() -> Any:
    """The portal, for the server of a web process."""
    return _made("portal.app")


def hub() -> Any:
    """The sharing hub, for the server of a hub process."""
    return _made("portal.hub.process")


def _made(module: str) -> Any:
    with at_once():
        return getattr(import_module(module), FACTORY)()
