"""Whoever holds old checkpoints finds every rewriting of the ledger, also by somebody with all keys and passwords."""

import json

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from storage import auditing, checkpoints, ledger, ledger_bundle, sequencing
from storage.database import open_engine, open_sessions
from storage.signed_notes import Signer
from tests.support import postgres, witness

pytestmark = pytest.mark.anyio

SIGNER = Signer("portal.example/ledger", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
KEY = SIGNER.verifier
DEEDS = [(f"case-{number % 3}", f"deed {number}") for number in range(12)]
TABLES = ("ledger_entry", "ledger_waiting", "ledger_leaf", "ledger_node", "ledger_checkpoint")


@pytest.fixture
async def own(server):
    name = server.copy()
    engine = open_engine(server.url(name, postgres.APPLICATION))
    yield name, open_sessions(engine)
    await engine.dispose()
    server.drop(name)


async def lay(sessions, deeds, now):
    """Write these deeds, each with a checkpoint of its own; the checkpoints."""
    async with sessions() as session, session.begin():
        for chain, deed in deeds:
            await ledger.append(session, chain=chain, deed=deed, subject=chain, actor="system:test", at=now)
            await sequencing.sequence(session, SIGNER, at=now)
        return [one.note for one in reversed(await checkpoints.listing(session, limit=len(deeds)))]


async def audited(sessions, held=()):
    async with sessions() as session, session.begin():
        await session.connection(execution_options=auditing.SNAPSHOT)
        return await auditing.audit(session, KEY, held=held)


def changed(deeds):
    return [*deeds[:5], (deeds[5][0], "something else"), *deeds[6:]]


def deleted(deeds):
    return [*deeds[:5], *deeds[6:]]


def inserted(deeds):
    return [*deeds[:5], ("case-2", "deed never done"), *deeds[5:]]


def reordered(deeds):
    return [*deeds[:5], deeds[6], deeds[5], *deeds[7:]]


def truncated(deeds):
    return deeds[:9]


def rewritten(deeds):
    return [(chain, f"another {deed}") for chain, deed in deeds]


def rolled_back(deeds):
    """From a backup of the sixth deed, and work went on as if nothing had happened."""
    return [*deeds[:6], *[(chain, f"{deed} once more") for chain, deed in deeds[6:]]]


def place(deeds, number):
    """Chain and position of the deed at `number` (0 …) of this history."""
    chain = deeds[number][0]
    return chain, sum(one == chain for one, _ in deeds[: number + 1])


@pytest.mark.parametrize(
    ("tampering", "first"),
    [
        (changed, 5),
        (deleted, 5),
        (inserted, 5),
        (reordered, 5),
        (truncated, 9),
        (rewritten, 0),
        (rolled_back, 6),
    ],
)
async def test_a_history_written_anew_is_found_by_who_holds_checkpoints(server, own, now, tampering, first):
    """The database was emptied and another history laid, with fresh hashes and the log's own signatures."""
    name, sessions = own
    held = await lay(sessions, DEEDS, now)
    assert (await audited(sessions, held)).whole
    with psycopg.connect(server.cluster.url(name), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY")
    history = tampering(DEEDS)
    await lay(sessions, history, now)
    assert (await audited(sessions)).whole, "by itself the other history is whole"
    broken = (await audited(sessions, held)).broken
    if len(history) == first:
        assert (broken.why, broken.position, broken.size) == ("shorter", first + 1, first + 1)
    else:
        assert (broken.why, broken.chain, broken.position) == ("held", *place(history, first))
    one = (await audited(sessions, held[-1:])).broken
    assert one.why == ("shorter" if len(history) < len(DEEDS) else "held"), (
        "one kept checkpoint is enough to notice"
    )
    assert (await audited(sessions, ["no checkpoint at all"])).broken.why == "signature"


async def test_an_entry_removed_while_it_waits_is_named(server, own, now):
    name, sessions = own
    async with sessions() as session, session.begin():
        for deed in ("one", "two"):
            await ledger.append(session, chain="case-7", deed=deed, subject="-", actor="system:test", at=now)
    with psycopg.connect(server.cluster.url(name), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("DELETE FROM ledger_entry WHERE position = 2")
    for _ in range(2):
        broken = (await audited(sessions)).broken
        assert (broken.why, broken.chain, broken.position) == ("missing", "case-7", 2)
        async with sessions() as session, session.begin():
            await sequencing.sequence(session, SIGNER, at=now)


async def test_an_independent_verifier_accepts_proofs_and_refuses_bent_ones(own, now):
    _, sessions = own
    notes = await lay(sessions, DEEDS, now)
    told = [witness.checkpoint(note, str(KEY)) for note in notes]
    assert [size for _, size, _ in told] == list(range(1, 13))
    async with sessions() as session:
        for first in range(1, 13):
            for size in range(first, 13):
                path = await checkpoints.prove_consistency(session, first, size)
                roots = told[first - 1][2], told[size - 1][2]
                witness.require_consistent(first, roots[0], size, roots[1], path)
                if path:
                    with pytest.raises(witness.Refused):
                        witness.require_consistent(first, roots[0], size, roots[1], path[:-1])
        files = [await ledger_bundle.export(session, f"case-{n}", KEY, at=now) for n in range(3)]
    bundles = [json.loads(one) for one in files]
    assert [witness.require_evidence(one, str(KEY)) for one in bundles] == [4, 4, 4]
    leaves = [
        b"%s\x00%s" % (chain.encode(), position.to_bytes(8, "big") + bytes.fromhex(bundle["entries"][position - 1]["hash"]))
        for number in range(12)
        for chain, position in [place(DEEDS, number)]
        for bundle in [bundles[number % 3]]
    ]  # fmt: skip
    assert witness.tree_hash(leaves) == told[-1][2], (
        "the signed root is the tree over these leaves, by the definition"
    )
    for bend in (
        lambda one: one["inclusion"].update(leaf=one["inclusion"]["leaf"] - 1),
        lambda one: one["inclusion"].update(path=one["inclusion"]["path"][::-1]),
        lambda one: one["entries"].pop(),
        lambda one: one.update(chain="case-9"),
        lambda one: one.update(checkpoint=notes[3]),
    ):
        bent = json.loads(files[0])
        bend(bent)
        with pytest.raises((witness.Refused, IndexError)):
            witness.require_evidence(bent, str(KEY))
        assert not ledger_bundle.verify_bundle(json.dumps(bent).encode(), key=KEY).whole
