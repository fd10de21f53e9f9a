"""From a template and values to a PDF: the only door to WeasyPrint.

A template is an HTML file with `{name}` places; values are escaped unless they are `Markup` built by our own
functions, and there is nothing in a template that could run. Pages load nothing from anywhere: the fetcher knows
our faces, our ornaments, seals and data handed in as bytes.

Every document is PDF/A-3a with tags, a language and a title, its machine-readable record embedded, and an empty
signature field laid over the drawn seal, so that a click on the seal shows the signature.
"""

import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from markupsafe import Markup, escape
from PIL import ImageCms, ImageFile
from weasyprint import CSS, HTML, Attachment
from weasyprint.css import ColorProfile
from weasyprint.document import Document
from weasyprint.draw.text import draw_text
from weasyprint.formatting_structure import boxes
from weasyprint.layout.inline import split_text_box
from weasyprint.pdf.fonts import build_fonts_dictionary
from weasyprint.pdf.stream import Stream
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from licensing import finishing, fonts, ornaments, plates, stamping
from licensing.errors import PrintFailed
from licensing.plates import Engine, Line, Plate, Shape, Spot
from licensing.sheet import SEAL_PLACE, Sheet

TEMPLATES = Path(__file__).with_name("templates")
# WeasyPrint turns this on for the whole process: half a photograph would pass for a whole one.
ImageFile.LOAD_TRUNCATED_IMAGES = False

RECORD_NAME = "metadata.json"
POINTS = 0.75
"""PDF points in a CSS pixel."""


def print_document(sheet: Sheet) -> bytes:
    """The finished, unsealed PDF. Blocks for about a tenth of a second, a type printed again and again for much
    less; call it in a thread.

    Raises PrintFailed where a value is missing or too long, a picture cannot be had, the page has no place for a seal.
    """
    try:
        # Pango's font map is not safe for two threads at once.
        with _PRESS:
            known = _known(sheet)
            return _printed_again(sheet, known) or _written(_laid_out(sheet, known), sheet, known)
    except FatalURLFetchingError as exc:
        raise PrintFailed(sheet.template, str(exc)) from exc


DENSITIES = ("roomy", "dense", "packed")
"""Body classes a template may style, tried in this order until nothing runs over its floor."""

UNKNOWN, OVER = object(), object()
MOST_KINDS, MOST_PLATES, MOST_SEEN = 12, 24, 500
"""How many kinds of sheets are remembered, of each how many plates, and how many were seen only once."""


@dataclass
class _Known:
    """What was learnt of one kind of sheets: their spots by density; by density and shape the plate, or OVER.

    Learnt from the second sheet on: most are the only ones of their kind.
    """

    spots: dict[str, Sequence[Spot]] = field(default_factory=dict)
    plates: dict[tuple[str, Shape], Any] = field(default_factory=dict)
    shape: Shape = ()

    def outcome(self, density: str, shape: Shape) -> Any:
        return self.plates.get((density, shape), UNKNOWN)


_KINDS: dict[tuple[object, ...], _Known] = {}
_SEEN: dict[int, None] = {}


def forget() -> None:
    """Forget every plate: whatever is printed next is laid out anew."""
    with _PRESS:
        _KINDS.clear()
        _SEEN.clear()


def _known(sheet: Sheet) -> _Known | None:
    """What is known of sheets like this one from the second on; those used longest ago are forgotten."""
    kind = plates.kind_of(sheet, _template(sheet.template))
    if kind is None:
        return None
    if kind not in _KINDS and hash(kind) not in _SEEN:
        _remember(_SEEN, hash(kind), None, MOST_SEEN)
        return None
    known = _KINDS.pop(kind, None) or _Known()
    _remember(_KINDS, kind, known, MOST_KINDS)
    return known


def _remember(kept: dict[Any, Any], key: Any, value: Any, most: int) -> None:
    kept[key] = value
    while len(kept) > most:
        del kept[next(iter(kept))]


def _printed_again(sheet: Sheet, known: _Known | None) -> bytes | None:
    for density in DENSITIES:
        if known is None or density not in known.spots:
            return None
        setting = plates.set_values(sheet, known.spots[density], ENGINE)
        outcome = UNKNOWN if setting is None else known.outcome(density, plates.shape(setting))
        if isinstance(outcome, Plate) and setting is not None:
            return stamping.print_again(outcome, sheet, setting, ENGINE, _note(sheet))
        if outcome is not OVER:
            return None
    return None


