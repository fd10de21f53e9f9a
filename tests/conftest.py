"""What every test may ask for.

Hypothesis draws the same examples every time; with YIWANG_EXPLORE set, as in `make endurance`, it goes on looking.
"""

import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from portal.resources import Resources
from storage import cipher
from storage.database import Session, Sessions, open_engine, open_sessions
from tests.support import postgres
from tests.support.city import City, laid, resources

settings.register_profile("suite", deadline=None, derandomize=not os.environ.get("YIWANG_EXPLORE"))
settings.load_profile("suite")

LONGEST = ("browser/test_every_page.py", "browser/")
"""What takes longest begins first, so that two processes end at about the same time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files are dealt out in this order when several processes share the tests (`--dist loadfile`)."""
    here = Path(__file__).parent

    def rank(item: pytest.Item) -> int:
        file = item.path.relative_to(here).as_posix()
        return next((place for place, name in enumerate(LONGEST) if file.startswith(name)), len(LONGEST))

    items.sort(key=rank)


NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""Monday 2026-11-23, 12:00 in Shanghai: a working day inside office hours."""


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of everything in this run that belongs to one portal."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session", autouse=True)
def key_ring(data_folder: Path) -> cipher.KeyRing:
    ring = cipher.load_ring(data_folder / "keys" / "ring.json")
    cipher.install(ring)
    return ring


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    with postgres.serving() as running:
        yield running


@pytest.fixture(scope="session")
async def engine(server: postgres.Server, anyio_backend: str) -> AsyncIterator[AsyncEngine]:
    """The application's own role, on the migrated template database."""
    engine = open_engine(server.url(user=postgres.APPLICATION))
    yield engine
    await engine.dispose()


@pytest.fixture
async def sessions(engine: AsyncEngine) -> AsyncIterator[Sessions]:
    """Every commit inside the test becomes a savepoint; the whole test is rolled back."""
    async with engine.connect() as connection:
        transaction = await connection.begin()
        yield async_sessionmaker(
            connection, class_=Session, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        await transaction.rollback()


@pytest.fixture
async def session(sessions: Sessions) -> AsyncIterator[Session]:
    """One transaction, left open until the test ends."""
    async with sessions() as session, session.begin():
        yield session


@pytest.fixture(scope="session")
def city(server: postgres.Server, data_folder: Path) -> Iterator[City]:
    """The sample city, laid once."""
    with laid(server, data_folder) as found:
        yield found


@pytest.fixture(scope="session")
async def city_engine(city: City, anyio_backend: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(city.settings.application_url)
    yield engine
    await engine.dispose()
    # Its connections belong to the event loop that tests run in.
    await city.sources.close()


@pytest.fixture
async def city_sessions(city_engine: AsyncEngine) -> AsyncIterator[Sessions]:
    """The sample city's database, rolled back after the test."""
    async with city_engine.connect() as connection:
        transaction = await connection.begin()
        yield async_sessionmaker(
            connection, class_=Session, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        await transaction.rollback()


@pytest.fixture
async def held(city: City, city_sessions: Sessions, city_engine: AsyncEngine) -> AsyncIterator[Resources]:
    """What the portal stands on in the sample city, with the real hub and registers."""
    async with resources(city, city_sessions, city_engine) as found:
        yield found


@pytest.fixture
async def held_without_hub(
    city: City, city_sessions: Sessions, city_engine: AsyncEngine
) -> AsyncIterator[Resources]:
    """The same, with a hub that refuses every connection."""
    async with resources(city, city_sessions, city_engine, hub_away=True) as found:
        yield found


@pytest.fixture
async def held_for_real(
    city: City, city_engine: AsyncEngine, server: postgres.Server
) -> AsyncIterator[Resources]:
    """A copy of the sample city whose transactions really commit and really meet, for what happens at once."""
    await city_engine.dispose()
    name = f"city_{datetime.now(UTC):%H%M%S%f}"
    with psycopg.connect(server.cluster.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE city OWNER {postgres.OWNER}")
    engine = open_engine(server.url(name, postgres.APPLICATION))
    try:
        async with resources(city, open_sessions(engine), engine) as found:
            yield found
    finally:
        await engine.dispose()
        server.drop(name)


@pytest.fixture
def now() -> datetime:
    return NOON
