"""From a template and values to a PDF: the only door to WeasyPrint.

A template is an HTML file with `{name}` places; values are escaped unless they are `Markup` built by our own
functions, and there is nothing in a template that could run. Pages load nothing from anywhere: the fetcher knows
our faces, our ornaments, seals and data handed in as bytes.

Every document is PDF/A-3a with tags, a language and a title, its machine-readable record embedded, and an empty
signature field laid over the drawn seal, so that a click on the seal shows the signature.
"""

import struct
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
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
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from licensing import finishing, fonts, ornaments
from licensing.errors import PrintFailed
from licensing.printing import keeping, places, records
from licensing.printing.drawings import Drawings
from licensing.sheet import SEAL_PLACE, Sheet

TEMPLATES = Path(__file__).parents[1] / "templates"
# WeasyPrint turns this on for the whole process: half a photograph would pass for a whole one.
ImageFile.LOAD_TRUNCATED_IMAGES = False

RECORD_NAME = "metadata.json"
POINTS = 0.75
"""PDF points in a CSS pixel."""


def print_document(sheet: Sheet) -> bytes:
    """The finished, unsealed PDF: stamped onto a kept page in some milliseconds, or laid out anew in a tenth of a
    second. Blocks; call it in a thread.

    Raises PrintFailed where a value is missing or too long, a picture cannot be had, the page has no place for a seal.
    """
    # Pango's font map is not safe for two threads at once.
    with _PRESS:
        return _SHELF.stamped(sheet) or _slowly(sheet, keep=_SHELF.wanted(sheet))


def print_slowly(sheet: Sheet) -> bytes:
    """The same without kept pages, from the layout engine. Raises what `print_document` raises."""
    with _PRESS:
        return _slowly(sheet, keep=False)


def _slowly(sheet: Sheet, *, keep: bool) -> bytes:
    try:
        document, root = _laid_out(sheet)
        pdf = _written(document, sheet)
    except FatalURLFetchingError as exc:
        raise PrintFailed(sheet.template, str(exc)) from exc
    finally:
        _DRAWINGS.forget()
    if keep:
        with suppress(keeping.NotKept):
            _SHELF.keep(keeping.make(document, root, _marked(sheet), pdf, sheet), sheet)
    return pdf


def _marked(sheet: Sheet) -> Any:
    """The elements of a sheet's page with a mark in the place of every text."""
    values = {
        key: value if isinstance(value, Markup) else places.mark(key) for key, value in sheet.values.items()
    }
    return HTML(string=filled(replace(sheet, values=values)), url_fetcher=_Ink()).etree_element


_SHELF = keeping.Shelf()

DENSITIES = ("roomy", "dense", "packed")
"""Body classes a template may style, tried in this order until nothing runs over its floor."""


def _laid_out(sheet: Sheet) -> tuple[Document, Any]:
    """The page and the elements it was made of."""
    for density in DENSITIES:
        page = HTML(string=filled(sheet, density), url_fetcher=_Ink())
        document = page.render(
            font_config=_faces(),
            stylesheets=_styles(sheet.template),
            color_profiles={INTENT: _srgb()},
            **OPTIONS,
        )
        if all(_fits(page.anchors) for page in document.pages):
            return document, page.etree_element
    raise PrintFailed(sheet.template, "the values do not fit the page")


def _fits(anchors: Mapping[str, Sequence[float]]) -> bool:
    """Whether every element `x` of a page that has a floor `x-floor` ends above it."""
    floors = [name for name in anchors if f"{name}-floor" in anchors]
    return all(anchors[name][3] <= anchors[f"{name}-floor"][1] for name in floors)


_PRESS = threading.Lock()
INTENT = "--srgb"
_DRAWINGS = Drawings()
OPTIONS: dict[str, Any] = {"pdf_variant": "pdf/a-3a", "output_intent": INTENT, "cache": _DRAWINGS}


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
    return (TEMPLATES / f"{name}.html").read_text()


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


def _written(document: Document, sheet: Sheet) -> bytes:
    record = Attachment(
        file_obj=BytesIO(sheet.record),
        name=RECORD_NAME,
        description="licence metadata (GB/T 36903)",
        created=sheet.at,
        modified=sheet.at,
        relationship="Data",
    )
    field = _signature_field(document, sheet)
    note = records.note_of(sheet)
    return bytes(
        document.write_pdf(
            attachments=[record],
            finisher=lambda _, pdf: finishing.finish(pdf, note, field),
            **OPTIONS,
        )
    )


def _signature_field(document: Document, sheet: Sheet) -> finishing.SignatureField:
    """The field over the drawn seal, in points from the lower left corner of its page."""
    for number, page in enumerate(document.pages):
        if SEAL_PLACE in page.anchors:
            x1, y1, x2, y2 = page.anchors[SEAL_PLACE]
            box = (x1, page.height - y2, x2, page.height - y1)
            points = tuple(POINTS * value for value in box)
            return finishing.SignatureField(number, points, sheet.author, sheet.sealable)
    raise PrintFailed(sheet.template, "no place for the seal")
