"""Ledger entries in a second with 16 writers, beside plain inserts of the same rows into a table without chains."""

import asyncio
import statistics
import subprocess
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import sqlalchemy as sa

from storage import embedded, ledger
from storage.database import Session, open_engine, open_sessions
from tests.bench.table import Results

WRITERS = 16
SECONDS = 5.0
TURNS, TURN_SECONDS = 12, 2.0
CHAINED, PLAIN = "ledger entries, 16 writers (pgbench)", "plain inserts, 16 writers (pgbench)"
OURS, BESIDE = "storage.ledger.append, 16 tasks (Python)", "plain inserts, 16 tasks (Python)"

PLAIN_TABLE = "CREATE TABLE bench_entry (LIKE ledger_entry INCLUDING ALL)"
"""The same columns and indexes as the ledger's own table, and as durable."""

BODY = (
    "json_build_object('actor', 'bench', 'at', now(), 'chain', concat('bench:', CAST(:case AS text)), 'deed',"
    " 'case looked at', 'details', json_build_object('by', 'bench'), 'on_behalf_of', NULL,"
    " 'subject', concat('bench:', CAST(:case AS text)))::text"
)
CHAINED_SCRIPT = (
    "\\set case random(1, 100000)\nSELECT ledger_append(concat('bench:', CAST(:case AS text)), 'case looked at',"
    " concat('bench:', CAST(:case AS text)), 'bench', NULL, now(), json_build_object('by', 'bench'));\n"
)
"""As `storage.ledger.append` calls it: the database writes the body."""
FIRST = "decode(repeat('00', 32), 'hex')"
PLAIN_SCRIPT = (
    "\\set case random(1, 100000)\n\\set position random(1, 1000000000000)\n"
    "INSERT INTO bench_entry (chain, position, at, actor, deed, subject, body, previous, hash)"
    f" SELECT concat('bench:', CAST(:case AS text)), CAST(:position AS bigint), now(), 'bench', 'case looked at',"
    f" concat('bench:', CAST(:case AS text)), body, {FIRST},"
    f" sha256({FIRST} || int8send(CAST(:position AS bigint)) || convert_to(body, 'UTF8'))"
    f" FROM (SELECT {BODY} AS body) AS made;\n"
)
"""The honest twin: the same columns, body and hash, each its own commit, but nothing read, parsed, locked or noted."""
INSERT = sa.text(
    "INSERT INTO bench_entry (chain, position, at, actor, deed, subject, body, previous, hash)"
    " VALUES (:chain, :position, :at, 'bench', 'case looked at', :chain, :body, '\\x00', '\\x00')"
)


def measure(results: Results, *, owner_url: str, application_url: str) -> None:
    """On the database of a running portal, whose worker should be paused."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bench_entry")
        connection.execute(PLAIN_TABLE)
        connection.execute("GRANT ALL ON bench_entry TO PUBLIC")
    plain, chained = _in_turns(application_url)
    results.add(
        CHAINED, chained, beside=PLAIN, note="one chain a case, linked in the database, each its own commit"
    )
    results.add(PLAIN, plain, note="same columns and indexes")
    beside, own = asyncio.run(_from_python(application_url))
    results.add(OURS, own, beside=BESIDE, note="through SQLAlchemy, one process")
    results.add(BESIDE, beside, note="through SQLAlchemy, one process")


def _in_turns(url: str) -> tuple[float, float]:
    """Both rates, each the mean of short runs taken in turns: what else the machine does meets both alike."""
    scripts = (PLAIN_SCRIPT, CHAINED_SCRIPT)
    runs = [[pgbench(script, url, seconds=TURN_SECONDS) for script in scripts] for _ in range(TURNS)]
    return statistics.mean(run[0] for run in runs), statistics.mean(run[1] for run in runs)


def pgbench(script: str, url: str, *, seconds: float = SECONDS, transactions: int | None = None) -> float:
    """Transactions in a second of a script, by PostgreSQL's own load generator with 16 clients."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "script.sql"
        file.write_text(script)
        length = ["-t", str(transactions)] if transactions else ["-T", str(int(seconds))]
        command = [str(embedded.binary("pgbench")), "-n", "-M", "prepared", "-c", str(WRITERS), "-j", "2"]
        done = subprocess.run(
            [*command, *length, "-f", str(file), url], capture_output=True, text=True, check=False
        )
    rates = [line for line in done.stdout.splitlines() if line.startswith("tps = ")]
    if not rates:
        raise RuntimeError(done.stderr[-500:])
    return float(rates[0].split()[2])


async def _from_python(url: str) -> tuple[float, float]:
    engine = open_engine(url, pool_size=WRITERS)
    sessions, numbers = open_sessions(engine), count()

    async def plain(session: Session) -> None:
        position = next(numbers)
        chain = f"bench:{position % 1000}"
        body = ledger.canonical({"actor": "system:bench", "chain": chain, "deed": "case looked at"})
        values = {"chain": chain, "position": position, "at": datetime.now(UTC), "body": body}
        await session.execute(INSERT, values)

    async def chained(session: Session) -> None:
        chain = f"bench:task-{next(numbers) % 1000}"
        await ledger.append(
            session,
            chain=chain,
            deed="case looked at",
            subject=chain,
            actor="system:bench",
            at=datetime.now(UTC),
        )

    async def rate(deed: Callable[[Session], Awaitable[None]]) -> float:
        done, until = 0, time.perf_counter() + SECONDS

        async def write() -> None:
            nonlocal done
            while time.perf_counter() < until:
                async with sessions() as session, session.begin():
                    await deed(session)
                done += 1

        await asyncio.gather(*(write() for _ in range(WRITERS)))
        return done / SECONDS

    try:
        return await rate(plain), await rate(chained)
    finally:
        await engine.dispose()
