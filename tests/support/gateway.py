"""A gateway for short messages on loopback: checks every signature, sends each id once, and fails as told."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "示例密钥-shared-with-the-gateway"


@dataclass
class Gateway:
    """`sent` is what left for phones, each id once; `asked` counts requests. `moods` are used up one a request:

    "" as it should, a status as it is, "hang" no answer, "late" sends and answers too late, "gone" sends and drops.
    """

    moods: list[str] = field(default_factory=list)
    patience: float = 5.0
    sent: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: int = 0
    forged: int = 0
    url: str = ""
    over: threading.Event = field(default_factory=threading.Event)

    def take(self, headers: Any, body: bytes) -> int | None:
        """The status; None: no answer at all."""
        self.asked += 1
        identifier = headers["x-yiwang-id"]
        signed = b"\n".join((headers["x-yiwang-time"].encode(), identifier.encode(), body))
        wanted = hmac.new(KEY.encode(), signed, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, headers["x-yiwang-signature"]):
            self.forged += 1
            return 401
        mood = self.moods.pop(0) if self.moods else ""
        if mood.isdigit():
            return int(mood)
        if mood == "hang":
            self.over.wait(self.patience)
            return None
        known = identifier in self.sent
        self.sent.setdefault(identifier, json.loads(body))
        if mood == "late":
            self.over.wait(self.patience)
        return None if mood == "gone" else 409 if known else 202


@contextmanager
def gateway(*moods: str) -> Iterator[Gateway]:
    found = Gateway(list(moods))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = found.take(self.headers, body)
            if status is None:
                self.close_connection = True
                return
            try:
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            return

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}/send"
    try:
        yield found
    finally:
        found.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