def _laid_out(sheet: Sheet, known: _Known | None = None) -> Document:
    for density in DENSITIES:
        document = HTML(string=filled(sheet, density), url_fetcher=_Ink()).render(
            font_config=_faces(),
            stylesheets=_styles(sheet.template),
            color_profiles={INTENT: _srgb()},
            **OPTIONS,
        )
        fits = all(_fits(page.anchors) for page in document.pages)
        if known is not None:
            _learn(known, density, document, fits=fits)
        if fits:
            return document
    raise PrintFailed(sheet.template, "the values do not fit the page")


def _learn(known: _Known, density: str, document: Document, *, fits: bool) -> None:
    """Remember how the slots of a density are styled, and which shapes are too long for it."""
    spots = _spots(document)
    known.spots[density] = spots
    known.shape = tuple(len(spot.boxes) for spot in spots)
    if not fits:
        known.plates[density, known.shape] = OVER


def _fits(anchors: Mapping[str, Sequence[float]]) -> bool:
    """Whether every element `x` of a page that has a floor `x-floor` ends above it."""
    floors = [name for name in anchors if f"{name}-floor" in anchors]
    return all(anchors[name][3] <= anchors[f"{name}-floor"][1] for name in floors)


_PRESS = threading.Lock()
INTENT = "--srgb"
OPTIONS: dict[str, Any] = {"pdf_variant": "pdf/a-3a", "output_intent": INTENT, "cache": {}}
"""The cache keeps parsed drawings from page to page."""


def filled(sheet: Sheet, density: str = DENSITIES[0]) -> str:
    """The HTML of a sheet, every value escaped. Raises PrintFailed for a place without a value."""
    values = {key: escape(value) for key, value in sheet.values.items()}
    head = {"title": escape(sheet.title), "author": escape(sheet.author), "subject": escape(sheet.subject)}
    head["density"] = escape(density)
    try:
        return str(Markup(_template(sheet.template)).format_map(values | head))  # noqa: S704 our own file
    except KeyError as exc:
        raise PrintFailed(sheet.template, f"no value for {exc.args[0]}") from exc


@cache
def _template(name: str) -> str:
    return plates.with_slots((TEMPLATES / f"{name}.html").read_text())


class _Ink(URLFetcher):  # type: ignore[misc]  # the library is untyped
    """Everything a page may load: our faces, `ornament:<name>`, `seal:<bearer>/<name>`, `data:`. Never a network."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        scheme, _, rest = url.partition(":")
        if scheme == "data":
            return super().fetch(url, headers)
        if scheme == "file" and url in _face_files():
            return URLFetcherResponse(url, Path(unquote(rest.removeprefix("//"))).read_bytes())
        drawing = _drawing(scheme, unquote(rest))
        if drawing is None:
            raise FatalURLFetchingError(f"{scheme} is not for pages: {rest[:80]}")
        return URLFetcherResponse(url, drawing, {"Content-Type": "image/svg+xml"})


def _drawing(scheme: str, name: str) -> str | None:
    if scheme == "ornament" and name in ornaments.FRAMES:
        return ornaments.FRAMES[name]()
    if scheme == "seal":
        bearer, _, seal_name = name.partition("/")
        return ornaments.seal(bearer, seal_name)
    return None


@cache
def _face_files() -> frozenset[str]:
    return frozenset((fonts.FOLDER / face.file).resolve().as_uri() for face in fonts.FACES)


@cache
def _faces() -> FontConfiguration:
    """One font configuration for the life of the process: making one costs more than a page."""
    configuration = FontConfiguration()
    CSS(string=fonts.stylesheet(), font_config=configuration, url_fetcher=_Ink())
    return configuration


def _srgb() -> ColorProfile:
    """The sRGB profile PDF/A asks for, made anew for each page: WeasyPrint writes the page's reference into it."""
    return ColorProfile(BytesIO(_srgb_bytes()), "sRGB", "relative-colorimetric", ("r", "g", "b"))


@cache
def _srgb_bytes() -> bytes:
    """sRGB as its formula (ICC.1:2010, version 4.3): 2 kB smaller than as the tables WeasyPrint ships."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[8:12] = bytes((4, 0x30, 0, 0))
    profile[24:36] = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)  # the same bytes every day
    return bytes(profile)


@cache
def _styles(template: str) -> Sequence[CSS]:
    """What every page shares, what the pages of this template's folder share, its own."""
    family = (Path(template).parent / "base").as_posix()
    names = dict.fromkeys(("base", family, template))
    return tuple(_style(name) for name in names if (TEMPLATES / f"{name}.css").is_file())


def _style(name: str) -> CSS:
    return CSS(string=(TEMPLATES / f"{name}.css").read_text(), font_config=_faces(), url_fetcher=_Ink())


