"""Objects in a folder of this machine: `ab/cd/abcd…`, written whole or not at all."""

import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

from anyio import CapacityLimiter, to_thread

from storage.errors import ObjectDamaged, ObjectNotFound, StoreUnavailable
from storage.objects import CHUNK, READ_LIMIT, collect, digest_of, digest_of_file, is_digest, verified

__all__ = ["FolderStore", "open"]

T = TypeVar("T")

THREADS = 16
ABANDONED_AFTER = 3600
"""Seconds after which a half-written file of a killed process is swept by the next writer of that content."""


class FolderStore:
    """An ObjectStore below `root`. Several processes may use one folder; files are readable by their owner only."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._threads = CapacityLimiter(THREADS)
        self._settled: set[Path] = set()

    async def put(self, content: bytes) -> str:
        return await self._in_thread(self._put, content)

    async def put_file(self, path: Path) -> str:
        return await self._in_thread(self._put_file, path)

    async def get(self, digest: str, *, limit: int = READ_LIMIT) -> bytes:
        return await collect(digest, self.stream(digest), limit)

    def stream(self, digest: str, *, chunk: int = CHUNK) -> AsyncGenerator[bytes, None]:
        return verified(digest, self._pieces(digest, chunk))

    async def exists(self, digest: str) -> bool:
        return is_digest(digest) and await self._in_thread(self._exists, digest)

    async def delete(self, digest: str) -> None:
        if is_digest(digest):
            await self._in_thread(self._delete, digest)

    async def listing(self, *, before: datetime) -> AsyncGenerator[str, None]:
        for folder in await self._in_thread(self._folders):
            for digest in await self._in_thread(_older, folder, before.timestamp()):
                yield digest

    async def check(self) -> None:
        await self._in_thread(self._try_writing)

    async def _in_thread(self, work: Callable[..., T], *arguments: object) -> T:
        return await to_thread.run_sync(partial(work, *arguments), limiter=self._threads)

    async def _pieces(self, digest: str, chunk: int) -> AsyncGenerator[bytes, None]:
        file = await self._in_thread(self._open, digest)
        try:
            while piece := await self._in_thread(_read, file, chunk):
                yield piece
        finally:
            file.close()

    def _place(self, digest: str) -> Path:
        return self._root / digest[:2] / digest[2:4] / digest

    def _open(self, digest: str) -> BinaryIO:
        if not is_digest(digest) or not self._exists(digest):
            raise ObjectNotFound(digest)
        with _translating():
            return self._place(digest).open("rb", buffering=0)

    def _exists(self, digest: str) -> bool:
        """StoreUnavailable, and not "no", when the folder itself is gone."""
        with _translating():
            try:
                return stat.S_ISREG(self._place(digest).stat().st_mode)
            except FileNotFoundError:
                self._root.stat()
                return False

    def _put(self, content: bytes) -> str:
        digest = digest_of(content)
        with _translating():
            self._write(digest, [content])
        return digest

    def _put_file(self, path: Path) -> str:
        digest = digest_of_file(path)
        with path.open("rb") as file, _translating():
            self._write(digest, iter(partial(file.read, CHUNK), b""))
        return digest

    def _write(self, digest: str, pieces: Iterable[bytes]) -> None:
        place = self._place(digest)
        self._settle(place.parent)
        descriptor, name = tempfile.mkstemp(prefix=f".{digest}.", dir=place.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                _copy(digest, pieces, file)
                file.flush()
                os.fsync(file.fileno())
                written_at = os.fstat(file.fileno()).st_mtime
            os.replace(name, place)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
        _sync(place.parent)
        _sweep(place, written_at - ABANDONED_AFTER)

    def _settle(self, folder: Path) -> None:
        """Make `folder` and see to it that a power cut does not unmake it: each process does so once."""
        if folder in self._settled and folder.is_dir():
            return
        for each in (folder.parent, folder):
            each.mkdir(mode=0o700, exist_ok=True)
            _sync(each.parent)
        self._settled.add(folder)

    def _delete(self, digest: str) -> None:
        with _translating(), suppress(FileNotFoundError):
            self._place(digest).unlink()
            _sync(self._place(digest).parent)

    def _folders(self) -> list[Path]:
        """Every folder that may hold objects."""
        with _translating():
            first = [one for one in self._root.iterdir() if one.is_dir() and len(one.name) == 2]
            return sorted(each for one in first for each in one.iterdir() if each.is_dir())

    def _try_writing(self) -> None:
        with _translating():
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._root) as file:
                file.write(b"\0")


def open(root: Path) -> FolderStore:
    """The store in `root`, which is made where missing. Raises StoreUnavailable when it cannot be."""
    with _translating():
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FolderStore(root)


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except OSError as failed:
        raise StoreUnavailable(errno.errorcode.get(failed.errno or 0, "OSError")) from failed


def _older(folder: Path, before: float) -> list[str]:
    """The objects of one folder last written before this moment."""
    found = []
    with _translating():
        for entry in os.scandir(folder):
            with suppress(FileNotFoundError):
                if is_digest(entry.name) and entry.stat().st_mtime < before:
                    found.append(entry.name)
    return found


def _read(file: BinaryIO, size: int) -> bytes:
    with _translating():
        return file.read(size)


def _copy(digest: str, pieces: Iterable[bytes], file: BinaryIO) -> None:
    running = hashlib.sha256()
    for piece in pieces:
        running.update(piece)
        file.write(piece)
    if running.hexdigest() != digest:
        raise ObjectDamaged(digest)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(place: Path, before: float) -> None:
    for leftover in place.parent.glob(f".{place.name}.*"):
        with suppress(FileNotFoundError):
            if leftover.stat().st_mtime < before:
                leftover.unlink()
