"""Running the parts of a demonstration together: started in order, started again when one dies, ended with us."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from portal.cli.errors import PartNotReady
from storage.processes import end_with_parent

LAUNCH_SECONDS = 45.0
SHORTEST_PAUSE = 0.3
LONGEST_PAUSE = 5.0
CALM_SECONDS = 20.0


@dataclass
class Part:
    """One process of the demonstration. `launch` starts it, `ready` says whether it answers."""

    name: str
    launch: Callable[[], subprocess.Popen[bytes]]
    ready: Callable[[], bool]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = SHORTEST_PAUSE

    def start(self) -> None:
        self.process = self.launch()
        self.started = time.monotonic()

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_until_ready(self) -> None:
        """Raises PartNotReady when it ends or stays silent."""
        deadline = time.monotonic() + LAUNCH_SECONDS
        while time.monotonic() < deadline and self.alive:
            if self.ready():
                return
            time.sleep(0.05)
        raise PartNotReady(self.name)


@dataclass
class Supervisor:
    """Keeps the parts running until told to stop."""

    parts: list[Part] = field(default_factory=list)
    stopping: bool = False

    def start(self, *parts: Part) -> None:
        """Start several parts at once and return when all of them answer."""
        for part in parts:
            part.start()
            self.parts.append(part)
        for part in parts:
            part.wait_until_ready()

    def watch(self, changed: Callable[[], None]) -> None:
        """Start again what dies, waiting a little longer each time, until `stop` is called; `changed` hears of it."""
        while not self.stopping:
            for part in self.parts:
                if not part.alive and not self.stopping:
                    self._again(part)
                    changed()
            time.sleep(0.1)

    def _again(self, part: Part) -> None:
        calm = time.monotonic() - part.started > CALM_SECONDS
        part.pause = SHORTEST_PAUSE if calm else min(part.pause * 2, LONGEST_PAUSE)
        time.sleep(part.pause)
        if not self.stopping:
            sys.stderr.write(f"{part.name} ended and is started again\n")
            part.start()

    def stop(self) -> None:
        """End every part, the last started first: the database outlives what writes to it."""
        self.stopping = True
        for part in reversed(self.parts):
            if part.process is not None and part.process.poll() is None:
                end(part.process, signal.SIGINT if part.name == "postgresql" else signal.SIGTERM)


def end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    process.send_signal(how)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def child(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Run `python -m …` as a child that ends with this process, its output in `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=partial(end_with_parent, signal.SIGTERM, os.getpid()),  # noqa: PLW1509  only a prctl call, no locks taken
        )


def answers(url: str) -> bool:
    """Whether something healthy answers at `url`."""
    try:
        with urllib.request.urlopen(url, timeout=2.0) as answer:  # noqa: S310  our own loopback address
            return bool(answer.status < 500)
    except (urllib.error.URLError, OSError):
        return False
