import hashlib
import json

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from storage import ledger
from storage.database import open_engine, open_sessions, require_fit
from storage.errors import LedgerBroken
from tests.support import postgres

pytestmark = pytest.mark.anyio


async def write(session, now, chain="case-1", deed="application submitted"):
    await ledger.append(
        session, chain=chain, deed=deed, subject=chain, actor="system:test", at=now, details={"名": "䶮"}
    )


async def test_entries_of_one_chain_follow_from_one_another(session, now):
    for deed in ("application submitted", "application accepted", "application granted"):
        await write(session, now, deed=deed)
    await write(session, now, chain="case-2")
    assert await ledger.verify_chain(session, "case-1") == 3
    first, second, _ = await ledger.entries(session, "case-1")
    assert first.previous == bytes(32)
    assert second.previous == first.hash
    assert first.hash == hashlib.sha256(bytes(32) + (1).to_bytes(8, "big") + first.body.encode()).digest()
    assert first.details == {"名": "䶮"}


ODD = """"quoted" \\back\\ {brace} 'single' \t tab \n line \x01 \x7f \u2028 $1 :chain %s 䶮𬎆 🏛"""


async def test_the_body_the_database_writes_says_what_was_given_to_the_letter(session, now):
    given = {
        "chain": ODD,
        "deed": ODD + "1",
        "subject": ODD + "2",
        "actor": ODD + "3",
        "on_behalf_of": ODD + "4",
    }
    details = {ODD: [ODD, 1, 2.5, None, True, {}], "a": "</script>"}
    await ledger.append(session, at=now, details=details, **given)
    await ledger.append(session, at=now, **given | {"on_behalf_of": None})
    whole = ledger.body_of(at=now, details=details, **given)
    await session.execute(sa.text("SELECT ledger_append(:body)"), {"body": whole})
    assert await ledger.verify_chain(session, ODD) == 3
    first, second, third = await ledger.entries(session, ODD)
    for entry in (first, third):
        assert {name: getattr(entry, name) for name in given} | {"at": entry.at} == given | {"at": now}
        assert json.loads(entry.body) == json.loads(whole)
    assert third.body == whole, "a body that was brought along is kept as it is"
    assert (second.on_behalf_of, json.loads(second.body)["on_behalf_of"], second.details) == (None, None, {})


async def test_the_whole_ledger_is_verified_chain_by_chain(session, now):
    await write(session, now, chain="b")
    await write(session, now, chain="a")
    await write(session, now, chain="a")
    found = {chain: length async for chain, length in ledger.verify_all(session)}
    assert found == {"a": 2, "b": 1}


WRITING = (
    "UPDATE ledger_entry SET actor = 'somebody'",
    "DELETE FROM ledger_entry",
    "TRUNCATE ledger_entry",
)
OWNERS_ONLY = (
    "UPDATE ledger_waiting SET position = 0",
    "INSERT INTO ledger_entry (chain, position, at, actor, deed, subject, body, previous, hash)"
    " VALUES ('x', 1, now(), 'x', 'x', 'x', '{}', '', '')",
    "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
    "DROP TABLE ledger_entry",
)


@pytest.mark.parametrize(
    ("role", "statement"),
    [(postgres.APPLICATION, statement) for statement in WRITING + OWNERS_ONLY]
    + [(postgres.OWNER, statement) for statement in WRITING],
)
async def test_no_role_of_ours_changes_what_was_written(server, now, role, statement):
    engine = open_engine(server.url(user=role))
    async with open_sessions(engine)() as session, session.begin():
        await write(session, now)
        with pytest.raises(DBAPIError, match=r"append-only|permission denied|must be owner"):
            await session.execute(sa.text(statement))
        await session.rollback()
    await engine.dispose()


@pytest.mark.parametrize(
    ("tampering", "position", "why"),
    [
        ("UPDATE ledger_entry SET actor = 'x' WHERE position = 2", 2, "columns"),
        (
            "UPDATE ledger_entry SET body = replace(body, 'accepted', 'refused') WHERE position = 2",
            2,
            "columns",
        ),
        ("DELETE FROM ledger_entry WHERE position = 2", 2, "missing"),
        ("DELETE FROM ledger_entry WHERE position = 3", 3, "missing"),
        ("UPDATE ledger_entry SET hash = sha256('x') WHERE position = 1", 1, "hash"),
        ("DELETE FROM ledger_entry", 1, "missing"),
    ],
)
async def test_what_a_superuser_changed_is_named(server, now, tampering, position, why):
    name = server.copy()
    engine = open_engine(server.url(name, postgres.APPLICATION))
    sessions = open_sessions(engine)
    try:
        async with sessions() as session, session.begin():
            for deed in ("application submitted", "application accepted", "application granted"):
                await write(session, now, deed=deed)
        with psycopg.connect(server.cluster.url(name), autocommit=True) as superuser:
            superuser.execute("SET session_replication_role = replica")
            superuser.execute(tampering)
        async with sessions() as session:
            with pytest.raises(LedgerBroken) as broken:
                async for _ in ledger.verify_all(session):
                    pass
        assert (broken.value.chain, broken.value.position, broken.value.why) == ("case-1", position, why)
    finally:
        await engine.dispose()
        server.drop(name)


async def test_a_deed_rolled_back_leaves_no_entry(sessions, now):
    async with sessions() as session:
        await write(session, now)
        await session.rollback()
    async with sessions() as session:
        assert await ledger.entries(session, "case-1") == []


async def test_the_embedded_server_is_fit(session):
    await require_fit(session)
