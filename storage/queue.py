"""Work for later: jobs on the same PostgreSQL, enqueued in the deed's own transaction (procrastinate).

A job that was enqueued runs at least once, also when its worker is killed: jobs of a worker whose heartbeat
stopped are taken up again. Every job must therefore do nothing when its work is already done.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import procrastinate
import sqlalchemy as sa
import structlog

from storage.database import Session

log = structlog.get_logger()

QUEUE = "yiwang"
HEARTBEAT_SECONDS = 2.0
STALLED_SECONDS = 10.0

ENQUEUE = sa.text(
    "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)"
    " VALUES (:queue, :task, 0, :lock, :queueing_lock, CAST(:args AS jsonb), :at) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Job:
    """A task a worker can run. `attempts` None: again until it is done; `every`: a cron line for periodic work."""

    name: str
    run: Callable[..., Awaitable[None]]
    attempts: int | None = None
    every: str | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """Work a worker looks for again and again, `seconds` apart. Several workers may: it makes way for itself."""

    name: str
    run: Callable[[], Awaitable[None]]
    seconds: float


async def enqueue(
    session: Session,
    task: str,
    *,
    at: datetime | None = None,
    lock: str | None = None,
    queueing_lock: str | None = None,
    **args: Any,
) -> None:
    """Enqueue `task` in the caller's transaction, to run not before `at`.

    `lock`: jobs of one lock run one after another. `queueing_lock`: while such a job waits, another is not added.
    """
    values = {
        "queue": QUEUE,
        "task": task,
        "lock": lock,
        "queueing_lock": queueing_lock,
        "args": json.dumps(args, ensure_ascii=False),
        "at": at,
    }
    await session.execute(ENQUEUE, values)


def open_app(url: str, jobs: Sequence[Job]) -> procrastinate.App:
    """A procrastinate application that knows `jobs`, on the database at `url` (libpq spelling)."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=8))
    for job in jobs:
        strategy = procrastinate.RetryStrategy(max_attempts=job.attempts, wait=1, linear_wait=3)
        if job.every:
            task = app.task(name=job.name, queue=QUEUE, retry=2, pass_context=False)(_ticking(job.run))
            app.periodic(cron=job.every)(task)
        else:
            app.task(name=job.name, queue=QUEUE, retry=strategy)(job.run)
    return app


def _ticking(run: Callable[..., Awaitable[None]]) -> Callable[[int], Awaitable[None]]:
    """Periodic tasks are handed the time they were due, and none when asked for by hand; ours take the clock itself."""

    async def tick(timestamp: int = 0) -> None:
        await run()

    return tick


async def run_worker(
    url: str, jobs: Sequence[Job], *, loops: Sequence[Loop] = (), concurrency: int = 4, wait: bool = True
) -> None:
    """Run jobs and loops until told to stop (SIGTERM, SIGINT); with `wait=False` until the queue is empty."""
    app = open_app(url, jobs)
    async with app.open_async():
        beside = [
            asyncio.create_task(_take_up_stalled(app)),
            *(asyncio.create_task(_repeat(one)) for one in loops),
        ]
        try:
            await app.run_worker_async(
                queues=[QUEUE],
                concurrency=concurrency,
                wait=wait,
                fetch_job_polling_interval=1.0,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
                shutdown_graceful_timeout=10,
                delete_jobs="successful",
                install_signal_handlers=wait,
            )
        finally:
            for task in beside:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*beside)


async def _repeat(loop: Loop) -> None:
    """A failure is logged and tried again after the pause: the database may be away for a moment."""
    while True:
        try:
            await loop.run()
        except Exception as exc:
            log.warning("loop failed", loop=loop.name, error=type(exc).__name__)
        await asyncio.sleep(loop.seconds)


async def _take_up_stalled(app: procrastinate.App) -> None:
    """Give the jobs of workers that died to the living."""
    while True:
        try:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
                log.warning("job taken up again", task=job.task_name, job=job.id)
                await app.job_manager.retry_job(job, retry_at=datetime.now(UTC))
        except procrastinate.exceptions.ConnectorException as exc:
            log.warning("stalled jobs not looked for", error=str(exc))
        await asyncio.sleep(HEARTBEAT_SECONDS)
