"""The tree over all chains: every entry gets its place, once, and what was signed can be proven to outsiders."""

import asyncio
import base64
import hashlib
import random

import psycopg
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.exc import DBAPIError

from storage import auditing, checkpoints, ledger, ledger_bundle, merkle, sequencing
from storage.checkpoints import Checkpoint, KeptNode, Leaf, Waiting
from storage.database import open_engine, open_sessions
from storage.signed_notes import Signer
from tests.support import postgres

pytestmark = pytest.mark.anyio

SIGNER = Signer("portal.example/ledger", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
KEY = SIGNER.verifier


@pytest.fixture
async def own(server):
    """A database of its own: transactions that overlap, superusers who tamper."""
    name = server.copy()
    engine = open_engine(server.url(name, postgres.APPLICATION), pool_size=20)
    yield name, open_sessions(engine)
    await engine.dispose()
    server.drop(name)


async def write(session, now, chain="case-1", deed="application submitted"):
    await ledger.append(
        session, chain=chain, deed=deed, subject=chain, actor="system:test", at=now, details={"名": "䶮"}
    )


async def write_many(session, now, count, chains=5):
    for number in range(count):
        await write(session, now, chain=f"case-{number % chains}", deed=f"deed {number}")


async def audited(sessions, *held):
    async with sessions() as session, session.begin():
        await session.connection(execution_options=auditing.SNAPSHOT)
        return await auditing.audit(session, KEY, held=held)


def independent_root(leaves):
    """RFC 6962, 2.1."""
    if len(leaves) <= 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest() if leaves else hashlib.sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + independent_root(leaves[:k]) + independent_root(leaves[k:])).digest()


async def leaf_data(session):
    """Every leaf's data in order, as the documentation defines it, from the entries alone."""
    rows = await session.execute(
        sa.text(
            "SELECT e.chain, e.position, e.hash FROM ledger_leaf l JOIN ledger_entry e ON e.id = l.entry ORDER BY leaf"
        )
    )
    return [
        chain.encode() + b"\0" + position.to_bytes(8, "big") + bytes(value) for chain, position, value in rows
    ]


async def test_new_entries_are_numbered_and_signed(session, now):
    await write_many(session, now, 7)
    assert await sequencing.sequence(session, SIGNER, at=now) == 7
    newest = await checkpoints.newest(session)
    origin, size, root = KEY.read(newest.note).splitlines()
    assert (origin, size) == ("portal.example/ledger", "7")
    assert base64.b64decode(root) == independent_root(await leaf_data(session)) == newest.root
    assert await session.scalar(sa.select(sa.func.count()).select_from(Waiting)) == 0


async def test_nothing_new_leaves_nothing_behind(session, now):
    assert await sequencing.sequence(session, SIGNER, at=now) == 0
    await write(session, now)
    assert await sequencing.sequence(session, SIGNER, at=now) == 1
    assert await sequencing.sequence(session, SIGNER, at=now) == 0
    assert len(await checkpoints.listing(session)) == 1


@pytest.mark.parametrize("steps", [[1, 1, 1, 14, 1, 3], [16, 16, 240, 1], [300], [5, 290, 700]])
async def test_the_tree_that_grows_in_steps_is_the_tree_of_the_definition(session, now, steps):
    for step in steps:
        await write_many(session, now, step)
        assert await sequencing.sequence(session, SIGNER, at=now) == step
        data = await leaf_data(session)
        assert (await checkpoints.newest(session)).root == independent_root(data)
    kept = {(node.level, node.position): node.hash for node in await session.scalars(sa.select(KeptNode))}
    expected = {
        (level, place): independent_root(data[place << level : (place + 1) << level])
        for level in (4, 8)
        for place in range(len(data) >> level)
    }
    assert kept == expected


async def test_every_size_and_leaf_is_proven(session, now):
    await write_many(session, now, 83, chains=83)
    await sequencing.sequence(session, SIGNER, at=now, most=40)
    await sequencing.sequence(session, SIGNER, at=now, most=40)
    await sequencing.sequence(session, SIGNER, at=now, most=40)
    data = await leaf_data(session)
    root = independent_root(data)
    for number in range(83):
        proof = await checkpoints.prove_inclusion(session, f"case-{number}", 83)
        leaf = hashlib.sha256(b"\0" + data[proof.leaf]).digest()
        assert merkle.includes(leaf, proof.leaf, proof.size, proof.path, root)
    for first in range(1, 84):
        path = await checkpoints.prove_consistency(session, first, 83)
        assert merkle.extends(first, independent_root(data[:first]), 83, root, path)


