"""A real demonstration for tests that need everything at once: `yiwang demo` in a process of its own, on free ports."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

READY_SECONDS = 120.0
STOP_SECONDS = 45.0
YIWANG = (sys.executable, "-m", "portal.cli.main")
ROOT = Path(__file__).parents[2]


class DemonstrationSilent(Exception):
    """`yiwang demo` ended or did not say that it is ready; the text is the end of what it said."""


@dataclass
class Demonstration:
    """A running `yiwang demo`. `said` are the lines it printed, `seconds` how long it took until it was ready."""

    process: subprocess.Popen[str]
    port: int
    data: Path
    seconds: float = 0.0
    said: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def hub_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 1}"

    def pid(self, part: str) -> int:
        """The process id of a part at this moment."""
        return int(json.loads((self.data / "parts.json").read_text())[part])

    def parts(self) -> dict[str, int]:
        found: dict[str, int] = json.loads((self.data / "parts.json").read_text())
        return found

    def kill(self, part: str, how: signal.Signals = signal.SIGKILL) -> int:
        """Send `how` to a part, as if the machine had lost it; the demonstration starts it again."""
        pid = self.pid(part)
        os.kill(pid, how)
        return pid

    def environment(self) -> dict[str, str]:
        """What `yiwang …` beside this demonstration must know."""
        return os.environ | {"YIWANG_DATA": str(self.data)}

    def yiwang(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run `yiwang …` on this demonstration's data."""
        return subprocess.run(
            [*YIWANG, *arguments],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def log(self, part: str) -> str:
        path = self.data / "logs" / f"{part}.log"
        return path.read_text("utf-8", errors="replace") if path.exists() else ""


@contextmanager
def demonstrating(data: Path | None = None) -> Iterator[Demonstration]:
    """A fresh demonstration (or one on the data kept in `data`), ended with the block."""
    with tempfile.TemporaryDirectory(prefix="yiwang-demo-", dir="/tmp", ignore_cleanup_errors=True) as made:
        running = start(data or Path(made) / "data")
        try:
            yield running
        finally:
            stop(running)


def start(data: Path) -> Demonstration:
    """Start and return when it is ready. Raises DemonstrationSilent."""
    port = free_ports(3)
    begun = time.monotonic()
    process = subprocess.Popen(
        [*YIWANG, "demo", "--port", str(port), "--data", str(data)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        preexec_fn=_end_with_parent,  # noqa: PLW1509  only a prctl call, no locks taken
    )
    running = Demonstration(process, port, data)
    ready = threading.Event()
    # A daemon thread keeps reading, so that the demonstration never waits for a full pipe.
    threading.Thread(target=_listen, args=(running, ready), daemon=True).start()
    deadline = begun + READY_SECONDS
    while not ready.wait(0.05):
        if process.poll() is not None or time.monotonic() > deadline:
            stop(running)
            raise DemonstrationSilent("\n".join(running.said[-30:]))
    running.seconds = time.monotonic() - begun
    return running


def stop(running: Demonstration) -> None:
    """End it as a service manager would; what it started ends with it. (A shell in the background ignores Ctrl-C.)"""
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGTERM)
        try:
            running.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            running.process.kill()
            running.process.wait()


def free_ports(count: int) -> int:
    """The first of `count` neighbouring ports on which nobody listens, below those the kernel hands out."""
    for first in range(20000 + os.getpid() * 97 % 9000, 32000, count):
        if all(_is_free(first + offset) for offset in range(count)):
            return first
    raise DemonstrationSilent("no neighbouring free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _listen(running: Demonstration, ready: threading.Event) -> None:
    assert running.process.stdout is not None
    with running.process.stdout as said:
        for line in said:
            running.said.append(line.rstrip("\n"))
            if line.startswith("ready http"):
                ready.set()


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
