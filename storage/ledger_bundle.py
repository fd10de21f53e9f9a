"""A case's evidence in one file that proves itself offline: entries, chain, place in the tree, signed checkpoint.

The file is JSON, UTF-8. Hashes are hexadecimal. Format `yiwang-case-evidence/1`:

    {format, chain, exported_at,
     entries: [{position, body, previous, hash}],          body is the exact text that was hashed
     head: {position, hash},
     inclusion: {position, leaf, size, path: [hash]} | null,
     checkpoint: the signed note as text | null,
     key: the log's public key, for information only}
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from storage import checkpoints, ledger, merkle
from storage.checkpoints import Statement
from storage.database import Session
from storage.errors import LedgerBroken
from storage.ledger import Link
from storage.signed_notes import Verifier

FORMAT = "yiwang-case-evidence/1"
LARGEST = 256 * 1024 * 1024
"""Bytes; a case of a million entries is smaller."""

Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, msgspec.Meta(ge=0, lt=2**62)]


class BundleEntry(msgspec.Struct, frozen=True):
    position: Count
    body: str
    previous: Hash
    hash: Hash


class Head(msgspec.Struct, frozen=True):
    position: Count
    hash: Hash


class BundleInclusion(msgspec.Struct, frozen=True):
    position: Count
    leaf: Count
    size: Count
    path: Annotated[list[Hash], msgspec.Meta(max_length=64)]


class Bundle(msgspec.Struct, frozen=True):
    format: str
    chain: str
    exported_at: str
    entries: list[BundleEntry]
    head: Head
    inclusion: BundleInclusion | None
    checkpoint: str | None
    key: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a bundle proves.

    `why` is None when nothing is wrong, else «unreadable» (no such file format), «format» (another version),
    «empty», «missing», «previous», «hash», «chain», «body» (at entry `position`), «head», «checkpoint»,
    «signature», «inclusion». `proven_to`: the last entry that a signed checkpoint covers, 0 for none;
    `signed`: whether the checkpoint's signature was checked with a key from outside the file.
    """

    chain: str = ""
    entries: int = 0
    why: str | None = None
    position: int = 0
    proven_to: int = 0
    size: int = 0
    origin: str = ""
    signed: bool = False
    root: bytes = b""
    """The root that the checkpoint names."""

    @property
    def whole(self) -> bool:
        return self.why is None


async def export(session: Session, chain: str, key: Verifier, *, at: datetime) -> bytes:
    """The evidence of one chain as it stands, with the newest checkpoint that covers some of it."""
    links = [
        Link(row.chain, row.position, row.body, bytes(row.previous), bytes(row.hash))
        for row in await ledger.entries(session, chain)
    ]
    newest = await checkpoints.newest(session)
    inclusion = await checkpoints.prove_inclusion(session, chain, newest.size) if newest else None
    bundle = Bundle(
        format=FORMAT,
        chain=chain,
        exported_at=at.astimezone(UTC).isoformat(),
        entries=[_entry(link) for link in links],
        head=Head(links[-1].position, links[-1].hash.hex()) if links else Head(0, ledger.GENESIS.hex()),
        inclusion=_inclusion(inclusion),
        checkpoint=newest.note if newest and inclusion else None,
        key=str(key),
    )
    return msgspec.json.format(msgspec.json.encode(bundle), indent=1)


def _entry(link: Link) -> BundleEntry:
    return BundleEntry(link.position, link.body, link.previous.hex(), link.hash.hex())


def _inclusion(proof: checkpoints.Inclusion | None) -> BundleInclusion | None:
    if proof is None:
        return None
    return BundleInclusion(proof.position, proof.leaf, proof.size, [step.hex() for step in proof.path])


def verify_bundle(content: bytes, *, key: Verifier | None = None) -> Verdict:
    """What `content` proves, without any network or database; never raises.

    `key` is the log's public key from a trusted place; without it everything but the signature is checked.
    """
    try:
        bundle = msgspec.json.decode(content, type=Bundle) if len(content) <= LARGEST else None
    except (msgspec.MsgspecError, RecursionError, ValueError):
        bundle = None
    if bundle is None or not bundle.chain.isprintable():  # the name of a chain is shown on terminals
        return Verdict(why="unreadable")
    if bundle.format != FORMAT:
        return Verdict(chain=bundle.chain, why="format")
    return _chain(bundle) or _place(bundle, key)


def _chain(bundle: Bundle) -> Verdict | None:
    """A verdict if the chain is broken."""
    if not bundle.entries:
        return Verdict(bundle.chain, why="empty")
    for entry in bundle.entries:
        if not _readable(entry.body):
            return Verdict(bundle.chain, len(bundle.entries), "body", entry.position)
    links = (
        Link(bundle.chain, one.position, one.body, bytes.fromhex(one.previous), bytes.fromhex(one.hash))
        for one in bundle.entries
    )
    try:
        length = ledger.check_chain(links)
    except LedgerBroken as broken:
        return Verdict(bundle.chain, len(bundle.entries), broken.why, broken.position)
    if bundle.head != Head(length, bundle.entries[-1].hash):
        return Verdict(bundle.chain, length, "head", length + 1)
    return None


def _readable(body: str) -> bool:
    """Whether a body is what the ledger writes: UTF-8 JSON with a chain."""
    try:
        body.encode()
        return isinstance(json.loads(body)["chain"], str)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return False


def _place(bundle: Bundle, key: Verifier | None) -> Verdict:
    """The verdict over a sound chain: what its checkpoint proves of it."""
    sound = Verdict(bundle.chain, len(bundle.entries))
    if bundle.inclusion is None and bundle.checkpoint is None:
        return sound
    statement = _statement(bundle, key)
    why = statement if isinstance(statement, str) else _misplaced(bundle, statement)
    if isinstance(statement, str) or why:
        return Verdict(bundle.chain, len(bundle.entries), why)
    return Verdict(
        bundle.chain,
        len(bundle.entries),
        proven_to=bundle.inclusion.position if bundle.inclusion else 0,
        size=statement.size,
        origin=statement.origin,
        signed=key is not None,
        root=statement.root,
    )


def _statement(bundle: Bundle, key: Verifier | None) -> Statement | str:
    """What the checkpoint says, or why it says nothing."""
    text = (bundle.checkpoint or "").rpartition("\n\n")[0] + "\n"
    statement = checkpoints.read_statement(text)
    if statement is None or bundle.inclusion is None:
        return "checkpoint"
    if key is not None and checkpoints.read_checkpoint(bundle.checkpoint or "", key) != statement:
        return "signature"
    return statement


def _misplaced(bundle: Bundle, statement: Statement) -> str | None:
    proof = bundle.inclusion
    if proof is None or not 1 <= proof.position <= len(bundle.entries) or proof.size != statement.size:
        return "inclusion"
    entry = bundle.entries[proof.position - 1]
    leaf = checkpoints.leaf_hash(bundle.chain, entry.position, bytes.fromhex(entry.hash))
    path = [bytes.fromhex(step) for step in proof.path]
    return None if merkle.includes(leaf, proof.leaf, proof.size, path, statement.root) else "inclusion"
