"""Drawings that are the same on every page are walked once: their operators are kept and written again.

Half the time of a page is borders and rosettes. Only ornaments are kept: they have no text, and they are drawn on a
layer of their own, so that nothing of a page can be in what is kept.
"""

from collections.abc import Callable
from typing import Any

from weasyprint.images import SVGImage

LASTING = ("ornament:", "seal:")
"""Addresses of what is kept between pages; everything else belongs to one holder."""


class Drawings(dict[Any, Any]):
    """What the layout engine keeps by address."""

    def __setitem__(self, address: Any, drawing: Any) -> None:
        if isinstance(drawing, SVGImage) and str(address).startswith("ornament:"):
            drawing.draw = _Once(drawing.draw)
        super().__setitem__(address, drawing)

    def forget(self) -> None:
        """Drop pictures of holders and codes: a batch of thousands stays as small as its first page."""
        for address in [each for each in self if not str(each).startswith(LASTING)]:
            del self[address]


class _Once:
    def __init__(self, draw: Callable[..., None]) -> None:
        self._draw = draw
        self._kept: dict[tuple[float, float], tuple[list[Any], dict[str, Any]]] = {}

    def __call__(self, stream: Any, width: float, height: float, style: Any) -> None:
        known = self._kept.get((width, height))
        if known is None:
            start = len(stream.stream)
            self._draw(stream, width, height, style)
            resources = stream._resources
            if not any(resources[kind] for kind in ("XObject", "Pattern", "Shading")):
                self._kept[width, height] = stream.stream[start:], dict(resources["ExtGState"])
            return
        stream.stream.extend(known[0])
        stream._resources["ExtGState"].update(known[1])
