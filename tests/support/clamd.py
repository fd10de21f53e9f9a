"""A server that speaks clamd's INSTREAM on loopback, as its manual has it, for a scanner that is not installed here.

It finds what contains the EICAR test string's middle, and may be told to fail.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.fronts import front

MARK = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
STREAM_MAX = 4 * 1024 * 1024


@dataclass
class Clamd:
    """`mood`: "" as it should, "hang", "drop", "error". `seen` are the contents that were looked at."""

    mood: str = ""
    seen: list[bytes] = field(default_factory=list)
    address: str = ""

    def behave(self, connection: socket.socket) -> None:
        connection.settimeout(2)
        file = connection.makefile("rb")
        if file.read(10) != b"zINSTREAM\0" or self.mood == "drop":
            return
        content = b""
        while size := int.from_bytes(file.read(4), "big"):
            content += file.read(size)
            if len(content) > STREAM_MAX:
                connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.seen.append(content)
        if self.mood == "hang":
            file.read(1)
        elif self.mood == "error":
            connection.sendall(b"stream: Can't allocate memory ERROR\0")
        else:
            connection.sendall(b"stream: Eicar-Test FOUND\0" if MARK in content else b"stream: OK\0")


@contextmanager
def clamd() -> Iterator[Clamd]:
    found = Clamd()
    with front(found.behave) as address:
        found.address = f"tcp:{address}"
        yield found
