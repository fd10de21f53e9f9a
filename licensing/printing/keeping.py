"""Making a plate from a page the layout engine has just printed, and finding the plate for a sheet."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pikepdf
from markupsafe import Markup
from weasyprint.document import Document

from licensing.printing import glyphs, places
from licensing.printing.assembling import Frame, raw_stream
from licensing.printing.glyphs import NotCuttable
from licensing.printing.places import Line
from licensing.printing.plate import DATA, Face, Plate, fixed_text
from licensing.printing.records import INFO, RECORD, SEAL, XMP
from licensing.printing.setting import Overflow, Setter
from licensing.sheet import Sheet

SET = re.compile(rb"1 0 0 -1 (\S+) (\S+) Tm\n.*?(?=\nET|\n1 0 0 -1 )", re.DOTALL)
"""One piece of text as the layout engine writes it: its place, then face, size and glyphs."""
GLYPHS = re.compile(rb"/(\w+) [\d.]+ Tf|<([0-9a-f]+)>")
UNICODE = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]+)>")
SOURCES = {"png": "/FlateDecode", "jpeg": "/DCTDecode"}
"""How a picture of that kind lies in the file."""


class NotKept(Exception):
    """The page is not as expected: it stays with the slow way."""


class Shelf:
    """The plates of this process: the most used stay. One thread at a time."""

    def __init__(self, most: int = 64) -> None:
        self._plates: OrderedDict[tuple[str, str], list[Plate]] = OrderedDict()
        self._seen: dict[tuple[str, str], int] = {}
        self._most = most
        self.setter = Setter()

    def stamped(self, sheet: Sheet) -> bytes | None:
        """The sheet on a kept page, or None where there is none or it does not fit."""
        kept = self._plates.get(_kind(sheet), []) if sheet.sealable else []
        for plate in kept:
            if plate.fits(sheet):
                try:
                    content = plate.stamp(sheet, self.setter)
                except (Overflow, NotCuttable):
                    return None
                kept.remove(plate)
                kept.insert(0, plate)
                self._plates.move_to_end(_kind(sheet))
                return content
        return None

    def wanted(self, sheet: Sheet) -> bool:
        """Whether a page printed the slow way now is worth keeping: one of its kind was printed before."""
        seen = self._seen.get(_kind(sheet), 0)
        self._seen[_kind(sheet)] = seen + 1
        return sheet.sealable and seen > 0

    def keep(self, plate: Plate, sheet: Sheet) -> None:
        kept = self._plates.setdefault(_kind(sheet), [])
        kept.insert(0, plate)
        del kept[OF_A_KIND:]
        while len(self._plates) > self._most:
            self._plates.popitem(last=False)


OF_A_KIND = 8
"""Plates kept of one template and one author: as many as there are usual texts of several lines."""


def _kind(sheet: Sheet) -> tuple[str, str]:
    return sheet.template, sheet.author


def make(document: Document, root: Any, marked: Any, pdf: bytes, sheet: Sheet) -> Plate:
    """The plate of a page: the document as it was laid out, its elements, those with marks, the file made of it.

    Raises NotKept.
    """
    values = {key: str(value) for key, value in sheet.values.items() if not isinstance(value, Markup)}
    lines = places.lines(document, root, marked, values)
    with pikepdf.open(BytesIO(pdf)) as file:
        try:
            return _made(file, lines, sheet, values, marked)
        except (KeyError, NotCuttable, AttributeError) as exc:
            raise NotKept from exc


def _made(
    file: pikepdf.Pdf, lines: list[Line], sheet: Sheet, values: Mapping[str, str], marked: Any
) -> Plate:
    contents, spots = _contents(file, lines)
    pictures = _pictures(file, sheet)
    changing = set().union(*(places.keys_of(t.pattern or "") for line in lines for t in line.texts))
    shown = places.keys_of("".join(marked.itertext()))
    free = {key for key in changing if values[key].strip()}
    # What is shown anywhere else than in a changing line says the same on every sheet of this plate.
    fixed = {key for key in sheet.values if key not in values or (key in shown and key not in free)}
    fixed |= {key for key in free if _elsewhere(key, lines, marked)}
    replaced = {
        (lines[place].page, chunk)
        for (place, position), chunk in spots.items()
        if lines[place].texts[position].pattern is not None
    }
    faces, frame_faces = _faces(file, contents, replaced)
    parts = _parts(file)
    apart = {*parts.values(), *pictures.values(), *frame_faces, *(number for number, _ in contents)}
    return Plate(
        author=sheet.author,
        keys=frozenset(sheet.values),
        fixed={key: fixed_text(sheet, key) for key in fixed},
        lines=tuple(lines),
        contents=contents,
        spots=spots,
        faces=faces,
        pictures=pictures,
        parts=parts,
        frame=_frame(file, apart),
    )


def _elsewhere(key: str, lines: list[Line], marked: Any) -> bool:
    """Whether a value is shown more often than it changes: then one of its places is fixed."""
    stands = sum(1 for line in lines for text in line.texts if key in places.keys_of(text.pattern or ""))
    body = next(each for each in marked.iter() if each.tag == "body")
    return "".join(body.itertext()).count(places.mark(key)) != stands


def _contents(
    file: pikepdf.Pdf, lines: list[Line]
) -> tuple[tuple[tuple[int, tuple[bytes, ...]], ...], dict[tuple[int, int], int]]:
    """The pages' contents cut into chunks, and which chunk each text of a changing line is."""
    contents, where = [], {}
    for number, page in enumerate(file.pages):
        whole, chunks, at = page.Contents.read_bytes(), [], 0
        for found in SET.finditer(whole):
            chunks += [whole[at : found.start()], found[0]]
            spot = (number, _near(float(found[1])), _near(float(found[2])))
            if spot in where:
                raise NotKept
            where[spot], at = len(chunks) - 1, found.end()
        contents.append((page.Contents.objgen[0], (*chunks, whole[at:])))
    spots = {}
    for place, line in enumerate(lines):
        for position, text in enumerate(line.texts):
            chunk = where.get((line.page, _near(text.x), _near(text.y)))
            if chunk is not None:
                spots[place, position] = chunk
            elif text.pattern is not None:
                raise NotKept
    return tuple(contents), spots


