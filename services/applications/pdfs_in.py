"""PDFs coming in: of bounded size when unpacked, with pages, and with nothing in them that acts by itself.

A PDF without anything active is kept byte for byte, so that whatever seals it stays good. From another, what acts is
taken out: scripts, programs to launch, files inside, forms that send, players (ISO 32000-2, 12.6 and 13).
"""

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

MOST_PAGES = 300
MOST_UNPACKED = 128 * 1024 * 1024
STREAM = re.compile(rb"stream\r?\n")
DEFLATE = 8
"""The low half of a deflated stream's first byte (RFC 1950)."""
PIECE = 65_536
RANGE = 4
"""How often the file may be read through by streams that seem to lie in one another."""

ACTING = frozenset(
    {
        *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/GoToR", "/GoToE"),
        *("/Rendition", "/Movie", "/Sound", "/GoTo3DView", "/RichMediaExecute", "/Trans", "/SetOCGState"),
    }
)
"""Actions that run, send, load or play; going to a page or to an address remains."""
PLAYERS = frozenset({"/FileAttachment", "/RichMedia", "/3D", "/Movie", "/Sound", "/Screen"})
INSIDE = ("/JavaScript", "/EmbeddedFiles", "/Renditions", "/AlternatePresentations")
OF_DOCUMENT = ("/OpenAction", "/AA", "/Collection", "/AF")
DEEPEST = 200


class PdfUnfit(Exception):
    """`why` is unreadable, bomb or pages."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def made_safe(content: bytes) -> bytes:
    """The PDF itself, or the same without what acts. Raises PdfUnfit."""
    _require_small_unpacked(content)
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            if not 0 < len(document.pages) <= MOST_PAGES:
                raise PdfUnfit("pages" if len(document.pages) else "unreadable")
            if not _calm(document):
                return content
            out = io.BytesIO()
            document.save(out)
            return out.getvalue()
    except (pikepdf.PdfError, pikepdf.PasswordError, RuntimeError, ValueError, TypeError) as exc:
        raise PdfUnfit("unreadable") from exc


def _require_small_unpacked(content: bytes) -> None:
    """Measure every stream before any library unpacks it; what is packed twice is unpacked twice."""
    left, readable = MOST_UNPACKED, RANGE * len(content)
    for found in STREAM.finditer(content):
        size, used, again = _unpack(memoryview(content)[found.end() :], left)
        left, readable = left - size, readable - used
        if again and left > 0:
            left -= _unpack(memoryview(again), left)[0]
        if left <= 0 or readable <= 0:
            raise PdfUnfit("bomb")


def _unpack(packed: memoryview, most: int) -> tuple[int, int, bytes]:
    """How large it is unpacked (`most` where it is larger), how much was read, and the whole if it is packed again."""
    if not packed or packed[0] & 0x0F != DEFLATE:
        return 0, 0, b""
    reader, size, used, kept = zlib.decompressobj(), 0, 0, bytearray()
    try:
        while not reader.eof and used < len(packed) and size < most:
            piece = packed[used : used + PIECE]
            out = reader.decompress(piece, most - size)
            used, size = used + len(piece), size + len(out)
            if kept or (size == len(out) and out and out[0] & 0x0F == DEFLATE):
                kept += out
    except zlib.error:
        pass  # broken, or no deflate at all: what came out until here is what a reader would make of it
    return size, used, bytes(kept)


def _calm(document: pikepdf.Pdf) -> bool:
    """Take out what acts. Whether there was anything."""
    root = document.Root
    found = _drop(root, *OF_DOCUMENT)
    if isinstance(names := root.get("/Names"), Dictionary):
        found |= _drop(names, *INSIDE)
    if isinstance(form := root.get("/AcroForm"), Dictionary):
        found |= _drop(form, "/XFA")
        for field in _fields(form.get("/Fields"), DEEPEST):
            found |= _calm_one(field)
    for page in document.pages:
        found |= _drop(page.obj, "/AA", "/AF")
        found |= _calm_notes(page.obj)
    if isinstance(outlines := root.get("/Outlines"), Dictionary):
        for entry in _entries(outlines):
            found |= _calm_one(entry)
    return found


def _calm_notes(page: Any) -> bool:
    """The annotations of one page: players go, the others lose what acts."""
    notes = page.get("/Annots")
    if not isinstance(notes, Array):
        return False
    kept = [one for one in notes if not _plays(one)]
    found = len(kept) < len(notes)
    if found:
        page["/Annots"] = Array(kept)
    for one in kept:
        found |= isinstance(one, Dictionary) and _calm_one(one)
    return found


def _plays(note: Any) -> bool:
    return isinstance(note, Dictionary) and str(note.get("/Subtype", "")) in PLAYERS


def _calm_one(thing: Any) -> bool:
    """Take the action out of a field, annotation or bookmark, with every action that follows it."""
    found = _drop(thing, "/AA")
    if _acts(thing.get("/A"), DEEPEST):
        found |= _drop(thing, "/A")
    return found


def _acts(action: Any, deep: int) -> bool:
    if isinstance(action, Array):
        return any(_acts(one, deep - 1) for one in action) if deep else True
    if not isinstance(action, Dictionary):
        return False
    if str(action.get("/S", Name("/Nothing"))) in ACTING or not deep:
        return True
    return _acts(action.get("/Next"), deep - 1)


def _fields(fields: Any, deep: int) -> Iterator[Any]:
    if not isinstance(fields, Array) or not deep:
        return
    for field in fields:
        if isinstance(field, Dictionary):
            yield field
            yield from _fields(field.get("/Kids"), deep - 1)


def _entries(outlines: Any) -> Iterator[Any]:
    """Every bookmark, however they are chained; a ring of them ends."""
    waiting: list[Any] = [outlines.get("/First")]
    seen: set[tuple[int, int]] = set()
    while waiting and len(seen) < 10_000:
        entry = waiting.pop()
        if not isinstance(entry, Dictionary) or entry.objgen in seen:
            continue
        seen.add(entry.objgen)
        yield entry
        waiting += [entry.get("/First"), entry.get("/Next")]


def _drop(thing: Any, *names: str) -> bool:
    present = [name for name in names if name in thing]
    for name in present:
        del thing[name]
    return bool(present)
