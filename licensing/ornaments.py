"""Everything drawn on a document that is not text: borders, rosettes, the sample mark, seals. SVG, in millimetres.

Borders and marks are arithmetic and glyph outlines: artwork to a reader of tags. The characters of a seal are set
in the page's own face, which makes a document 10 kB smaller than outlines. Nothing here is or resembles the
national emblem.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from html import escape
from math import cos, degrees, pi, sin, tau

from licensing import fonts

SEAL_SIZE = 42.0
"""Diameter of a department's round seal in millimetres (4.2 cm)."""

SEAL_RED = "#d0131b"


@cache
def seal(bearer: str, name: str) -> str:
    """A department's round seal: its name along the arc, the star, the seal's name and 示例 below (电子印章图形)."""
    rim = (
        f'<circle r="20.3" fill="none" stroke="{SEAL_RED}" stroke-width="1.15"/>'
        f'<circle r="18.95" fill="none" stroke="{SEAL_RED}" stroke-width=".28"/>'
    )
    body = f'{rim}<path d="{star(6.1)}"/>{_arc(bearer)}{_line(name, 11.1, 3.5)}{_line("示例", 15.4, 2.8)}'
    return _svg(
        (-21, -21, SEAL_SIZE, SEAL_SIZE), f'<g fill="{SEAL_RED}">{body}</g>', f"{bearer}{name}（示例）"
    )


def star(radius: float) -> str:
    """A five-pointed star around the origin as path data."""
    inner = radius * sin(pi / 10) / sin(7 * pi / 10)
    spots = (
        ((radius, inner)[step % 2] * sin(step * pi / 5), -(radius, inner)[step % 2] * cos(step * pi / 5))
        for step in range(10)
    )
    return "M" + "L".join(f"{x:.3f} {y:.3f}" for x, y in spots) + "Z"


def _arc(text: str) -> str:
    """`text` set clockwise along the upper rim, each character upright on the radius, drawn tall and narrow."""
    count = len(text)
    span = min(1.55 * pi, count * 0.30)
    height = 4.5 if count <= 16 else 3.9
    width = min(4.1, span * 15.4 / max(count, 1) * 0.92)
    parts = []
    for position, char in enumerate(text):
        turn = degrees(-span / 2 + span * (position + 0.5) / count)
        parts.append(_letter(char, f"rotate({turn:.2f}) translate(0 -15.7)", width, height))
    return "".join(parts)


def _line(text: str, y: float, size: float) -> str:
    left = -size * (len(text) - 1) / 2
    return "".join(
        _letter(char, f"translate({left + size * place:.2f} {y})", size * 0.94, size)
        for place, char in enumerate(text)
    )


def _letter(char: str, move: str, width: float, height: float) -> str:
    """One full-width character of the page's Song face centred on the origin of `move`, in a box of this size."""
    # `text-anchor` would do the same, at the price of a transparency group for every character.
    return (
        f'<text transform="{move} scale({width / 10:.3f} {height / 10:.3f})" x="-5" y="3.8"'
        f' font-family="Yiwang Song, Noto Serif CJK SC" font-size="10"'
        f' stroke="{SEAL_RED}" stroke-width=".3">{escape(char)}</text>'
    )


def _ghost(text: str, size: float, colour: str, opacity: float) -> str:
    """`text` centred on the origin as outlines, so that it is no text at all; nothing where no face has it."""
    scale = size / 1000
    letters = "".join(
        f'<path transform="translate({size * (place - (len(text) - 1) / 2):.2f} 0) scale({scale} {-scale})'
        f' translate(-500 -380)" d="{fonts.outline(char) or "M0 0"}"/>'
        for place, char in enumerate(text)
    )
    return f'<g fill="{colour}" fill-opacity="{opacity}">{letters}</g>'


