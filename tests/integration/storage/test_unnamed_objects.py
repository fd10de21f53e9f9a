"""Objects whose transaction failed are deleted after a day; one that any row names never is."""

import os
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.applications.arriving.tasks import sweep_before
from storage import folder_store, ledger, unnamed
from storage.database import open_engine, open_sessions
from tests.support import postgres

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def sessions(server):
    """Sessions of a database of their own: what is locked here is seen from two connections."""
    name = server.copy()
    engine = open_engine(server.url(name, postgres.APPLICATION))
    yield open_sessions(engine)
    await engine.dispose()
    server.drop(name)


async def put(store, root, content, *, hours):
    """An object as it would lie there `hours` after it was put."""
    digest = await store.put(content)
    when = (NOW - timedelta(hours=hours)).timestamp()
    os.utime(root / digest[:2] / digest[2:4] / digest, (when, when))
    return digest


async def test_only_what_no_row_names_goes_and_only_after_a_day(sessions, tmp_path):
    store = folder_store.open(tmp_path)
    left, fresh, named, told, held = [
        await put(store, tmp_path, content, hours=hours)
        for content, hours in ((b"left", 25), (b"fresh", 23), (b"named", 99), (b"told", 99), (b"held", 99))
    ]
    async with sessions() as session, session.begin():
        row = {"id": uuid4(), "code": "x", "d": named, "at": NOW}
        await session.execute(
            sa.text(
                "INSERT INTO bundle_application (id, number, query_code, code, definition, channel, applicant_kind,"
                " applicant_id, applicant_name, filed_by, revision, delivery, created_at, updated_at, receipt)"
                " VALUES (:id, 'YJS1', :code, :code, '{}', 'online', 'person', :id, '示例', :id, 0, 'electronic', :at,"
                " :at, :d)"
            ),
            row,
        )
        await ledger.append(
            session,
            chain="c",
            deed="copy made",
            subject="c",
            actor="system:test",
            at=NOW,
            details={"of": told},
        )
    async with sessions() as uploading, uploading.begin():
        assert await unnamed.keep(uploading, store, b"held") == held
        when = (NOW - 4 * DAY).timestamp()
        os.utime(tmp_path / held[:2] / held[2:4] / held, (when, when))
        assert await sweep_before(sessions, store, NOW - DAY) == [left], "held: somebody is putting it"
    assert [await store.exists(one) for one in (left, fresh, named, told, held)] == [
        False,
        True,
        True,
        True,
        True,
    ]
    assert await sweep_before(sessions, store, NOW - DAY) == [held], "its row never came"
    assert await sweep_before(sessions, store, NOW - DAY) == []
