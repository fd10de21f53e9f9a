"""One Merkle tree over all chains of the ledger, and the signed checkpoints that outside witnesses keep.

A leaf's data is `chain ‖ 0x00 ‖ position (8 bytes, big-endian) ‖ hash (32 bytes)`: the chain's hash covers every
earlier entry of its chain, so the proof of one leaf proves a case up to that entry. Hashing is that of RFC 6962,
checkpoints are C2SP tlog-checkpoints signed with Ed25519 (`storage.signed_notes`). Entries take their places in
`storage.sequencing`; here the tree is read.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from storage import merkle, signed_notes
from storage.database import Moment, Session
from storage.ledger import Entry
from storage.merkle import Node, Span

STRIDE = 4
"""Nodes are kept at every fourth level only: one row for fifteen leaves, and at most eight are read for any node."""

Hashes: TypeAlias = dict[Node, bytes]


class Waiting(SQLModel, table=True):
    """An entry that has no leaf yet, with its place in its chain. A list without an index: it is read as a whole."""

    __tablename__ = "ledger_waiting"
    __mapper_args__ = {"primary_key": ["entry"]}

    entry: int = Field(sa_type=sa.BigInteger)
    chain: str
    position: int = Field(sa_type=sa.BigInteger)


class Leaf(SQLModel, table=True):
    """The place of an entry in the tree; within one chain leaves follow the entries' order."""

    __tablename__ = "ledger_leaf"
    __table_args__ = (sa.UniqueConstraint("chain", "position"),)

    leaf: int = Field(sa_column=sa.Column(sa.BigInteger, primary_key=True, autoincrement=False))
    entry: int = Field(sa_column=sa.Column(sa.BigInteger, nullable=False, unique=True))
    chain: str
    position: int = Field(sa_type=sa.BigInteger)
    hash: bytes


class KeptNode(SQLModel, table=True):
    """The hash of a complete subtree at a level that is a multiple of STRIDE."""

    __tablename__ = "ledger_node"

    level: int = Field(sa_column=sa.Column(sa.SmallInteger, primary_key=True, autoincrement=False))
    position: int = Field(sa_column=sa.Column(sa.BigInteger, primary_key=True, autoincrement=False))
    hash: bytes


class Checkpoint(SQLModel, table=True):
    """A signed statement of the log: with so many leaves the tree has this root. All are kept."""

    __tablename__ = "ledger_checkpoint"

    size: int = Field(sa_column=sa.Column(sa.BigInteger, primary_key=True, autoincrement=False))
    root: bytes
    note: str
    signed_at: datetime = Field(sa_type=Moment)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a checkpoint says: the log's name, the number of leaves, the root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Inclusion:
    """The proof that the entry at `position` of its chain is leaf `leaf` of the tree of `size` leaves."""

    position: int
    leaf: int
    size: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the tree has come: entries not yet in it, since when the oldest waits, the newest checkpoint."""

    waiting: int
    oldest: datetime | None
    newest: Checkpoint | None


def log_key(folder: Path, public_url: str) -> signed_notes.Signer:
    """The log's key in the keys folder, made on first use under the portal's address without its scheme."""
    address = public_url.partition("://")[2].rstrip("/") or public_url
    return signed_notes.open_key(key_file(folder), f"{address}/ledger")


def key_file(folder: Path) -> Path:
    """Where the log's key is kept in the keys folder; its public half lies beside it as `.pub`."""
    return folder / "ledger-checkpoints.key"


def leaf_data(chain: str, position: int, entry_hash: bytes) -> bytes:
    return chain.encode() + b"\x00" + position.to_bytes(8, "big") + entry_hash


def leaf_hash(chain: str, position: int, entry_hash: bytes) -> bytes:
    return merkle.leaf_hash(leaf_data(chain, position, entry_hash))