async def test_a_chain_that_is_not_numbered_yet_has_no_proof(session, now):
    await write(session, now, chain="early")
    await sequencing.sequence(session, SIGNER, at=now)
    await write(session, now, chain="late")
    assert await checkpoints.prove_inclusion(session, "early", 1)
    assert await checkpoints.prove_inclusion(session, "late", 1) is None
    progress = await checkpoints.progress(session)
    assert (progress.waiting, progress.oldest, progress.newest.size) == (1, now, 1)


async def test_the_longest_numbered_part_of_a_case_is_proven(session, now):
    await write(session, now)
    await write(session, now)
    await sequencing.sequence(session, SIGNER, at=now)
    await write(session, now)
    assert (await checkpoints.prove_inclusion(session, "case-1", 2)).position == 2


async def test_no_entry_is_skipped_whatever_order_transactions_end_in(own, now):
    """Sixteen writers hold their transactions open for different times while two sequencers run all the while."""
    _, sessions = own
    chance = random.Random(6962)
    writing = True

    async def writer(number):
        for turn in range(12):
            async with sessions() as session, session.begin():
                await write(session, now, chain=f"case-{number}-{turn % 3}", deed=f"deed {turn}")
                await asyncio.sleep(chance.random() * 0.02)
                if chance.random() < 0.2:
                    await session.rollback()

    async def sequencer():
        numbered = 0
        while writing:
            async with sessions() as session, session.begin():
                numbered += await sequencing.sequence(session, SIGNER, at=now, most=7)
            await asyncio.sleep(0.001)
        return numbered

    sequencers = [asyncio.create_task(sequencer()) for _ in range(2)]
    await asyncio.gather(*(writer(number) for number in range(16)))
    writing = False
    numbered = sum(await asyncio.gather(*sequencers))
    async with sessions() as session, session.begin():
        while more := await sequencing.sequence(session, SIGNER, at=now):
            numbered += more
    async with sessions() as session:
        entries = await session.scalar(sa.select(sa.func.count()).select_from(ledger.Entry))
        leaves = list(await session.scalars(sa.select(Leaf.leaf).order_by(Leaf.leaf)))
        assert numbered == entries == len(leaves) > 100
        assert leaves == list(range(entries)), "no gap, none twice"
    finding = await audited(sessions)
    assert finding.whole, finding.broken
    assert (finding.entries, finding.leaves, finding.waiting) == (entries, entries, 0)


async def test_writers_of_one_chain_wait_for_one_another(server, own, now):
    """The second asks for the lock in vain, waits, and then sees what the first one committed."""
    name, sessions = own

    async def writer(number):
        for turn in range(6):
            async with sessions() as session, session.begin():
                await write(session, now, chain="one", deed=f"deed {number} {turn}")

    async with sessions() as first, first.begin():
        await write(first, now, chain="one")
        others = [asyncio.create_task(writer(number)) for number in range(8)]
        with psycopg.connect(server.cluster.url(name), autocommit=True) as watching:
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            for _ in range(2000):
                if watching.execute(waiting).fetchone()[0] == len(others):
                    break
                await asyncio.sleep(0.005)
    await asyncio.gather(*others)
    async with sessions() as session:
        assert await ledger.verify_chain(session, "one") == 1 + 8 * 6


async def test_leaves_follow_the_order_of_entries_wherever_their_notes_lie(server, own, now):
    """Vacuumed, the list of what waits takes new notes where old ones lay; batches still go by the entries' order."""
    name, sessions = own
    for count in (30, 60):
        async with sessions() as session, session.begin():
            await write_many(session, now, count)
        async with sessions() as session, session.begin():
            while await sequencing.sequence(session, SIGNER, at=now, most=7):
                pass
        with psycopg.connect(server.cluster.url(name), autocommit=True) as superuser:
            superuser.execute("VACUUM ledger_waiting")
    async with sessions() as session:
        entries = list(await session.scalars(sa.select(Leaf.entry).order_by(Leaf.leaf)))
    assert entries == sorted(entries)
    assert len(entries) == 90
    assert (await audited(sessions)).whole


