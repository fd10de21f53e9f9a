"""Objects on any S3 server. The only door to the `minio` SDK.

Left alone, the SDK waits 30 minutes for a server that takes the connection and never answers. Here every
request has time limits of its own, and every step of a call (asking, one piece of a download, one part of an
upload) ends within `Limits.step` seconds, whatever the other side does.
"""

import io
import re
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TypeVar, cast
from xml.etree.ElementTree import ParseError

from anyio import CapacityLimiter, to_thread
from minio import Minio
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from minio.helpers import ObjectWriteResult
from urllib3 import exceptions as broken

from storage.errors import ObjectNotFound, StoreUnavailable
from storage.objects import CHUNK, READ_LIMIT, collect, digest_of, digest_of_file, is_digest, verified
from storage.s3_transfer import CONNECTIONS, Download, Limits, Source, Wait, open_pool

__all__ = ["Limits", "MinioStore", "open"]

T = TypeVar("T")

PART = 5 << 20
"""Bytes of one part of an upload; S3 allows no smaller ones."""
LISTED = 1000
"""Objects of one page of a listing; S3 gives no more at once."""
ABSENT = frozenset({"NoSuchKey", "NoSuchBucket"})
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")

NOT_S3 = "its answer is not S3"
REASONS: tuple[tuple[type[Exception], str], ...] = (
    (broken.NameResolutionError, "its name is not known"),
    (broken.NewConnectionError, "it refuses connections"),
    (broken.TimeoutError, "it does not answer"),
    (broken.SSLError, "its certificate is not accepted"),
    (broken.ResponseError, "it answers with server errors"),
    (ServerError, "it answers with server errors"),
    (broken.ProtocolError, "the connection broke off"),
    (InvalidResponseError, NOT_S3),
    (ParseError, NOT_S3),
    (ValueError, NOT_S3),
)


