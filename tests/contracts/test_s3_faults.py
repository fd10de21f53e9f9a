"""An S3 server in trouble: every failure is a clear error within a bounded time, and passes with its cause."""

import os
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

import anyio
import pytest

from storage import minio_store
from storage.errors import ObjectDamaged, StoreUnavailable
from storage.minio_store import Limits, MinioStore
from storage.objects import CHUNK, ObjectStore, digest_of
from tests.contracts.conftest import s3_store
from tests.support.fronts import answering, breaking_off, dripping, front
from tests.support.radosgw import RadosGateway

pytestmark = pytest.mark.anyio

SHORT = Limits(connect=1, read=1, retries=1, step=3)
DIGEST = digest_of(b"content")
OTHER = digest_of(b"other content")  # a frozen server does what it was asked when it thaws: deleting too

Attempt = Callable[[ObjectStore], Awaitable[object]]
ATTEMPTS: dict[str, Attempt] = {
    "check": lambda store: store.check(),
    "put": lambda store: store.put(b"content"),
    "put in parts": lambda store: store.put(bytes(11 << 20)),
    "get": lambda store: store.get(DIGEST),
    "stream": lambda store: anext(store.stream(DIGEST)),
    "exists": lambda store: store.exists(DIGEST),
    "delete": lambda store: store.delete(OTHER),
}


@contextmanager
def ends_within(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


async def reasons(store: ObjectStore, attempts: dict[str, Attempt] = ATTEMPTS) -> dict[str, str]:
    """What each attempt gives as the reason of its StoreUnavailable, all made at once."""
    found: dict[str, str] = {}

    async def make(name: str) -> None:
        try:
            found[name] = f"no error but {await attempts[name](store)!r}"
        except StoreUnavailable as refused:
            found[name] = refused.why

    async with anyio.create_task_group() as group:
        for name in attempts:
            group.start_soon(make, name)
    return found


async def drain(stream: AsyncGenerator[bytes, None]) -> None:
    async for _ in stream:
        pass


def at(endpoint: str, limits: Limits | None = None) -> MinioStore:
    return minio_store.open(
        endpoint=endpoint, access_key="a", secret_key="s", bucket="objects", secure=False, limits=limits
    )


async def test_a_server_that_refuses_is_named_within_seconds_and_all_is_there_afterwards(
    s3_server: RadosGateway,
):
    store = s3_store(s3_server)
    await store.put(b"content")
    s3_server.stop_gateway()
    try:
        with ends_within(10):
            assert set((await reasons(store)).values()) == {"it refuses connections"}
    finally:
        s3_server.start_gateway()
    assert await store.get(DIGEST) == b"content"


@pytest.mark.skipif(not os.environ.get("YIWANG_PATIENT"), reason="half a minute of waiting: make endurance")
async def test_a_server_that_never_answers_costs_at_most_35_seconds_with_the_real_limits(
    s3_server: RadosGateway,
):
    store = s3_store(s3_server)
    await store.put(b"content")
    with s3_server.frozen(), ends_within(35):
        found = await reasons(store)
    assert set(found.values()) <= {"it does not answer", "no end of it within 33 s"}
    assert len(found) == len(ATTEMPTS)
    assert await store.get(DIGEST) == b"content"


async def test_more_callers_than_threads_wait_no_longer_than_one(s3_server: RadosGateway):
    await s3_store(s3_server, bucket="waited-for").put(b"content")
    store = s3_store(s3_server, bucket="waited-for", limits=SHORT)
    many = {f"exists {n}": ATTEMPTS["exists"] for n in range(60)}
    with s3_server.frozen(), ends_within(SHORT.step + 1):
        assert not any(why.startswith("no error") for why in (await reasons(store, many)).values())
    assert await store.exists(DIGEST)


async def test_a_server_that_dies_during_a_download_breaks_it_off(s3_server: RadosGateway):
    store = s3_store(s3_server, limits=SHORT)
    content = random.Random(7).randbytes(48 * CHUNK)
    digest = await store.put(content)
    received = b""
    try:
        with ends_within(10), pytest.raises(StoreUnavailable) as broken:  # noqa: PT012 - it breaks while going on
            async for piece in store.stream(digest):
                if not received:
                    s3_server.stop_gateway()
                received += piece
    finally:
        s3_server.start_gateway()
    assert broken.value.why == "the connection broke off"
    assert received == content[: len(received)]
    assert await store.get(digest) == content


async def test_a_server_that_freezes_during_a_download_breaks_it_off(s3_server: RadosGateway):
    store = s3_store(s3_server, limits=SHORT)
    digest = await store.put(bytes(48 * CHUNK))
    async with aclosing(store.stream(digest)) as stream:
        await anext(stream)
        with s3_server.frozen(), ends_within(10), pytest.raises(StoreUnavailable) as broken:
            await drain(stream)
    assert broken.value.why == "it does not answer"


async def test_a_server_that_freezes_during_an_upload_breaks_it_off_and_nothing_is_there(
    s3_server: RadosGateway, tmp_path: Path
):
    store = s3_store(s3_server, limits=SHORT)
    source = tmp_path / "large"
    source.write_bytes(random.Random(8).randbytes(64 << 20))
    await store.check()
    refused: list[StoreUnavailable] = []
    over = anyio.Event()

    async def upload() -> None:
        try:
            await store.put_file(source)
        except StoreUnavailable as failed:
            refused.append(failed)
        over.set()

    with ends_within(10):
        async with anyio.create_task_group() as group:
            group.start_soon(upload)
            await anyio.sleep(0.15)
            with s3_server.frozen():
                await over.wait()
    assert refused
    assert not await store.exists(digest_of(source.read_bytes()))


@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_a_live_front_without_its_server_is_not_waited_for(attempt: str):
    away = answering(
        "503 Service Unavailable", "Retry-After: 3600", "Content-Type: text/html", body=b"<p>busy"
    )
    with front(away) as endpoint, ends_within(10):
        found = await reasons(at(endpoint), {attempt: ATTEMPTS[attempt]})
    assert found == {attempt: "it answers with server errors"}


@pytest.mark.parametrize("kind", ["text/html", "application/xml"])
@pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "418 Teapot"])
@pytest.mark.parametrize("body", [b"<p>who are you?", b"<p>who are you?</p>", b"\xff\xfe", b""])
@pytest.mark.parametrize("attempt", ["put", "put in parts", "get"])
async def test_an_answer_that_is_not_s3_is_said_to_be_none(attempt: str, body: bytes, status: str, kind: str):
    other = answering(status, f"Content-Type: {kind}", body=body)
    with front(other) as endpoint, ends_within(10):
        found = await reasons(at(endpoint), {attempt: ATTEMPTS[attempt]})
    assert found == {attempt: "its answer is not S3"}