@cache
def frame(width: float, height: float, ink: str, second: str, tint: str, *, fretted: bool = False) -> str:
    """The border of a licence: a braided or fretted (回纹) band between rules, rosettes in the corners, a great
    rosette behind."""
    strand = _fret if fretted else _braid
    parts = [_paper(width, height, tint), *_panel(width, height, 9.0, 8.0, (ink, second, tint), strand)]
    return _svg((0, 0, width, height), "".join(parts), "")


@cache
def spread(width: float, height: float, ink: str, second: str, tint: str) -> str:
    """The ground of an open booklet: two framed pages and the shadow of the fold between them."""
    half = width / 2
    # Each part twice in a row: the same bytes close together pack to half the size.
    parts = (
        f'{part}<g transform="translate({half} 0)">{part}</g>'
        for part in _panel(half, height, 8.0, 4.6, (ink, second, tint), _braid)
    )
    fold = "".join(
        f'<rect x="{half - reach}" width="{2 * reach}" height="{height}" fill="{ink}" fill-opacity=".035"/>'
        for reach in (0.4, 1.2, 2.4, 4.0)
    )
    return _svg((0, 0, width, height), _paper(width, height, tint) + "".join(parts) + fold, "")


Colours = tuple[str, str, str]
"""Ink, second colour and paper of an ornament."""
Strand = Callable[[float, float, str, str], str]
"""The pattern of a band of some length and breadth."""


def _paper(width: float, height: float, tint: str) -> str:
    return f'<rect width="{width}" height="{height}" fill="{tint}"/>'


def _panel(
    width: float, height: float, inset: float, band: float, colours: Colours, strand: Strand
) -> list[str]:
    ink, second, tint = colours
    sides = (strand(length - 2 * (inset + band), band, ink, second) for length in (width, height))
    return [
        _rosette(width / 2, height / 2, min(width, height) * 0.37, second, 0.12, 0.3, 30, 0.16),
        _watermark(width, height, ink),
        _rules(width, height, inset, band, ink, second),
        *_bands(width, height, inset, band, *sides),
        *(_corner(x, y, band, ink, second, tint) for x, y in _corners(width, height, inset + band / 2)),
    ]


def _corners(width: float, height: float, inset: float) -> list[tuple[float, float]]:
    return [(x, y) for x in (inset, width - inset) for y in (inset, height - inset)]


def _rules(width: float, height: float, inset: float, band: float, ink: str, second: str) -> str:
    lines = (
        (inset - 1.5, 0.3, second),
        (inset, 0.9, ink),
        (inset + band, 0.5, ink),
        (inset + band + 1.3, 0.2, second),
    )
    return "".join(
        f'<rect x="{at}" y="{at}" width="{width - 2 * at}" height="{height - 2 * at}"'
        f' fill="none" stroke="{colour}" stroke-width="{weight}"/>'
        for at, weight, colour in lines
    )


def _bands(width: float, height: float, inset: float, band: float, along: str, down: str) -> Iterator[str]:
    """Four bands, whole periods of their pattern from corner to corner."""
    mid, start = inset + band / 2, inset + band
    sides = (
        (f"translate({start} {mid})", along),
        (f"translate({start} {height - mid})", along),
        (f"translate({mid} {start}) rotate(90)", down),
        (f"translate({width - mid} {start}) rotate(90)", down),
    )
    return (f'<g transform="{move}">{drawn}</g>' for move, drawn in sides)


def _braid(length: float, band: float, ink: str, second: str) -> str:
    """Waves of two heights in opposite phase. In hundredths of a millimetre: whole numbers keep the file small."""
    reach = band / 2 - 0.7
    strands = ((1.0, ink, 26), (0.62, second, 24))
    periods = round(length / max(band * 1.25, 9))
    parts = []
    for share, colour, weight in strands:
        data = "".join(_wave(length, periods, sign * reach * share) for sign in (1, -1))
        parts.append(f'<path d="{data}" stroke="{colour}" stroke-width="{weight}"/>')
    return f'<g transform="scale(.01)" fill="none">{"".join(parts)}</g>'


