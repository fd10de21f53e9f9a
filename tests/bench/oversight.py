"""`python -m tests.bench.oversight`: what the measures find in a generated city, and how much of it was planted.

YIWANG_CITY says how many cases (20,000; 1,000,000 for the whole city), YIWANG_PLANT which city: «yes» with misconduct,
«no» an honest one, «both». Laid by two processes side by side, on a throw-away server.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Collection, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from math import exp
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from services.oversight.checks.facts import Facts
from services.oversight.checks.rules import BY_ID
from services.oversight.measures import deviation, intimacy, reading, statements
from services.oversight.measures.reading import Scope
from services.oversight.measures.stepping import NODES, Event, Step
from storage import cipher
from storage.database import Session, open_engine, open_sessions
from tests.bench.oversight_city import DEPARTMENTS, FLOW, SPAN, City, Planted
from tests.bench.oversight_loading import BIG, fill, prepare, without_indexes
from tests.support import postgres

RECALL, FALSE = 0.95, 0.05
SURE = 0.99
"""An honest city is told from luck with this certainty."""
ASPECTS = len(deviation.Aspect)
RATES = {"colluding pairs": (intimacy.RARE, 1), "deviating officers": (deviation.FALSE_SHARE, ASPECTS)}
"""Pattern → the share of false flags that the product allows, and in how many families it compares."""

ACTS = sa.text(
    "SELECT number, array_agg(deed::text ORDER BY position) AS deeds, array_agg(node::text ORDER BY position) AS nodes"
    " FROM oversight_step WHERE deed = ANY(CAST(:deeds AS text[])) GROUP BY number"
)
SEEN = sa.text(
    "SELECT count(*) AS steps, count(*) FILTER (WHERE deed = 'application claimed') AS stays FROM oversight_step"
)
STANDS = (
    "SELECT (SELECT count(*) FROM application), count(DISTINCT department_code), count(DISTINCT officer), min(at)::date,"
    " max(at)::date FROM oversight_step WHERE officer IS NOT NULL"
)


@dataclass(frozen=True, slots=True)
class Found:
    """One pattern: what was planted, what was flagged, how long finding it took, and how much was compared for it."""

    pattern: str
    planted: Collection[Any]
    flagged: Collection[Any]
    seconds: float
    compared: int = 0

    @property
    def hits(self) -> int:
        return len(set(self.planted) & set(self.flagged))

    @property
    def recall(self) -> float:
        return self.hits / len(self.planted) if self.planted else 1.0

    @property
    def false_discovery(self) -> float:
        return 1 - self.hits / len(self.flagged) if self.flagged else 0.0

    @property
    def by_chance(self) -> float:
        """How many false flags are to be expected of chance: what Benjamini-Hochberg lets stand; of a rule none."""
        rate, families = RATES.get(self.pattern, (0.0, 0))
        return rate * (self.hits + families) / (1 - rate)

    @property
    def most_by_chance(self) -> int:
        """So many false flags chance raises at most, with 99 % certainty (Poisson)."""
        term = total = exp(-self.by_chance)
        most = 0
        while total < SURE:
            most += 1
            term *= self.by_chance / most
            total += term
        return most


async def measured(url: str, city: City) -> list[Found]:
    """Everything the measures flag in the city laid at `url`."""
    engine = open_engine(url)
    scope, planted, found = Scope(*SPAN), city.planted, []
    async with open_sessions(engine)() as session:
        seen = (await session.execute(SEEN)).one()
        begun = time.perf_counter()

        def told(pattern: str, of: Collection[Any], flagged: Collection[Any], compared: int = 0) -> None:
            nonlocal begun
            found.append(Found(pattern, of, flagged, time.perf_counter() - begun, compared))
            sys.stderr.write(f"{pattern}: {found[-1].hits} of {len(of)} found, {len(flagged)} flagged\n")
            begun = time.perf_counter()

        pairs = await reading.intimacies(session, scope)
        told("colluding pairs", planted.pairs, {(p.officer, p.party, p.node) for p in pairs if p.flagged})
        odd = await reading.deviations(session, scope)
        flagged = {(one.officer, one.aspect) for one in odd if one.flagged}
        told("deviating officers", planted.deviating.items(), flagged, len(odd))
        jumped = await reading.jumped(session, scope)
        told("queue jumpers", planted.jumpers, {jump.number for jump in jumped}, seen.stays)
        dated = await reading.dated_back(session, scope)
        told("acceptances dated back", planted.back_dated, {one.number for one in dated}, seen.steps)
        judged, skipping = await _skipping(session)
        told("skipped steps", planted.skipped, skipping, judged)
        loads = await reading.workloads(session, scope)
        told("overloaded or idle officers", (), {load.officer for load in loads if load.flag}, len(loads))
        await reading.overdues(session, scope)
        told("overdue amount", (), ())
        found[0] = replace(found[0], compared=await _met(session, scope))
    await engine.dispose()
    return found


async def _skipping(session: Session) -> tuple[int, set[str]]:
    """How many cases rule F4 of the catalogue was held against, and those it raises; all items have the city's flow."""
    rule, judged, found = BY_ID["F4"], 0, set()
    rows = await session.stream(ACTS, {"deeds": sorted(NODES)}, execution_options={"yield_per": 20_000})
    async for row in rows:
        judged += 1
        if rule.judge(_facts(row.number, zip(row.deeds, row.nodes, strict=True)), rule.thresholds):
            found.add(row.number)
    return judged, found