@pytest.mark.parametrize(
    "body", [b"<p>please sign in", b"<p>please sign in</p>", b"<UploadId>1</UploadId>", b""]
)
async def test_a_page_in_place_of_the_store_is_neither_an_object_nor_a_place_to_put_one(body: bytes):
    page = answering("200 OK", "Content-Type: text/html", body=body)
    with front(page) as endpoint:
        found = await reasons(at(endpoint), {name: ATTEMPTS[name] for name in ("put", "put in parts")})
        with pytest.raises(ObjectDamaged):
            await at(endpoint).get(DIGEST)
    assert set(found.values()) == {"its answer is not S3"}


async def test_an_answer_shorter_than_promised_is_broken_off_and_not_damaged():
    with front(breaking_off(length=1000, after=400)) as endpoint, pytest.raises(StoreUnavailable) as broken:
        await at(endpoint).get(DIGEST)
    assert broken.value.why == "the connection broke off"


async def test_an_answer_that_drips_is_given_up_although_no_single_wait_is_too_long():
    with (
        front(dripping(length=1000, pause=0.1)) as endpoint,
        ends_within(SHORT.step + 1),
        pytest.raises(StoreUnavailable) as given_up,
    ):
        await at(endpoint, SHORT).get(DIGEST)
    assert given_up.value.why == "no end of it within 3 s"


async def test_an_address_that_is_not_known_is_named():
    with ends_within(35):
        found = await reasons(at("no-such-host.invalid:9000"), {"get": ATTEMPTS["get"]})
    assert found["get"] in {"its name is not known", "no end of it within 33 s"}


async def test_a_wrong_secret_is_refused_and_named(s3_server: RadosGateway):
    store = s3_store(s3_server, secret_key="wrong")
    found = await reasons(store)
    assert set(found.values()) <= {"it refuses (SignatureDoesNotMatch)", "it refuses (AccessDenied)"}


async def test_a_bucket_that_is_missing_is_made_by_the_first_put(s3_server: RadosGateway):
    store = s3_store(s3_server)
    assert not await store.exists(DIGEST)
    await store.delete(DIGEST)
    async with anyio.create_task_group() as group:
        for seed in range(8):
            group.start_soon(store.put, bytes([seed]) * 100)
    assert await store.exists(digest_of(bytes([3]) * 100))
