"""Giving new entries their place in the tree and signing what the tree has become; run by a worker every few seconds."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from storage import checkpoints, merkle
from storage.checkpoints import STRIDE, Checkpoint, KeptNode, Statement, Waiting
from storage.database import Session
from storage.merkle import Node
from storage.signed_notes import Signer

BATCH = 20_000
"""Each batch reads all that waits once, so that a great backlog wants great batches."""
TAKE = sa.text("SELECT leaf, leaf_hash FROM ledger_sequence(:most)")
ANY_WAITING = sa.select(sa.exists(sa.select(Waiting)))


async def sequence(session: Session, signer: Signer, *, at: datetime, most: int = BATCH) -> int:
    """Number up to `most` waiting entries, in the caller's transaction, and sign a checkpoint over them.

    Returns how many there were: 0 when nothing waits, or another sequencer is at work. The checkpoint exists
    exactly when its leaves do; a transaction that fails publishes nothing.
    """
    if not await session.scalar(ANY_WAITING):
        return 0
    rows = (await session.execute(TAKE, {"most": most})).all()
    if not rows:
        return 0
    first = int(rows[0].leaf)
    await _keep_nodes(session, first, [bytes(row.leaf_hash) for row in rows])
    await _sign(session, signer, first + len(rows), at)
    return len(rows)


async def _keep_nodes(session: Session, first: int, fresh: Sequence[bytes]) -> None:
    """Store the nodes that became complete with the leaves from `first` on, level by level."""
    level, start, row = 0, first, list(fresh)
    while kept := await _parents(session, level, start, row):
        level += STRIDE
        start >>= STRIDE
        await session.execute(
            sa.insert(KeptNode),
            [{"level": level, "position": start + n, "hash": value} for n, value in enumerate(kept)],
        )
        row = kept


async def _parents(session: Session, level: int, start: int, row: list[bytes]) -> list[bytes]:
    """The nodes STRIDE levels up that are complete now and were not before; `row` are the new nodes of `level`."""
    width = 1 << STRIDE
    behind = start % width
    if behind + len(row) < width:
        return []
    earlier = [Node(level, start - behind + n) for n in range(behind)]
    known = await checkpoints.hashes(session, earlier)
    whole = [known[node] for node in earlier] + row
    return [merkle.complete(whole[at : at + width]) for at in range(0, len(whole) - width + 1, width)]


async def _sign(session: Session, signer: Signer, size: int, at: datetime) -> None:
    root = await checkpoints.root(session, size)
    note = signer.sign(Statement(signer.name, size, root).text())
    await session.execute(
        sa.insert(Checkpoint), [{"size": size, "root": root, "note": note, "signed_at": at}]
    )
