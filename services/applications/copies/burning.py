"""Writing a text over every page of a PDF or over a picture, so that no copy can be had without it.

The original is never changed: what comes out is another file. The text is drawn as a picture, once, aslant and
repeated, so that it stays when the copy is printed, cut or photographed.
"""

import io
from functools import cache
from math import ceil

import pikepdf
from pikepdf import Name
from PIL import Image, ImageDraw, ImageFont

from licensing import fonts

INK = (176, 18, 27)
OPAQUE = 88
"""Of 255: read easily, and what lies below as well."""
TILT = 24
LINE = 1.5
FITS = 0.96
"""Of a page's width a stamp may take."""
PDF = "application/pdf"
DOTS = 96
"""Dots an inch of the text over a PDF's page."""
LARGEST_VEIL = 2_000
"""Dots of its longer side at most: a plan may be metres wide."""
LARGEST = 4_000
"""Dots of the longer side of a copied picture: enough to read and print, whatever a camera took."""


def marked(content: bytes, media_type: str, lines: tuple[str, ...]) -> bytes:
    """A copy of a picture or PDF with `lines` over it. Blocks; call it in a thread.

    Raises ValueError for a content that is neither, or cannot be read.
    """
    try:
        return _pdf(content, lines) if media_type == PDF else _picture(content, lines)
    except (pikepdf.PdfError, OSError, SyntaxError, RuntimeError, AttributeError) as exc:
        raise ValueError("cannot be copied") from exc


def _picture(content: bytes, lines: tuple[str, ...]) -> bytes:
    with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as opened:
        kind = opened.format
        opened.thumbnail((LARGEST, LARGEST))
        page = opened.convert("RGBA")
    page.alpha_composite(_veil(page.width, page.height, lines))
    out = io.BytesIO()
    if kind == "PNG":
        page.save(out, "PNG")
    else:
        page.convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


def _pdf(content: bytes, lines: tuple[str, ...]) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as document:
        _unseal(document)
        veils: dict[tuple[int, int], pikepdf.Object] = {}
        for page in document.pages:
            left, low, right, high = (float(edge) for edge in page.mediabox)
            scale = min(DOTS / 72, LARGEST_VEIL / max(right - left, high - low, 1))
            size = (max(1, ceil((right - left) * scale)), max(1, ceil((high - low) * scale)))
            if size not in veils:
                veils[size] = _object(document, _veil(*size, lines))
            name = page.add_resource(veils[size], Name.XObject, prefix="Copy")
            place = f"q {right - left:.2f} 0 0 {high - low:.2f} {left:.2f} {low:.2f} cm {name} Do Q\n"
            page.contents_add(b"q\n", prepend=True)
            page.contents_add(b"\nQ\n" + place.encode())
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


def _unseal(document: pikepdf.Pdf) -> None:
    """What seals the original does not seal the copy, and must not look as if it did."""
    for part in ("/AcroForm", "/Perms", "/DSS"):
        if part in document.Root:
            del document.Root[part]
    for page in document.pages:
        if "/Annots" in page:
            kept = [one for one in page.Annots if one.get("/Subtype") != Name.Widget]
            page.Annots = pikepdf.Array(kept)


def _object(document: pikepdf.Pdf, veil: Image.Image) -> pikepdf.Object:
    image = {"Type": Name.XObject, "Subtype": Name.Image, "BitsPerComponent": 8}
    alpha = veil.getchannel("A").tobytes()
    through = pikepdf.Stream(
        document, alpha, **image, Width=veil.width, Height=veil.height, ColorSpace=Name.DeviceGray
    )
    # One dot of ink seen through a mask of the page's size.
    ink = pikepdf.Stream(document, bytes(INK), **image, Width=1, Height=1, ColorSpace=Name.DeviceRGB)
    ink.SMask = document.make_indirect(through)
    return document.make_indirect(ink)


def _veil(width: int, height: int, lines: tuple[str, ...]) -> Image.Image:
    """A clear sheet of this size, the lines over it again and again, whole each time."""
    stamp = _stamp(max(8, round(min(width, height) / 40)), lines)
    if stamp.width > FITS * width:
        stamp = stamp.resize((round(FITS * width), round(stamp.height * FITS * width / stamp.width)))
    sheet = Image.new("RGBA", (width, height), (*INK, 0))
    rows = max(1, height // stamp.height)
    for row in range(rows):
        top = round((row + 0.5) * height / rows - stamp.height / 2)
        left = ((width - stamp.width) // 2, (width - stamp.width) // 6, (width - stamp.width) * 5 // 6)[
            row % 3
        ]
        sheet.alpha_composite(*_inside(stamp, left, top))
    return sheet


def _stamp(size: int, lines: tuple[str, ...]) -> Image.Image:
    face = _face(size)
    wide = ceil(max(face.getlength(line) for line in lines))
    flat = Image.new("RGBA", (wide + 2 * size, round(size * (LINE * len(lines) + 2))), (*INK, 0))
    pen = ImageDraw.Draw(flat)
    for place, line in enumerate(lines):
        pen.text((size, size + round(place * size * LINE)), line, font=face, fill=(*INK, OPAQUE))
    return flat.rotate(TILT, expand=True, resample=Image.Resampling.BICUBIC)


def _inside(stamp: Image.Image, left: int, top: int) -> tuple[Image.Image, tuple[int, int]]:
    """The part of the stamp that lies on the sheet, and where: PIL takes no negative places."""
    part = stamp.crop((max(-left, 0), max(-top, 0), stamp.width, stamp.height))
    return part, (max(left, 0), max(top, 0))


@cache
def _face(size: int) -> ImageFont.FreeTypeFont:
    own = next(face for face in fonts.FACES if face.family == "Yiwang Hei" and face.weight == 700)
    path = fonts.FOLDER / own.file
    if path.exists():
        return ImageFont.truetype(str(path), size)
    installed, index = fonts.INSTALLED[700]
    return ImageFont.truetype(str(installed), size, index=index)
