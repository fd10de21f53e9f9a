"""What every object store promises, tried on a folder and on a real S3 server."""

import hashlib
import random
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from storage.errors import ObjectDamaged, ObjectNotFound
from storage.objects import CHUNK, ObjectStore, ObjectTooLarge, digest_of
from tests.contracts.conftest import Kept

pytestmark = pytest.mark.anyio

UNKNOWN = digest_of("nobody put this, 示例".encode())
ODD = [
    "",
    "abc",
    UNKNOWN.upper(),
    f"{UNKNOWN}\n",
    f"../{UNKNOWN[3:]}",
    "../../../../etc/passwd",
    "g" * 64,
    "\0" * 64,
]
SIZES = [0, 1, 1000, CHUNK - 1, CHUNK, CHUNK + 1, 12 * CHUNK + 7]


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


async def pieces_of(store: ObjectStore, digest: str, *, chunk: int = CHUNK) -> list[bytes]:
    return [piece async for piece in store.stream(digest, chunk=chunk)]


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_put_comes_back_under_its_sha_256(store: ObjectStore, size: int):
    content = noise(size)
    digest = await store.put(content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert await store.exists(digest)
    assert await store.get(digest) == content
    assert b"".join(await pieces_of(store, digest)) == content


@pytest.mark.parametrize("size", SIZES)
async def test_a_file_is_kept_as_its_content_would_be(store: ObjectStore, tmp_path: Path, size: int):
    source = tmp_path / "证明.pdf"
    source.write_bytes(noise(size))
    assert await store.put_file(source) == digest_of(noise(size))
    assert await store.get(digest_of(noise(size))) == source.read_bytes() == noise(size)


async def test_the_same_content_twice_is_one_object(store: ObjectStore):
    assert await store.put(b"once") == await store.put(b"once")
    await store.delete(digest_of(b"once"))
    assert not await store.exists(digest_of(b"once"))


async def test_what_nobody_put_is_not_found(store: ObjectStore):
    assert not await store.exists(UNKNOWN)
    with pytest.raises(ObjectNotFound) as refused:
        await store.get(UNKNOWN)
    assert refused.value.digest == UNKNOWN
    with pytest.raises(ObjectNotFound):
        await pieces_of(store, UNKNOWN)


@pytest.mark.parametrize("odd", ODD)
async def test_what_is_not_a_digest_is_never_found(store: ObjectStore, odd: str):
    await store.put(b"something")
    assert not await store.exists(odd)
    with pytest.raises(ObjectNotFound):
        await store.get(odd)
    await store.delete(odd)


async def test_what_was_deleted_is_gone_and_deleting_it_again_is_harmless(store: ObjectStore):
    digest = await store.put(b"no longer needed")
    for _ in range(2):
        await store.delete(digest)
    assert not await store.exists(digest)
    with pytest.raises(ObjectNotFound):
        await store.get(digest)
    await store.delete(UNKNOWN)


async def test_what_was_put_before_a_moment_is_listed_and_nothing_else(store: ObjectStore):
    kept = {await store.put(noise(9, seed)) for seed in range(3)}
    gone = await store.put(b"listed no more")
    await store.delete(gone)
    later, long_ago = datetime.now(UTC) + timedelta(hours=1), datetime.now(UTC) - timedelta(days=1)
    listed = [digest async for digest in store.listing(before=later)]
    assert kept <= set(listed)
    assert gone not in listed
    assert len(listed) == len(set(listed))
    assert [digest async for digest in store.listing(before=long_ago)] == []


@pytest.mark.parametrize("changed", [b"", b"conten", b"contentt", b"CONTENT"])
async def test_an_altered_object_is_never_handed_out(kept: Kept, changed: bytes):
    digest = await kept.store.put(b"content")
    kept.tamper(digest, changed)
    with pytest.raises(ObjectDamaged) as refused:
        await kept.store.get(digest)
    assert refused.value.digest == digest


async def test_an_altered_object_is_never_streamed_to_its_end(kept: Kept):
    content = noise(100_000)
    digest = await kept.store.put(content)
    kept.tamper(digest, content[:-1] + b"?")
    received = b""
    with pytest.raises(ObjectDamaged):  # noqa: PT012 - what was received until then is looked at
        async for piece in kept.store.stream(digest, chunk=30_000):
            received += piece
    assert received == content[:90_000]


async def test_putting_the_content_again_heals_an_altered_object(kept: Kept, tmp_path: Path):
    digest = await kept.store.put(b"content")
    kept.tamper(digest, b"CONTENT")
    await kept.store.put(b"content")
    assert await kept.store.get(digest) == b"content"
    kept.tamper(digest, b"CONTENT")
    (tmp_path / "source").write_bytes(b"content")
    await kept.store.put_file(tmp_path / "source")
    assert await kept.store.get(digest) == b"content"


async def test_reading_into_memory_is_bounded(store: ObjectStore):
    digest = await store.put(noise(3000))
    with pytest.raises(ObjectTooLarge) as refused:
        await store.get(digest, limit=2999)
    assert refused.value.limit == 2999
    assert await store.get(digest, limit=3000) == noise(3000)


@pytest.mark.parametrize("chunk", [1000, 4096, 5000, 9999, 10_000, 10_001])
async def test_no_piece_of_a_stream_is_longer_than_asked(store: ObjectStore, chunk: int):
    digest = await store.put(noise(10_000))
    pieces = await pieces_of(store, digest, chunk=chunk)
    assert b"".join(pieces) == noise(10_000)
    assert max(map(len, pieces)) <= chunk


async def test_streams_that_are_left_early_cost_the_store_nothing(store: ObjectStore):
    digest = await store.put(noise(4 * CHUNK))
    for _ in range(25):
        async with aclosing(store.stream(digest, chunk=CHUNK)) as stream:
            assert await anext(stream) == noise(4 * CHUNK)[:CHUNK]
    assert await store.get(digest) == noise(4 * CHUNK)


async def test_many_write_and_read_the_same_content_at_once(store: ObjectStore):
    content = noise(300_000)

    async def write_and_read() -> None:
        assert await store.get(await store.put(content)) == content

    async with anyio.create_task_group() as group:
        for _ in range(24):
            group.start_soon(write_and_read)


async def test_many_write_and_read_different_content_at_once(store: ObjectStore):
    async def write_and_read(seed: int) -> None:
        assert await store.get(await store.put(noise(20_000, seed))) == noise(20_000, seed)

    async with anyio.create_task_group() as group:
        for seed in range(40):
            group.start_soon(write_and_read, seed)


async def test_a_file_that_cannot_be_read_is_the_callers_error(store: ObjectStore, tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        await store.put_file(tmp_path / "absent")


async def test_a_file_that_changes_while_it_is_put_is_not_kept(store: ObjectStore):
    ever_changing = Path("/proc/sys/kernel/random/uuid")  # other content at every reading
    with pytest.raises(ObjectDamaged) as refused:
        await store.put_file(ever_changing)
    assert not await store.exists(refused.value.digest)


async def test_a_new_store_checks_itself_and_does_so_again(store: ObjectStore):
    for _ in range(2):
        await store.check()
    assert await store.get(await store.put("示例".encode())) == "示例".encode()
