"""Setting one piece of text as the layout engine would: the same shaping, faces and widths, without a page."""

import re
from collections.abc import Mapping
from typing import Any

from weasyprint.draw.text import draw_first_line
from weasyprint.matrix import Matrix
from weasyprint.pdf.stream import Stream
from weasyprint.text.line_break import split_first_line


class Overflow(Exception):
    """The text needs more than its line, or a character no face of ours has."""


class _Piece:
    """What the engine's drawing asks of a box of text."""

    def __init__(self, text: str, style: Any, layout: Any) -> None:
        self.text, self.style, self.pango_layout = text, style, layout


class Setter:
    """Sets texts for one document after another; what it knows of faces is kept between them."""

    def __init__(self) -> None:
        self._fonts: dict[Any, Any] = {}

    def afresh(self) -> None:
        """Forget what the last document used: one glyph may stand for different characters."""
        for font in self._fonts.values():
            font.to_unicode, font.missing = {}, {}

    def set(self, text: str, style: Any, room: float) -> tuple[bytes, float]:
        """Drawing operators and width in pixels of `text` in one line of `room` pixels. Raises Overflow."""
        if not text.strip() or "\n" in text:
            raise Overflow
        layout, _, rest, width, *_ = split_first_line(text, style, None, room, 0)
        if rest is not None or width > room:
            raise Overflow
        stream = Stream(self._fonts, (0, 0, 0, 0), {}, {}, None, {}, None)
        layout.reactivate(style)
        draw_first_line(stream, _Piece(text, style, layout), "clip", "none", Matrix(d=-1))
        layout.deactivate()
        if any(font.missing for font in self._fonts.values()):
            raise Overflow
        return b"\n".join(stream.stream[1:]), width

    def used(self) -> Mapping[str, tuple[dict[int, str], dict[int, float]]]:
        """By face: the glyphs set since `afresh` with what they stand for, and all known widths."""
        return {font.hash: (font.to_unicode, font.widths) for font in self._fonts.values() if font.to_unicode}


FACE = re.compile(rb"/(\w+) ([\d.]+) Tf")


def faces_of(body: bytes) -> set[bytes]:
    """The faces and sizes a piece was set in; more than one means that a character came from elsewhere."""
    return {found[0] for found in FACE.finditer(body)}
