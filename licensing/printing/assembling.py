"""A PDF file put together from parts that are always the same and parts that are not.

What stays is packed once into an object stream (ISO 32000-1 7.5.7); what changes is written beside it, and the
cross-reference stream anew. No library reads or walks the document again.
"""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import md5

HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"


@dataclass(frozen=True)
class Frame:
    """The parts that stay, by object number: `plain` objects, `streams` as they are written, catalogue and notes."""

    plain: Mapping[int, bytes]
    streams: Mapping[int, bytes]
    size: int
    root: int
    info: int

    @cached_property
    def _packed(self) -> bytes:
        heads, bodies, place = [], [], 0
        for number, body in self.plain.items():
            heads.append(f"{number} {place}")
            bodies.append(body)
            place += len(body) + 1
        head = (" ".join(heads) + "\n").encode()
        told = f"/Type /ObjStm /N {len(heads)} /First {len(head)}".encode()
        return stream(head + b"\n".join(bodies), told)

    def file(self, changing: Mapping[int, bytes]) -> bytes:
        """The whole file. `changing` are the other objects; their numbers may go on from `size`."""
        packed = max(self.size, *(number + 1 for number in changing))
        places: dict[int, tuple[int, int, int]] = {0: (0, 0, 65535)}
        for index, number in enumerate(self.plain):
            places[number] = (2, packed, index)
        parts, at = [HEADER], len(HEADER)
        for number, body in (*self.streams.items(), *changing.items(), (packed, self._packed)):
            written = b"%d 0 obj\n%s\nendobj\n" % (number, body)
            places[number] = (1, at, 0)
            parts.append(written)
            at += len(written)
        parts.append(self._references(places, packed + 1, at, b"".join(changing.values())))
        return b"".join(parts)

    def _references(
        self, places: dict[int, tuple[int, int, int]], number: int, at: int, changing: bytes
    ) -> bytes:
        places[number] = (1, at, 0)
        free = (0, 0, 0)
        rows = b"".join(struct.pack(">BIH", *places.get(each, free)) for each in range(number + 1))
        name = md5(changing, usedforsecurity=False).hexdigest()
        told = f"/Type /XRef /W [1 4 2] /Size {number + 1} /Root {self.root} 0 R /Info {self.info} 0 R /ID [<{name}> <{name}>]"
        body = stream(rows, told.encode())
        return b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF" % (number, body, at)


def stream(content: bytes, told: bytes = b"", level: int = 6) -> bytes:
    """A stream object of `content`, packed, with further dictionary entries."""
    return raw_stream(zlib.compress(content, level), told + b"/Filter /FlateDecode")


def raw_stream(content: bytes, told: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (told, len(content), content)
