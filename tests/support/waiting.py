"""Waiting for what another process does: until it is so, or an end to patience."""

import time
from collections.abc import Callable


def until(holds: Callable[[], object], *, seconds: float = 30.0, pause: float = 0.3) -> None:
    """Return as soon as `holds()` is true. AssertionError when it is not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(pause)
