"""A scanner for malicious content behind one door: none, or clamd by its INSTREAM command (over TCP or a socket file)."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from services.applications.arriving.rules import Verdict

SECONDS = 20.0
PIECE = 256 * 1024
LONGEST_ANSWER = 4_096


class ScannerAway(Exception):
    """The scanner gave no verdict: the file waits in quarantine."""

    def __init__(self, why: str) -> None:
        super().__init__(f"no verdict: {why}")
        self.why = why


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` is the scanner's word for what it found."""

    verdict: Verdict
    what: str = ""


class Scanner(Protocol):
    """Looks at one content. Raises ScannerAway."""

    async def scan(self, content: bytes) -> Finding: ...


@dataclass(frozen=True)
class NoScanner:
    """Nothing is set up: files are judged by their type and cleaned, and said to be unscanned."""

    async def scan(self, content: bytes) -> Finding:
        return Finding(Verdict.UNSCANNED)


@dataclass(frozen=True)
class Clamd:
    """clamd at `address`: `tcp:host:port` or `unix:/path`. Its StreamMaxLength must reach the largest file (52 MB)."""

    address: str
    seconds: float = SECONDS

    async def scan(self, content: bytes) -> Finding:
        try:
            async with asyncio.timeout(self.seconds):
                answer = await self._ask(content)
        except (OSError, TimeoutError, ValueError) as failed:
            raise ScannerAway(type(failed).__name__) from None
        return _finding(answer)

    async def _ask(self, content: bytes) -> str:
        reader, writer = await self._open()
        try:
            writer.write(b"zINSTREAM\0")
            # A scanner that has seen enough stops reading; what it says is there all the same.
            with suppress(ConnectionError):
                for start in range(0, len(content), PIECE):
                    piece = content[start : start + PIECE]
                    writer.write(len(piece).to_bytes(4, "big") + piece)
                    await writer.drain()
                writer.write(bytes(4))
                await writer.drain()
            answer = await reader.read(LONGEST_ANSWER)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        kind, _, place = self.address.partition(":")
        if kind == "unix":
            return await asyncio.open_unix_connection(place)
        host, _, port = place.rpartition(":")
        return await asyncio.open_connection(host, int(port))


def _finding(answer: str) -> Finding:
    """`stream: OK` or `stream: <name> FOUND`; anything else is no verdict."""
    if answer == "stream: OK":
        return Finding(Verdict.CLEAN)
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return Finding(Verdict.INFECTED, answer.removeprefix("stream: ").removesuffix(" FOUND"))
    raise ScannerAway(answer[:100] or "no answer")


def open_scanner(address: str) -> Scanner:
    """The scanner an operator set up; none without an address."""
    return Clamd(address) if address else NoScanner()


@dataclass(slots=True)
class _Installed:
    scanner: Scanner


_installed = _Installed(NoScanner())


def install(scanner: Scanner) -> None:
    """The scanner of this process, set once at start-up."""
    _installed.scanner = scanner


def installed() -> Scanner:
    return _installed.scanner