def _near(pixels: float) -> int:
    return round(pixels * 100)


def _pictures(file: pikepdf.Pdf, sheet: Sheet) -> dict[str, int]:
    """The picture of each value that has one: the only one of its kind in the file."""
    kinds: dict[str, list[int]] = {}
    for each in file.objects:
        if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Image":
            kinds.setdefault(str(each.get("/Filter")), []).append(each.objgen[0])
    pictures = {}
    for key, value in sheet.values.items():
        found = DATA.search(str(value)) if isinstance(value, Markup) else None
        if found is not None:
            (pictures[key],) = kinds[SOURCES[found[1]]]
    if len(set(pictures.values())) != len(pictures):
        raise NotKept
    return pictures


def _faces(
    file: pikepdf.Pdf, contents: tuple[tuple[int, tuple[bytes, ...]], ...], replaced: set[tuple[int, int]]
) -> tuple[dict[str, Face], set[int]]:
    """The faces of the page, and the objects they are made of."""
    fixed = _fixed_glyphs(file, contents, replaced)
    faces, apart = {}, set()
    for name, font in file.pages[0].Resources.Font.items():
        below = font.DescendantFonts[0]
        base = str(font.BaseFont).removeprefix("/")
        glyphs.of_face(base)
        spoken = _spoken(font.ToUnicode.read_bytes())
        wanted = fixed.get(name.removeprefix("/"), set())
        face = Face(
            name=base,
            told=_without_widths(below),
            descendant=below.objgen[0],
            file=below.FontDescriptor.FontFile2.objgen[0],
            unicode=font.ToUnicode.objgen[0],
            fixed={glyph: spoken[glyph] for glyph in sorted(wanted)},
            widths=_widths(below.W),
        )
        faces[name.removeprefix("/")] = face
        apart |= {face.descendant, face.file, face.unicode}
    return faces, apart


def _without_widths(below: Any) -> bytes:
    """The dictionary of a face, open at its end."""
    return b"<<" + _entries(below, "/W", "/CIDToGIDMap")


def _entries(source: Any, *without: str) -> bytes:
    """The entries of a dictionary or stream as they are written, but for some."""
    kept = pikepdf.Dictionary({key: value for key, value in source.items() if key not in without})
    return bytes(kept.unparse()).strip().removeprefix(b"<<").removesuffix(b">>")


def _fixed_glyphs(
    file: pikepdf.Pdf, contents: tuple[tuple[int, tuple[bytes, ...]], ...], replaced: set[tuple[int, int]]
) -> dict[str, set[int]]:
    """By face, the glyphs of all texts that stay: of the pages and of the drawings on them."""
    found: dict[str, set[int]] = {}
    pieces = [
        ((page, place) in replaced, chunk)
        for page, (_, chunks) in enumerate(contents)
        for place, chunk in enumerate(chunks)
    ]
    for each in file.objects:
        if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Form":
            pieces.append((False, each.read_bytes()))
    face = ""
    for changes, chunk in pieces:
        for hit in GLYPHS.finditer(chunk):
            if hit[1]:
                face = hit[1].decode()
            elif not changes:
                codes = hit[2].decode()
                found.setdefault(face, set()).update(
                    int(codes[at : at + 4], 16) for at in range(0, len(codes), 4)
                )
    return found


def _spoken(content: bytes) -> dict[int, str]:
    return {
        int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for glyph, text in UNICODE.findall(content)
    }


def _widths(array: Any) -> dict[int, float]:
    parts, widths = list(array), {}
    for place in range(0, len(parts), 2):
        for offset, width in enumerate(parts[place + 1]):
            widths[int(parts[place]) + offset] = float(width)
    return widths


def _parts(file: pikepdf.Pdf) -> dict[str, int]:
    record = file.Root.Names.EmbeddedFiles.Names[1].EF.F
    field = file.Root.AcroForm.Fields[0]
    return {
        INFO: file.trailer.Info.objgen[0],
        XMP: file.Root.Metadata.objgen[0],
        RECORD: record.objgen[0],
        SEAL: field.V.objgen[0],
    }


def _frame(file: pikepdf.Pdf, apart: set[int]) -> Frame:
    plain, streams, numbers = {}, {}, [0]
    for each in file.objects:
        number = each.objgen[0]
        if number == 0 or (isinstance(each, pikepdf.Stream) and each.get("/Type") in ("/ObjStm", "/XRef")):
            continue
        numbers.append(number)
        if number in apart:
            continue
        if isinstance(each, pikepdf.Stream):
            streams[number] = raw_stream(each.read_raw_bytes(), _entries(each, "/Length"))
        else:
            plain[number] = each.unparse(resolved=True)
    return Frame(plain, streams, max(numbers) + 1, file.Root.objgen[0], file.trailer.Info.objgen[0])
