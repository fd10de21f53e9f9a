"""Files coming in: judged by what they are, never by what they are called.

Pictures are read and written anew, which leaves nothing in the file but the picture (no position, no script);
PDFs lose whatever acts by itself.
"""

import io
import re
import warnings
from dataclasses import dataclass

import puremagic
from pi_heif import register_heif_opener
from PIL import Image, ImageOps, UnidentifiedImageError

from services.applications import pdfs_in
from services.applications.errors import (
    FileEmpty,
    FileNotAllowed,
    FileTooLarge,
    FileTooLong,
    FileUnreadable,
)
from services.catalogue.codes import Format
from services.catalogue.definition import Material

MEDIA = {
    Format.PDF: "application/pdf",
    Format.JPG: "image/jpeg",
    Format.PNG: "image/png",
    Format.HEIC: "image/jpeg",
}
PICTURES = {Format.JPG: "JPEG", Format.PNG: "PNG", Format.HEIC: "JPEG"}
"""What a picture is written as: a phone's HEIC becomes the JPEG that every browser and printer shows."""
READ_AS = {Format.JPG: "JPEG", Format.PNG: "PNG", Format.HEIC: "HEIF"}
"""No other decoder ever sees it."""
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"})
MOST_PIXELS = 80_000_000
LONGEST_NAME = 120
UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]+")


register_heif_opener()


@dataclass(frozen=True, slots=True)
class Received:
    """A file fit to be kept: a harmless name, the type of its content, and the content."""

    name: str
    media_type: str
    content: bytes


def receive(name: str, content: bytes, material: Material) -> Received:
    """Judge one file against what the material allows.

    Raises FileEmpty, FileTooLarge, FileNotAllowed (with what the content really is), FileTooLong, FileUnreadable.
    """
    safe = safe_name(name)
    if not content:
        raise FileEmpty(safe)
    if len(content) > material.max_mb * 1024 * 1024:
        raise FileTooLarge(safe, material.max_mb)
    kind = format_of(content)
    if kind is None or kind not in material.formats:
        raise FileNotAllowed(safe, kind or named(content), [str(one) for one in material.formats])
    if kind is Format.PDF:
        return Received(safe, MEDIA[kind], _pdf_calmed(safe, content))
    return Received(safe, MEDIA[kind], _picture_anew(safe, content, kind))


def safe_name(name: str) -> str:
    """The last part of a file's name without characters that mean something to a file system, cut to 120."""
    return UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" .")[:LONGEST_NAME] or "file"


def format_of(content: bytes) -> Format | None:
    """What the first bytes say the file is, if it is one of ours."""
    if content.startswith(b"%PDF-"):
        return Format.PDF
    if content.startswith(b"\xff\xd8\xff"):
        return Format.JPG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Format.PNG
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        return Format.HEIC
    return None


def named(content: bytes) -> str:
    """A word for a content that is none of ours, to tell the person what they chose."""
    try:
        return str(puremagic.from_string(content[:4096])).lstrip(".") or "unknown"
    except (puremagic.PureError, ValueError):
        return "unknown"


def _pdf_calmed(name: str, content: bytes) -> bytes:
    try:
        return pdfs_in.made_safe(content)
    except pdfs_in.PdfUnfit as unfit:
        if unfit.why == "pages":
            raise FileTooLong(name, pdfs_in.MOST_PAGES) from None
        raise FileUnreadable(name) from unfit


def _picture_anew(name: str, content: bytes, kind: Format) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[READ_AS[kind]]) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise FileUnreadable(name)
                upright = ImageOps.exif_transpose(opened)
                clean = upright.convert("RGBA" if kind is Format.PNG else "RGB")
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombWarning) as exc:
        raise FileUnreadable(name) from exc
    except Image.DecompressionBombError as exc:
        raise FileUnreadable(name) from exc
    out = io.BytesIO()
    clean.save(out, PICTURES[kind], quality=90)
    return out.getvalue()