def read_statement(text: str) -> Statement | None:
    """What the text of a checkpoint says; None for any other text. Lines after the third are allowed and ignored."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] != "" or not lines[0] or not lines[0].isprintable():
        return None
    origin, number, coded = lines[:3]
    plain = number.isascii() and number.isdigit() and len(number) <= 19 and str(int(number)) == number
    try:
        root = base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return Statement(origin, int(number), root) if plain and len(root) == 32 else None


def read_checkpoint(note: str, key: signed_notes.Verifier) -> Statement | None:
    """The statement of a note that `key` signed for its own log; None for anything else."""
    text = key.read(note)
    statement = read_statement(text) if text is not None else None
    return statement if statement and statement.origin == key.name else None


async def newest(session: Session) -> Checkpoint | None:
    found: Checkpoint | None = await session.scalar(_latest().limit(1))
    return found


async def listing(session: Session, *, limit: int = 20) -> list[Checkpoint]:
    """The newest checkpoints, newest first."""
    return list(await session.scalars(_latest().limit(limit)))


def _latest() -> sa.Select[Checkpoint]:
    return sa.select(Checkpoint).order_by(col(Checkpoint.size).desc())


async def progress(session: Session) -> Progress:
    query = sa.select(sa.func.count(), sa.func.min(col(Entry.at))).join_from(
        Waiting, Entry, col(Entry.id) == col(Waiting.entry)
    )
    waiting, oldest = (await session.execute(query)).one()
    return Progress(waiting, oldest, await newest(session))


async def prove_inclusion(session: Session, chain: str, size: int) -> Inclusion | None:
    """The proof of the chain's last entry that is among the first `size` leaves; None before there is one."""
    query = (
        sa.select(col(Leaf.position), col(Leaf.leaf))
        .where(col(Leaf.chain) == chain, col(Leaf.leaf) < size)
        .order_by(col(Leaf.position).desc())
        .limit(1)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    spans = merkle.inclusion_spans(row.leaf, size)
    known = await hashes(session, merkle.nodes_of(spans))
    return Inclusion(row.position, row.leaf, size, tuple(merkle.proof(spans, known)))


async def prove_consistency(session: Session, first: int, size: int) -> list[bytes]:
    """The proof between two sizes of the tree. ValueError unless 0 < first <= size; both must exist."""
    spans = merkle.consistency_spans(first, size)
    return merkle.proof(spans, await hashes(session, merkle.nodes_of(spans)))


async def hashes(session: Session, wanted: Iterable[Node]) -> Hashes:
    """The hashes of complete subtrees, from the nearest kept level below each."""
    nodes = set(wanted)
    known = await _kept(session, {child for node in nodes for child in _kept_children(node)})
    return {node: merkle.complete([known[child] for child in _kept_children(node)]) for node in nodes}


def _kept_children(node: Node) -> list[Node]:
    steps = node.level % STRIDE
    first = node.place << steps
    return [Node(node.level - steps, first + offset) for offset in range(1 << steps)]


async def _kept(session: Session, nodes: set[Node]) -> Hashes:
    """Hashes as they are stored: leaves, and nodes of the levels that are kept."""
    leaves = [node.place for node in nodes if node.level == 0]
    above = [tuple(node) for node in nodes if node.level]
    found: Hashes = {}
    if leaves:
        query = sa.select(col(Leaf.leaf), col(Leaf.hash)).where(col(Leaf.leaf).in_(leaves))
        found |= {Node(0, leaf): bytes(value) for leaf, value in await session.execute(query)}
    if above:
        place = sa.tuple_(col(KeptNode.level), col(KeptNode.position))
        kept = sa.select(col(KeptNode.level), col(KeptNode.position), col(KeptNode.hash)).where(
            place.in_(above)
        )
        found |= {Node(level, at): bytes(value) for level, at, value in await session.execute(kept)}
    return found


async def root(session: Session, size: int) -> bytes:
    """The root of the first `size` leaves, from what is kept."""
    nodes = merkle.cover(Span(0, size))
    return merkle.root(size, await hashes(session, nodes))


async def still_holds(session: Session, size: int, expected: bytes) -> bool:
    """Whether the tree as it stands began with these `size` leaves: what was signed once is part of it."""
    leaves = await session.scalar(sa.select(sa.func.max(col(Leaf.leaf) + 1)))
    if not 0 < size <= (leaves or 0):
        return size == 0
    try:
        return await root(session, size) == expected
    except KeyError:  # a node that was kept is gone
        return False
