"""`python -m tests.bench.ledger_proofs`: how soon a deed is provable while 16 others write, and how fast all is verified.

On a durable throw-away server. YIWANG_ENTRIES says how many entries are verified (100,000; 1,000,000 for the great
count), YIWANG_SECONDS how long writers, numbering and signing run side by side (60). The worker's own loop numbers and
signs meanwhile, in the pace of production.
"""

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.jobs import PLACE_SECONDS
from services.oversight import tasks
from storage import auditing, checkpoints, embedded, ledger, migrating
from storage.database import Sessions, open_engine, open_sessions
from storage.embedded import Cluster
from storage.signed_notes import Signer
from tests.bench import ledger as rates
from tests.bench.table import Results, show

OWNER, APPLICATION, DATABASE = "bench_owner", "bench_app", "bench"
SIGNER = Signer("bench.example/ledger", Ed25519PrivateKey.generate())
SAMPLE_SECONDS = 0.02
SUSTAINED = float(os.environ.get("YIWANG_SECONDS", "60"))
FILL = "SELECT count(ledger_append(({body}))) FROM generate_series(%s::bigint, %s::bigint) AS made(number)"
CASES, SOME = 8, 8_000
"""Entries of one case in what is verified; entries written by one statement."""


@contextmanager
def durable() -> Iterator[tuple[str, str]]:
    """Addresses for owner and application of an empty, migrated database that really waits for the disk."""
    with TemporaryDirectory(prefix="yiwang-bench-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder) / "postgres")
        embedded.prepare(cluster)
        process = embedded.launch(cluster)
        try:
            embedded.wait_until_ready(cluster, process)
            embedded.ensure_database(cluster, DATABASE, owner=OWNER, users=(APPLICATION,))
            owner, application = cluster.url(DATABASE, OWNER), cluster.url(DATABASE, APPLICATION)
            migrating.upgrade(owner, application_url=application)
            yield owner, application
        finally:
            embedded.stop(process)


def measure(results: Results) -> None:
    """Rates beside plain inserts, proofs while others write, and the time to verify everything."""
    _told("rates")
    with durable() as (owner, application):
        rates.measure(results, owner_url=owner, application_url=application)
    with durable() as (_, application):
        _told("proofs while others write")
        asyncio.run(_soon(results, application))
        _told("writing many")
        asyncio.run(_verified(results, application, int(os.environ.get("YIWANG_ENTRIES", "100000"))))


async def _soon(results: Results, url: str) -> None:
    engine = open_engine(url)
    sessions, over = open_sessions(engine), asyncio.Event()
    passes: list[tuple[float, int]] = []
    numbering = asyncio.create_task(_number(sessions, over, passes))
    writing = asyncio.create_task(
        asyncio.to_thread(rates.pgbench, rates.CHAINED_SCRIPT, url, seconds=SUSTAINED)
    )
    written: dict[str, float] = {}
    while not writing.done():
        await _sample(sessions, written)
        await asyncio.sleep(SAMPLE_SECONDS)
    await asyncio.sleep(2 * PLACE_SECONDS)
    over.set()
    await numbering
    waits = _waits(url, written, passes)
    results.add(
        "ledger entries, 16 writers, numbered and signed meanwhile",
        writing.result(),
        note=f"sustained for {SUSTAINED:.0f} s; {passes[-1][1]:,} numbered in {len(passes)} passes",
    )
    results.add("deed until its proof, median", statistics.median(waits), "ms", note=f"{len(waits)} deeds")
    results.add("deed until its proof, p99", statistics.quantiles(waits, n=100)[98], "ms")
    await engine.dispose()


async def _number(sessions: Sessions, over: asyncio.Event, passes: list[tuple[float, int]]) -> None:
    """As a worker does, noting how far each pass came."""
    while not over.is_set():
        await tasks.sequence(sessions=sessions, signer=SIGNER)
        async with sessions() as session:
            newest = await checkpoints.newest(session)
        passes.append((time.perf_counter(), newest.size if newest else 0))
        await asyncio.sleep(PLACE_SECONDS)


async def _sample(sessions: Sessions, written: dict[str, float]) -> None:
    chain = f"sample:{len(written)}"
    async with sessions() as session, session.begin():
        await ledger.append(
            session, chain=chain, deed="done", subject=chain, actor="system:bench", at=datetime.now(UTC)
        )
    written[chain] = time.perf_counter()


def _waits(url: str, written: dict[str, float], passes: list[tuple[float, int]]) -> list[float]:
    """Milliseconds from each sampled deed to the end of the pass that signed it."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT chain, leaf FROM ledger_leaf WHERE chain LIKE 'sample:%'"
        ).fetchall()
    if len(rows) != len(written):
        raise RuntimeError("not every deed was numbered")
    ends = [next(at for at, size in passes if size > leaf) - written[chain] for chain, leaf in rows]
    return [1000 * max(0.0, end) for end in ends]


async def _verified(results: Results, url: str, count: int) -> None:
    """Fill the ledger up to `count` entries, number them, and time `yiwang ledger verify`'s own work."""
    engine = open_engine(url)
    sessions = open_sessions(engine)
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT count(*) FROM ledger_entry").fetchone()
        have = int(row[0]) if row else 0
        body = rates.BODY.replace("CAST(:case AS text)", f"(number / {CASES})::text")
        # Each statement is one transaction and holds a lock for each of its chains: so many at a time.
        for start in range(have, count, SOME):
            connection.execute(FILL.format(body=body), [start, min(start + SOME, count) - 1])
    await tasks.sequence(sessions=sessions, signer=SIGNER)
    _told(f"verifying {count:,} entries")
    async with sessions() as session, session.begin():
        await session.connection(execution_options=auditing.SNAPSHOT)
        begun, used = time.perf_counter(), time.process_time()
        finding = await auditing.audit(session, SIGNER.verifier)
        seconds, used = time.perf_counter() - begun, time.process_time() - used
    if not finding.whole:
        raise RuntimeError(f"the ledger is broken: {finding.broken}")
    results.add(
        f"{finding.entries:,} entries verified",
        seconds,
        "s",
        note=f"{finding.checkpoints} checkpoints; {used:.0f} s of it in this process, the rest waiting",
    )
    await engine.dispose()


def _told(what: str) -> None:
    sys.stderr.write(f"measuring {what} …\n")
    sys.stderr.flush()


def main() -> None:
    results = Results()
    measure(results)
    show(results)


if __name__ == "__main__":
    main()
