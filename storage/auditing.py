"""Is the whole ledger what it was? Every chain, its place in the tree, and every checkpoint ever signed.

Reads in one snapshot: open the session's transaction as REPEATABLE READ, or entries written meanwhile look missing.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from storage import ledger
from storage.checkpoints import Checkpoint, Leaf, Waiting, leaf_hash, read_checkpoint
from storage.database import Session
from storage.errors import LedgerBroken
from storage.ledger import Entry
from storage.merkle import Frontier
from storage.signed_notes import Verifier

Told = Callable[[int], None]
SNAPSHOT = {"isolation_level": "REPEATABLE READ"}
"""Execution options for the connection of an audit: `await session.connection(execution_options=SNAPSHOT)`."""

LEAVES: Any = (
    sa.select(
        col(Leaf.leaf),
        col(Leaf.hash),
        col(Leaf.chain).label("leaf_chain"),
        col(Leaf.position).label("leaf_position"),
        col(Entry.chain),
        col(Entry.position),
        col(Entry.hash).label("entry_hash"),
    )
    .join_from(Leaf, Entry, col(Entry.id) == col(Leaf.entry), isouter=True)
    .order_by(col(Leaf.leaf))
    .execution_options(yield_per=5000)
)
PLACELESS = (
    sa.select(col(Entry.chain), col(Entry.position))
    .join_from(Entry, Leaf, col(Leaf.entry) == col(Entry.id), isouter=True)
    .join(Waiting, col(Waiting.entry) == col(Entry.id), isouter=True)
    .where(col(Leaf.entry).is_(None), col(Waiting.entry).is_(None))
    .order_by(col(Entry.id))
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Break:
    """The first thing that does not fit, named by entry where there is one.

    `why`: «missing», «previous», «hash», «chain», «columns» (storage.ledger); «leaf» the entry is not the one that
    was numbered; «placeless» neither numbered nor waiting; «root» the first entry after the last checkpoint that
    still holds; «signature» not signed by this log; «unsigned» numbered without a checkpoint; «held»: the first entry
    after the last checkpoint brought along that still holds; «shorter»: fewer leaves than a checkpoint says, the first
    missing one being `position` of the whole ledger (`chain` is empty then).
    """

    why: str
    chain: str = ""
    position: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """What an audit saw: so many entries in so many chains, so many leaves under so many checkpoints."""

    entries: int = 0
    chains: int = 0
    leaves: int = 0
    checkpoints: int = 0
    waiting: int = 0
    broken: Break | None = None

    @property
    def whole(self) -> bool:
        return self.broken is None


async def audit(
    session: Session, key: Verifier, *, held: Sequence[str] = (), tell: Told = lambda _: None
) -> Finding:
    """Check everything and name the first thing that is broken.

    `held`: checkpoints (notes) that somebody kept outside; the more, the closer is what they name. `tell` is called with the number of entries seen.
    """
    finding = await _chains(session, tell)
    if finding.broken is None:
        finding = await _tree(session, key, finding, _held(held, key))
    if finding.broken is None:
        placeless = (await session.execute(PLACELESS)).one_or_none()
        broken = Break("placeless", placeless.chain, placeless.position) if placeless else None
        waiting = await session.scalar(sa.select(sa.func.count()).select_from(Waiting))
        finding = replace(finding, broken=broken, waiting=int(waiting or 0))
    return finding


async def expected(session: Session) -> int:
    """How many entries there should be, numbered or waiting: for showing progress."""
    leaves = await session.scalar(sa.select(sa.func.max(col(Leaf.leaf) + 1)))
    waiting = await session.scalar(sa.select(sa.func.count()).select_from(Waiting))
    return int(leaves or 0) + int(waiting or 0)


async def _chains(session: Session, tell: Told) -> Finding:
    entries = chains = 0
    try:
        async for _, length in ledger.verify_all(session):
            entries, chains = entries + length, chains + 1
            tell(entries)
    except LedgerBroken as broken:
        return Finding(entries, chains, broken=Break(broken.why, broken.chain, broken.position))
    return Finding(entries, chains)


def _held(notes: Sequence[str], key: Verifier) -> dict[int, bytes] | Break:
    """What the checkpoints that were brought along say: size → root."""
    read = [read_checkpoint(note, key) for note in notes]
    if None in read:
        return Break("signature")
    return {one.size: one.root for one in read if one is not None}


async def _tree(session: Session, key: Verifier, finding: Finding, held: dict[int, bytes] | Break) -> Finding:
    if isinstance(held, Break):
        return replace(finding, broken=held)
    signed = list(await session.scalars(sa.select(Checkpoint).order_by(col(Checkpoint.size))))
    walk = _Walk(key, signed, held)
    rows = await session.stream(LEAVES)
    broken: Break | None = None
    try:
        async for row in _until_broken(walk, rows):
            broken = row
    finally:
        await rows.close()
    return replace(finding, leaves=walk.tree.size, checkpoints=len(signed), broken=broken or walk.end())


async def _until_broken(walk: "_Walk", rows: Any) -> AsyncIterator[Break]:
    async for some in rows.partitions():
        for row in some:
            if broken := walk.step(row):
                yield broken
                return


@dataclass
class _Walk:
    """The leaves one after another, with the checkpoints that are still ahead."""

    key: Verifier
    signed: list[Checkpoint]
    held: dict[int, bytes]
    tree: Frontier = field(default_factory=Frontier)
    since: tuple[str, int] = ("", 0)
    """The first entry after the last checkpoint that holds."""
    fresh: bool = True
    after_held: tuple[str, int] = ("", 0)
    """The first entry after the last checkpoint brought along that holds."""
    fresh_held: bool = True

    def __post_init__(self) -> None:
        self.ahead = {checkpoint.size: checkpoint for checkpoint in self.signed}
        self.held = dict(self.held)

    def step(self, row: Any) -> Break | None:
        if row.leaf != self.tree.size or row.chain is None:
            return Break("leaf", row.leaf_chain, row.leaf_position, self.tree.size)
        expected = leaf_hash(row.chain, row.position, bytes(row.entry_hash))
        named = (row.chain, row.position)
        if expected != bytes(row.hash) or named != (row.leaf_chain, row.leaf_position):
            return Break("leaf", *named)
        if self.fresh:
            self.since, self.fresh = named, False
        if self.fresh_held:
            self.after_held, self.fresh_held = named, False
        self.tree.append(expected)
        return self._against_held() or self._checkpoint()

    def _checkpoint(self) -> Break | None:
        checkpoint = self.ahead.pop(self.tree.size, None)
        if checkpoint is None:
            return None
        statement = read_checkpoint(checkpoint.note, self.key)
        if statement is None:
            return Break("signature", *self.since, checkpoint.size)
        if (statement.size, statement.root) != (self.tree.size, self.tree.root()):
            return Break("root", *self.since, checkpoint.size)
        self.fresh = True
        return None

    def _against_held(self) -> Break | None:
        root = self.held.pop(self.tree.size, None)
        if root is None:
            return None
        self.fresh_held = root == self.tree.root()
        return None if self.fresh_held else Break("held", *self.after_held, self.tree.size)

    def end(self) -> Break | None:
        """What is wrong once every leaf was seen."""
        longer = [size for size in (*self.ahead, *self.held) if size > self.tree.size]
        if longer:
            return Break("shorter", "", self.tree.size + 1, min(longer))
        return None if self.fresh else Break("unsigned", *self.since)