async def test_an_open_transaction_holds_back_nobody_elses_entries(own, now):
    _, sessions = own
    async with sessions() as slow, slow.begin():
        await write(slow, now, chain="slow")
        async with sessions() as quick, quick.begin():
            await write(quick, now, chain="quick")
        async with sessions() as session, session.begin():
            assert await sequencing.sequence(session, SIGNER, at=now) == 1
    async with sessions() as session, session.begin():
        assert await sequencing.sequence(session, SIGNER, at=now) == 1
    assert (await audited(sessions)).whole


async def test_a_sequencer_that_fails_leaves_everything_waiting(own, now):
    _, sessions = own
    async with sessions() as session, session.begin():
        await write_many(session, now, 3)
    async with sessions() as session, session.begin():
        await sequencing.sequence(session, SIGNER, at=now)
        await session.rollback()
    async with sessions() as session:
        progress = await checkpoints.progress(session)
        assert (progress.waiting, progress.newest) == (3, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_leaf SET leaf = 9",
        "DELETE FROM ledger_leaf",
        "INSERT INTO ledger_leaf (leaf, entry, hash) VALUES (9, 9, '')",
        "DELETE FROM ledger_waiting",
        "INSERT INTO ledger_waiting (entry) VALUES (9)",
        "UPDATE ledger_node SET hash = ''",
        "DELETE FROM ledger_node",
        "UPDATE ledger_checkpoint SET note = ''",
        "DELETE FROM ledger_checkpoint",
        "TRUNCATE ledger_checkpoint",
    ],
)
async def test_the_application_moves_no_leaf_and_changes_no_checkpoint(own, now, statement):
    _, sessions = own
    async with sessions() as session, session.begin():
        await write_many(session, now, 20)
        await sequencing.sequence(session, SIGNER, at=now)
    async with sessions() as session, session.begin():
        with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
            await session.execute(sa.text(statement))
        await session.rollback()


REWRITTEN = """
UPDATE ledger_entry SET body = replace(body, 'deed 1"', 'deed one"'), deed = replace(deed, 'deed 1', 'deed one')
    WHERE chain = 'case-1' AND position = 1;
UPDATE ledger_entry SET hash = sha256(previous || int8send(position) || convert_to(body, 'UTF8'))
    WHERE chain = 'case-1' AND position = 1;
UPDATE ledger_entry e SET previous = (SELECT hash FROM ledger_entry p WHERE p.chain = e.chain AND p.position = 1)
    WHERE chain = 'case-1' AND position = 2;
UPDATE ledger_entry SET hash = sha256(previous || int8send(position) || convert_to(body, 'UTF8'))
    WHERE chain = 'case-1' AND position = 2;
"""
RENUMBERED = """
UPDATE ledger_leaf l SET hash = sha256(decode('00', 'hex') || convert_to(e.chain, 'UTF8') || decode('00', 'hex')
    || int8send(e.position) || e.hash) FROM ledger_entry e WHERE e.id = l.entry;
"""


INSERTED = """
INSERT INTO ledger_entry (chain, position, at, actor, deed, subject, body, previous, hash)
    SELECT chain, 3, at, actor, deed, subject, body, hash, sha256(hash || int8send(3) || convert_to(body, 'UTF8'))
    FROM ledger_entry WHERE chain = 'case-1' AND position = 2;
"""
REORDERED = """
UPDATE ledger_entry SET position = 99 WHERE chain = 'case-1' AND position = 1;
UPDATE ledger_entry SET position = 1 WHERE chain = 'case-1' AND position = 2;
UPDATE ledger_entry SET position = 2 WHERE chain = 'case-1' AND position = 99;
"""