def _written(document: Document, sheet: Sheet, known: _Known | None = None) -> bytes:
    record = Attachment(
        file_obj=BytesIO(sheet.record),
        name=RECORD_NAME,
        description="licence metadata (GB/T 36903)",
        created=sheet.at,
        modified=sheet.at,
        relationship="Data",
    )
    field = _signature_field(document, sheet)

    def finish(_: Document, pdf: Any) -> None:
        finishing.finish(pdf, _note(sheet), field)
        if known is not None and len(known.plates) < MOST_PLATES:
            _keep_plate(known, document, pdf, sheet)

    return bytes(document.write_pdf(attachments=[record], finisher=finish, **OPTIONS))


def _note(sheet: Sheet) -> finishing.Note:
    return finishing.Note(sheet.title, sheet.author, sheet.subject, sheet.identifier, sheet.at)


def _keep_plate(known: _Known, document: Document, pdf: Any, sheet: Sheet) -> None:
    """Make a plate of this page, if setting its own values anew gives the same page."""
    density = next(reversed(known.spots))
    spots = known.spots[density]
    setting = plates.set_values(sheet, spots, ENGINE)
    try:
        plate = stamping.make_plate(pdf, document.fonts, spots, _note(sheet))
    except stamping.NotAPlate:
        return
    if (
        setting is not None
        and plates.shape(setting) == known.shape
        and stamping.faithful(plate, setting, ENGINE)
    ):
        known.plates[density, known.shape] = plate


def _spots(document: Document) -> list[Spot]:
    """Where the values of slots stand, in the order of the page."""
    found: dict[int, list[tuple[Any, list[Any], Any, int]]] = {}
    for number, page in enumerate(document.pages):
        for line, block in _lines_of(page._page_box):
            around = list(_texts(line))
            for box in around:
                if box.element is not None and box.element.get("data-slot"):
                    found.setdefault(id(box.element), []).append((box, around, block, number))
    return [_spot(lines) for lines in found.values()]


def _spot(lines: Sequence[tuple[Any, list[Any], Any, int]]) -> Spot:
    box, around, block, number = lines[0]
    return Spot(
        slot=box.element.get("data-slot"),
        page=number,
        boxes=[each for each, *_ in lines],
        around=[beside for _, beside, *_ in lines],
        room=block.width - sum(each.width for each in around if each is not box),
        alignment=block.style["text_align_all"],
    )


def _lines_of(box: Any, block: Any = None) -> Iterator[tuple[Any, Any]]:
    """Every line below a box with the block it stands in; an absolutely placed box hides behind a placeholder."""
    box = getattr(box, "_box", box)
    if isinstance(box, boxes.LineBox):
        yield box, block
    for child in getattr(box, "children", ()):
        yield from _lines_of(child, block if isinstance(box, boxes.InlineBox | boxes.LineBox) else box)


def _texts(box: Any) -> Iterator[Any]:
    for child in box.children:
        if isinstance(child, boxes.TextBox):
            yield child
        elif isinstance(child, boxes.InlineBox):
            yield from _texts(child)


def _set_lines(text: str, spot: Spot) -> list[Line] | None:
    """`text` set into the room of a spot as the layout engine does it."""
    whole, lines, place = spot.boxes[0].copy_with_text(text), [], 0
    while place is not None:
        box, place, broken = split_text_box(None, whole, spot.room, place)
        if box is None or broken or box.width > spot.room:
            return None
        lines.append(Line(box, box.width, box.height, box.baseline))
    return lines


def _drawn(box: Any, used: dict[Any, Any]) -> list[bytes]:
    """The operators of one set line, from its text matrix on."""
    stream = Stream(used, (0, 0, 0, 0), {"ExtGState": {}}, {}, None, {}, None)
    draw_text(stream, box, 0, "clip", "none")
    operators = list(stream.stream)
    begin = next(place for place, each in enumerate(operators) if each.endswith(b" Tm"))
    return operators[begin : operators.index(b"ET", begin)]


ENGINE = Engine(lines=_set_lines, draw=_drawn, fonts_dictionary=build_fonts_dictionary)


def _signature_field(document: Document, sheet: Sheet) -> finishing.SignatureField:
    """The field over the drawn seal, in points from the lower left corner of its page."""
    for number, page in enumerate(document.pages):
        if SEAL_PLACE in page.anchors:
            x1, y1, x2, y2 = page.anchors[SEAL_PLACE]
            box = (x1, page.height - y2, x2, page.height - y1)
            points = tuple(POINTS * value for value in box)
            return finishing.SignatureField(number, points, sheet.author, sheet.sealable)
    raise PrintFailed(sheet.template, "no place for the seal")
