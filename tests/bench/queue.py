"""`python -m tests.bench.queue`: the work list among a million cases, every filter, for one department and for fifty.

Runs on a throw-away server of its own and takes about a minute; `make bench` runs it with everything else.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from identity.actor import EVERYWHERE, Actor, Party, PartyKind, Role
from services.applications import desk, queries
from services.applications.desk import Lamp, Tray, Wanted
from services.applications.window import picking
from services.workflow.rules import local_day
from storage import cipher
from storage.database import Session, open_engine, open_sessions
from tests.bench.table import Results, show
from tests.support import postgres
from tests.support.crowded_desk import DEPARTMENTS, code_of, crowd, number_of

CASES = 1_000_000
TIMES = 41
CLERK = UUID(int=7)
LONGEST = 300.0
"""Milliseconds a page of the list may take (expectation 53); «my applications» a third of it."""


def officer(departments: int | None) -> Actor:
    """A clerk, reviewer and approver in one, who serves so many departments, or the whole city."""
    scope = {EVERYWHERE} if departments is None else {code_of(place) for place in range(departments)}
    return Actor(
        person_id=CLERK,
        name="示例窗口",
        roles=frozenset({Role.WINDOW, Role.REVIEWER, Role.APPROVER}),
        acting_for=Party(PartyKind.PERSON, CLERK, "示例窗口"),
        departments=frozenset(scope),
    )


def lists(today: date) -> dict[str, Wanted]:
    """Every way in which a list can be asked for."""
    plain = Wanted(today=today, limit=desk.PAGE + 1)
    intake = replace(plain, tray=Tray.INTAKE)
    found = {f"tray {tray}": replace(plain, tray=tray) for tray in Tray}
    found |= {f"light {one}": replace(plain, lamp=one) for one in Lamp}
    found |= {
        "everything": plain,
        "mine": replace(plain, mine=True),
        "item": replace(intake, item_code="item-0"),
        "item and light": replace(plain, item_code="item-0", lamp=Lamp.YELLOW),
        "a surname": replace(plain, text="王"),
        "every firm": replace(plain, text="示例"),
        "every firm, done": replace(plain, tray=Tray.DONE, text="示例"),
        "a rare name": replace(intake, text="示例市第3号"),
        "a number": replace(plain, text=number_of(7)[:39]),
        "a week": replace(intake, since=today, until=today + timedelta(days=7)),
        "handed in this week": replace(plain, filed_since=today - timedelta(days=7), filed_until=today),
        "handed in on a day": replace(
            intake, filed_since=today - timedelta(days=3), filed_until=today - timedelta(days=3)
        ),
        "page 2": replace(intake, after=(today, "1")),
        "done, page 2": replace(plain, tray=Tray.DONE, after=(today - timedelta(days=200), "1")),
        "all filters": replace(
            plain, tray=Tray.REVIEW, lamp=Lamp.GREEN, item_code="item-0", text="王", since=today, until=today
        ),
    }
    return found


def measure(results: Results) -> list[str]:
    """Fill a database of its own and measure; what was slower than it may be, or read the table from end to end."""
    with (
        tempfile.TemporaryDirectory(prefix="yiwang-bench-", dir="/tmp") as folder,
        postgres.serving() as server,
    ):
        cipher.install(cipher.load_ring(Path(folder) / "ring.json"))
        return asyncio.run(_measure(results, server.url()))


async def _measure(results: Results, url: str) -> list[str]:
    begun, today = time.perf_counter(), local_day(datetime.now(UTC))
    await crowd(url, cases=CASES, today=today, claimed_by=CLERK)
    results.add(f"{CASES:,} cases laid", time.perf_counter() - begun, "s")
    engine = open_engine(url)
    wrong: list[str] = []
    async with open_sessions(engine)() as session:
        for departments in (1, DEPARTMENTS // 2):
            wrong += await _lists(results, session, officer(departments), departments, today)
        person = await session.scalar(sa.text("SELECT applicant_id FROM application LIMIT 1"))
        own = Actor(person, "王示例", frozenset({Role.CITIZEN}), Party(PartyKind.PERSON, person, "王示例"))
        taken = await _timed(partial(queries.mine, session, own))
        wrong += _told(results, "my applications", taken, LONGEST / 3)
    await engine.dispose()
    return wrong


async def _lists(
    results: Results, session: Session, actor: Actor, departments: int | None, today: date
) -> list[str]:
    where, wrong = f"{departments or 'all'} dep.", list[str]()
    for name, wanted in lists(today).items():
        taken = await _timed(partial(desk.queue, session, actor, wanted))
        wrong += _told(results, f"{where}: {name}", taken, LONGEST)
        if scanned := await scans(session, actor, wanted):
            wrong.append(f"{where}: {name} reads {scanned} from end to end")
    for name, reading in {"counts": desk.counts, "take next": desk.next_for}.items():
        taken = await _timed(partial(reading, session, actor))
        wrong += _told(results, f"{where}: {name}", taken, LONGEST)
    return wrong


async def scans(session: Session, actor: Actor, wanted: Wanted) -> str:
    """The table that the list's plan reads from end to end; nothing where it reads indexes only."""
    if not wanted.states:
        return ""
    page = picking.picked(actor, wanted)
    text = sa.select(page).compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    plan = await session.execute(sa.text(f"EXPLAIN {text}".replace(":", "\\:")))
    lines = [row[0] for row in plan]
    return "application" if any("Seq Scan on application" in line for line in lines) else ""


def _told(results: Results, name: str, taken: list[float], longest: float) -> list[str]:
    p50, p95 = taken[len(taken) // 2], taken[int(len(taken) * 0.95)]
    results.add(name, p95, "ms", note=f"p50 {p50:.1f} ms")
    return [f"{name}: p95 {p95:.0f} ms"] if p95 > longest else []


async def _timed(deed: Callable[[], Awaitable[object]]) -> list[float]:
    """Milliseconds of each of `TIMES`, sorted; one more goes before."""
    await deed()
    taken = []
    for _ in range(TIMES):
        start = time.perf_counter()
        await deed()
        taken.append((time.perf_counter() - start) * 1000)
    return sorted(taken)


def main() -> None:
    results = Results()
    wrong = measure(results)
    show(results)
    raise SystemExit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()
