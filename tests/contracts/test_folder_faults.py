"""A folder in trouble: killed writers, a full disk, a folder that went away."""

import os
import resource
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage import folder_store
from storage.errors import StoreUnavailable
from storage.folder_store import ABANDONED_AFTER, FolderStore
from storage.objects import digest_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "objects"


@pytest.fixture
def store(root: Path) -> FolderStore:
    return folder_store.open(root)


def files_in(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """The kernel refuses to let any file grow beyond `size` bytes: a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_objects_lie_two_folders_deep_and_are_their_owners_alone(store: FolderStore, root: Path):
    digest = await store.put(b"private")
    place = root / digest[:2] / digest[2:4] / digest
    assert files_in(root) == [place]
    modes = [stat.S_IMODE(os.stat(path).st_mode) for path in (root, place.parent, place)]
    assert modes == [0o700, 0o700, 0o600]


async def test_a_write_that_fails_leaves_nothing(store: FolderStore, root: Path):
    with largest_file(1000), pytest.raises(StoreUnavailable) as refused:
        await store.put(bytes(2000))
    assert refused.value.why == "EFBIG"
    assert not files_in(root)
    assert not await store.exists(digest_of(bytes(2000)))


async def test_a_write_that_fails_leaves_the_earlier_object(store: FolderStore):
    digest = await store.put(bytes(2000))
    with largest_file(1000), pytest.raises(StoreUnavailable):
        await store.put(bytes(2000))
    assert await store.get(digest) == bytes(2000)


async def test_what_a_killed_writer_left_is_swept_by_the_next_one(store: FolderStore, root: Path):
    digest = await store.put(b"content")
    folder = root / digest[:2] / digest[2:4]
    old, fresh = folder / f".{digest}.old", folder / f".{digest}.fresh"
    for leftover in (old, fresh):
        leftover.write_bytes(b"cont")
    long_ago = fresh.stat().st_mtime - ABANDONED_AFTER - 60
    os.utime(old, (long_ago, long_ago))
    await store.put(b"content")
    assert sorted(path.name for path in folder.iterdir()) == [fresh.name, digest]


async def test_a_folder_that_went_away_is_not_an_empty_store(store: FolderStore, root: Path):
    digest = await store.put(b"content")
    shutil.rmtree(root)
    for attempt in (store.get, store.exists):
        with pytest.raises(StoreUnavailable) as refused:
            await attempt(digest)
        assert refused.value.why == "ENOENT"
    await store.check()
    assert await store.get(await store.put(b"content")) == b"content"


async def test_a_folder_that_cannot_be_made_is_named_at_once(tmp_path: Path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreUnavailable) as refused:
        folder_store.open(tmp_path / "taken" / "objects")
    assert refused.value.why == "ENOTDIR"


async def test_two_processes_may_use_one_folder(store: FolderStore, root: Path):
    other = folder_store.open(root)
    digest = await store.put(b"content")
    assert await other.get(digest) == b"content"
    await other.delete(digest)
    assert not await store.exists(digest)
    assert await other.get(await store.put(b"content")) == b"content"
