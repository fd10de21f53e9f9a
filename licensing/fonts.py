"""The type faces of documents: found or missing, and what that means.

`make assets` fetches Noto Serif SC and Noto Sans SC (SIL Open Font License 1.1, TrueType) into the ignored
folder `fonts/`. They are kept whole: subsetting to GBK first was measured to save nothing (0.12 against 0.10 s a
page, 44 against 27 kB) and loses rare characters of names. Without them the faces installed on the machine are
used; their CFF outlines make a page ten times larger.
"""

import ctypes.util
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from fontTools.pens.basePen import BasePen  # type: ignore[import-untyped]  # the library has no types
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # the same

FOLDER = Path(__file__).with_name("fonts")


@dataclass(frozen=True, slots=True)
class Face:
    family: str
    weight: int
    file: str


FACES = (
    Face("Yiwang Song", 400, "NotoSerifSC-Regular.ttf"),
    Face("Yiwang Song", 700, "NotoSerifSC-Bold.ttf"),
    Face("Yiwang Hei", 400, "NotoSansSC-Regular.ttf"),
    Face("Yiwang Hei", 700, "NotoSansSC-Bold.ttf"),
)

INSTALLED = MappingProxyType(
    {
        400: (Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"), 2),
        700: (Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"), 2),
    }
)
"""Debian's fonts-noto-cjk: file and index of its simplified Chinese face."""


class Supply(StrEnum):
    BUILT = "built"  # our own TrueType files
    INSTALLED = "installed"  # the machine's Noto CJK through fontconfig: larger documents
    MISSING = "missing"  # Chinese would print as empty boxes


@dataclass(frozen=True, slots=True)
class FontState:
    """What `yiwang doctor` says about fonts. Without `subsetter` (libharfbuzz-subset0) a page takes ten seconds."""

    supply: Supply
    absent: tuple[str, ...]
    subsetter: bool

    @property
    def good(self) -> bool:
        return self.supply is Supply.BUILT and self.subsetter


def state(folder: Path = FOLDER) -> FontState:
    """Look at the disk and say which faces documents will be printed with."""
    absent = tuple(face.file for face in FACES if not (folder / face.file).is_file())
    supply = Supply.BUILT if not absent else Supply.INSTALLED if _installed() else Supply.MISSING
    return FontState(supply, absent, ctypes.util.find_library("harfbuzz-subset") is not None)


def _installed() -> bool:
    return all(path.is_file() for path, _ in INSTALLED.values())


def stylesheet(folder: Path = FOLDER) -> str:
    """The `@font-face` rules of the faces that are there; absent ones fall through to the machine's fonts."""
    rules = (
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight};'
        f" src: url({(folder / face.file).resolve().as_uri()}) }}"
        for face in FACES
        if (folder / face.file).is_file()
    )
    return "\n".join(rules)


class _WholeNumberPen(BasePen):  # type: ignore[misc]  # the library is untyped
    """Collects an outline as cubic SVG commands in whole font units: nothing shorter survives into a PDF."""

    def __init__(self, glyphs: object) -> None:
        super().__init__(glyphs)
        self.commands: list[str] = []

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 named by the library
        self._write("M", pt)

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 named by the library
        self._write("L", pt)

    def _curveToOne(self, *points: tuple[float, float]) -> None:  # noqa: N802 named by the library
        self._write("C", *points)

    def _closePath(self) -> None:  # noqa: N802 named by the library
        self.commands.append("Z")

    def _write(self, command: str, *points: tuple[float, float]) -> None:
        self.commands.append(command + " ".join(f"{round(x)} {round(y)}" for x, y in points))


@cache
def outline(char: str, weight: int = 700) -> str | None:
    """`char` of the Song face as SVG path data, 1000 units an em, y upwards, or None where no face has it.

    For seals and watermarks, which are drawings and must not mix into the text of a page.
    """
    font = _song(weight)
    name = font.getBestCmap().get(ord(char)) if font else None
    if font is None or name is None:
        return None
    glyphs = font.getGlyphSet()
    pen = _WholeNumberPen(glyphs)
    glyphs[name].draw(pen)
    return "".join(pen.commands)


@cache
def _song(weight: int) -> TTFont | None:
    # Read whole into memory: a lazily open font file would stay open for the life of the process.
    built = FOLDER / next(f.file for f in FACES if f.family == "Yiwang Song" and f.weight == weight)
    if built.is_file():
        return TTFont(BytesIO(built.read_bytes()), lazy=True)
    path, index = INSTALLED[weight]
    return TTFont(BytesIO(path.read_bytes()), fontNumber=index, lazy=True) if path.is_file() else None
