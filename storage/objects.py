"""Files, kept under the SHA-256 digest of what they contain (对象存储).

The key tells nothing about its owner, the same content is kept once, and whatever is read back is compared
with its key. Two real classes keep this promise under one contract suite: `folder_store` and `minio_store`.
"""

import hashlib
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from storage.errors import ObjectDamaged, ObjectError, ObjectNotFound, StoreUnavailable

__all__ = [
    "CHUNK",
    "READ_LIMIT",
    "ObjectDamaged",
    "ObjectError",
    "ObjectNotFound",
    "ObjectStore",
    "ObjectTooLarge",
    "StoreUnavailable",
    "collect",
    "digest_of",
    "digest_of_file",
    "is_digest",
    "verified",
]

CHUNK = 1 << 20
"""Bytes of one piece of a stream."""
READ_LIMIT = 64 << 20
"""Bytes that `get` takes into memory unless told otherwise; larger objects are for `stream`."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


class ObjectTooLarge(ObjectError):
    """`get` stopped: the object is longer than the caller was willing to hold in memory."""

    def __init__(self, digest: str, limit: int) -> None:
        super().__init__(f"object {digest} is longer than {limit} bytes")
        self.digest = digest
        self.limit = limit


@runtime_checkable
class ObjectStore(Protocol):
    """What the portal needs of a place for files. Every method may raise StoreUnavailable.

    A digest that is not 64 lower-case hexadecimal digits is never found, whatever else it looks like.
    """

    async def put(self, content: bytes) -> str:
        """Keep `content` durably and return its digest. Putting it again is harmless and heals damage."""
        ...

    async def put_file(self, path: Path) -> str:
        """Keep the file's content without holding it in memory; the file itself stays where it is.

        Raises OSError when the file cannot be read, ObjectDamaged when it changed meanwhile.
        """
        ...

    async def get(self, digest: str, *, limit: int = READ_LIMIT) -> bytes:
        """The whole content, verified. Raises ObjectNotFound, ObjectDamaged, ObjectTooLarge."""
        ...

    def stream(self, digest: str, *, chunk: int = CHUNK) -> AsyncGenerator[bytes, None]:
        """The content in pieces of at most `chunk` bytes. Raises ObjectNotFound before the first piece.

        The last piece is held back until the whole is verified: when ObjectDamaged is raised instead of it, a
        receiver who was told the length knows that the file is not complete.
        """
        ...

    async def exists(self, digest: str) -> bool:
        """Whether something is kept under this digest; it is not read."""
        ...

    async def delete(self, digest: str) -> None:
        """Forget the object; one that is not there is forgotten already.

        The same content put by two owners is one object: the caller makes sure that no row refers to it.
        """
        ...

    def listing(self, *, before: datetime) -> AsyncGenerator[str, None]:
        """The digests of what was last put before this moment, in no order that means anything.

        What is put or deleted meanwhile may or may not be among them.
        """
        ...

    async def check(self) -> None:
        """Return if the store can be written to (its folder or bucket is made where missing)."""
        ...


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digest_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_digest(text: str) -> bool:
    return _DIGEST.fullmatch(text) is not None


async def verified(digest: str, pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Pass `pieces` on, the last one only when all of them together hash to `digest`; else ObjectDamaged."""
    running = hashlib.sha256()
    held: bytes | None = None
    async with aclosing(pieces):
        async for piece in pieces:
            if held is not None:
                yield held
            running.update(piece)
            held = piece
    if running.hexdigest() != digest:
        raise ObjectDamaged(digest)
    if held is not None:
        yield held


async def collect(digest: str, pieces: AsyncGenerator[bytes, None], limit: int) -> bytes:
    """All of `pieces` as one, or ObjectTooLarge as soon as they are more than `limit` bytes."""
    content = bytearray()
    async with aclosing(pieces):
        async for piece in pieces:
            content += piece
            if len(content) > limit:
                raise ObjectTooLarge(digest, limit)
    return bytes(content)
