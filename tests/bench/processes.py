"""How long the portal takes to start, and how much memory each of its parts holds."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.table import Results
from tests.support.demonstration import Demonstration

SETTLE_SECONDS = 3.0


def measure_memory(results: Results, demo: Demonstration) -> None:
    """PSS of every part with all its processes: shared pages are counted once, in parts."""
    time.sleep(SETTLE_SECONDS)
    total = 0.0
    for part, pid in demo.parts().items():
        tree = [pid] if part == "demo" else list(family(pid))
        size = sum(proportional(one) for one in tree)
        total += size
        count = f"{len(tree)} processes" if len(tree) > 1 else "1 process"
        results.add(f"memory of {part}", size, "MiB", note=f"PSS, {count}")
    results.add("memory of everything", total, "MiB", note="PSS")


def family(pid: int) -> Iterator[int]:
    """The process and everything it started."""
    yield pid
    for child in children(pid):
        yield from family(child)


def children(pid: int) -> list[int]:
    try:
        found = [(Path(f"/proc/{pid}/task") / task / "children") for task in os.listdir(f"/proc/{pid}/task")]
        return [int(child) for path in found for child in path.read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def proportional(pid: int) -> float:
    """Proportional set size in MiB; nothing for a process that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
