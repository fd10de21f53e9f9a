"""A page stamped onto a kept one and a page laid out anew are the same file to a reader."""

import re
import subprocess
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest

from licensing import pictures, printing
from licensing.printing import glyphs, keeping, places
from licensing.printing.plate import jpeg_size, picture, unicode_map, width_array
from licensing.printing.setting import Overflow
from tests.support import licences as builders

FOOD = "food-business-licence"
CHANGED = {"business-licence": {"company_name": "示例贸易有限公司"}, FOOD: {"premises": "示例路9号"}}


@pytest.fixture
def shelf(monkeypatch):
    """An empty shelf: no test sees what another kept."""
    shelf = keeping.Shelf()
    monkeypatch.setattr(printing, "_SHELF", shelf)
    return shelf


def sheet(slug, serial, **fields):
    return builders.sheet(slug, told=builders.elements(slug, serial=serial, **fields))


def seen(pdf, folder, name):
    """What a reader sees and hears: text in order, tags with their words, pixels."""
    path = folder / f"{name}.pdf"
    path.write_bytes(pdf)
    text = builders.tool("pdftotext", "-raw", str(path), "-")
    tags = builders.tool("pdfinfo", "-struct-text", str(path))
    picture = subprocess.run(
        ["pdftoppm", "-r", "50", str(path)], check=True, capture_output=True, timeout=60
    ).stdout
    return text, tags, picture


@pytest.mark.parametrize("slug", sorted(builders.FIELDS))
def test_the_fast_page_and_the_slow_page_are_the_same_to_a_reader(slug, shelf, tmp_path):
    for serial in (1, 2):
        printing.print_document(sheet(slug, serial))
    wanted = sheet(slug, 31_337, **CHANGED.get(slug, {}))
    fast = shelf.stamped(wanted)
    assert fast is not None
    assert seen(fast, tmp_path, "fast") == seen(printing.print_slowly(wanted), tmp_path, "slow")
    assert len(fast) < 60_000
    checked = subprocess.run(
        ["qpdf", "--check", str(tmp_path / "fast.pdf")],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert checked.returncode == 0, checked.stdout
    fonts = builders.tool("pdffonts", str(tmp_path / "fast.pdf")).splitlines()[2:]
    assert all(re.search(r"\byes yes yes\b", line) for line in fonts)


def test_a_kept_page_says_whose_it_is_and_takes_a_seal(shelf, sealer, tmp_path):
    for serial in (1, 2):
        printing.print_document(sheet(FOOD, serial))
    wanted = sheet(FOOD, 4)
    stamped = shelf.stamped(wanted)
    with pikepdf.open(BytesIO(stamped)) as file:
        assert str(file.docinfo["/Title"]) == wanted.title
        assert file.open_metadata()["dc:identifier"] == wanted.identifier
        assert file.Root.Names.EmbeddedFiles.Names[1].EF.F.read_bytes() == wanted.record
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealer.seal(stamped, builders.seal_of(FOOD), at=builders.AT))
    assert "Signature is Valid" in builders.tool("pdfsig", str(path))


def test_what_a_kept_page_cannot_show_takes_the_slow_way(shelf):
    for serial in (1, 2):
        printing.print_document(sheet(FOOD, serial))
    assert shelf.stamped(sheet(FOOD, 3)) is not None
    for field, value in (
        ("premises", "示例路" * 30),  # more than its line
        ("legal_representative", "示\U0002b740"),  # a character no face of ours has
    ):
        wanted = sheet(FOOD, 3, **{field: value})
        assert shelf.stamped(wanted) is None
        assert printing.print_document(wanted).startswith(b"%PDF-")
    changed = replace(sheet(FOOD, 3), values={**sheet(FOOD, 3).values, "name": "另一种许可证"})
    assert shelf.stamped(changed) is None
    assert shelf.stamped(replace(sheet(FOOD, 3), sealable=False)) is None
    assert shelf.stamped(replace(sheet(FOOD, 3), author="另一局")) is None


def test_another_holders_photograph_is_stamped_in_the_place_of_the_first(shelf, tmp_path):
    first, second = (pictures.portrait(builders.photo(*size)) for size in ((600, 800), (700, 900)))
    for _ in range(2):
        printing.print_document(builders.sheet("senior-card", picture=first))
    wanted = builders.sheet("senior-card", picture=second)
    stamped = shelf.stamped(wanted)
    assert seen(stamped, tmp_path, "fast")[2] == seen(printing.print_slowly(wanted), tmp_path, "slow")[2]
    assert shelf.stamped(builders.sheet("senior-card")) is None


def test_the_shelf_keeps_a_bounded_number_of_pages(shelf):
    shelf._most = 1
    for slug in ("senior-card", "taxi-driver-card"):
        for serial in (1, 2):
            printing.print_document(sheet(slug, serial))
    assert len(shelf._plates) == 1


def test_patterns_say_what_the_values_say():
    pattern = f"证号 {places.mark('number')} 版"
    assert places.said(pattern, {"number": "12"}) == "证号 12 版"
    assert places.keys_of(pattern) == {"number"}


def test_widths_and_characters_are_told_in_runs_and_blocks():
    assert width_array({3: 500.0, 4: 501.5, 9: 1000.0}) == b"[3 [500 501.5 ] 9 [1000 ]]"
    told = unicode_map({number: "一" for number in range(150)}).decode()
    assert "100 beginbfchar" in told
    assert "50 beginbfchar" in told


def test_what_is_no_picture_of_ours_or_no_face_of_ours_is_refused():
    for data in ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk", "/9j/4AAQSkZJ"):
        with pytest.raises(Overflow):
            picture(f'src="data:image/png;base64,{data}"')
    with pytest.raises(Overflow):
        jpeg_size(b"\xff\xd8" + b"\xff\xe0\x00\x04ab" * 3)
    with pytest.raises(glyphs.NotCuttable):
        glyphs.of_face("ABCDEF+Elsewhere")
    with pytest.raises(glyphs.NotCuttable):
        glyphs.Outlines(b"OTTO" + bytes(40))
