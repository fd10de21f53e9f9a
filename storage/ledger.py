"""The append-only record of what was done, by whom, on whose behalf, and when.

Every chain (a case, a licence, an account) is linked by itself inside the database: entry n carries
SHA-256(hash of entry n-1 ‖ n as 8 bytes big-endian ‖ body), where the body is the exact JSON text that was
appended. Chains do not wait for one another. The application's role may append and read, nothing else.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from storage.database import Moment, Session
from storage.errors import LedgerBroken

GENESIS = bytes(32)


class Entry(SQLModel, table=True):
    """One entry. `body` is what was hashed; the other columns are copies of its parts, made by the database."""

    __tablename__ = "ledger_entry"
    __table_args__ = (sa.UniqueConstraint("chain", "position"), sa.Index("ix_ledger_entry_at", "at"))

    id: int | None = Field(
        default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    )
    chain: str
    position: int = Field(sa_type=sa.BigInteger)
    at: datetime = Field(sa_type=Moment)
    actor: str
    on_behalf_of: str | None = None
    deed: str
    subject: str
    body: str
    previous: bytes
    hash: bytes

    @property
    def details(self) -> dict[str, Any]:
        return dict(json.loads(self.body)["details"])


class Chain(SQLModel, table=True):
    """The head of one chain: the row that makes two writers of the same case wait for one another."""

    __tablename__ = "ledger_chain"

    chain: str = Field(primary_key=True)
    position: int = Field(sa_type=sa.BigInteger)
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Link:
    """One entry as anyone may hold it, outside the database: enough to recompute its hash."""

    chain: str
    position: int
    body: str
    previous: bytes
    hash: bytes


APPEND = sa.text("SELECT ledger_append(:body)")


async def append(
    session: Session,
    *,
    chain: str,
    deed: str,
    subject: str,
    actor: str,
    at: datetime,
    on_behalf_of: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add one entry in the caller's transaction: if the deed is rolled back, so is its record.

    `deed` is past-tense plain words («application accepted»), `actor` a person's id or `system:<name>`,
    `details` JSON without personal values.
    """
    body = body_of(
        chain=chain,
        deed=deed,
        subject=subject,
        actor=actor,
        at=at,
        on_behalf_of=on_behalf_of,
        details=details,
    )
    await session.execute(APPEND, {"body": body})


def body_of(
    *,
    chain: str,
    deed: str,
    subject: str,
    actor: str,
    at: datetime,
    on_behalf_of: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> str:
    """The text of one entry, for who appends it in a statement of their own (`ledger_append`)."""
    return canonical(
        {
            "actor": actor,
            "at": at.astimezone(UTC).isoformat(),
            "chain": chain,
            "deed": deed,
            "details": dict(details or {}),
            "on_behalf_of": on_behalf_of,
            "subject": subject,
        }
    )


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link_hash(previous: bytes, position: int, body: str) -> bytes:
    return hashlib.sha256(previous + position.to_bytes(8, "big") + body.encode()).digest()


def check_chain(links: Iterable[Link]) -> int:
    """Recompute a whole chain, oldest first, and return its length. Raises LedgerBroken at the first bad entry."""
    previous, position = GENESIS, 0
    for link in links:
        position += 1
        _check_link(link, previous, position)
        previous = link.hash
    return position


def _check_link(link: Link, previous: bytes, position: int) -> None:
    if link.position != position:
        raise LedgerBroken(link.chain, position, "missing")
    if link.previous != previous:
        raise LedgerBroken(link.chain, position, "previous")
    if link_hash(previous, position, link.body) != link.hash:
        raise LedgerBroken(link.chain, position, "hash")
    if json.loads(link.body)["chain"] != link.chain:
        raise LedgerBroken(link.chain, position, "chain")


def link_of(entry: Entry) -> Link:
    """The entry as a link. Raises LedgerBroken when a readable column differs from the hashed body."""
    body = json.loads(entry.body)
    copies = (entry.actor, entry.on_behalf_of, entry.deed, entry.subject, entry.chain)
    hashed = (body["actor"], body["on_behalf_of"], body["deed"], body["subject"], body["chain"])
    if copies != hashed or entry.at != datetime.fromisoformat(body["at"]):
        raise LedgerBroken(entry.chain, entry.position, "columns")
    return Link(entry.chain, entry.position, entry.body, bytes(entry.previous), bytes(entry.hash))


async def entries(session: Session, chain: str) -> list[Entry]:
    """All entries of one chain, oldest first."""
    query = sa.select(Entry).where(col(Entry.chain) == chain).order_by(col(Entry.position))
    return list(await session.scalars(query))


async def verify_chain(session: Session, chain: str) -> int:
    """Check one chain against itself and its head; the number of its entries. Raises LedgerBroken."""
    length = check_chain(link_of(entry) for entry in await entries(session, chain))
    head = await session.get(Chain, chain)
    if (head.position if head else 0) != length:
        raise LedgerBroken(chain, length + 1, "missing")
    return length


async def verify_all(session: Session) -> AsyncIterator[tuple[str, int]]:
    """Check every chain, streaming; yields (chain, entries) as each is found whole. Raises LedgerBroken."""
    heads = {chain: position for chain, position in await session.execute(HEADS)}
    walk = _Walk(heads)
    rows = await session.stream_scalars(EVERYTHING)
    try:
        async for entry in rows:
            if finished := walk.step(link_of(entry)):
                yield finished
    finally:
        await rows.close()
    if finished := walk.end():
        yield finished


HEADS = sa.text("SELECT chain, position FROM ledger_chain")
EVERYTHING = (
    sa.select(Entry).order_by(col(Entry.chain), col(Entry.position)).execution_options(yield_per=2000)
)


class _Walk:
    """The state of reading all chains in order: where the current one stands, and which heads are still unseen."""

    def __init__(self, heads: dict[str, int]) -> None:
        self.heads = heads
        self.chain: str | None = None
        self.position = 0
        self.previous = GENESIS

    def step(self, link: Link) -> tuple[str, int] | None:
        finished = None
        if link.chain != self.chain:
            finished = self._close()
            self.chain, self.position, self.previous = link.chain, 0, GENESIS
        self.position += 1
        _check_link(link, self.previous, self.position)
        self.previous = link.hash
        return finished

    def end(self) -> tuple[str, int] | None:
        finished = self._close()
        if self.heads:
            raise LedgerBroken(min(self.heads), 1, "missing")
        return finished

    def _close(self) -> tuple[str, int] | None:
        if self.chain is None:
            return None
        if self.heads.pop(self.chain, 0) != self.position:
            raise LedgerBroken(self.chain, self.position + 1, "missing")
        return self.chain, self.position
