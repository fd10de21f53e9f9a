"""Making plates and printing from them: operators in, a file out. See `plates` for what a plate is."""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from datetime import datetime
from hashlib import md5
from io import BytesIO
from typing import Any

import pydyf  # type: ignore[import-untyped]  # the library has no types
from PIL import Image

from licensing import finishing, fonts, glyphs
from licensing.plates import Engine, Frozen, Gap, Line, Page, Plate, Setting, Spot, frozen, picture
from licensing.sheet import Sheet

VERSION = "1.7"
FONT_OPTIONS = {"hinting": False, "pdf_version": VERSION}
SET_FONT = re.compile(rb"/(\w+) (\S+) Tf")
SHOWN = re.compile(rb"<([0-9a-f]+)>")
TEXT_OVER = b"ET"
PACKING = 6


class NotAPlate(Exception):
    """The page is not built as plates are: it is printed the slow way."""


def make_plate(pdf: Any, fonts_used: Mapping[Any, Any], spots: Sequence[Spot], note: finishing.Note) -> Plate:
    """A plate of a finished `pydyf.PDF` that is about to be written. Raises NotAPlate."""
    numbers = [int(reference.split()[0]) for reference in pdf.page_references]
    streams = [pdf.objects[int(pdf.objects[number]["Contents"].split()[0])] for number in numbers]
    pages = [Page(each.number, tuple(each.stream), dict(each.extra)) for each in streams]
    drawn = {
        id(box): (spot.page, box)
        for spot in spots
        for line in spot.around
        for box in line
        if box.text.strip()
    }
    gaps = {key: _gap(pages, page, box) for key, (page, box) in drawn.items()}
    place = _font_place(pdf)
    open_ = [gaps[id(box)] for spot in spots for box in spot.boxes]
    metadata = _numbered(pdf, pdf.catalog["Metadata"])
    records = [each for each in pdf.objects if _extra(each).get("Type") == "/EmbeddedFile"]
    if len(records) != 1 or metadata.stream != [finishing.xmp(note).encode()]:
        raise NotAPlate
    changing = {page.number for page in pages} | {metadata.number, records[0].number}
    pictures = _pictures(pdf)
    changing |= {each.number for each in pictures.values()} | set(range(place[0], place[1] + 1))
    return Plate(
        objects=[
            each if each.number in changing or each.free == "f" else frozen(each) for each in pdf.objects
        ],
        catalog=frozen(pdf.catalog),
        info=dict(pdf.info),
        pages=pages,
        spots=spots,
        gaps=gaps,
        fonts=_steady_fonts(pdf, pages, open_, fonts_used),
        font_place=place,
        pictures=pictures,
        metadata=metadata,
        record=records[0],
    )


def _numbered(pdf: Any, reference: Any) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _extra(found: Any) -> Mapping[str, Any]:
    return found.extra if isinstance(found, pydyf.Stream) else {}


def _gap(pages: Sequence[Page], page: int, box: Any) -> Gap:
    probe = pydyf.Stream()
    probe.set_text_matrix(1, 0, 0, -1, box.position_x, box.position_y + box.baseline)
    operators = pages[page].operators
    places = [place for place, each in enumerate(operators) if each == probe.stream[0]]
    if len(places) != 1:
        raise NotAPlate
    end = next(place for place in range(places[0], len(operators)) if operators[place] == TEXT_OVER)
    return Gap(page, places[0], end)


def _font_place(pdf: Any) -> tuple[int, int]:
    programs = [each.number for each in pdf.objects if "Length1" in _extra(each)]
    resources = _numbered(pdf, _numbered(pdf, pdf.page_references[0])["Resources"])
    if not programs:
        raise NotAPlate
    return min(programs), int(resources["Font"].split()[0])


