"""How bytes go to and from an S3 server within bounded time: the limits, the waiting, the two directions."""

from dataclasses import dataclass
from hashlib import sha256
from threading import Event
from typing import BinaryIO

import anyio
import urllib3
from anyio import from_thread
from urllib3 import BaseHTTPResponse

from storage.errors import ObjectDamaged, StoreUnavailable

CONNECTIONS = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to connect, to wait for the next bytes, and for one whole step with its `retries`."""

    connect: float = 2
    read: float = 10
    retries: int = 2
    step: float = 33


def open_pool(limits: Limits) -> urllib3.PoolManager:
    retries = urllib3.Retry(
        total=limits.retries,
        backoff_factor=0.2,
        status_forcelist=[500, 502, 503, 504],
        allowed_methods=None,  # POST too: at worst an upload is begun twice or found completed
        respect_retry_after_header=False,  # a front in trouble may ask for an hour
    )
    timeout = urllib3.Timeout(connect=limits.connect, read=limits.read)
    return urllib3.PoolManager(timeout=timeout, maxsize=CONNECTIONS, retries=retries)


class Wait:
    """What the thread of one step knows of those who wait for it: until when, and whether they still do."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.scope = anyio.move_on_after(seconds)
        self.given_up = Event()

    def check(self) -> None:
        """In the thread: end if nobody waits for the result any more."""
        if self.given_up.is_set():
            raise StoreUnavailable("given up")

    def renew(self) -> None:
        """In the thread: it goes on, so wait the full time again."""
        self.check()
        from_thread.run_sync(self._extend)

    def _extend(self) -> None:
        self.scope.deadline = anyio.current_time() + self._seconds


class Source:
    """A file as the SDK reads it for an upload. Raises ObjectDamaged instead of giving out other content.

    The last bytes are given out only when the digest holds, so that the SDK never completes a wrong object.
    """

    def __init__(self, file: BinaryIO, digest: str, length: int, wait: Wait) -> None:
        self.digest = digest
        self.length = length
        self._file = file
        self._wait = wait
        self.rewind()

    def read(self, size: int = -1) -> bytes:
        self._wait.renew()
        content = self._file.read(size)
        self._running.update(content)
        self._given += len(content)
        if self._given >= self.length or not content:
            self._verify()
        return content

    def rewind(self) -> None:
        """To the beginning. An empty file is verified here: the SDK does not read it."""
        self._file.seek(0)
        self._running = sha256()
        self._given = 0
        if not self.length:
            self._verify()

    def _verify(self) -> None:
        if self._running.hexdigest() != self.digest:
            raise ObjectDamaged(self.digest)


class Download:
    """An answer being read. It is closed by whoever holds it last: the reading thread, or else its owner."""

    def __init__(self, response: BaseHTTPResponse) -> None:
        self._response = response
        self._reading = False

    def read(self, wait: Wait, size: int) -> bytes:
        """The next `size` bytes, fewer only at the end."""
        self._reading = True
        content = bytearray()
        try:
            while len(content) < size and (
                got := self._response.read1(size - len(content), decode_content=False)
            ):
                content += got
                wait.check()
        except BaseException:
            self._response.close()
            raise
        self._reading = False
        return bytes(content)

    def leave(self) -> None:
        """Closing under a reading thread would wait for its lock: that thread closes when it ends."""
        if not self._reading:
            self._response.close()
            self._response.release_conn()