def _facts(number: str, acts: Iterable[tuple[str, str]]) -> Facts:
    """A case as that rule sees it: what was done at which node; when and by whom does not matter to it."""
    steps = [Step(0, 0, deed, node, None, "", None, *(SPAN[0],) * 2, 0, 0) for deed, node in acts]
    events = [Event(0, 0, one.at, one.deed, "", "", {}) for one in steps]
    return Facts(number, events, steps, flow=FLOW)


async def _met(session: Session, scope: Scope) -> int:
    """How many pairs of an officer and a party were compared: all that could have met five times, met or not."""
    pools: dict[tuple[str, str], set[str]] = {}
    for row in await session.execute(statements.POOLS, scope.binds):
        pools.setdefault((row.item_code, row.node), set()).add(row.officer)
    met = await session.execute(statements.MET, scope.binds | {"fewest": intimacy.FEWEST_CASES})
    places = sorted({(row.party, row.node, row.item_code) for row in met})
    return sum(
        len(set().union(*(pools[item, node] for _, _, item in items)))
        for (_, node), items in groupby(places, key=lambda one: one[:2])
    )


def show(title: str, found: Collection[Found]) -> None:
    console = Console(width=None if os.isatty(1) else 150)
    table = Table(title=title)
    columns = (
        "planted",
        "flagged",
        "found",
        "recall",
        "false discovery",
        "compared",
        "chance allows",
        "seconds",
    )
    table.add_column("pattern")
    for column in columns:
        table.add_column(column, justify="right")
    for one in found:
        shares = (f"{one.recall:.1%}", f"{one.false_discovery:.1%}") if one.planted else ("", "")
        chance = f"{one.by_chance:.2f}, at most {one.most_by_chance}" if one.compared else ""
        counts = (str(len(one.planted)), str(len(one.flagged)), str(one.hits))
        table.add_row(one.pattern, *counts, *shares, f"{one.compared:,}", chance, f"{one.seconds:.1f}")
    console.print(table)


def missed(found: Collection[Found]) -> list[str]:
    """The patterns that were not found as promised."""
    return [
        one.pattern for one in found if one.planted and (one.recall < RECALL or one.false_discovery > FALSE)
    ]


def beyond_chance(found: Collection[Found]) -> list[str]:
    """The patterns of which an honest city raises more than chance allows."""
    return [one.pattern for one in found if not one.planted and len(one.flagged) > one.most_by_chance]


def laid(url: str, city: City) -> int:
    """Lay the whole city by two processes and note what was planted in it; how many steps."""
    prepare(url)
    indexes = without_indexes(url)
    halves = [range(first, DEPARTMENTS, 2) for first in (0, 1)]
    total = 0
    with ProcessPoolExecutor(len(halves), mp_context=get_context("fork")) as pool:
        for steps, planted in pool.map(partial(_half, url, city), halves):
            total += steps
            for name in Planted.__dataclass_fields__:
                getattr(city.planted, name).update(getattr(planted, name))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        for statement in (*indexes, *(f"VACUUM ANALYZE {table}" for table in BIG)):
            connection.execute(statement.encode())
    return total


def _half(url: str, city: City, places: Iterable[int]) -> tuple[int, Planted]:
    return fill(url, city, city.walk(places)), city.planted


def stands(url: str, city: City) -> str:
    """What the city has, counted in the database, and what was planted."""
    with psycopg.connect(url) as connection:
        cases, departments, officers, first, last = connection.execute(STANDS).fetchone() or (0,) * 5
    planted = city.planted
    return (
        f"{departments} departments, {officers} officers, {cases:,} cases from {first} to {last}; planted:"
        f" {len(planted.pairs)} pairs, {len(planted.deviating)} deviating officers, {len(planted.jumpers)} queue jumpers,"
        f" {len(planted.back_dated)} dated back, {len(planted.skipped)} skipped"
    )


def run(server: postgres.Server, cases: int, *, plant: bool) -> list[str]:
    """Lay one city, measure it, print the table; the patterns that are not as promised."""
    city, database = City(cases, plant=plant), server.copy()
    begun = time.perf_counter()
    steps = laid(server.cluster.url(database), city)
    sys.stdout.write(f"{steps:,} steps laid in {time.perf_counter() - begun:.0f} s\n")
    sys.stdout.write(f"{stands(server.cluster.url(database), city)}\n")
    found = asyncio.run(measured(server.url(database), city))
    show(f"{cases:,} cases, {'planted' if plant else 'nothing planted'}", found)
    sys.stdout.write(f"load (1, 5, 15 minutes): {' '.join(f'{one:.1f}' for one in os.getloadavg())}\n")
    server.drop(database)
    return missed(found) if plant else beyond_chance(found[:-2])


def main() -> None:
    """Print the tables; exit code 1 if a pattern was missed, or flagged beyond chance where nothing was planted."""
    cases = int(os.environ.get("YIWANG_CITY", "20000"))
    plants = {"yes": (True,), "no": (False,), "both": (True, False)}[os.environ.get("YIWANG_PLANT", "both")]
    wrong: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="yiwang-bench-", dir="/tmp") as folder,
        postgres.serving() as server,
    ):
        cipher.install(cipher.load_ring(Path(folder) / "ring.json"))
        for plant in plants:
            wrong += run(server, cases, plant=plant)
    raise SystemExit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()