def _pictures(pdf: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in pdf.objects:
        if _extra(each).get("Subtype") == "/Image":
            name = "picture" if _extra(each).get("Filter") == "/DCTDecode" else "qr"
            if name in found:
                raise NotAPlate
            found[name] = each
    return found


def _steady_fonts(
    pdf: Any, pages: Sequence[Page], gaps: Sequence[Gap], fonts_used: Mapping[Any, Any]
) -> dict[Any, Any]:
    """The fonts with the glyphs of what stays: those of the values the plate was made with are left out."""
    kept: dict[bytes, set[int]] = {}
    for number, operators in _text_streams(pdf):
        cut = [gap for gap in gaps if pages[gap.page].number == number]
        _gather(operators, cut, kept)
    return {key: _limited(font, kept.get(font.hash.encode(), set())) for key, font in fonts_used.items()}


def _text_streams(pdf: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    for each in pdf.objects:
        if isinstance(each, pydyf.Stream) and TEXT_OVER in each.stream:
            yield each.number, each.stream


def _gather(operators: Sequence[Any], cut: Sequence[Gap], kept: dict[bytes, set[int]]) -> None:
    current = b""
    for place, operator in enumerate(operators):
        if not isinstance(operator, bytes):
            continue
        if chosen := SET_FONT.fullmatch(operator):
            current = chosen.group(1)
        elif operator.endswith(b"] TJ") and not any(gap.start <= place < gap.end for gap in cut):
            kept.setdefault(current, set()).update(_shown(operator))


def _shown(operator: bytes) -> set[int]:
    text = b"".join(SHOWN.findall(operator))
    return {int(text[place : place + 4], 16) for place in range(0, len(text), 4)}


def _limited(font: Any, kept: set[int]) -> Any:
    face = next((each for each in fonts.FACES if _is(font, each)), None)
    if face is None or font.missing or font.type != "ttf":
        raise NotAPlate
    limited = copy(font)
    limited.widths = {glyph: width for glyph, width in font.widths.items() if glyph in kept}
    limited.to_unicode = {glyph: text for glyph, text in font.to_unicode.items() if glyph in kept}
    limited.face = glyphs.face(fonts.FOLDER / face.file)
    limited.program = limited.face.subset(limited.to_unicode)
    return limited


def _is(font: Any, face: fonts.Face) -> bool:
    return bool(font.family == face.family and round(font.weight) == face.weight)


def print_again(
    plate: Plate, sheet: Sheet, setting: Setting, engine: Engine, note: finishing.Note
) -> bytes | None:
    """The file of `sheet` from a plate with as many lines; None where a value needs a face the plate has not."""
    used = {key: _reopened(font) for key, font in plate.fonts.items()}
    objects = list(plate.objects)
    for page, operators in enumerate(_filled(plate, setting, engine, used)):
        own = plate.pages[page]
        objects[own.number] = _stream(operators, own.extra, own.number)
    if used.keys() != plate.fonts.keys() or any(font.missing for font in used.values()):
        return None
    for each in _font_objects(plate, used, engine):
        objects[each.number] = each
    for name, found in plate.pictures.items():
        objects[found.number] = _image(found, picture(sheet, name) or b"", name)
    objects[plate.metadata.number] = _stream(
        [finishing.xmp(note).encode()], plate.metadata.extra, plate.metadata.number
    )
    objects[plate.record.number] = _record(plate.record, sheet.record, sheet.at)
    return _file(plate, objects, note)


def _reopened(font: Any) -> Any:
    """A copy whose glyphs may grow, and which is subset by us."""
    grown = copy(font)
    grown.widths, grown.to_unicode = dict(font.widths), dict(font.to_unicode)

    def clean(to_unicode: Mapping[int, str], hinting: bool) -> None:
        del hinting
        more = len(to_unicode) > len(font.to_unicode)
        grown.file_content = font.face.subset(to_unicode) if more else font.program

    grown.clean = clean
    return grown


def _filled(plate: Plate, setting: Setting, engine: Engine, used: dict[Any, Any]) -> list[list[Any]]:
    """The operators of every page with the gaps filled."""
    changes: list[tuple[Gap, list[bytes]]] = []
    for spot, lines in zip(plate.spots, setting, strict=True):
        for box, around, line in zip(spot.boxes, spot.around, lines, strict=True):
            changes.extend(_line(plate, spot, box, around, line, engine, used))
    operators = [list(page.operators) for page in plate.pages]
    for gap, drawn in sorted(changes, key=lambda change: change[0].start, reverse=True):
        operators[gap.page][gap.start : gap.end] = drawn
    return operators


def _line(
    plate: Plate,
    spot: Spot,
    box: Any,
    around: Sequence[Any],
    line: Line,
    engine: Engine,
    used: dict[Any, Any],
) -> Iterator[tuple[Gap, list[bytes]]]:
    """The operators of one line: its value set anew, what stands beside it moved where the line is centred."""
    wider = line.width - box.width
    begin = {"center": -wider / 2, "right": -wider, "end": -wider}.get(spot.alignment, 0.0)
    behind = 0.0
    for each in around:
        gap = plate.gaps.get(id(each))
        if gap is None:  # only white space
            continue
        here = each.position_x + begin + behind
        if each is box:
            set_box = line.box.copy()
            set_box.position_x, set_box.position_y, set_box.baseline = here, each.position_y, each.baseline
            yield gap, engine.draw(set_box, used)
            behind = wider
        elif begin + behind:
            moved = pydyf.Stream()
            moved.set_text_matrix(1, 0, 0, -1, here, each.position_y + each.baseline)
            old = plate.pages[gap.page].operators[gap.start + 1 : gap.end]
            yield gap, [*moved.stream, *old]


def faithful(plate: Plate, setting: Setting, engine: Engine) -> bool:
    """Whether setting the plate's own values anew gives the operators the layout engine wrote."""
    used = {key: _reopened(font) for key, font in plate.fonts.items()}
    filled = _filled(plate, setting, engine, used)
    return used.keys() == plate.fonts.keys() and all(
        _without_fonts(mine) == _without_fonts(page.operators)
        for mine, page in zip(filled, plate.pages, strict=True)
    )


def _without_fonts(operators: Sequence[Any]) -> list[Any]:
    # A font that is set already is not set again by the engine.
    return [each for each in operators if not (isinstance(each, bytes) and SET_FONT.fullmatch(each))]


def _stream(parts: Sequence[Any], extra: Mapping[str, Any], number: int) -> Frozen:
    made = pydyf.Stream(list(parts), dict(extra))
    made.number = number
    return _packed(made)


def _font_objects(plate: Plate, used: Mapping[Any, Any], engine: Engine) -> Iterator[Frozen]:
    """The objects of all fonts under their old numbers; programs without a new glyph are kept packed."""
    first, last = plate.font_place
    scratch = pydyf.PDF()
    scratch.objects = [None] * first
    dictionary = engine.fonts_dictionary(scratch, used, False, True, FONT_OPTIONS)
    scratch.add_object(dictionary)
    if len(scratch.objects) != last + 1:
        raise NotAPlate
    grown = [len(font.to_unicode) > len(plate.fonts[key].to_unicode) for key, font in used.items()]
    for place, each in enumerate(scratch.objects[first:]):
        if place < len(grown) and not grown[place] and each.number in plate.whole:
            yield plate.whole[each.number]
        else:
            made = _packed(each) if isinstance(each, pydyf.Stream) else frozen(each)
            if place < len(grown) and not grown[place]:
                plate.whole[each.number] = made
            yield made


def _packed(stream: Any) -> Frozen:
    """A stream packed at the level that is nearly as small and twice as fast."""
    content = zlib.compress(b"\n".join(_bytes(each) for each in stream.stream), PACKING)
    packed = pydyf.Stream([content], pydyf.Dictionary(stream.extra) | {"Filter": "/FlateDecode"})
    packed.number = stream.number
    return frozen(packed)


def _bytes(part: Any) -> bytes:
    if isinstance(part, bytes):
        return part
    return part.encode() if isinstance(part, str) else bytes(part.data)


def _image(found: Any, content: bytes, name: str) -> Frozen:
    extra = pydyf.Dictionary(found.extra)
    if name == "picture":
        packed = content
    else:
        with Image.open(BytesIO(content)) as image:
            extra |= {"ColorSpace": "/DeviceGray", "BitsPerComponent": 1}
            packed = zlib.compress(image.convert("1").tobytes(), 9)
        extra.pop("DecodeParms", None)
    made = pydyf.Stream([packed], extra)
    made.number = found.number
    return frozen(made)


def _record(found: Any, content: bytes, at: datetime) -> Frozen:
    moment = pydyf.String(f"D:{at:%Y%m%d%H%M%SZ}")
    told = {
        "CheckSum": f"<{md5(content, usedforsecurity=False).hexdigest()}>",
        "Size": len(content),
        "CreationDate": moment,
        "ModDate": moment,
    }
    return _stream([content], dict(found.extra) | {"Params": pydyf.Dictionary(told)}, found.number)


def _file(plate: Plate, objects: list[Any], note: finishing.Note) -> bytes:
    pdf = pydyf.PDF()
    pdf.objects, pdf.catalog = objects, plate.catalog
    told = dict(plate.info) | finishing.info(note) | {"Title": pydyf.String(note.title)}
    pdf.info = pydyf.Dictionary(told)
    content = BytesIO()
    pdf.write(content, VERSION, True, True)
    return content.getvalue()
