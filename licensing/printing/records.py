"""The parts of a document that say what it is: notes, XMP, the embedded record, the slot for the seal."""

from collections.abc import Mapping
from datetime import UTC
from hashlib import md5

import pydyf  # type: ignore[import-untyped]  # the library has no types

from licensing import finishing
from licensing.finishing import SLOT, Note
from licensing.printing.assembling import stream
from licensing.sheet import Sheet

INFO, XMP, RECORD, SEAL = "info", "xmp", "record", "seal"
"""Names of the objects that change with every sheet."""


def note_of(sheet: Sheet) -> Note:
    return Note(sheet.title, sheet.author, sheet.subject, sheet.identifier, sheet.at)


def of(sheet: Sheet, parts: Mapping[str, int]) -> dict[int, bytes]:
    """The objects of these parts for a sheet, by number."""
    note = note_of(sheet)
    moment = f"(D:{sheet.at.astimezone(UTC):%Y%m%d%H%M%SZ})"
    info = {"Title": _text(sheet.title), "Author": _text(sheet.author), "Producer": _text(finishing.PRODUCER)}
    info |= {"CreationDate": moment, "ModDate": moment}
    check = md5(sheet.record, usedforsecurity=False).hexdigest()
    told = (
        "/Type /EmbeddedFile /Subtype /application#2fjson"
        f"/Params <</CheckSum <{check}> /Size {len(sheet.record)} /CreationDate {moment} /ModDate {moment}>>"
    )
    made = {
        INFO: ("<<" + "".join(f"/{name} {text}" for name, text in info.items()) + ">>").encode(),
        XMP: stream(finishing.xmp(note).encode(), b"/Type /Metadata /Subtype /XML"),
        RECORD: stream(sheet.record, told.encode()),
        SEAL: SLOT,
    }
    return {number: made[name] for name, number in parts.items()}


def _text(text: str) -> str:
    return str(pydyf.String(text).data.decode("latin-1"))