class MinioStore:
    """An ObjectStore in one bucket, which is made where missing."""

    def __init__(self, client: Minio, bucket: str, region: str, limits: Limits) -> None:
        self._client = client
        self._bucket = bucket
        self._region = region
        self._limits = limits
        self._threads = CapacityLimiter(CONNECTIONS)

    async def put(self, content: bytes) -> str:
        return await self._step(self._put, content)

    async def put_file(self, path: Path) -> str:
        digest = await to_thread.run_sync(digest_of_file, path, limiter=self._threads)
        await self._step(self._put_file, path, digest)
        return digest

    async def get(self, digest: str, *, limit: int = READ_LIMIT) -> bytes:
        return await collect(digest, self.stream(digest), limit)

    def stream(self, digest: str, *, chunk: int = CHUNK) -> AsyncGenerator[bytes, None]:
        return verified(digest, self._pieces(digest, chunk))

    async def exists(self, digest: str) -> bool:
        return is_digest(digest) and await self._step(self._exists, digest)

    async def delete(self, digest: str) -> None:
        if is_digest(digest):
            await self._step(self._delete, digest)

    async def listing(self, *, before: datetime) -> AsyncGenerator[str, None]:
        last = ""
        while page := await self._step(self._page, last):
            for digest, written_at in page:
                if is_digest(digest) and written_at < before:
                    yield digest
            last = page[-1][0]

    async def check(self) -> None:
        await self._step(self._check)

    async def _step(self, work: Callable[..., T], *arguments: object) -> T:
        """Run `work(wait, *arguments)` in a thread, for at most `Limits.step` seconds since it last was renewed."""
        wait = Wait(self._limits.step)
        try:
            with wait.scope:
                return await to_thread.run_sync(
                    partial(_translated, work, wait, *arguments),
                    abandon_on_cancel=True,
                    limiter=self._threads,
                )
        finally:
            wait.given_up.set()
        raise StoreUnavailable(f"no end of it within {self._limits.step:g} s")

    async def _pieces(self, digest: str, chunk: int) -> AsyncGenerator[bytes, None]:
        if not is_digest(digest):
            raise ObjectNotFound(digest)
        download = await self._step(self._begin, digest)
        try:
            while piece := await self._step(download.read, chunk):
                yield piece
                if len(piece) < chunk:
                    break
        finally:
            download.leave()

    def _begin(self, wait: Wait, digest: str) -> Download:
        try:
            response = self._client.get_object(self._bucket, digest)
        except S3Error as refused:
            if refused.code in ABSENT:
                raise ObjectNotFound(digest) from refused
            raise
        if wait.given_up.is_set():
            response.close()
        return Download(response)

    def _put(self, wait: Wait, content: bytes) -> str:
        digest = digest_of(content)
        self._upload(Source(io.BytesIO(content), digest, len(content), wait))
        return digest

    def _put_file(self, wait: Wait, path: Path, digest: str) -> None:
        with path.open("rb") as file:
            self._upload(Source(file, digest, path.stat().st_size, wait))

    def _upload(self, source: Source) -> None:
        try:
            stored = self._send(source)
        except S3Error as refused:
            if refused.code != "NoSuchBucket":
                raise
            self._make_bucket()
            source.rewind()
            stored = self._send(source)
        # Completing an upload may fail with 200 and an error in the body, which the SDK reads as a result.
        if not (stored.etag or stored.location):
            raise StoreUnavailable(NOT_S3)

    def _send(self, source: Source) -> ObjectWriteResult:
        return self._client.put_object(
            self._bucket,
            source.digest,
            cast(BinaryIO, source),
            source.length,
            part_size=PART,
            num_parallel_uploads=1,
        )

    def _make_bucket(self) -> None:
        try:
            self._client.make_bucket(self._bucket, self._region)
        except S3Error as refused:
            # Somebody was quicker. Were it a stranger's bucket, the put that follows would be refused.
            if refused.code not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
                raise

    def _exists(self, _: Wait, digest: str) -> bool:
        try:
            self._client.stat_object(self._bucket, digest)
        except S3Error as refused:
            if refused.code in ABSENT:
                return False
            raise
        return True

    def _delete(self, _: Wait, digest: str) -> None:
        try:
            self._client.remove_object(self._bucket, digest)
        except S3Error as refused:
            if refused.code not in ABSENT:
                raise

    def _page(self, _: Wait, last: str) -> list[tuple[str, datetime]]:
        """The next objects after `last`, with when they were written; none where there is no bucket yet."""
        try:
            found = self._client.list_objects(self._bucket, recursive=True, start_after=last or None)
            return [
                (str(one.object_name), one.last_modified)
                for one in islice(found, LISTED)
                if one.last_modified is not None
            ]
        except S3Error as refused:
            if refused.code in ABSENT:
                return []
            raise

    def _check(self, _: Wait) -> None:
        if not self._client.bucket_exists(self._bucket):
            self._make_bucket()


def open(
    *,
    endpoint: str,
    access_key: str,
    secret_key: str,
    bucket: str,
    region: str = "us-east-1",
    secure: bool = True,
    limits: Limits | None = None,
) -> MinioStore:
    """The store in `bucket` at `endpoint` (host:port). Talks to nobody yet. ValueError for impossible names."""
    if not _BUCKET.fullmatch(bucket):
        raise ValueError(f"not a bucket name: {bucket}")
    limits = limits or Limits()
    client = Minio(
        endpoint,
        access_key,
        secret_key,
        secure=secure,
        region=region,
        http_client=open_pool(limits),
    )
    return MinioStore(client, bucket, region, limits)


def _translated(work: Callable[..., T], *arguments: object) -> T:
    with _translating():
        return work(*arguments)


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except S3Error as refused:
        raise StoreUnavailable(f"it refuses ({refused.code})" if refused.code else NOT_S3) from refused
    except (MinioException, broken.HTTPError, ParseError, ValueError) as failed:
        raise StoreUnavailable(_reason(failed)) from failed


def _reason(failed: Exception) -> str:
    cause = failed.reason if isinstance(failed, broken.MaxRetryError) and failed.reason else failed
    return next((words for kind, words in REASONS if isinstance(cause, kind)), type(cause).__name__)
