"""The doors by which a notice leaves: mail by SMTP, short messages by a signed HTTP gateway.

Both are asked by a worker only, never while somebody waits for a page.
"""

import asyncio
import hashlib
import hmac
import json
import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Protocol

import httpx

from identity.means.rules import Channel

SECONDS = 10.0
SUBJECT = "一网通知 Notice"


class NoticeRefused(Exception):
    """The other side did not take the notice; `why` is for the log and names no address."""

    def __init__(self, why: str) -> None:
        super().__init__(f"notice not taken: {why}")
        self.why = why


class NoticeDoor(Protocol):
    """Hands one notice over. Raises NoticeRefused; the worker tries again until the notice has run out."""

    async def send(self, identifier: str, address: str, text: str) -> None: ...


Doors = Mapping[Channel, NoticeDoor]


@dataclass(frozen=True)
class SmtpDoor:
    """Mail by SMTP (RFC 5321). `security`: "tls" from the first byte, "starttls", or "none" on this machine only."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    security: str = "starttls"
    context: ssl.SSLContext | None = None

    async def send(self, identifier: str, address: str, text: str) -> None:
        await asyncio.to_thread(self._send, identifier, address, text)

    def _send(self, identifier: str, address: str, text: str) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, address, SUBJECT
        message["Message-ID"] = f"<{identifier}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday reply comes back
        message.set_content(text)
        try:
            with self._open() as line:
                if self.user:
                    line.login(self.user, self.password)
                line.send_message(message)
        except (OSError, smtplib.SMTPException) as failed:
            raise NoticeRefused(type(failed).__name__) from None

    def _open(self) -> smtplib.SMTP:
        context = self.context or ssl.create_default_context()
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=context)
        line = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
        if self.security == "starttls":
            line.starttls(context=context)
        return line


@dataclass(frozen=True)
class SmsDoor:
    """Short messages by the operator's gateway: JSON by POST, signed with a shared key.

    Headers: `X-Yiwang-Time` (seconds), `X-Yiwang-Id` (the same for every try: the gateway sends once) and
    `X-Yiwang-Signature`, the hex HMAC-SHA-256 over time, id and body joined by line feeds.
    """

    url: str
    key: str
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    transport: httpx.AsyncBaseTransport | None = None

    async def send(self, identifier: str, address: str, text: str) -> None:
        body = json.dumps({"to": address, "text": text}, ensure_ascii=False).encode()
        try:
            async with httpx.AsyncClient(transport=self.transport, timeout=SECONDS) as client:
                answer = await client.post(self.url, content=body, headers=self._signed(identifier, body))
        except httpx.HTTPError as failed:
            raise NoticeRefused(type(failed).__name__) from None
        if answer.status_code not in {200, 201, 202, 204, 409}:  # 409: it has this one already
            raise NoticeRefused(str(answer.status_code))

    def _signed(self, identifier: str, body: bytes) -> dict[str, str]:
        moment = str(int(self.clock().timestamp()))
        signed = b"\n".join((moment.encode(), identifier.encode(), body))
        return {
            "content-type": "application/json",
            "x-yiwang-time": moment,
            "x-yiwang-id": identifier,
            "x-yiwang-signature": hmac.new(self.key.encode(), signed, hashlib.sha256).hexdigest(),
        }
