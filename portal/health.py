"""For operators: is this process alive, can it do its work, and how much of it has it done."""

from typing import Any

import sqlalchemy as sa
import structlog
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.plugins.prometheus import PrometheusController
from sqlalchemy.exc import SQLAlchemyError

from portal.resources import Resources
from storage.errors import StoreUnavailable

log = structlog.get_logger()

OPEN: dict[str, Any] = {"public": True}


@get("/health/live", opt=OPEN, include_in_schema=False)
async def live() -> dict[str, str]:
    """Answers as long as the process does."""
    return {"status": "live"}


@get("/health/ready", opt=OPEN, include_in_schema=False)
async def ready(resources: NamedDependency[Resources]) -> Response[dict[str, str]]:
    """Whether database and object store answer: a node that is not ready gets no requests."""
    states = {"database": await _database(resources), "objects": await _objects(resources)}
    up = all(state == "up" for state in states.values())
    return Response({"status": "ready" if up else "not-ready"} | states, status_code=200 if up else 503)


async def _database(resources: Resources) -> str:
    try:
        async with resources.engine.connect() as connection:
            await connection.execute(sa.text("SELECT 1"))
    except (SQLAlchemyError, OSError) as exc:
        log.warning("not ready", part="database", error=type(exc).__name__)
        return "down"
    return "up"


async def _objects(resources: Resources) -> str:
    try:
        await resources.objects.check()
    except StoreUnavailable as exc:
        log.warning("not ready", part="objects", why=exc.why)
        return "down"
    return "up"


class Metrics(PrometheusController):
    """Counts and durations of requests of this process, for Prometheus. Keep it away from the public (README)."""

    path = "/metrics"
    include_in_schema = False
    opt = OPEN
    openmetrics_format = True
