"""Glyphs cut out of a whole TrueType face for one document: table by table, no library in between.

A subsetting library reads the whole face for every document (15 ms); the outlines of a page are 200 slices of one
table. What is cut out this way has its own numbering, so a stream beside it says which number a page's code has
become (CIDToGIDMap, ISO 32000-1 table 117).
"""

import struct
from collections.abc import Iterable
from functools import cache

from licensing import fonts

SHORT = 2 * 0xFFFF
"""The last offset a short table of places can tell."""

KEPT = (b"cvt ", b"fpgm", b"prep")
"""Tables taken over unchanged where a face has them."""


class NotCuttable(Exception):
    """The face is not ours, or a glyph is put together from others: the slow way prints it."""


class Outlines:
    """A whole face, taken apart once. `cut` answers for one document."""

    def __init__(self, face: bytes) -> None:
        kind, count = struct.unpack_from(">4sH", face)
        if kind != b"\0\1\0\0":
            raise NotCuttable
        entries = (struct.unpack_from(">4sIII", face, 12 + 16 * place) for place in range(count))
        tables = {tag: face[start : start + length] for tag, _, start, length in entries}
        self._head, self._hhea, self._maxp = tables[b"head"], tables[b"hhea"], tables[b"maxp"]
        self._glyf, self._hmtx = tables[b"glyf"], tables[b"hmtx"]
        self._metrics = struct.unpack_from(">H", self._hhea, 34)[0]
        glyphs = struct.unpack_from(">H", self._maxp, 4)[0]
        wide = struct.unpack_from(">h", self._head, 50)[0]
        offsets = struct.unpack_from(f">{glyphs + 1}{'I' if wide else 'H'}", tables[b"loca"])
        self._loca = offsets if wide else tuple(2 * each for each in offsets)
        self._unchanged = {tag: tables[tag] for tag in KEPT if tag in tables}

    def cut(self, wanted: Iterable[int]) -> tuple[bytes, bytes]:
        """A face of glyph 0 and the wanted ones, and the map from their numbers here. Raises NotCuttable."""
        numbers = sorted({0, *wanted})
        if numbers[-1] >= len(self._loca) - 1:
            raise NotCuttable
        outlines = [self._outline(number) for number in numbers]
        loca, place = [0], 0
        for outline in outlines:
            place += len(outline)
            loca.append(place)
        told = bytearray(2 * (numbers[-1] + 1))
        for new, number in enumerate(numbers):
            struct.pack_into(">H", told, 2 * number, new)
        count, long = len(numbers), int(place > SHORT)
        tables = self._unchanged | {
            b"glyf": b"".join(outlines),
            b"head": self._head[:50] + struct.pack(">h", long) + self._head[52:],
            b"hhea": self._hhea[:34] + struct.pack(">H", count),
            b"hmtx": b"".join(self._metric(number) for number in numbers),
            b"loca": struct.pack(
                f">{len(loca)}{'I' if long else 'H'}", *(each // (2 - long) for each in loca)
            ),
            b"maxp": self._maxp[:4] + struct.pack(">H", count) + self._maxp[6:],
        }
        return _font(tables), bytes(told)

    def _outline(self, number: int) -> bytes:
        outline = self._glyf[self._loca[number] : self._loca[number + 1]]
        if outline[:1] >= b"\x80":  # a negative count of contours: composed of other glyphs
            raise NotCuttable
        return outline + bytes(len(outline) % 2)

    def _metric(self, number: int) -> bytes:
        if number < self._metrics:
            return self._hmtx[4 * number : 4 * number + 4]
        last = self._hmtx[4 * self._metrics - 4 : 4 * self._metrics - 2]
        bearing = 4 * self._metrics + 2 * (number - self._metrics)
        return last + self._hmtx[bearing : bearing + 2]


def _font(tables: dict[bytes, bytes]) -> bytes:
    power = len(tables).bit_length() - 1
    head = struct.pack(
        ">4s4H", b"\0\1\0\0", len(tables), 16 << power, power, 16 * (len(tables) - (1 << power))
    )
    place, table, body = 12 + 16 * len(tables), b"", b""
    for tag in sorted(tables):
        content = tables[tag]
        padded = content + bytes(-len(content) % 4)
        check = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        table += struct.pack(">4sIII", tag, check, place + len(body), len(content))
        body += padded
    return head + table + body


@cache
def of_face(name: str) -> Outlines:
    """The outlines of one of our faces by its name in a PDF (`ABCDEF+Yiwang-Song-Bold`). Raises NotCuttable."""
    spoken = name.partition("+")[2].replace("-", " ")
    for face in fonts.FACES:
        path = fonts.FOLDER / face.file
        if spoken == face.family + (" Bold" if face.weight == 700 else "") and path.is_file():
            return Outlines(path.read_bytes())
    raise NotCuttable
