import re
from dataclasses import replace

import pikepdf
import pytest

from licensing import fonts, ornaments, pictures, printing, types
from licensing.errors import PictureUnfit, PrintFailed
from tests.support import licences as builders

BUILT = fonts.state().supply is fonts.Supply.BUILT
SIZE = 60_000
"""Bytes of one page with our own faces."""


@pytest.fixture(scope="module", params=sorted(builders.FIELDS))
def page(request):
    return request.param, printing.print_document(builders.sheet(request.param))


def test_a_licence_has_language_title_tags_and_both_marks(page, tmp_path):
    slug, pdf = page
    path = tmp_path / "licence.pdf"
    path.write_bytes(pdf)
    with pikepdf.open(path) as document:
        root = document.Root
        assert str(root.Lang) == "zh-CN"
        assert str(document.docinfo["/Title"]).startswith(types.get(slug).name.zh)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert bool(root.MarkInfo.Marked)
        assert root.OutputIntents[0].S == "/GTS_PDFA1"
        record = document.open_metadata()
        assert record.pdfa_status == "3A"
        assert record["pdfuaid:part"] == "1"
        assert record["dc:identifier"].startswith("1.2.156.3005.2.")
        assert len(set(map(str, root.AF))) == len(root.AF) == 1
        assert not document.check_pdf_syntax()


def test_every_figure_has_words_and_the_seal_field_is_tagged(page, tmp_path):
    path = tmp_path / "licence.pdf"
    path.write_bytes(page[1])
    with pikepdf.open(path) as document:
        kinds = list(walk(document.Root.StructTreeRoot.K))
        assert {"/H1", "/Table", "/TH", "/TD", "/Figure", "/Form"} <= {kind for kind, _ in kinds}
        assert all(alt for kind, alt in kinds if kind == "/Figure")
        (field,) = document.Root.AcroForm.Fields
        assert str(field.TU).startswith("电子印章：")
        assert "/StructParent" in field
        left, bottom, right, top = (float(value) for value in field.Rect)
        assert right - left == pytest.approx(top - bottom, abs=0.1)


def walk(node):
    if isinstance(node, pikepdf.Array):
        for each in node:
            yield from walk(each)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield str(node.S), str(node.get("/Alt", ""))
        yield from walk(node.get("/K", pikepdf.Array()))


@pytest.mark.skipif(not BUILT, reason="document fonts are not built: make assets")
def test_all_fonts_are_embedded_and_ours(page, tmp_path):
    path = tmp_path / "licence.pdf"
    path.write_bytes(page[1])
    lines = builders.tool("pdffonts", str(path)).splitlines()[2:]
    assert lines
    for line in lines:
        assert re.match(r"[A-Z]{6}\+Yiwang-(Song|Hei)", line)
        assert re.search(r"yes yes yes +\d+", line)


@pytest.mark.skipif(not BUILT, reason="document fonts are not built: make assets")
def test_a_page_is_small(page):
    assert len(page[1]) < SIZE * (2 if page[0] in builders.CARDS else 1)


def test_what_the_licence_says_can_be_read_as_text(printed, tmp_path):
    text = builders.text_of(printed, tmp_path)
    for words in ("示例餐饮有限公司", "91520115MADEM0011Q", "2031年11月22日", "示例数据", "证照标识"):
        assert words in text


def test_a_persons_id_number_is_masked_on_the_page_and_whole_in_the_record(tmp_path):
    told = builders.elements("food-business-licence", holder_code="520102199001010018")
    pdf = printing.print_document(builders.sheet("food-business-licence", told=told))
    text = builders.text_of(pdf, tmp_path)
    assert "520102********0018" in text
    assert "520102199001010018" not in text
    assert told["CZZTDM"] == "520102199001010018"


def test_a_card_shows_neither_the_id_number_beside_the_birthday(tmp_path):
    pdf = printing.print_document(builders.sheet("senior-card"))
    text = builders.text_of(pdf, tmp_path)
    assert "1955年3月15日" in text
    assert "5201031955" not in text


