"""`yiwang tour` as a process of its own, followed line by line, and what it left behind in the database."""

import json
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from storage.embedded import Cluster
from tests.support.demonstration import ROOT, YIWANG, Demonstration

TOUR_SECONDS = 170.0


@dataclass
class Tour:
    """A running tour: `steps` grow while it walks; `killed` are the parts that were killed meanwhile."""

    process: subprocess.Popen[str]
    out: Path
    steps: list[dict[str, Any]] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def wait(self) -> int:
        """Its exit code. It is ended when it takes far too long."""
        try:
            return self.process.wait(TOUR_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return -1

    def wait_for_step(self, count: int) -> None:
        """Return when `count` steps were told, or it ended."""
        deadline = time.monotonic() + TOUR_SECONDS
        while self.running and len(self.steps) < count and time.monotonic() < deadline:
            time.sleep(0.02)

    def detail(self, word: str) -> str:
        """The detail of the first step whose name holds `word`."""
        return next((str(step["detail"]) for step in self.steps if word in step["step"]), "")

    def cases(self) -> list[str]:
        """The numbers of the cases that the portal acknowledged to have begun."""
        started = (str(step["detail"]) for step in self.steps if step["step"] == "case started")
        return [detail.split()[-1] for detail in started]

    def told(self) -> str:
        lines = [f"{'ok' if one['ok'] else 'NOT'} {one['step']}: {one['detail']}" for one in self.steps]
        return "\n".join([*lines, *self.other])

    def file(self, suffix: str) -> Path:
        """The newest file with that suffix that the tour kept."""
        found = sorted(self.out.rglob(f"*{suffix}"), key=lambda path: path.stat().st_mtime)
        assert found, f"no {suffix} in {self.out}"
        return found[-1]


def walk(demo: Demonstration, out: Path) -> Tour:
    """Start a tour of `demo` and return at once."""
    process = subprocess.Popen(
        [*YIWANG, "tour", "--json", "--base-url", demo.url, "--out", str(out)],
        cwd=ROOT,
        env=demo.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    tour = Tour(process, out)
    threading.Thread(target=_follow, args=(tour,), daemon=True).start()
    return tour


def _follow(tour: Tour) -> None:
    assert tour.process.stdout is not None
    with tour.process.stdout as lines:
        for line in lines:
            try:
                tour.steps.append(json.loads(line))
            except ValueError:
                tour.other.append(line.rstrip())


def rows(demo: Demonstration, query: str, *values: object) -> list[dict[str, Any]]:
    """What the portal's database says, read as its superuser."""
    url = Cluster(demo.data / "postgres").url("yiwang")
    with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as connection:
        return connection.execute(query, values or None).fetchall()
