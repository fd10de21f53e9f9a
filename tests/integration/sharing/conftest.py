"""What several files of this folder stand on."""

import pytest

from storage.database import open_engine, open_sessions
from storage.lanes import Lanes


@pytest.fixture
async def open_database(server):
    """A database of its own, with real commits and many connections."""
    name = server.copy()
    engine = open_engine(server.url(name), pool_size=10)
    sessions = open_sessions(engine)
    sessions.url = server.url(name)
    yield sessions
    await engine.dispose()
    server.drop(name)


@pytest.fixture
async def two_processes(open_database):
    """Two ways to that database that know nothing of one another, as two processes of a hub have them."""
    both = [Lanes(open_database.url) for _ in range(2)]
    yield both
    for lanes in both:
        await lanes.close()