def test_rare_characters_show_in_our_own_face(tmp_path):
    told = builders.elements("food-business-licence", holder="示例䶮㛃")
    assert "示例䶮㛃" in builders.text_of(
        printing.print_document(builders.sheet("food-business-licence", told=told)), tmp_path
    )


def test_characters_no_face_of_ours_has_do_not_stop_the_press(tmp_path):
    told = builders.elements("food-business-licence", holder="示例𬎆𠅤")
    pdf = printing.print_document(builders.sheet("food-business-licence", told=told))
    assert "示例" in builders.text_of(pdf, tmp_path)


def test_markup_in_a_value_is_only_text(tmp_path):
    told = builders.elements("food-business-licence", premises="<b>1</b>&amp;{name}")
    pdf = printing.print_document(builders.sheet("food-business-licence", told=told))
    assert "<b>1</b>&amp;{name}" in builders.text_of(pdf, tmp_path)


def test_the_same_sheet_is_the_same_page():
    first, second = (printing.filled(builders.sheet("senior-card")) for _ in range(2))
    assert first == second


def test_a_missing_value_is_named():
    sheet = builders.sheet("senior-card")
    values = {key: value for key, value in sheet.values.items() if key != "issuer"}
    with pytest.raises(PrintFailed) as caught:
        printing.print_document(replace(sheet, values=values))
    assert "issuer" in caught.value.why


def test_a_page_without_a_place_for_the_seal_is_refused():
    sheet = builders.sheet("senior-card")
    with pytest.raises(PrintFailed):
        printing.print_document(replace(sheet, values={**sheet.values, "seal": ""}))


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/x.png", "file:///etc/passwd", "ornament:none", "ftp://example/x"]
)
def test_a_page_loads_nothing_from_anywhere(address):
    with pytest.raises(PrintFailed):
        printing.print_document(builders.sheet("senior-card", picture=address))


def test_a_photo_is_printed(tmp_path):
    pdf = printing.print_document(builders.sheet("senior-card", picture=pictures.portrait(builders.photo())))
    path = tmp_path / "card.pdf"
    path.write_bytes(pdf)
    assert "jpeg" in builders.tool("pdfimages", "-list", str(path))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_photos_of_usual_kinds_are_drawn_anew(kind):
    assert pictures.portrait(builders.photo(kind=kind)).startswith("data:image/jpeg;base64,")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"MZ not a photo", "format"),
        (b"", "format"),
        (builders.photo(kind="GIF"), "format"),
        (builders.photo(90, 400), "too-small"),
        (builders.photo(8000, 6000, "PNG"), "too-large"),
        (builders.photo(900, 900, "PNG")[:-40], "damaged"),
    ],
)
def test_what_is_not_a_photo_is_refused(content, why):
    with pytest.raises(PictureUnfit) as caught:
        pictures.portrait(content)
    assert caught.value.why == why


def test_a_seal_is_a_drawing_with_a_name_and_a_star():
    drawing = ornaments.seal("示例市<局>", "章")
    assert drawing.count("<text") == len("示例市<局>章示例")
    assert "示例市&lt;局&gt;章（示例）" in drawing
    assert ornaments.star(6).count("L") == 9


def test_missing_fonts_are_told(tmp_path):
    told = fonts.state(tmp_path)
    assert told.absent == tuple(face.file for face in fonts.FACES)
    assert told.supply in {fonts.Supply.INSTALLED, fonts.Supply.MISSING}
    assert not told.good
    assert fonts.stylesheet(tmp_path) == ""


def test_no_face_has_an_outline_for_a_character_nobody_drew():
    assert fonts.outline("\ue000") is None


def test_values_too_long_for_the_smallest_type_are_refused():
    told = builders.elements("food-business-licence", scope="一" * 4000)
    with pytest.raises(PrintFailed) as caught:
        printing.print_document(builders.sheet("food-business-licence", told=told))
    assert "fit" in caught.value.why
