"""`python -m tests.bench.oversight`: what the measures find in a generated city, and how much of it was planted.

YIWANG_CITY says how many cases (20,000; 1,000,000 for the whole city). Runs on a throw-away server of its own.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from services.oversight.measures import reading
from services.oversight.measures.reading import Scope
from storage import cipher
from storage.database import open_engine, open_sessions
from tests.bench.oversight_city import FLOW, SPAN, City
from tests.bench.oversight_loading import lay
from tests.support import postgres

RECALL, FALSE = 0.95, 0.05


@dataclass(frozen=True, slots=True)
class Found:
    """One pattern: what was planted, what was flagged, and how long finding it took."""

    pattern: str
    planted: Collection[Any]
    flagged: Collection[Any]
    seconds: float

    @property
    def hits(self) -> int:
        return len(set(self.planted) & set(self.flagged))

    @property
    def recall(self) -> float:
        return self.hits / len(self.planted) if self.planted else 1.0

    @property
    def false_discovery(self) -> float:
        return 1 - self.hits / len(self.flagged) if self.flagged else 0.0


async def measured(url: str, city: City) -> list[Found]:
    """Everything the measures flag in the city laid at `url`."""
    engine = open_engine(url)
    scope, planted, found = Scope(*SPAN), city.planted, []
    async with open_sessions(engine)() as session:
        begun = time.perf_counter()

        def told(pattern: str, of: Collection[Any], flagged: Collection[Any]) -> None:
            nonlocal begun
            found.append(Found(pattern, of, flagged, time.perf_counter() - begun))
            begun = time.perf_counter()

        pairs = await reading.intimacies(session, scope)
        told("colluding pairs", planted.pairs, {(p.officer, p.party, p.node) for p in pairs if p.flagged})
        odd = await reading.deviations(session, scope)
        told(
            "deviating officers", planted.deviating.items(), {(d.officer, d.aspect) for d in odd if d.flagged}
        )
        jumped = await reading.jumped(session, scope)
        told("queue jumpers", planted.jumpers, {jump.number for jump in jumped})
        dated = await reading.dated_back(session, scope)
        told("acceptances dated back", planted.back_dated, {one.number for one in dated})
        ways = await reading.sequences(session, scope)
        skipping = await reading.skipping(session, scope, ways, {item: FLOW for item in ways})
        told("skipped steps", planted.skipped, set(skipping))
        loads = await reading.workloads(session, scope)
        told("overloaded or idle officers", (), {load.officer for load in loads if load.flag})
        await reading.overdues(session, scope)
        told("overdue amount", (), ())
    await engine.dispose()
    return found


def show(title: str, found: Collection[Found]) -> None:
    console = Console(width=None if os.isatty(1) else 120)
    table = Table(title=title)
    for column in ("pattern", "planted", "flagged", "found", "recall", "false discovery", "seconds"):
        table.add_column(column, justify="left" if column == "pattern" else "right")
    for one in found:
        shares = (f"{one.recall:.1%}", f"{one.false_discovery:.1%}") if one.planted else ("", "")
        table.add_row(
            one.pattern,
            str(len(one.planted)),
            str(len(one.flagged)),
            str(one.hits),
            *shares,
            f"{one.seconds:.1f}",
        )
    console.print(table)


def missed(found: Collection[Found]) -> list[str]:
    """The patterns that were not found as promised."""
    return [
        one.pattern for one in found if one.planted and (one.recall < RECALL or one.false_discovery > FALSE)
    ]


def main() -> None:
    """Print both tables; exit code 1 if a pattern was missed."""
    cases = int(os.environ.get("YIWANG_CITY", "20000"))
    wrong: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="yiwang-bench-", dir="/tmp") as folder,
        postgres.serving() as server,
    ):
        cipher.install(cipher.load_ring(Path(folder) / "ring.json"))
        for plant in (True, False):
            city, database = City(cases, plant=plant), server.copy()
            begun = time.perf_counter()
            steps = lay(server.cluster.url(database), city)
            sys.stderr.write(
                f"{cases:,} cases, {steps:,} steps laid in {time.perf_counter() - begun:.0f} s\n"
            )
            found = asyncio.run(measured(server.url(database), city))
            show(f"{cases:,} cases, {'planted' if plant else 'nothing planted'}", found)
            wrong += missed(found)
            server.drop(database)
    raise SystemExit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()
