"""Where the values of a sheet stand on a page that was laid out: which text, in which line, with what room.

The template is read a second time with a mark for every value, so that each text of the page is known as a pattern
of fixed words and values. A value whose text is not one undivided piece of one line, or whose length would move
anything but its own line, is fixed on this page: another sheet may use the page only if it says the same there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from weasyprint.document import Document
from weasyprint.formatting_structure import boxes

BLANKS = re.compile(r"[ \t\n\r\f]+")
MARK = re.compile("\ue000(\\w+)\ue001")
SHARES = {"start": 0.0, "left": 0.0, "center": 0.5, "end": 1.0, "right": 1.0}
"""How much of the room a line has left stands before it."""


@dataclass(frozen=True, slots=True)
class Text:
    """One piece of text on the page. `pattern` is what it says (None: the same on every sheet), with its blanks."""

    x: float
    y: float
    width: float
    style: Any
    pattern: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """Texts that stand behind one another; `room` is what the line has left, `share` how much of it is before it."""

    page: int
    share: float
    room: float
    texts: tuple[Text, ...]


def mark(key: str) -> str:
    return f"\ue000{key}\ue001"


def said(pattern: str, values: Mapping[str, str]) -> str:
    """What a pattern says with these values."""
    return MARK.sub(lambda found: values[found[1]], pattern)


def keys_of(pattern: str) -> set[str]:
    return set(MARK.findall(pattern))


def lines(document: Document, root: Any, marked: Any, values: Mapping[str, str]) -> list[Line]:
    """Every line whose values may change: `root` is what was laid out, `marked` the same with marks for values."""
    patterns = _patterns(root, marked)
    found = []
    for page, laid_out in enumerate(document.pages):
        for line, width, shrinks in _lines(laid_out._page_box, 0.0, shrinks=False):
            known = _line(page, line, width, patterns, values)
            if known is not None and not shrinks:
                found.append(known)
    return found


def _patterns(root: Any, marked: Any) -> dict[int, list[str]]:
    """The texts below each element, by its identity, as patterns; headings are in the outline too and stay fixed."""
    told: dict[int, list[str]] = {}
    for element, same in zip(root.iter(), marked.iter(), strict=True):
        if not isinstance(element.tag, str) or re.fullmatch(r"h[1-6]|title", element.tag):
            continue
        told[id(element)] = [BLANKS.sub(" ", each) for each in (same.text, *(c.tail for c in same)) if each]
    return told


def _lines(box: Any, width: float, *, shrinks: bool) -> Iterator[tuple[Any, float, bool]]:
    box = getattr(box, "_box", box)
    if isinstance(box, boxes.LineBox):
        yield box, width, shrinks
    if not isinstance(box, boxes.ParentBox):
        return
    if isinstance(box, boxes.BlockContainerBox):
        width, shrinks = box.width, shrinks or _as_wide_as_its_text(box)
    for child in box.children:
        yield from _lines(child, width, shrinks=shrinks)


def _as_wide_as_its_text(box: Any) -> bool:
    style = box.style
    if style["width"] != "auto" or isinstance(box, boxes.TableCellBox):
        return False
    if style["position"] in {"absolute", "fixed"}:
        return "auto" in {style["left"], style["right"]}
    return style["float"] != "none" or isinstance(box, boxes.InlineBlockBox)


def _line(
    page: int, line: Any, width: float, patterns: Mapping[int, list[str]], values: Mapping[str, str]
) -> Line | None:
    """The line as it may change, or None where nothing in it may."""
    pieces = _pieces(line)
    share = SHARES.get(line.style["text_align_all"])
    if pieces is None or share is None or line.width > width:
        return None
    texts = tuple(
        Text(
            piece.position_x,
            piece.position_y + piece.baseline,
            piece.width,
            piece.style,
            _pattern(piece, patterns, values),
        )
        for piece in pieces
    )
    if not any(text.pattern for text in texts):
        return None
    return Line(page, share, width - line.width, texts)


def _pieces(box: Any) -> list[Any] | None:
    """The texts in a line in order; None where something else stands among them."""
    found: list[Any] = []
    for child in box.children:
        if isinstance(child, boxes.TextBox):
            found.append(child)
        elif isinstance(child, boxes.InlineBox):
            below = _pieces(child)
            if below is None:
                return None
            found += below
        elif not hasattr(child, "_box"):  # what is taken out of the flow takes no room in the line
            return None
    return found


def _pattern(piece: Any, patterns: Mapping[int, list[str]], values: Mapping[str, str]) -> str | None:

    told: str = piece.text
    for pattern in patterns.get(id(piece.element), ()):
        if keys_of(pattern) and said(pattern, values).strip(" ") == told.strip(" "):
            before, after = told[: len(told) - len(told.lstrip(" "))], told[len(told.rstrip(" ")) :]
            return before + pattern.strip(" ") + (after if told.strip(" ") else "")
    return None