@pytest.mark.parametrize(
    ("tampering", "why", "chain", "position"),
    [
        (INSERTED, "placeless", "case-1", 3),
        (REORDERED, "previous", "case-1", 1),
        (
            "UPDATE ledger_entry SET actor = 'x' WHERE chain = 'case-1' AND position = 2",
            "columns",
            "case-1",
            2,
        ),
        (REWRITTEN, "leaf", "case-1", 1),
        # All of it rewritten with fresh hashes: the first checkpoint that no longer fits covers case-0 and case-1.
        (REWRITTEN + RENUMBERED, "root", "case-0", 1),
        ("DELETE FROM ledger_leaf WHERE leaf = 1", "leaf", "case-0", 2),
        ("DELETE FROM ledger_leaf WHERE leaf = 3", "placeless", "case-1", 2),
        ("UPDATE ledger_checkpoint SET note = replace(note, 'portal', 'postal')", "signature", "case-0", 1),
        ("DELETE FROM ledger_checkpoint WHERE size = 4", "unsigned", "case-0", 2),
        ("DELETE FROM ledger_leaf WHERE leaf >= 2", "placeless", "case-0", 2),
        ("UPDATE ledger_leaf SET position = 7 WHERE leaf = 0", "missing", "case-0", 3),
    ],
)
async def test_what_a_superuser_changed_is_found(server, own, now, tampering, why, chain, position):
    name, sessions = own
    for _ in range(2):
        async with sessions() as session, session.begin():
            await write_many(session, now, 2, chains=2)
            await sequencing.sequence(session, SIGNER, at=now)
    assert (await audited(sessions)).whole
    with psycopg.connect(server.cluster.url(name), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(tampering)
    broken = (await audited(sessions)).broken
    assert broken is not None
    assert (broken.why, broken.chain, broken.position) == (why, chain, position)


async def test_an_entry_taken_off_the_waiting_list_is_named(server, own, now):
    name, sessions = own
    async with sessions() as session, session.begin():
        await write(session, now, chain="case-7")
    with psycopg.connect(server.cluster.url(name), autocommit=True) as superuser:
        superuser.execute("DELETE FROM ledger_waiting")
    broken = (await audited(sessions)).broken
    assert (broken.why, broken.chain, broken.position) == ("placeless", "case-7", 1)


async def test_an_audit_reads_one_moment_while_others_write(own, now):
    _, sessions = own
    async with sessions() as session, session.begin():
        await write_many(session, now, 30)
        await sequencing.sequence(session, SIGNER, at=now)

    async def keep_writing():
        for _ in range(40):
            async with sessions() as session, session.begin():
                await write(session, now)
                await sequencing.sequence(session, SIGNER, at=now)

    writer = asyncio.create_task(keep_writing())
    for _ in range(5):
        finding = await audited(sessions)
        assert finding.whole, finding.broken
    await writer


async def test_an_audit_tells_how_far_it_is(session, now):
    await write_many(session, now, 6, chains=3)
    await sequencing.sequence(session, SIGNER, at=now)
    told = []
    finding = await auditing.audit(session, KEY, tell=told.append)
    assert told == [2, 4, 6]
    assert (finding.entries, finding.chains, finding.leaves, finding.checkpoints) == (6, 3, 6, 1)


async def test_a_bundle_proves_itself_and_names_its_checkpoint(session, now):
    await write_many(session, now, 9, chains=2)
    await sequencing.sequence(session, SIGNER, at=now)
    await write(session, now, chain="case-1")
    content = await ledger_bundle.export(session, "case-1", KEY, at=now)
    verdict = ledger_bundle.verify_bundle(content, key=KEY)
    assert verdict.whole, verdict
    assert (verdict.entries, verdict.proven_to, verdict.size, verdict.signed) == (5, 4, 9, True)
    assert verdict.origin == "portal.example/ledger"
    assert not ledger_bundle.verify_bundle(content).signed


async def test_a_bundle_before_the_first_checkpoint_proves_its_chain(session, now):
    await write(session, now)
    verdict = ledger_bundle.verify_bundle(await ledger_bundle.export(session, "case-1", KEY, at=now), key=KEY)
    assert (verdict.whole, verdict.entries, verdict.proven_to) == (True, 1, 0)


async def test_checkpoints_are_listed_newest_first(session, now):
    for _ in range(3):
        await write(session, now)
        await sequencing.sequence(session, SIGNER, at=now)
    assert [checkpoint.size for checkpoint in await checkpoints.listing(session, limit=2)] == [3, 2]
    assert isinstance(await checkpoints.newest(session), Checkpoint)
