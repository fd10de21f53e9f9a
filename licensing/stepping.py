"""Running pyHanko's coroutines from ordinary functions, whoever calls.

pyHanko speaks asynchronously so that time stamps and revocation data can be fetched; nothing is fetched here. Its
coroutines still want an event loop of their own, which a thread that already runs one cannot give them.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def run_through(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """The result of `coroutine`, run on a loop of its own. Raises what it raises."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    with ThreadPoolExecutor(1) as other:
        return other.submit(asyncio.run, coroutine).result()
