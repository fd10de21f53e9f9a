"""TrueType fonts taken apart and put together again: only the tables a PDF draws from, only the glyphs a page has.

Glyph numbers stay, so that text already set keeps its meaning. Byte by byte instead of by a library: a subset of a
face with thirty thousand glyphs takes one millisecond.
"""

import struct
from array import array
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from sys import byteorder

TRUETYPE = b"\0\1\0\0"
NEEDED = (b"cvt ", b"fpgm", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"prep")
"""Tables a TrueType program in a PDF is drawn from (ISO 32000-1 9.9); the others cost 3 kB a page."""

HAS_MORE, WORDS, SCALE, SCALES, MATRIX = 0x20, 0x01, 0x08, 0x40, 0x80
"""Flags of the parts of a composite glyph (OpenType, table glyf)."""


def slim(font: bytes) -> bytes:
    """A TrueType font of its needed tables only; any other kind of font unchanged."""
    if font[:4] != TRUETYPE:
        return font
    return _written({tag: table for tag, table in _tables(font).items() if tag in NEEDED})


def _tables(font: bytes) -> dict[bytes, bytes]:
    count = struct.unpack_from(">H", font, 4)[0]
    entries = [struct.unpack_from(">4sIII", font, 12 + 16 * place) for place in range(count)]
    return {tag: font[start : start + length] for tag, _, start, length in entries}


def _written(tables: Mapping[bytes, bytes]) -> bytes:
    power = len(tables).bit_length() - 1
    head = struct.pack(">4s4H", TRUETYPE, len(tables), 16 << power, power, 16 * len(tables) - (16 << power))
    place, index, body = 12 + 16 * len(tables), b"", []
    for tag in sorted(tables):
        table = tables[tag] + bytes(-len(tables[tag]) % 4)
        index += struct.pack(">4sIII", tag, _checksum(table), place, len(tables[tag]))
        place += len(table)
        body.append(table)
    return head + index + b"".join(body)


def _checksum(table: bytes) -> int:
    return sum(_numbers("I", table)) & 0xFFFFFFFF


def _numbers(kind: str, table: bytes) -> "array[int]":
    """A table of big-endian numbers: `I` of four, `H` of two bytes."""
    numbers = array(kind, table)
    if byteorder == "little":
        numbers.byteswap()
    return numbers


class Face:
    """One TrueType file, read once."""

    def __init__(self, font: bytes) -> None:
        tables = _tables(font)
        self._steady = {tag: tables[tag] for tag in NEEDED if tag in tables}
        self._glyphs = tables[b"glyf"]
        long = struct.unpack_from(">h", tables[b"head"], 50)[0]
        places = _numbers("I" if long else "H", tables[b"loca"])
        self._places = places if long else array("I", (2 * place for place in places))
        self._metrics = tables[b"hmtx"]
        self._full = struct.unpack_from(">H", tables[b"hhea"], 34)[0]
        # Offsets are written with four bytes each.
        self._steady[b"head"] = tables[b"head"][:50] + b"\0\1" + tables[b"head"][52:]

    def subset(self, wanted: Iterable[int]) -> bytes:
        """The face with these glyphs, the empty first one and what they are composed of, under their own numbers."""
        kept = sorted(self._closed({0, *wanted}))
        size = kept[-1] + 1
        places, widths, outlines = array("I"), bytearray(4 * size), []
        offset, following = 0, 0
        for glyph in kept:
            places += array("I", (offset,)) * (glyph - following + 1)
            outline = self._outline(glyph)
            outline += bytes(-len(outline) % 4)
            outlines.append(outline)
            offset, following = offset + len(outline), glyph + 1
            widths[4 * glyph : 4 * glyph + 4] = self._width(glyph)
        places.append(offset)
        if byteorder == "little":
            places.byteswap()
        maxp, hhea = self._steady[b"maxp"], self._steady[b"hhea"]
        changed = {
            b"glyf": b"".join(outlines),
            b"loca": places.tobytes(),
            b"hmtx": bytes(widths),
            b"hhea": hhea[:34] + struct.pack(">H", size),
            b"maxp": maxp[:4] + struct.pack(">H", size) + maxp[6:],
        }
        return _written(self._steady | changed)

    def _outline(self, glyph: int) -> bytes:
        return self._glyphs[self._places[glyph] : self._places[glyph + 1]]

    def _width(self, glyph: int) -> bytes:
        """Advance and left bearing, four bytes."""
        if glyph < self._full:
            return self._metrics[4 * glyph : 4 * glyph + 4]
        bearing = 4 * self._full + 2 * (glyph - self._full)
        return self._metrics[4 * self._full - 4 : 4 * self._full - 2] + self._metrics[bearing : bearing + 2]

    def _closed(self, glyphs: set[int]) -> set[int]:
        waiting, closed = list(glyphs), set(glyphs)
        while waiting:
            glyph = waiting.pop()
            # A negative number of contours: made of others.
            if self._glyphs[self._places[glyph] : self._places[glyph] + 1] >= b"\x80":
                parts = set(_parts(self._outline(glyph))) - closed
                closed |= parts
                waiting.extend(parts)
        return closed


def _parts(outline: bytes) -> list[int]:
    """The glyphs a composite glyph is made of."""
    if len(outline) < 10 or struct.unpack_from(">h", outline)[0] >= 0:
        return []
    parts, place, flags = [], 10, HAS_MORE
    while flags & HAS_MORE:
        flags, part = struct.unpack_from(">HH", outline, place)
        parts.append(part)
        place += 4 + (4 if flags & WORDS else 2)
        place += 2 if flags & SCALE else 4 if flags & SCALES else 8 if flags & MATRIX else 0
    return parts


@cache
def face(path: Path) -> Face:
    """The face in this file, kept for the life of the process."""
    return Face(path.read_bytes())
