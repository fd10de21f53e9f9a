"""A page rendered once and kept, to be stamped with other values (印版).

Stamping replaces the texts of the lines that may change, pictures, faces and records; everything else, the
structure tree first of all, is the same bytes. Texts are set by the engine that set the page, one line each, so
that both ways give a reader the same file.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from licensing.printing import glyphs, records
from licensing.printing.assembling import Frame, raw_stream, stream
from licensing.printing.glyphs import NotCuttable
from licensing.printing.places import Line, said
from licensing.printing.setting import Overflow, Setter, faces_of
from licensing.sheet import Sheet

DATA = re.compile(r'src="data:image/(png|jpeg);base64,([^"]+)"')


@dataclass(frozen=True, slots=True)
class Face:
    """One face of the plate: its name, its objects by number, and what the fixed texts need of it."""

    name: str
    told: bytes
    descendant: int
    file: int
    unicode: int
    fixed: Mapping[int, str]
    widths: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Plate:
    """A kept page. A sheet fits that has the same author and `keys`, and says the same for the `fixed` of them.

    `contents` are the pages' streams by object number, in chunks; `spots` says which chunk a text of a line is.
    `pictures` are the objects of pictures by key, `parts` those of the records by name.
    """

    author: str
    keys: frozenset[str]
    fixed: Mapping[str, str]
    lines: tuple[Line, ...]
    contents: tuple[tuple[int, tuple[bytes, ...]], ...]
    spots: Mapping[tuple[int, int], int]
    faces: Mapping[str, Face]
    pictures: Mapping[str, int]
    parts: Mapping[str, int]
    frame: Frame

    def fits(self, sheet: Sheet) -> bool:
        """Whether the sheet says the same where this page cannot change."""
        if sheet.author != self.author or sheet.values.keys() != self.keys:
            return False
        return all(fixed_text(sheet, key) == text for key, text in self.fixed.items())

    def stamp(self, sheet: Sheet, setter: Setter) -> bytes:
        """The sheet on this page. Raises Overflow or NotCuttable where only the slow way can print it."""
        values = {key: str(value) for key, value in sheet.values.items()}
        setter.afresh()
        chunks = [list(content) for _, content in self.contents]
        for number, line in enumerate(self.lines):
            for place, body in self._set(number, line, values, setter):
                chunks[line.page][place] = body
        changing = {
            number: stream(b"".join(chunk)) for (number, _), chunk in zip(self.contents, chunks, strict=True)
        }
        changing |= self._faces(setter)
        changing |= {number: picture(sheet.values[key]) for key, number in self.pictures.items()}
        return self.frame.file(changing | records.of(sheet, self.parts))

    def _set(
        self, number: int, line: Line, values: Mapping[str, str], setter: Setter
    ) -> list[tuple[int, bytes]]:
        """Each piece of one line that changes or moves: which chunk of the content it is, and its new bytes."""
        room, made = line.room, []
        for text in line.texts:
            body, width = b"", text.width
            if text.pattern is not None:
                body, width = setter.set(said(text.pattern, values), text.style, text.width + room + 0.001)
                if len(faces_of(body)) != 1:
                    raise Overflow
            room -= width - text.width
            made.append((body, width))
        moved, written = line.share * (room - line.room), []
        for position, (text, (body, width)) in enumerate(zip(line.texts, made, strict=True)):
            place = self.spots.get((number, position))
            if place is not None:
                kept = body or self.contents[line.page][1][place].partition(b" Tm\n")[2]
                written.append((place, b"1 0 0 -1 %.6f %.6f Tm\n" % (text.x + moved, text.y) + kept))
            moved += width - text.width
        return written

    def _faces(self, setter: Setter) -> dict[int, bytes]:
        """The faces as this document needs them. Raises NotCuttable where a text is in a face the page lacks."""
        drawn = setter.used()
        if drawn.keys() - self.faces.keys():
            raise NotCuttable
        objects: dict[int, bytes] = {}
        for place, (name, face) in enumerate(self.faces.items(), self.frame.size):
            told, widths = drawn.get(name, ({}, {}))
            spoken = {**told, **face.fixed}
            cut, numbers = glyphs.of_face(face.name).cut(spoken)
            known = {**widths, **face.widths}
            array = width_array({glyph: known[glyph] for glyph in spoken})
            objects[place] = stream(numbers)
            objects[face.file] = stream(cut, b"/Length1 %d" % len(cut))
            objects[face.unicode] = stream(unicode_map(spoken))
            objects[face.descendant] = b"%s/W %s/CIDToGIDMap %d 0 R>>" % (face.told, array, place)
        return objects


def fixed_text(sheet: Sheet, key: str) -> str:
    """What a value says apart from the picture in it."""
    value = sheet.values[key]
    return DATA.sub("", str(value)) if isinstance(value, Markup) else str(value)


def picture(value: object) -> bytes:
    """The picture in a value as an object: a photograph as it is, a one-bit drawing as its own packed rows."""
    found = DATA.search(str(value))
    content = base64.b64decode(found[2]) if found else b""
    if content.startswith(b"\xff\xd8"):
        return raw_stream(content, _told(*jpeg_size(content), "/ColorSpace /DeviceRGB", 8, "/DCTDecode"))
    width, height = (int.from_bytes(content[at : at + 4]) for at in (16, 20))
    if content[24:29] != b"\x01\x00\x00\x00\x00":  # anything but one bit of grey, in rows from the top
        raise Overflow
    packed, at = b"", 33
    while at < len(content):
        length, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        packed += content[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    rows = f"/DecodeParms <</Predictor 15 /Colors 1 /BitsPerComponent 1 /Columns {width}>>"
    return raw_stream(packed, _told(width, height, "/ColorSpace /DeviceGray" + rows, 1, "/FlateDecode"))


def _told(width: int, height: int, more: str, bits: int, packing: str) -> bytes:
    size = f"/Width {width} /Height {height} /BitsPerComponent {bits}"
    return f"/Type /XObject /Subtype /Image /Interpolate false{size}{more}/Filter {packing}".encode()


def jpeg_size(content: bytes) -> tuple[int, int]:
    """Width and height as the frame header of a baseline or progressive JPEG tells them. Raises Overflow."""
    at = 2
    while at + 9 < len(content):
        kind, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if kind in {0xC0, 0xC2}:
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        at += 2 + length
    raise Overflow


def width_array(widths: Mapping[int, float]) -> bytes:
    """Widths of glyphs as runs of neighbours (ISO 32000-1 9.7.4.3)."""
    parts: list[str] = []
    for glyph in sorted(widths):
        if glyph - 1 not in widths:
            parts.append(f"{'] ' if parts else ''}{glyph} [")
        parts.append(f"{widths[glyph]:g} ")
    return ("[" + "".join(parts) + ("]" if parts else "") + "]").encode()


def unicode_map(spoken: Mapping[int, str]) -> bytes:
    """The map from glyphs to what they stand for (ISO 32000-1 9.10.3)."""
    told = [f"<{glyph:04x}> <{text.encode('utf-16-be').hex()}>" for glyph, text in sorted(spoken.items())]
    blocks = (told[at : at + 100] for at in range(0, len(told), 100))
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return UNICODE_MAP.format(body=body).encode()


UNICODE_MAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
{body}
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