def _fret(length: float, band: float, ink: str, second: str) -> str:
    """Key after key (回纹) on a ground line, each turning inwards, with a light rule above."""
    reach = (band / 2 - 1.0) * 100
    count = max(1, round(length / (band * 0.95)))
    step = 100 * length / count
    turns = ((0, 1), (0, -1), (0.78, -1), (0.78, 0.45), (0.26, 0.45), (0.26, -0.42), (0.52, -0.42), (0.52, 0))
    keys = "".join(
        "M" + "L".join(f"{round(step * (k + 0.11 + x))} {round(reach * y)}" for x, y in turns)
        for k in range(count)
    )
    ground = f"M0 {round(reach)}H{round(100 * length)}"
    light = f"M0 {round(-reach - 45)}H{round(100 * length)}"
    return (
        f'<g transform="scale(.01)" fill="none" stroke-width="48"><path d="{keys}{ground}" stroke="{ink}"/>'
        f'<path d="{light}" stroke="{second}" stroke-width="20"/></g>'
    )


def _wave(length: float, periods: int, reach: float) -> str:
    """Whole periods of a wave of this height, one cubic arc to each half, as path data in 1/100 mm."""
    halves = 2 * periods
    bulge = round(reach * 400 / 3)
    spots = [round(100 * length * k / halves) for k in range(halves + 1)]
    arcs = (
        f"C{(2 * a + b) // 3} {sign} {(a + 2 * b) // 3} {sign} {b} 0"
        for a, b, sign in zip(spots, spots[1:], [bulge, -bulge] * periods, strict=False)
    )
    return "M0 0" + "".join(arcs)


def _corner(x: float, y: float, band: float, ink: str, second: str, tint: str) -> str:
    half = band / 2
    box = (
        f'<rect x="{x - half}" y="{y - half}" width="{band}" height="{band}" fill="{tint}"'
        f' stroke="{ink}" stroke-width=".5"/>'
    )
    heart = f'<circle cx="{x}" cy="{y}" r=".75" fill="{ink}"/>'
    return box + _rosette(x, y, half - 0.5, ink, 0.14, 0.9, 12) + heart + _ring(x, y, half - 0.5, second)


def _ring(x: float, y: float, radius: float, colour: str) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="none" stroke="{colour}" stroke-width=".3"/>'


def _rosette(
    x: float,
    y: float,
    radius: float,
    colour: str,
    weight: float,
    opacity: float,
    petals: int = 36,
    slim: float = 0.42,
) -> str:
    """Ellipses turned about a centre: the engraver's rosette."""
    turns = "".join(
        f'<ellipse rx="{radius:.2f}" ry="{radius * slim:.2f}" transform="rotate({180 * k / petals:.2f})"/>'
        for k in range(petals)
    )
    return (
        f'<g transform="translate({x} {y})" fill="none" stroke="{colour}" stroke-width="{weight}"'
        f' stroke-opacity="{opacity}">{turns}</g>'
    )


def _watermark(width: float, height: float, ink: str) -> str:
    """示例 across the page, so light that text stays readable: sample documents must not pass for real ones."""
    size = min(width, height) * 0.3
    return f'<g transform="translate({width / 2} {height / 2}) rotate(-24)">{_ghost("示例", size, ink, 0.05)}</g>'


@cache
def divider(ink: str, second: str) -> str:
    """The ornament under a title: a rosette between two tapering rules."""
    rules = "".join(
        f'<path d="M{side * 5} 0L{side * 42} -.28L{side * 46} 0L{side * 42} .28Z" fill="{second}"/>'
        f'<path d="M{side * 7} 1.25H{side * 36}" stroke="{ink}" stroke-width=".16"/>'
        f'<path d="M{side * 7} -1.25H{side * 36}" stroke="{ink}" stroke-width=".16"/>'
        for side in (1, -1)
    )
    medal = _rosette(0, 0, 3.4, ink, 0.14, 0.9, 12) + _ring(0, 0, 3.4, second)
    return _svg((-48, -4, 96, 8), f'{rules}{medal}<path d="{star(1.1)}" fill="{second}"/>', "")


