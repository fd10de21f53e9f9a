"""`python -m tests.bench.board`: the board and the indicators from their summaries beside the plain aggregates of the same run.

YIWANG_CITY says how many cases (20,000; 1,000,000 for the whole city, eight steps a case), YIWANG_STREAMS how many
wall boards are opened. Asserts nothing; prints ratios.
"""

import asyncio
import os
import tempfile
import time
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
from services.oversight.boarding import summaries, tables
from services.oversight.indicators import commands, queries
from services.oversight.indicators.queries import Asked
from services.oversight.rules import CaseLight
from storage import cipher
from storage.database import Session, open_engine, open_sessions
from tests.bench.board_streams import streams
from tests.bench.oversight_city import LAST, TWO_YEARS, City, department
from tests.bench.oversight_loading import lay
from tests.bench.table import Results, show
from tests.support import postgres

WARM, SLOW = 20, 3
DAY = timedelta(days=1)
SUPERVISOR = Actor(
    UUID(int=1),
    "示例监察",
    frozenset({Role.SUPERVISOR}),
    Party(PartyKind.PERSON, UUID(int=1), "示例监察"),
    departments=frozenset({EVERYWHERE}),
)
OF_TWO = replace(SUPERVISOR, departments=frozenset({department(3), department(7)}))
TODAY = LAST - timedelta(days=180)
"""A day in the middle of the city's life: what was not delivered by then is running, what came later is left out."""
NOON = Period(TODAY, TODAY).start + timedelta(hours=12)
STAND = (
    "DELETE FROM oversight_step WHERE at >= %(now)s",
    "DELETE FROM application WHERE submitted_at >= %(now)s",
    "UPDATE application SET state = CASE WHEN decided_at < %(now)s THEN outcome WHEN accepted_at < %(now)s"
    " THEN CASE WHEN hashtext(number) %% 20 = 0 THEN 'suspended' ELSE 'accepted' END ELSE 'submitted' END,"
    " closed_at = NULL, outcome = CASE WHEN decided_at < %(now)s THEN outcome END,"
    " decided_at = CASE WHEN decided_at < %(now)s THEN decided_at END,"
    " accepted_at = CASE WHEN accepted_at < %(now)s THEN accepted_at END, due_on = submitted_at::date + 27,"
    " yellow_on = submitted_at::date + 24 WHERE closed_at >= %(now)s",
    "INSERT INTO application_material (application_id, code, supply, required, changed_at) SELECT id, code,"
    " CASE hashtext(number || code) %% 4 WHEN 0 THEN 'handed-in' ELSE 'obtained' END, true, submitted_at"
    " FROM application, unnest(ARRAY['photo', 'identity']) AS code",
    "INSERT INTO application_rating (application_id, grade, by, at) SELECT id, 1 + abs(hashtext(number)) %% 5,"
    " applicant_id, closed_at FROM application WHERE closed_at IS NOT NULL AND hashtext(number) %% 3 = 0",
    "INSERT INTO oversight_card (id, application_number, department_code, kind, rule, rule_version, inputs, raised_at)"
    " SELECT gen_random_uuid(), number, department_code, CASE WHEN hashtext(number) %% 2 = 0 THEN 'red' ELSE 'yellow'"
    " END, 'T2R', 1, '{}', decided_at FROM application WHERE decided_at IS NOT NULL AND hashtext(number) %% 10 = 0",
)
Panel = Callable[[ModuleType, Session], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds."""

    cold: float
    middle: float
    most: float
    plain: float


def stand(url: str) -> None:
    """As superuser: the city as it stood on TODAY at noon, with materials, ratings and cards."""
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in STAND:
            connection.execute(statement, {"now": NOON})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def panels() -> dict[str, Panel]:
    """Every panel of the board as it is asked for; each works on the summaries and on the tables alike."""
    month, year = Period(TODAY - 29 * DAY, TODAY), Period(TODAY - 364 * DAY, TODAY)
    today, whole = Period(TODAY, TODAY), Cut()
    one, item = Cut(department(3)), Cut(department(3), "sample-3-0")

    def lights(actor: Actor, cut: Cut) -> Panel:
        return lambda source, session: source.lights(session, actor, cut, TODAY)

    def sums(actor: Actor, cut: Cut, period: Period, keys: tuple[str, ...] = board.KEYS) -> Panel:
        return lambda source, session: source.sums(session, actor, cut, period, keys)

    def heads(cut: Cut, shown: CaseLight) -> Panel:
        return lambda source, session: source.next_due(session, SUPERVISOR, cut, TODAY, shown, board.TOP)

    return {
        "lights by department and item": lights(SUPERVISOR, whole),
        "lights, two departments": lights(OF_TWO, whole),
        "lights of one item": lights(SUPERVISOR, item),
        "the latest": heads(whole, CaseLight.RED),
        "the latest of an item": heads(item, CaseLight.RED),
        "the nearly late": heads(whole, CaseLight.YELLOW),
        "flow of the day": sums(SUPERVISOR, whole, today, tuple(board.EVENTS)),
        "flow of the day, one department": sums(SUPERVISOR, one, today, tuple(board.EVENTS)),
        "shares and cards, 30 days": sums(SUPERVISOR, whole, month),
        "shares and cards, 30 days, one item": sums(SUPERVISOR, item, month),
        "shares and cards, a year": sums(SUPERVISOR, whole, year),
        "shares and cards, a year, two departments": sums(OF_TWO, whole, year),
        "every indicator, a year": sums(SUPERVISOR, whole, year, queries.NAMED),
    }


async def measure(url: str, server: postgres.Server, results: Results) -> None:
    engine = open_engine(url)
    sessions = open_sessions(engine)
    async with sessions() as session, session.begin():
        begun = time.perf_counter()
        rows = await commands.keep(session, TODAY - 730 * DAY, TODAY - 2 * DAY)
        await commands.sum_months(session, until=TODAY - 2 * DAY)
        results.add(f"two years summed up into {rows:,} rows", time.perf_counter() - begun, "s")
        begun = time.perf_counter()
        await boarding.rebuild(session, at=NOON)
        results.add("the board counted anew", time.perf_counter() - begun, "s")
    await engine.dispose()
    found = {}
    for name, panel in panels().items():
        found[name] = await _panel(url, server, panel)
    for name, one in found.items():
        beside = f"{name}: plain"
        note = f"cold {one.cold:.0f} ms, median {one.middle:.1f} ms"
        results.add(name, one.most, "ms p95", beside=beside, note=note)
        results.add(beside, one.plain, "ms")
    results.add(
        "all panels, in sum", sum(one.most for one in found.values()), "ms", beside="all plain, in sum"
    )
    results.add("all plain, in sum", sum(one.plain for one in found.values()), "ms")
    engine = open_engine(url)
    async with open_sessions(engine)() as session:
        await _pages(session, results)
    async with open_sessions(engine)() as session, session.begin():
        await _fresh(session, results)
    await streams(open_sessions(engine), int(os.environ.get("YIWANG_STREAMS", "300")), results)
    await engine.dispose()


async def _panel(url: str, server: postgres.Server, panel: Panel) -> Measured:
    """Cold is the first answer after the server forgot everything, on a connection of its own."""
    _forget(server)
    engine = open_engine(url)
    async with open_sessions(engine)() as session:
        await session.connection()
        begun = time.perf_counter()
        await panel(summaries, session)
        cold = (time.perf_counter() - begun) * 1000
        middle, most = await _timed(partial(panel, summaries, session), times=WARM)
        plain, _most = await _timed(partial(panel, tables, session), times=SLOW)
    await engine.dispose()
    return Measured(cold, middle, most, plain)


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


async def _pages(session: Session, results: Results) -> None:
    """The whole board at once, and the lists behind its numbers."""
    red = Watched(TODAY, light=CaseLight.RED)
    month = Period(TODAY - 29 * DAY, TODAY)
    found: dict[str, Callable[[], Awaitable[object]]] = {
        "the whole board": lambda: board.board(session, SUPERVISOR, today=TODAY),
        "the whole board of one item": lambda: board.board(
            session, SUPERVISOR, today=TODAY, cut=Cut(department(3), "sample-3-0")
        ),
        "list: late": lambda: board.watched(session, SUPERVISOR, red),
        "list: decided in 30 days": lambda: board.happened(session, SUPERVISOR, Happened("decided", month)),
        "list: behind a share": lambda: board.counted(session, SUPERVISOR, Counted("spared", "good", month)),
        "indicators' page, 30 days": lambda: queries.rates(
            session, SUPERVISOR, Asked(month.first, month.last), today=TODAY
        ),
    }
    for name, deed in found.items():
        middle, most = await _timed(deed, times=WARM)
        results.add(name, most, "ms p95", note=f"median {middle:.1f} ms")


async def _fresh(session: Session, results: Results) -> None:
    """How long taking up the cases of one look costs; a look comes every 0.4 s."""
    cases = await board.watched(session, SUPERVISOR, Watched(TODAY, limit=50))
    for several in (1, 50):
        numbers = {case.number for case in cases[:several]}
        middle, most = await _timed(partial(boarding.take_up, session, numbers, at=NOON), times=WARM)
        results.add(f"taking up {several} moved cases", most, "ms p95", note=f"median {middle:.1f} ms")


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
        name = server.copy()
        steps = lay(server.cluster.url(name), City(cases, plant=False))
        stand(server.cluster.url(name))
        results.add(f"{cases:,} cases with {steps:,} steps over {TWO_YEARS:,} office minutes", cases, "cases")
        asyncio.run(measure(server.url(name), server, results))
    show(results)


if __name__ == "__main__":
    main()
