"""`python -m tests.bench.board`: the board and the indicators from their summaries beside plain aggregates of the same run.

YIWANG_CITY says how many cases the city holds (20,000; 1,000,000 for the whole city, eight steps a case), YIWANG_STREAMS
how many wall boards are opened. Says at the end what was missed; asserts nothing.
"""

import asyncio
import os
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import ModuleType
from uuid import UUID

import psycopg

from identity.actor import EVERYWHERE, Actor, Party, PartyKind, Role
from services.oversight import board
from services.oversight.board import Counted, Cut, Happened, Period, Watched
from services.oversight.boarding import commands as boarding
from services.oversight.boarding import summaries
from services.oversight.indicators import commands, queries
from services.oversight.indicators.queries import Asked
from services.oversight.rules import CaseLight
from storage import cipher
from storage.database import Session, open_engine, open_sessions
from tests.bench import board_plain
from tests.bench.board_city import NOON, TODAY, WEEKS, lay_until_noon
from tests.bench.board_fresh import fresh
from tests.bench.board_streams import streams
from tests.bench.oversight_city import department
from tests.bench.table import Results, show
from tests.support import postgres

WARM, SLOW = 40, 3
LIGHTS, FLOW, MONTH, YEAR, EVERY = (
    "lights",
    "flow of the day",
    "shares, 30 days",
    "shares, a year",
    "indicators",
)
WARM_LIMIT, COLD_LIMIT, EACH, IN_SUM = 150.0, 400.0, 10.0, 25.0
"""Milliseconds warm (95 %) and cold, and how many times faster than plain aggregates."""
DAY = timedelta(days=1)
SUPERVISOR = Actor(
    UUID(int=1),
    "示例监察",
    frozenset({Role.SUPERVISOR}),
    Party(PartyKind.PERSON, UUID(int=1), "示例监察"),
    departments=frozenset({EVERYWHERE}),
)
OF_TWO = replace(SUPERVISOR, departments=frozenset({department(3), department(7)}))
Ask = Callable[[ModuleType, Session], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel with one of its filters. `kind`: the panel, which is compared over its filters.

    A list of cases has no kind: no aggregate gives it, so it has its own limit and no part in the comparison.
    """

    name: str
    ask: Ask
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds; `same`: whether both gave the same answer."""

    panel: Panel
    cold: float
    middle: float
    most: float
    plain: float
    same: bool

    @property
    def times(self) -> float:
        """Median beside median."""
        return self.plain / self.middle


def panels() -> list[Panel]:
    """Every panel of the board as it is asked for; each works on the summaries and on plain aggregates alike."""
    month, year = Period(TODAY - 29 * DAY, TODAY), Period(TODAY - 364 * DAY, TODAY)
    today, whole = Period(TODAY, TODAY), Cut()
    one, item = Cut(department(3)), Cut(department(3), "sample-3-0")

    def lights(actor: Actor, cut: Cut) -> Ask:
        return lambda source, session: source.lights(session, actor, cut, TODAY)

    def sums(actor: Actor, cut: Cut, period: Period, keys: tuple[str, ...] = board.KEYS) -> Ask:
        return lambda source, session: source.sums(session, actor, cut, period, keys)

    def heads(actor: Actor, cut: Cut, shown: CaseLight) -> Ask:
        return lambda source, session: source.next_due(session, actor, cut, TODAY, shown, board.TOP)

    flow = tuple(board.EVENTS)
    return [
        Panel("lights by department and item", lights(SUPERVISOR, whole), LIGHTS),
        Panel("lights, two departments", lights(OF_TWO, whole), LIGHTS),
        Panel("lights of one item", lights(SUPERVISOR, item), LIGHTS),
        Panel("the latest", heads(SUPERVISOR, whole, CaseLight.RED)),
        Panel("the latest, two departments", heads(OF_TWO, whole, CaseLight.RED)),
        Panel("the latest of an item", heads(SUPERVISOR, item, CaseLight.RED)),
        Panel("the nearly late", heads(SUPERVISOR, whole, CaseLight.YELLOW)),
        Panel("flow of the day", sums(SUPERVISOR, whole, today, flow), FLOW),
        Panel("flow of the day, one department", sums(SUPERVISOR, one, today, flow), FLOW),
        Panel("flow of the day, one item", sums(SUPERVISOR, item, today, flow), FLOW),
        Panel("shares and cards, 30 days", sums(SUPERVISOR, whole, month), MONTH),
        Panel("shares and cards, 30 days, one item", sums(SUPERVISOR, item, month), MONTH),
        Panel("shares and cards, a year", sums(SUPERVISOR, whole, year), YEAR),
        Panel("shares and cards, a year, one item", sums(SUPERVISOR, item, year), YEAR),
        Panel("shares and cards, a year, two departments", sums(OF_TWO, whole, year), YEAR),
        Panel("every indicator, a year", sums(SUPERVISOR, whole, year, queries.NAMED), EVERY),
    ]


async def measure(url: str, server: postgres.Server, results: Results) -> list[str]:
    """What was missed."""
    engine = open_engine(url)
    sessions = open_sessions(engine)
    async with sessions() as session, session.begin():
        begun = time.perf_counter()
        rows = await commands.keep(session, TODAY - (7 * WEEKS + 7) * DAY, TODAY - 2 * DAY)
        await commands.sum_months(session, until=TODAY - 2 * DAY)
        results.add(f"the days so far summed up into {rows:,} rows", time.perf_counter() - begun, "s")
        begun = time.perf_counter()
        await boarding.rebuild(session, at=NOON)
        results.add("the board counted anew", time.perf_counter() - begun, "s")
    await engine.dispose()
    _vacuum(server)
    found = [await _panel(url, server, panel) for panel in panels()]
    for one in found:
        results.add(one.panel.name, one.most, "ms p95", note=_told(one))
    slowest = _compared(found, results)
    engine = open_engine(url)
    async with open_sessions(engine)() as session:
        slow = await _pages(session, results)
    async with open_sessions(engine)() as session, session.begin():
        wrong = await _proved(session, results)
    late = await fresh(open_sessions(engine), SUPERVISOR, results)
    await streams(open_sessions(engine), int(os.environ.get("YIWANG_STREAMS", "300")), results)
    await engine.dispose()
    return [*_missed(found), *slowest, *slow, *wrong, *late]


def _told(one: Measured) -> str:
    beside = "plain" if one.panel.kind else "a list, not compared; plain"
    times = f": {one.times:,.1f} ×" if one.panel.kind else ""
    return f"median {one.middle:.1f} ms, cold {one.cold:.0f} ms; {beside} {one.plain:,.0f} ms{times}"


def _missed(found: list[Measured]) -> list[str]:
    wrong = []
    for one in found:
        name = one.panel.name
        wrong += [f"{name}: differs from the plain answer"] if not one.same else []
        wrong += [f"{name}: {one.most:.0f} ms warm"] if one.most > WARM_LIMIT else []
        wrong += [f"{name}: {one.cold:.0f} ms cold"] if one.cold > COLD_LIMIT else []
    return wrong


def _compared(found: list[Measured], results: Results) -> list[str]:
    """Each panel over its filters, and all of them, beside plain aggregates; what is not as many times faster as asked.

    A filter that leaves a handful of cases leaves little to save: there the plain answer takes a few round trips too.
    """
    kinds: dict[str, list[Measured]] = defaultdict(list)
    for one in found:
        if one.panel.kind:
            kinds[one.panel.kind].append(one)
    asked = {kind: (several, EACH) for kind, several in kinds.items()}
    wrong = []
    asked["all but lists"] = [one for several in kinds.values() for one in several], IN_SUM
    for kind, (several, least) in asked.items():
        kept, plain = sum(one.middle for one in several), sum(one.plain for one in several)
        note = f"{len(several)} questions; plain {plain:,.0f} ms: {plain / kept:,.1f} ×"
        results.add(f"{kind}, in sum", kept, "ms", note=note)
        wrong += [f"{kind}: {plain / kept:.1f} × only"] if plain < least * kept else []
    return wrong


async def _panel(url: str, server: postgres.Server, panel: Panel) -> Measured:
    """Cold is the first answer after the server forgot everything, on a connection of its own."""
    _forget(server)
    engine = open_engine(url)
    async with open_sessions(engine)() as session:
        await session.connection()
        begun = time.perf_counter()
        kept = await panel.ask(summaries, session)
        cold = (time.perf_counter() - begun) * 1000
        middle, most = await _timed(partial(panel.ask, summaries, session), times=WARM)
        same = kept == await panel.ask(board_plain, session)
        plain, _most = await _timed(partial(panel.ask, board_plain, session), times=SLOW)
    await engine.dispose()
    return Measured(panel, cold, middle, most, plain, same)


def _vacuum(server: postgres.Server) -> None:
    """What the server's own vacuum does in the hours after so many rows were written."""
    with psycopg.connect(server.cluster.url(), autocommit=True) as connection:
        names = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'copy_%'").fetchall()
    for (name,) in names:
        with psycopg.connect(server.cluster.url(name), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


def _forget(server: postgres.Server) -> None:
    """Drop every page from the server's memory, and what the system keeps of its files."""
    with psycopg.connect(server.cluster.url(), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_buffercache")
        connection.execute("SELECT pg_buffercache_evict_all()")
    for path in (server.cluster.data / "base").rglob("*"):
        if path.is_file():
            file = os.open(path, os.O_RDONLY)
            os.fsync(file)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)


async def _pages(session: Session, results: Results) -> list[str]:
    """The whole board at once, and the lists behind its numbers; what is slower than a panel may be."""
    red = Watched(TODAY, light=CaseLight.RED)
    month, item = Period(TODAY - 29 * DAY, TODAY), Cut(department(3), "sample-3-0")
    found: dict[str, Callable[[], Awaitable[object]]] = {
        "the whole board": lambda: board.board(session, SUPERVISOR, today=TODAY),
        "the whole board of one item": lambda: board.board(session, SUPERVISOR, today=TODAY, cut=item),
        "list: late": lambda: board.watched(session, SUPERVISOR, red),
        "list: decided in 30 days": lambda: board.happened(session, SUPERVISOR, Happened("decided", month)),
        "list: behind a share": lambda: board.counted(session, SUPERVISOR, Counted("spared", "good", month)),
        "indicators' page, 30 days": lambda: queries.rates(
            session, SUPERVISOR, Asked(month.first, month.last), today=TODAY
        ),
    }
    slow = []
    for name, deed in found.items():
        middle, most = await _timed(deed, times=WARM // 2)
        results.add(name, most, "ms p95", note=f"median {middle:.1f} ms")
        slow += [f"{name}: {most:.0f} ms warm"] if most > WARM_LIMIT else []
    return slow


async def _proved(session: Session, results: Results) -> list[str]:
    """The nightly proof of all summaries; what differs."""
    differing = 0
    for name, prove in (("days", commands.prove), ("board", boarding.prove)):
        begun = time.perf_counter()
        proof = await prove(session, at=NOON)
        note = f"{proof.rows:,} rows, {proof.differing} differ"
        results.add(f"the nightly proof of the {name}", time.perf_counter() - begun, "s", note=note)
        differing += proof.differing
    return [f"{differing} rows of the summaries differ"] if differing else []


async def _timed(deed: Callable[[], Awaitable[object]], *, times: int) -> tuple[float, float]:
    """Median and ninety-fifth percentile in milliseconds; one more goes before."""
    await deed()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        await deed()
        taken.append((time.perf_counter() - begun) * 1000)
    taken.sort()
    return taken[len(taken) // 2], taken[min(len(taken) - 1, round(0.95 * len(taken)))]


def main() -> None:
    cases, results = int(os.environ.get("YIWANG_CITY", "20000")), Results()
    with (
        tempfile.TemporaryDirectory(prefix="yiwang-bench-", dir="/tmp") as folder,
        postgres.serving() as server,
    ):
        cipher.install(cipher.load_ring(Path(folder) / "ring.json"))
        name, begun = server.copy(), time.perf_counter()
        held, steps = lay_until_noon(server.cluster.url(name), cases)
        results.add(f"laying {steps:,} steps", time.perf_counter() - begun, "s")
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        results.add("memory of a process that lays", memory, "MiB", note="at most; two at once")
        for what, count in held.items():
            results.add(what, count, "cases")
        missed = asyncio.run(measure(server.url(name), server, results))
    show(results)
    raise SystemExit("missed: " + "; ".join(missed) if missed else 0)


if __name__ == "__main__":
    main()
