"""Annotated copies (加注件, GB/T 36903): a licence's page with purpose and end written across it, to be handed on.

The seal does not survive the writing and is taken off: a copy proves nothing, it names the licence whose standing
anyone can ask. What it says of itself lies in `annotation.json` beside the elements of the original.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from math import cos, hypot, radians, sin

import pikepdf

from licensing import fonts
from licensing.rules import CHINA

ANNOTATION = "annotation.json"
TURN = radians(30)
GREY = b"0.45 0.45 0.45 rg /annotated gs"


@dataclass(frozen=True, slots=True)
class Note:
    """What a copy is for: `JZJZZZ` who made it, `JZJZZSY` why, `JZJYXQJZSJ` until when, `JZJZZSJ` when."""

    maker: str
    purpose: str
    until: datetime
    at: datetime

    @property
    def words(self) -> str:
        return f"仅用于{self.purpose}·{self.until.astimezone(CHINA):%Y-%m-%d}前有效"

    @property
    def elements(self) -> dict[str, str]:
        moments = {"JZJZZSJ": self.at, "JZJYXQJZSJ": self.until}
        told = {
            key: moment.astimezone(CHINA).isoformat(timespec="seconds") for key, moment in moments.items()
        }
        return told | {"JZJZZZ": self.maker, "JZJZZSY": self.purpose}


def annotated(pdf: bytes, note: Note) -> bytes:
    """The copy. Blocks for some 20 ms: call it in a thread."""
    with pikepdf.open(BytesIO(pdf)) as file:
        _unseal(file)
        for page in file.pages:
            _write_across(file, page, note.words)
        told = note.elements | {"original": sha256(pdf).hexdigest()}
        content = json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1).encode()
        file.attachments[ANNOTATION] = content
        out = BytesIO()
        file.save(out, deterministic_id=True)
        return out.getvalue()


def _unseal(file: pikepdf.Pdf) -> None:
    for field in file.Root.AcroForm.Fields if "/AcroForm" in file.Root else ():
        if "/V" in field:
            del field["/V"]
    if "/AcroForm" in file.Root:
        file.Root.AcroForm.SigFlags = 0


def _write_across(file: pikepdf.Pdf, page: pikepdf.Page, words: str) -> None:
    """The words in rows over the whole page, light and aslant, as drawings: they mix into no text."""
    left, bottom, right, top = (float(each) for each in page.mediabox)
    size = max(7.0, (right - left) / 34)
    state = pikepdf.Dictionary(Type=pikepdf.Name.ExtGState, ca=0.28)
    page.add_resource(state, pikepdf.Name.ExtGState, pikepdf.Name("/annotated"))
    rows = b"\n".join(_rows(words, size, (left, bottom, right, top)))
    page.contents_coalesce()
    before = page.Contents.read_bytes()
    whole = b"q\n" + before + b"\nQ\n/Artifact BMC\nq\n" + GREY + b"\n" + rows + b"\nQ\nEMC"
    page.Contents = file.make_stream(whole)


def _rows(words: str, size: float, box: tuple[float, float, float, float]) -> Iterator[bytes]:
    left, bottom, right, top = box
    length, step = size * (len(words) + 3), size * 7
    reach = hypot(right - left, top - bottom) / 2
    glyphs = [_path(char) for char in words]
    across, up = (left + right) / 2, (bottom + top) / 2
    for row in range(-int(reach / step) - 1, int(reach / step) + 2):
        for place in range(-int(reach / length) - 1, int(reach / length) + 2):
            for number, path in enumerate(glyphs):
                along, away = place * length + number * size, row * step
                x = across + along * cos(TURN) - away * sin(TURN)
                y = up + along * sin(TURN) + away * cos(TURN)
                if left - size < x < right and bottom - size < y < top:
                    yield _placed(path, (x, y), size / 1000)


def _placed(path: bytes, at: tuple[float, float], scale: float) -> bytes:
    turn = (scale * cos(TURN), scale * sin(TURN), -scale * sin(TURN), scale * cos(TURN), *at)
    return b"q " + " ".join(f"{each:.5f}" for each in turn).encode() + b" cm\n" + path + b" Q"


def _path(char: str) -> bytes:
    """The outline of a character as path operators; nothing where no face has it."""
    operators = {"M": "m", "L": "l", "C": "c"}
    parts, numbers, command = [], "", ""
    for letter in (fonts.outline(char, 400) or "") + "Z":
        if letter.isalpha():
            if command in operators and numbers.strip():
                parts.append(f"{numbers} {operators[command]}")
            if letter == "Z" and parts:
                parts.append("h")
            command, numbers = letter, ""
        else:
            numbers += letter
    return (" ".join(parts) + " f").encode() if parts else b""