@cache
def card(ink: str, second: str, tint: str, *, back: bool) -> str:
    """The ground of a card 85.6 × 54 mm (ID-1): a coloured head, fine waves, a rosette running off the edge."""
    head = 5.0 if back else 13.5
    waves = "".join(
        f'<path transform="translate(0 {20 + 3.4 * k}) scale(.01)" d="{_wave(85.6, 4, 3.2 * cos(tau * k / 10))}"'
        f' fill="none" stroke="{second}" stroke-width="12" stroke-opacity=".45"/>'
        for k in range(11)
    )
    body = (
        f'<rect width="85.6" height="54" fill="{tint}"/>{waves}'
        f"{_rosette(76, 46, 24, second, 0.1, 0.32, 30, 0.16)}"
        f'<rect width="85.6" height="{head}" fill="{ink}"/>'
        f'<rect y="{head}" width="85.6" height=".7" fill="{second}"/>'
        f'<rect y="52.2" width="85.6" height="1.8" fill="{ink}"/>'
        f'<g transform="translate(50 35) rotate(-18)">{_ghost("示例", 17, ink, 0.06)}</g>'
    )
    return _svg((0, 0, 85.6, 54), body, "")


def _svg(box: tuple[float, float, float, float], body: str, title: str) -> str:
    view = " ".join(f"{value:g}" for value in box)
    named = f"<title>{escape(title)}</title>" if title else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" width="{box[2]:g}mm" height="{box[3]:g}mm">'
        f"{named}{body}</svg>"
    )


PALETTES: Mapping[str, Colours] = {
    "green": ("#1d5b4f", "#b48a3c", "#fbfdf9"),
    "teal": ("#175a70", "#a8954a", "#f8fcfd"),
    "jade": ("#0f665b", "#c2a04a", "#f4fbf8"),
    "navy": ("#1f4178", "#b18f45", "#f9fbff"),
    "plum": ("#5d2b62", "#b48f54", "#fdfaff"),
    "brick": ("#8c2f1b", "#bd9346", "#fffaf6"),
    "crimson": ("#8f1d2e", "#c4a04c", "#fffaf5"),
    "brown": ("#7a4a17", "#b8892f", "#fffdf6"),
    "gold": ("#8a5c10", "#c39b3d", "#fffdf5"),
    "red": ("#a3221f", "#d3a54a", "#fff9ee"),
}

KINDS: Mapping[str, Callable[[str, str, str], str]] = {
    "portrait": partial(frame, 210, 297),
    "portrait-fretted": partial(frame, 210, 297, fretted=True),
    "landscape-fretted": partial(frame, 297, 210, fretted=True),
    "spread": partial(spread, 297, 210),
    "divider": lambda ink, second, _paper: divider(ink, second),
    "card-front": partial(card, back=False),
    "card-back": partial(card, back=True),
}

FRAMES: Mapping[str, Callable[[], str]] = {
    "frame-portrait": partial(frame, 210, 297, *PALETTES["green"]),
    "frame-landscape": partial(frame, 297, 210, *PALETTES["brown"]),
    "divider-green": partial(divider, *PALETTES["green"][:2]),
    "divider-brown": partial(divider, *PALETTES["brown"][:2]),
    "card-front": partial(card, *PALETTES["red"], back=False),
    "card-back": partial(card, *PALETTES["red"], back=True),
} | {
    f"{kind}/{palette}": partial(draw, *colours)
    for kind, draw in KINDS.items()
    for palette, colours in PALETTES.items()
}
"""The ornaments a stylesheet may ask for as `url(ornament:<name>)`, drawn when asked for."""
