"""A small load generator: prepared requests over kept connections, answers read by their length, nothing parsed twice."""

import asyncio
import multiprocessing
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice

import uvloop

CONNECTIONS = 16
ANSWER_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Shot:
    """What a run of requests came to; times in milliseconds."""

    done: int
    failed: int
    seconds: float
    median: float
    slow: float

    @property
    def rate(self) -> float:
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def note(self) -> str:
        failed = f", {self.failed} failed" if self.failed else ""
        return f"{self.done} done{failed}; median {self.median:.1f} ms, 95 % within {self.slow:.1f} ms"


def request(method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> bytes:
    """One HTTP/1.1 request as it goes over the line."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def fire(port: int, requests: Sequence[bytes], *, seconds: float | None = None) -> Shot:
    """Send `requests` once each, or over and over for `seconds`, from a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_fire, port, list(requests), seconds).result()


def _fire(port: int, requests: list[bytes], seconds: float | None) -> Shot:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_shoot(port, requests, seconds))


async def _shoot(port: int, requests: list[bytes], seconds: float | None) -> Shot:
    waiting: Iterator[bytes] = iter(requests) if seconds is None else cycle(requests)
    warm = _Gun(port, islice(cycle(requests), 0 if seconds is None else 200), float("inf"))
    await warm.run()
    begun = time.perf_counter()
    until = begun + seconds if seconds is not None else float("inf")
    guns = [_Gun(port, waiting, until) for _ in range(CONNECTIONS)]
    await asyncio.gather(*(gun.run() for gun in guns))
    took = time.perf_counter() - begun
    times = sorted(one for gun in guns for one in gun.times)
    failed = sum(gun.failed for gun in guns)
    slow = times[int(len(times) * 0.95)] if times else 0.0
    median = statistics.median(times) if times else 0.0
    return Shot(len(times) - failed, failed, took, median * 1000, slow * 1000)


class _Gun:
    """One connection, one request at a time."""

    def __init__(self, port: int, requests: Iterator[bytes], until: float) -> None:
        self.port = port
        self.requests = requests
        self.until = until
        self.times: list[float] = []
        self.failed = 0

    async def run(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        for content in self.requests:
            begun = time.perf_counter()
            if begun > self.until:
                break
            writer.write(content)
            status = await asyncio.wait_for(_answer(reader), ANSWER_SECONDS)
            self.times.append(time.perf_counter() - begun)
            self.failed += not 200 <= status < 400
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    if at >= 0:
        length = int(lowered[at + 15 : lowered.index(b"\r\n", at)])
        if length:
            await reader.readexactly(length)
    elif b"transfer-encoding: chunked" in lowered:
        while (size := int(await reader.readline(), 16)) > 0:
            await reader.readexactly(size + 2)
        await reader.readline()
    return int(head[9:12])
