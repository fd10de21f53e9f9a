"""A page rendered once and printed again with other values: the layout engine is asked only for the changed lines.

A *plate* is a finished page with gaps where the values of its slots stood. A slot is an element of the template that
holds one value and nothing else; every other value belongs to the plate. Printing again sets each slot's text with
the engine that set the plate, and is done only where every slot takes as many lines, of the same height, as on the
plate: everything else on the page then stays where it is. What does not fit goes the slow way, which is how plates
come to be. Text order, tags and record stay; glyphs of one holder's values never reach another's file.
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pydyf  # type: ignore[import-untyped]  # the library has no types
from markupsafe import Markup
from PIL import Image

from licensing.sheet import Sheet

STEADY = frozenset({"title", "name", "latin", "issuer", "density"})
"""Values that are the same on every page of a template and day: never slots."""
SLOT = re.compile(r"<(\w+)([^<>]*)>\{(\w+)\}(?=</\1>)")
PLACE = re.compile(r"\{(\w+)\}")
PICTURES = ("qr", "picture")
DATA = re.compile(r'src="data:image/\w+;base64,([^"]+)"')
UNUSUAL = re.compile(r"^\s|\s$|\s\s|[^\S ]|[\u00ad\u200b-\u200f\u2028-\u202e]")
"""White space and marks that a browser treats in ways of its own."""


def with_slots(template: str) -> str:
    """The template with its slots named: `<td>{holder}</td>` becomes `<td data-slot="holder">{holder}</td>`."""

    def name(found: re.Match[str]) -> str:
        tag, attributes, value = found.groups()
        if value in STEADY or value in PICTURES:
            return found.group()
        return f'<{tag}{attributes} data-slot="{value}">{{{value}}}'

    return SLOT.sub(name, template)


def kind_of(sheet: Sheet, template: str) -> tuple[object, ...] | None:
    """What two sheets must share to be printed from one plate; None where nothing could differ."""
    slots = set(re.findall(r'data-slot="(\w+)"', template))
    if not slots or any(isinstance(sheet.values.get(slot), Markup) for slot in slots):
        return None
    shared = sorted(
        (name, str(sheet.values.get(name))) for name in set(PLACE.findall(template)) - slots - {*PICTURES}
    )
    sizes = tuple(_size(picture(sheet, name)) for name in PICTURES)
    return (sheet.template, sheet.author, sheet.sealable, tuple(shared), sizes)


def picture(sheet: Sheet, name: str) -> bytes | None:
    found = DATA.search(str(sheet.values.get(name, "")))
    return base64.b64decode(found.group(1)) if found else None


def _size(content: bytes | None) -> tuple[int, int] | None:
    if content is None:
        return None
    with Image.open(BytesIO(content)) as image:
        return image.size


@dataclass(frozen=True, slots=True)
class Line:
    """One set line: its text box, where it begins, how wide it is, how high and how deep its letters reach."""

    box: Any
    width: float
    height: float
    baseline: float


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a slot's text stands in one density: the boxes of its lines, and what its lines may take.

    `around` are, for each line, the boxes of the whole line in their order; `room` the breadth of the block.
    """

    slot: str
    page: int
    boxes: Sequence[Any]
    around: Sequence[Sequence[Any]]
    room: float
    alignment: str


@dataclass(frozen=True, slots=True)
class Engine:
    """What is asked of the layout engine."""

    lines: Callable[[str, Spot], list[Line] | None]
    draw: Callable[[Any, dict[Any, Any]], list[bytes]]
    fonts_dictionary: Callable[..., Any]


Setting = Sequence[Sequence[Line]]
"""The lines of each spot."""
Shape = tuple[int, ...]


def set_values(sheet: Sheet, spots: Sequence[Spot], engine: Engine) -> Setting | None:
    """Every slot's lines, or None where one cannot be set by itself."""
    setting: list[Sequence[Line]] = []
    for spot in spots:
        text = str(sheet.values[spot.slot])
        if not text or UNUSUAL.search(text):
            return None
        lines = engine.lines(text, spot)
        if lines is None or not _regular(text, lines, spot):
            return None
        setting.append(lines)
    return setting


def _regular(text: str, lines: Sequence[Line], spot: Spot) -> bool:
    """Whether the lines are as high as the plate's, and nothing beside them would have to be set anew."""
    first = spot.boxes[0]
    alike = all(
        abs(line.height - first.height) < 1e-6 and abs(line.baseline - first.baseline) < 1e-6
        for line in lines
    )
    alone = all(len(boxes) == 1 for boxes in spot.around)
    plain = first.style["text_transform"] == "none"
    # Spaces of a justified line are stretched, line by line.
    unstretched = spot.alignment != "justify" or " " not in text
    return alike and plain and (len(lines) == 1 or (alone and unstretched))


def shape(setting: Setting) -> Shape:
    return tuple(len(lines) for lines in setting)


@dataclass
class Frozen(pydyf.Object):  # type: ignore[misc]  # the library is untyped
    """An object whose bytes are final."""

    content: bytes
    number: int
    packed: bool
    generation: int = 0
    free: str = "n"
    offset: int = 0

    @property
    def data(self) -> bytes:
        return self.content

    @property
    def compressible(self) -> bool:
        return self.packed


def frozen(found: Any) -> Frozen:
    return Frozen(found.data, found.number, found.compressible, found.generation, found.free)


@dataclass(frozen=True, slots=True)
class Gap:
    """The operators of one text box from its text matrix on, up to the end of the text: page, first, behind the last."""

    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Page:
    """The content of one page: number of its stream, its operators, its dictionary."""

    number: int
    operators: Sequence[Any]
    extra: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """A finished page, its objects final except those that hold values.

    `gaps` are by the identity of the text box; `fonts` hold the glyphs of what stays; `font_place` is the first and
    the last object of the fonts; `pictures`, `metadata` and `record` are numbers of objects; `whole` keeps the
    programs of fonts that no value uses.
    """

    objects: Sequence[Any]
    catalog: Any
    info: Mapping[str, Any]
    pages: Sequence[Page]
    spots: Sequence[Spot]
    gaps: Mapping[int, Gap]
    fonts: Mapping[Any, Any]
    font_place: tuple[int, int]
    pictures: Mapping[str, Any]
    metadata: Any
    record: Any
    whole: dict[int, Frozen] = field(default_factory=dict)
