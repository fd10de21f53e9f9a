"""A web process beside a demonstration's own whose streams live as much shorter as the day goes by faster."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from litestar import Litestar

from portal import app
from portal.supervision import live
from tests.bench.wall_deeds import FASTER
from tests.support.demonstration import ROOT, Demonstration, free_ports

SOONEST_LOOK = 0.02
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Served:
    process: subprocess.Popen[bytes]
    url: str


def quick() -> Litestar:
    """The portal, but for the times of its streams."""
    live.EVERY = max(SOONEST_LOOK, live.EVERY / FASTER)
    live.QUIET, live.LONGEST = live.QUIET / FASTER, live.LONGEST / FASTER
    live.RETRY = max(1, round(live.RETRY / FASTER))
    return app.from_environment()


@contextmanager
def serving(demo: Demonstration) -> Iterator[Served]:
    """One web process with the settings of the demonstration's own."""
    settings = Path(f"/proc/{demo.pid('web')}/environ").read_bytes().decode().split("\0")
    port = free_ports(1)
    target = ["tests.bench.wall_serving:quick", "127.0.0.1", str(port), "1"]
    with (demo.data / "logs" / "wall.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.cli.serving", *target],
            cwd=ROOT,
            env=os.environ | dict(line.split("=", 1) for line in settings if "=" in line),
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    served = Served(process, f"http://127.0.0.1:{port}")
    try:
        _wait(served)
        yield served
    finally:
        process.terminate()
        process.wait(30)


def _wait(served: Served) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        try:
            if httpx.get(f"{served.url}/health/live", timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise TimeoutError("the web process does not answer")
