"""The hub's side of HTTP towards its sources: small, bounded, and quick, because every exchange goes through it.

HTTP/1.1 by h11 (which refuses what is not HTTP) over the event loop's own streams: a full client, made for browsing,
costs more time than everything else the hub does in an exchange. No proxy, no redirect, no cookies, no compression.
"""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote, urlsplit

import h11
import msgspec

from services.sharing.errors import SourceDown, SourceSlow, SourceTrouble, SourceWrong

LARGEST = 262_144
TOO_MANY_REQUESTS = 429
KEPT = 8
"""Connections kept open to one source while nothing is asked of it."""
PART = 65_536
PLAIN = "/:?&=%,;+@!$'()*~-._"
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Line:
    """One open connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    http: h11.Connection

    @property
    def open(self) -> bool:
        return not (self.reader.at_eof() or self.writer.is_closing())

    @property
    def at_rest(self) -> bool:
        """Whether question and answer are both whole, and the other side keeps the connection."""
        return self.http.our_state is h11.DONE and self.http.their_state is h11.DONE


class Wire:
    """One partner's HTTP service with bounds: seconds for a whole call, bytes for an answer."""

    def __init__(self, name: str, url: str, *, timeout: float, headers: Mapping[str, str] = NOTHING) -> None:
        self._name = name
        self._timeout = timeout
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", parts.port or (443 if secure else 80)
        self._tls = ssl.create_default_context() if secure else None
        self._prefix = parts.path.rstrip("/")
        self._headers = {"host": parts.netloc.rpartition("@")[2], **headers}
        self._idle: list[Line] = []
        self._closed = False

    async def ask(
        self,
        method: str,
        path: str,
        *,
        content: str = "",
        json: object = None,
        headers: Mapping[str, str] = NOTHING,
    ) -> tuple[int, bytes]:
        """Status and body. Raises SourceSlow, SourceDown, or SourceWrong for an answer too large or encoded."""
        if self._closed:
            raise SourceDown(self._name, "closed")
        body = content.encode() if json is None else msgspec.json.encode(json)
        told = {**self._headers, **headers}
        if json is not None:
            told["content-type"] = "application/json"
        if body or method == "POST":
            told["content-length"] = str(len(body))
        target = self._prefix + (path if path.isascii() and " " not in path else quote(path, safe=PLAIN))
        try:
            async with asyncio.timeout(self._timeout):
                return await self._asked(
                    h11.Request(method=method, target=target, headers=list(told.items())), body
                )
        except TimeoutError as exc:
            raise SourceSlow(self._name, "time limit") from exc
        except (OSError, h11.ProtocolError) as exc:
            raise SourceDown(self._name, type(exc).__name__) from exc

    def trouble(self, status: int) -> SourceTrouble:
        """What an answer other than the one hoped for means."""
        kind = SourceDown if status >= 500 or status == TOO_MANY_REQUESTS else SourceWrong
        return kind(self._name, f"status {status}")

    async def close(self) -> None:
        """Ask nothing more."""
        self._closed = True
        while self._idle:
            writer = self._idle.pop().writer
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _asked(self, request: h11.Request, body: bytes) -> tuple[int, bytes]:
        line = await self._line()
        try:
            line.writer.write(_written(line.http, request, body))
            answer = await self._answer(line)
        except BaseException:
            line.writer.close()
            raise
        if line.at_rest and len(self._idle) < KEPT and not self._closed:
            line.http.start_next_cycle()
            self._idle.append(line)
        else:
            line.writer.close()
        return answer

    async def _line(self) -> Line:
        while self._idle:
            line = self._idle.pop()
            if line.open:
                return line
            line.writer.close()
        reader, writer = await asyncio.open_connection(self._host, self._port, ssl=self._tls)
        return Line(reader, writer, h11.Connection(h11.CLIENT))

    async def _answer(self, line: Line) -> tuple[int, bytes]:
        status, body = 0, b""
        while True:
            event = line.http.next_event()
            if event is h11.NEED_DATA:
                # An end of the stream in the middle of an answer is no HTTP, and h11 says so.
                line.http.receive_data(await line.reader.read(PART))
            elif isinstance(event, h11.Response):
                status = event.status_code
                if any(name == b"content-encoding" and value != b"identity" for name, value in event.headers):
                    raise SourceWrong(self._name, "encoding")
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > LARGEST:
                    raise SourceWrong(self._name, "size")
            elif isinstance(event, h11.EndOfMessage):
                return status, body


def _written(http: h11.Connection, request: h11.Request, body: bytes) -> bytes:
    parts = [http.send(request)]
    if body:
        parts.append(http.send(h11.Data(data=body)))
    parts.append(http.send(h11.EndOfMessage()))
    return b"".join(part for part in parts if part)
