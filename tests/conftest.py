"""What every test may ask for."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from storage import cipher
from storage.database import Session, Sessions, open_engine
from tests.support import postgres

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""Monday 2026-11-23, 12:00 in Shanghai: a working day inside office hours."""


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def key_ring() -> cipher.KeyRing:
    ring = cipher.new_ring()
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


@pytest.fixture
def now() -> datetime:
    return NOON
