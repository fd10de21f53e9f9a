"""The sample city in a test: laid once for the run, every test rolled back, hub and registers real.

The market register is a process of its own, the population register a PostgreSQL database, the insurance
records a file, exactly as `yiwang demo` configures them; only the hub is reached without a socket.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pyotp
import sqlalchemy as sa
from litestar import Litestar

from identity import keys, queries
from identity.actor import Actor, Role
from licensing.sealing import SoftwareSealer
from portal.cli.demo import contracts, people, seeding
from portal.cli.demo.running_cases import acting
from portal.hub.app import create_hub
from portal.hub.process import HUB
from portal.jobs import jobs
from portal.resources import HUB_PURPOSE, Resources, authority_of, hub_keys, objects_of
from portal.settings import Settings
from services.sharing import configuration
from services.sharing.client import HubClient, Timeouts
from services.sharing.sources import Patience, Sources
from storage.database import Session, Sessions, open_engine, open_sessions
from tests.integration.sharing.builders import sample_register
from tests.support import postgres

CSRF = re.compile(r'name="_csrf_token" value="([^"]+)"')
HOST = "http://portal.example"


@dataclass
class City:
    """The laid city: `portal` is a database in which nothing a test does stays, `hub_app` answers for all tests."""

    settings: Settings
    server: postgres.Server
    hub_app: Litestar
    hub_sessions: Sessions
    sources: Sources
    portal_signer: keys.Keys
    access: keys.Keys


@contextmanager
def laid(server: postgres.Server, folder: Path) -> Iterator[City]:
    """Lay the city into two fresh databases."""
    portal, hub = server.copy("city"), server.copy("city_hub")
    settings = Settings(
        data=folder,
        database_url=server.url(portal, postgres.APPLICATION),
        hub_database_url=server.url(hub, postgres.APPLICATION),
        public_url=HOST,
        party=seeding.PARTY,
        demo=True,
    )
    with sample_register("city-key") as register_url:
        environment = seeding.lay_registers(settings, register_url, server.cluster.url())
        environment[contracts.REGISTER_SECRET] = "city-key"
        asyncio.run(seeding.lay(settings))
        yield asyncio.run(_city(settings, server, environment))


async def _city(settings: Settings, server: postgres.Server, environment: dict[str, str]) -> City:
    at = datetime.now(UTC)
    first = open_engine(settings.application_url, poolclass=sa.NullPool)
    second = open_engine(settings.hub_application_url, poolclass=sa.NullPool)
    async with open_sessions(first)() as session, session.begin():
        own = await keys.ensure(session, HUB_PURPOSE, at=at)
        access = await keys.ensure(session, keys.ACCESS, at=at)
    hub_sessions = open_sessions(second)
    async with hub_sessions() as session, session.begin():
        answering = await keys.ensure(session, HUB, at=at)
    sources = Sources(
        configuration.load(settings.data / "hub" / "sources.yaml", environment),
        chance=lambda: 0.5,
        monotonic=monotonic,
        patience=Patience(tries=2, each=1.0, total=1.5, pause=0.01),
    )
    app = create_hub(
        hub_sessions,
        key=answering.signer,
        keys=answering.verifiers,
        sources=sources,
        clock=lambda: datetime.now(UTC),
    )
    return City(settings, server, app, hub_sessions, sources, own, access)


class Away(httpx.AsyncBaseTransport):
    """A hub that is not there: every connection is refused."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)


@asynccontextmanager
async def resources(
    city: City, sessions: Sessions, engine: Any, *, hub_away: bool = False
) -> AsyncIterator[Resources]:
    """What the portal stands on, with `sessions` for its database."""
    hub = HubClient(
        "http://hub.example",
        consumer=seeding.PARTY,
        key=city.portal_signer.signer,
        hub_keys=hub_keys(city.settings),
        timeouts=Timeouts(connect=0.5, total=4.0, tries=2, pause=0.01),
        transport=Away() if hub_away else httpx.ASGITransport(city.hub_app),
    )
    sealer = SoftwareSealer(authority_of(city.settings, at=datetime.now(UTC)))
    try:
        yield Resources(
            settings=city.settings,
            engine=engine,
            sessions=sessions,
            objects=objects_of(city.settings),
            hub=hub,
            access=city.access,
            sealer=sealer,
            roots=tuple(sealer.roots()),
        )
    finally:
        await hub.close()


TAKE = sa.text(
    "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo'"
    " AND (scheduled_at IS NULL OR scheduled_at <= :before) ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
)
DONE = sa.text("UPDATE procrastinate_jobs SET status = 'cancelled' WHERE id = :id")


async def work(held: Resources, *, before: datetime | None = None) -> list[str]:
    """Do every job that is due, as a worker would, and say which they were. A job that fails, fails the test."""
    known = {job.name: job.run for job in jobs(held)}
    done: list[str] = []
    while True:
        async with held.sessions() as session, session.begin():
            row = (await session.execute(TAKE, {"before": before or datetime.now(UTC)})).one_or_none()
            if row is None:
                return done
            await session.execute(DONE, {"id": row.id})
        await known[row.task_name](**row.args)
        done.append(row.task_name)


def today_code(login: str, *, at: datetime | None = None) -> str:
    return pyotp.TOTP(people.staff(login).totp_secret).at(at or datetime.now(UTC))


@dataclass
class Browser:
    """Somebody in front of the portal: keeps cookies, sends the page's CSRF token with every form."""

    client: httpx.AsyncClient
    last: httpx.Response | None = None
    seen: list[str] = field(default_factory=list)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        self.last = await self.client.get(path, **options)
        self.seen.append(path)
        return self.last

    async def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        """Post a form with the token of the page seen last (any page gives one)."""
        token = self.token or await self._fresh_token()
        self.last = await self.client.post(path, data={"_csrf_token": token, **(data or {})}, **options)
        return self.last

    async def follow(self) -> httpx.Response:
        """Go where the last answer sends us. Fails when it sends nowhere."""
        assert self.last is not None
        assert self.last.status_code == 303, (self.last.status_code, self.last.text[:2000])
        return await self.get(self.last.headers["location"])

    @property
    def token(self) -> str | None:
        found = CSRF.search(self.last.text) if self.last is not None else None
        return found[1] if found else None

    async def _fresh_token(self) -> str:
        page = await self.client.get("/sign-up")
        found = CSRF.search(page.text)
        assert found, page.text[:500]
        return found[1]


SignIn = Callable[[str], Awaitable[Browser]]


async def actor_for(session: Session, key: str, *, firm: str | None = None) -> Actor:
    """The actor a sample citizen is, acting for themself or a firm of theirs."""
    one = people.person(key)
    person_id = await queries.person_id(session, one.id_number)
    assert person_id is not None
    parties = await queries.parties(session, person_id, datetime.now(UTC))
    chosen = parties[0]
    if firm is not None:
        chosen = next(party for party in parties if party.name == people.firm(firm).name)
    return Actor(
        person_id=person_id,
        name=one.name,
        roles=frozenset({Role.CITIZEN}),
        acting_for=chosen,
        parties=frozenset(party.id for party in parties),
    )


async def officer(session: Session, login: str) -> Actor:
    """The actor a sample member of staff is."""
    one = people.staff(login)
    person_id = await queries.person_id(session, one.id_number)
    assert person_id is not None
    return acting.officer(one, person_id)
