"""The doors by which a notice leaves: mail by SMTP, short messages by a signed HTTP gateway.

Both are asked by a worker only, never while somebody waits for a page, and both come back within a known time
with one of three answers: taken, not taken, or nobody knows.
"""

import asyncio
import hashlib
import hmac
import json
import re
import smtplib
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Protocol

import httpx

from identity.means.rules import Channel

SECONDS = 10.0
"""The longest wait for one answer."""
LONGEST = 25.0
"""The longest a hand-over may take as a whole, however slowly the other side drips."""
SUBJECT = "一网通知 Notice"
HAD_ALREADY = 409
TAKEN = frozenset({200, 201, 202, 204, HAD_ALREADY})
OURS = frozenset({400, 413, 415, 422})
"""Answers of a gateway that will be the same next time: this number, or this text, it does not take."""
LINE = re.compile(rb"\r\n|\r|\n")


class NoticeRefused(Exception):
    """The other side did not take the notice; `why` is for the log and names no address.

    `final`: it would not take it later either.
    """

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(f"notice not taken: {why}")
        self.why = why
        self.final = final


class NoticeUncertain(NoticeRefused):
    """All of it was handed over and no answer came: it may or may not arrive."""


class NoticeDoor(Protocol):
    """Hands one notice over. Raises NoticeRefused or NoticeUncertain; the same `identifier` is the same notice."""

    async def send(self, identifier: str, address: str, text: str, *, subject: str = SUBJECT) -> None: ...


Doors = Mapping[Channel, NoticeDoor]


@dataclass(frozen=True)
class SmtpDoor:
    """Mail by SMTP (RFC 5321). `security`: "tls" from the first byte, "starttls", or "none" on this machine only.

    A mail server does not know what it took before: after a lost answer the door says so, and does not try again.
    """

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    security: str = "starttls"
    context: ssl.SSLContext | None = None
    seconds: float = SECONDS
    longest: float = LONGEST

    async def send(self, identifier: str, address: str, text: str, *, subject: str = SUBJECT) -> None:
        await asyncio.to_thread(self._send, identifier, address, text, subject)

    def _send(self, identifier: str, address: str, text: str, subject: str) -> None:
        content = self._content(identifier, address, text, subject)
        try:
            with self._line() as line:
                self._offer(line, address)
                _hand_over(line, content)
        except NoticeRefused:
            raise
        except UnicodeError:
            raise NoticeRefused("address", final=True) from None
        except (OSError, smtplib.SMTPException) as failed:
            raise NoticeRefused(type(failed).__name__) from None

    def _content(self, identifier: str, address: str, text: str, subject: str) -> bytes:
        message = EmailMessage()
        try:
            message["From"], message["To"], message["Subject"] = self.sender, address, subject
        except ValueError:
            raise NoticeRefused("address", final=True) from None
        message["Message-ID"] = f"<{identifier}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday reply comes back
        message.set_content(text)
        return message.as_bytes(policy=SMTP)

    @contextmanager
    def _line(self) -> Iterator[smtplib.SMTP]:
        """A connection, secured and signed in, that is cut when it has taken too long altogether."""
        context = self.context or ssl.create_default_context()
        line = (
            smtplib.SMTP_SSL(timeout=self.seconds, context=context)
            if self.security == "tls"
            else smtplib.SMTP(timeout=self.seconds)
        )
        line._host = self.host  # type: ignore[attr-defined]  # the name TLS checks; set only when the constructor connects
        cut = threading.Timer(self.longest, _cut, (line,))
        cut.start()
        try:
            _require(line.connect(self.host, self.port), 220)
            if self.security == "starttls":
                line.starttls(context=context)
            if self.user:
                line.login(self.user, self.password)
            yield line
        finally:
            cut.cancel()
            line.close()

    def _offer(self, line: smtplib.SMTP, address: str) -> None:
        line.ehlo_or_helo_if_needed()
        _require(line.mail(self.sender), 250)
        _require(line.rcpt(address), 250, 251)


def _hand_over(line: smtplib.SMTP, content: bytes) -> None:
    """From the first byte of the content on, only an answer tells whether it was taken."""
    _require(line.docmd("DATA"), 354)
    stuffed = b"\r\n".join(
        b"." + one if one.startswith(b".") else one for one in LINE.split(content.removesuffix(b"\r\n"))
    )
    try:
        line.send(stuffed + b"\r\n.\r\n")
        answer = line.getreply()
    except (OSError, smtplib.SMTPException) as failed:
        raise NoticeUncertain(type(failed).__name__) from None
    _require(answer, 250)
    with suppress(OSError, smtplib.SMTPException):
        line.putcmd("QUIT")


def _require(answer: tuple[int, bytes], *wanted: int) -> None:
    """5xx is for good (RFC 5321 4.2.1); no answer worth the name is a lost line."""
    code = answer[0]
    if code not in wanted:
        raise NoticeRefused(str(code), final=500 <= code < 600)


def _cut(line: smtplib.SMTP) -> None:
    with suppress(OSError, AttributeError):
        line.sock.shutdown(2)  # type: ignore[union-attr]  # not connected yet: nothing to cut


@dataclass(frozen=True)
class SmsDoor:
    """Short messages by the operator's gateway: JSON by POST, signed with a shared key.

    Headers: `X-Yiwang-Time` (seconds), `X-Yiwang-Id` (the same for every try: the gateway sends once, and answers 409
    to what it has already) and `X-Yiwang-Signature`, the hex HMAC-SHA-256 over time, id and body joined by line feeds.
    """

    url: str
    key: str
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    transport: httpx.AsyncBaseTransport | None = None
    seconds: float = SECONDS
    longest: float = LONGEST

    async def send(self, identifier: str, address: str, text: str, *, subject: str = SUBJECT) -> None:
        body = json.dumps({"to": address, "text": text}, ensure_ascii=False).encode()
        try:
            async with asyncio.timeout(self.longest):
                status = await self._post(identifier, body)
        except (httpx.HTTPError, TimeoutError) as failed:
            raise NoticeRefused(type(failed).__name__) from None
        if status not in TAKEN:
            raise NoticeRefused(str(status), final=status in OURS)

    async def _post(self, identifier: str, body: bytes) -> int:
        """The status alone: what else the gateway says, however long, is not read."""
        moment = int(self.clock().timestamp())
        headers = {"content-type": "application/json"} | signature(self.key, moment, identifier, body)
        async with (
            httpx.AsyncClient(transport=self.transport, timeout=self.seconds) as client,
            client.stream("POST", self.url, content=body, headers=headers) as answer,
        ):
            return answer.status_code


def signature(key: str, moment: int, identifier: str, body: bytes, *, purpose: str = "") -> dict[str, str]:
    """The three headers of a signed request. A `purpose` stands before what is signed, so that no request to the
    gateway passes for one from it."""
    parts = [purpose.encode()] if purpose else []
    signed = b"\n".join((*parts, str(moment).encode(), identifier.encode(), body))
    return {
        "x-yiwang-time": str(moment),
        "x-yiwang-id": identifier,
        "x-yiwang-signature": hmac.new(key.encode(), signed, hashlib.sha256).hexdigest(),
    }
