from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from licensing.authority import Authority, open_authority
from licensing.sealing import SoftwareSealer
from storage import folder_store
from storage.database import Session, Sessions, open_engine, open_sessions
from tests.integration.licensing.pressing import Press, open_departments
from tests.support import licences as builders
from tests.support import postgres
from tests.support.licences import AT, FIELDS


@pytest.fixture(scope="package")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    authority = open_authority(tmp_path_factory.mktemp("seals"), b"only for tests", AT)
    for slug in FIELDS:
        authority.enrol(builders.seal_of(slug), AT)
    return authority


@pytest.fixture
def press(authority: Authority, tmp_path: Path) -> Press:
    return Press(folder_store.open(tmp_path / "objects"), SoftwareSealer(authority))


@pytest.fixture
async def session(sessions: Sessions) -> AsyncIterator[Session]:
    """One open transaction in which the sample departments exist."""
    async with sessions() as session, session.begin():
        await open_departments(session)
        yield session


@pytest.fixture
async def committed(server: postgres.Server) -> AsyncIterator[Sessions]:
    """A database of its own in which transactions really commit and wait for one another."""
    name = server.copy()
    engine = open_engine(server.url(name, postgres.APPLICATION))
    sessions = open_sessions(engine)
    async with sessions() as session, session.begin():
        await open_departments(session)
    yield sessions
    await engine.dispose()
    server.drop(name)
