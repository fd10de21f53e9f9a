"""The append-only record of what was done, by whom, on whose behalf, and when.

Every chain (a case, a licence, an account) is linked by itself inside the database: entry n carries
SHA-256(hash of entry n-1 ‖ n as 8 bytes big-endian ‖ body), where the body is the exact JSON text that is
kept. Chains do not wait for one another. The application's role may append and read, nothing else.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
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


@dataclass(frozen=True, slots=True)
class Link:
    """One entry as anyone may hold it, outside the database: enough to recompute its hash."""

    chain: str
    position: int
    body: str
    previous: bytes
    hash: bytes


APPEND = sa.text("SELECT ledger_append(:chain, :deed, :subject, :actor, :on_behalf_of, :at, :details)")


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
    parts = {
        "chain": chain,
        "deed": deed,
        "subject": subject,
        "actor": actor,
        "on_behalf_of": on_behalf_of,
        "at": at,
        "details": canonical(dict(details or {})),
    }
    await session.execute(APPEND, parts)


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
        if json.loads(link.body)["chain"] != link.chain:
            raise LedgerBroken(link.chain, position, "chain")
        previous = link.hash
    return position


def _check_link(link: Link, previous: bytes, position: int) -> None:
    if link.position != position:
        raise LedgerBroken(link.chain, position, "missing")
    if link.previous != previous:
        raise LedgerBroken(link.chain, position, "previous")
    if link_hash(previous, position, link.body) != link.hash:
        raise LedgerBroken(link.chain, position, "hash")


class _Hashed(msgspec.Struct):
    """The parts of a body that stand in columns of their own."""

    actor: str
    at: str
    chain: str
    deed: str
    on_behalf_of: str | None
    subject: str


_READ = msgspec.json.Decoder(_Hashed)


def link_of(entry: Any) -> Link:
    """An entry, or a row of its columns, as a link. Raises LedgerBroken when a column differs from the hashed body."""
    chain, position, body = entry.chain, entry.position, entry.body
    try:
        read = _READ.decode(body)
        same = entry.at == datetime.fromisoformat(read.at)
    except ValueError as exc:  # also of msgspec: no JSON, or not what an entry says
        raise LedgerBroken(chain, position, "columns") from exc
    copies = (entry.actor, entry.on_behalf_of, entry.deed, entry.subject, chain)
    if not same or copies != (read.actor, read.on_behalf_of, read.deed, read.subject, read.chain):
        raise LedgerBroken(chain, position, "columns")
    return Link(chain, position, body, bytes(entry.previous), bytes(entry.hash))


async def entries(session: Session, chain: str) -> list[Entry]:
    """All entries of one chain, oldest first."""
    query = sa.select(Entry).where(col(Entry.chain) == chain).order_by(col(Entry.position))
    return list(await session.scalars(query))


async def verify_chain(session: Session, chain: str) -> int:
    """Check one chain against itself and against what was numbered or waits; its length. Raises LedgerBroken.

    The end is read before and after, since others may append meanwhile.
    """
    before = await _end(session, chain)
    length = check_chain(link_of(entry) for entry in await entries(session, chain))
    if length < before:
        raise LedgerBroken(chain, length + 1, "missing")
    if length > (after := await _end(session, chain)):
        raise LedgerBroken(chain, after + 1, "placeless")
    return length


async def _end(session: Session, chain: str) -> int:
    return int(await session.scalar(END, {"chain": chain}) or 0)


async def verify_all(session: Session) -> AsyncIterator[tuple[str, int]]:
    """Check every chain, streaming; yields (chain, entries) as each is found whole. Raises LedgerBroken."""
    walk = _Walk({chain: position for chain, position in await session.execute(ENDS)})
    rows = await session.stream(EVERYTHING)
    try:
        async for some in rows.partitions():
            for row in some:
                if finished := walk.step(link_of(row)):
                    yield finished
    finally:
        await rows.close()
    if finished := walk.end():
        yield finished


NOTED = "SELECT chain, position FROM ledger_leaf UNION ALL SELECT chain, position FROM ledger_waiting"
"""Every entry was noted twice: with itself, and where it waits or has its leaf."""
ENDS = sa.text(f"SELECT chain, max(position) FROM ({NOTED}) AS noted GROUP BY chain")  # noqa: S608  our own words
END = sa.text(f"SELECT max(position) FROM ({NOTED}) AS noted WHERE chain = :chain")  # noqa: S608  our own words
EVERYTHING: Any = (
    sa.select(*Entry.__table__.columns)  # type: ignore[attr-defined]  # a table, by SQLModel's own making
    .order_by(col(Entry.chain), col(Entry.position))
    .execution_options(yield_per=2000)
)
"""Rows, not objects: a million of them are read in seconds."""


class _Walk:
    """The state of reading all chains in order: where the current one stands, and which chains are still unseen."""

    def __init__(self, ends: dict[str, int]) -> None:
        self.ends = ends
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
        if self.ends:
            raise LedgerBroken(min(self.ends), 1, "missing")
        return finished

    def _close(self) -> tuple[str, int] | None:
        if self.chain is None:
            return None
        known = self.ends.pop(self.chain, 0)
        if self.position < known:
            raise LedgerBroken(self.chain, self.position + 1, "missing")
        if self.position > known:
            raise LedgerBroken(self.chain, known + 1, "placeless")
        return self.chain, self.position
