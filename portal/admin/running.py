"""The state of the system, for system administrators: does every part answer, does anything pile up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template

from identity.actor import Role
from portal import guards
from portal.resources import Resources
from services.oversight.running import Running, running
from services.sharing.client import HubClient
from services.sharing.errors import SharingError
from services.workflow.rules import local_day
from storage.database import Session
from storage.errors import StoreUnavailable
from storage.objects import ObjectStore

WORKER_SEEN = timedelta(seconds=30)
LEDGER_WAITS = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Part:
    """One part: `state` is good, watch or bad; the page has the words for `name` and `state`."""

    name: str
    state: str
    detail: str = ""


class RunningPages(Controller):
    path = "/admin/system"
    guards = [guards.roles(Role.SYSTEM_ADMIN)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="admin:system")
    async def show(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        now: NamedDependency[datetime],
    ) -> Template:
        found = await running(session)
        parts = [
            Part("database", "good", f"PostgreSQL {found.server}, {found.megabytes} MB"),
            await _objects(resources.objects),
            await _hub(resources.hub),
            _worker(found, now),
            _ledger(found, now),
            _calendar(found, now),
        ]
        return Template("admin/system.html", context={"parts": parts, "found": found, "now": now})


async def _objects(objects: ObjectStore) -> Part:
    try:
        await objects.check()
    except StoreUnavailable as exc:
        return Part("objects", "bad", exc.why)
    return Part("objects", "good")


async def _hub(hub: HubClient) -> Part:
    """The client remembers an answer for a minute: so old this may be."""
    try:
        contracts = await hub.contracts(item="none")
    except SharingError as exc:
        return Part("hub", "bad", type(exc).__name__)
    return Part("hub", "good", str(len(contracts)))


def _worker(found: Running, now: datetime) -> Part:
    seen = found.queue.seen
    if seen is None or now - seen > WORKER_SEEN:
        return Part("worker", "bad")
    return Part("worker", "watch" if found.queue.failed else "good")


def _ledger(found: Running, now: datetime) -> Part:
    late = found.ledger.oldest is not None and now - found.ledger.oldest > LEDGER_WAITS
    return Part("ledger", "watch" if late else "good")


def _calendar(found: Running, now: datetime) -> Part:
    year = local_day(now + timedelta(days=60)).year
    known = found.published_until or 0
    return Part("calendar", "good" if known >= year else "watch", str(known or ""))
