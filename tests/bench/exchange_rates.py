"""How many exchanges the hub makes in a second on these two cores, and what one takes of them.

The requests were signed before: who asks the hub has a machine of their own, so asking costs here as little as can be.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from services.sharing.messages import MEDIA_TYPE
from tests.bench import load, processes
from tests.bench.table import Results
from tests.support.demonstration import Demonstration

EACH, WINDOWS, WARM = 400, 5, 200
ASKED = WARM + EACH * WINDOWS
PARTS = ("hub", "postgresql")
RATE, DIRECT_RATE = "exchanges with evidence kept", "the same register, asked directly by many"


def measure(
    results: Results, demo: Demonstration, *, directly: tuple[str, Mapping[str, str]], signed: list[str]
) -> None:
    """`directly`: path and headers of the register's own answer; `signed`: `ASKED` requests, each to be sent once."""
    path, headers = directly
    plain = load.request("GET", path, headers=headers)
    asked = [
        load.request("POST", "/exchange", headers={"Content-Type": MEDIA_TYPE}, body=one.encode())
        for one in signed
    ]
    note = f"{load.CONNECTIONS} at once, median of {WINDOWS} times {EACH}"
    bare = [load.fire(demo.port + 2, [plain] * EACH) for _ in range(WINDOWS)]
    results.add(DIRECT_RATE, median(one.rate for one in bare), "/s", note=note)
    load.fire(demo.port + 1, asked[:WARM])
    before = {part: _seconds(demo, part) for part in PARTS}
    windows = range(WARM, ASKED, EACH)
    shots = [load.fire(demo.port + 1, asked[first : first + EACH]) for first in windows]
    took = {part: (_seconds(demo, part) - before[part]) * 1000 / (EACH * WINDOWS) for part in PARTS}
    rates = [shot.rate for shot in shots]
    failed = sum(shot.failed for shot in shots)
    told = f"{note}; best {max(rates):.0f}, least {min(rates):.0f}" + (f"; {failed} failed" if failed else "")
    results.add(RATE, median(rates), "/s", beside=DIRECT_RATE, note=told)
    each = ", ".join(f"{part} {spent:.1f}" for part, spent in took.items())
    spent = sum(took.values())
    results.add(
        "processor time of one exchange", spent, "ms", note=f"{each}: {2000 / spent:,.0f} /s of two cores"
    )


def _seconds(demo: Demonstration, part: str) -> float:
    """Processor seconds that a part with all its processes has used so far."""
    ticks = 0
    for pid in processes.family(demo.parts()[part]):
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(told[11]) + int(told[12])
    return ticks / os.sysconf("SC_CLK_TCK")
