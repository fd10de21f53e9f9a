from io import BytesIO
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from licensing import glyphs


def square(size: int):
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, size), (size, size), (size, 0)):
        pen.lineTo(point)
    pen.closePath()
    return pen.glyph()


def font() -> bytes:
    """Six glyphs, the fifth composed of the second and third; the last three of one width."""
    names = [".notdef", "a", "b", "c", "ab", "d"]
    pen = TTGlyphPen(dict.fromkeys(names))
    pen.addComponent("a", (1, 0, 0, 1, 0, 0))
    pen.addComponent("b", (0.5, 0, 0, 0.5, 300, 0))
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({97: "a", 98: "b", 99: "c", 100: "d"})
    drawn = {name: square(100 * place) for place, name in enumerate(names, 1)}
    builder.setupGlyf(drawn | {"ab": pen.glyph()})
    builder.setupHorizontalMetrics({name: (300 if place < 3 else 700, 0) for place, name in enumerate(names)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupOS2()
    builder.setupPost()
    builder.setupNameTable({"familyName": "Test"})
    content = BytesIO()
    builder.save(content)
    return content.getvalue()


def read(content: bytes) -> TTFont:
    return TTFont(BytesIO(content))


def test_a_subset_keeps_numbers_outlines_and_widths():
    whole = font()
    part = read(glyphs.Face(whole).subset({1, 3}))
    assert part["maxp"].numGlyphs == 4
    before, after = read(whole)["glyf"], part["glyf"]
    order, own = read(whole).getGlyphOrder(), part.getGlyphOrder()
    for glyph in (0, 1, 3):
        assert before[order[glyph]].coordinates == after[own[glyph]].coordinates
        assert part["hmtx"][own[glyph]][0] == read(whole)["hmtx"][order[glyph]][0]
    assert after[own[2]].numberOfContours == 0


def test_a_composed_glyph_brings_its_parts():
    part = read(glyphs.Face(font()).subset({4}))
    own = part.getGlyphOrder()
    assert [part["glyf"][own[glyph]].numberOfContours for glyph in range(5)] == [1, 1, 1, 0, -1]


def test_glyphs_behind_the_last_width_have_that_width():
    part = read(glyphs.Face(font()).subset({5}))
    assert part["hmtx"][part.getGlyphOrder()[5]][0] == 700


def test_a_slim_font_has_only_what_a_page_is_drawn_from():
    slim = read(glyphs.slim(font()))
    assert {"cmap", "name", "OS/2", "post"} & set(slim.keys()) == set()
    assert slim["glyf"]
    assert glyphs.slim(b"OTTO" + bytes(20)) == b"OTTO" + bytes(20)


def test_a_face_is_read_once(tmp_path: Path):
    path = tmp_path / "font.ttf"
    path.write_bytes(font())
    assert glyphs.face(path) is glyphs.face(path)


@pytest.mark.parametrize("outline", [b"", b"\0\1" + bytes(20)])
def test_a_simple_outline_has_no_parts(outline):
    assert glyphs._parts(outline) == []
