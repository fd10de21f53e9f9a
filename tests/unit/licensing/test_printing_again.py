"""What is printed from a plate is, to every reader, the page the layout engine would have made."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageChops

from licensing import fonts, pictures, plates, printing, sheets, stamping, types
from licensing.sheet import Sheet
from licensing.verifying import verify
from tests.unit.licensing import builders

pytestmark = pytest.mark.skipif(
    fonts.state().supply is not fonts.Supply.BUILT, reason="document fonts are not built: make assets"
)

FOOD = "food-business-licence"


@pytest.fixture
def stamped(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """The files that came from plates."""
    made: list[bytes] = []
    real = stamping.print_again

    def noted(*asked) -> bytes | None:
        content = real(*asked)
        if content is not None:
            made.append(content)
        return content

    monkeypatch.setattr(stamping, "print_again", noted)
    printing.forget()
    yield made
    printing.forget()


def sheet(slug: str = FOOD, serial: int = 1, *, picture: str | None = None, **fields) -> Sheet:
    told = builders.elements(slug, serial=serial, **fields)
    address = sheets.check_address("https://yiwang.example.gov.cn", told["ZZBS"], f"K7QM{serial:04d}")
    at = builders.AT + timedelta(seconds=serial)
    return sheets.licence_sheet(types.get(slug), told, check_address=address, picture=picture, at=at)


def laid_out(wanted: Sheet) -> bytes:
    printing.forget()
    return printing.print_document(wanted)


def seen(content: bytes, folder: Path, name: str) -> list[Image.Image]:
    path = folder / f"{name}.pdf"
    path.write_bytes(content)
    subprocess.run(["pdftoppm", "-r", "96", "-png", path, folder / name], check=True, timeout=120)
    return [Image.open(each).convert("RGB") for each in sorted(folder.glob(f"{name}-*.png"))]


def assert_same(mine: bytes, theirs: bytes, folder: Path) -> None:
    """Every pixel, the text in its order, the tags with their text, what the file says of itself."""
    for one, other in zip(seen(mine, folder, "mine"), seen(theirs, folder, "theirs"), strict=True):
        assert ImageChops.difference(one, other).getbbox() is None
    for tool in (["pdftotext", "-layout"], ["pdfinfo", "-struct-text"]):
        ends = ["-"] if tool[0] == "pdftotext" else []
        told = [builders.tool(*tool, str(folder / f"{name}.pdf"), *ends) for name in ("mine", "theirs")]
        assert told[0] == told[1]
    for name in ("mine", "theirs"):
        assert pikepdf.open(folder / f"{name}.pdf").check_pdf_syntax() == []
    with pikepdf.open(BytesIO(mine)) as one, pikepdf.open(BytesIO(theirs)) as other:
        assert dict(one.docinfo) == dict(other.docinfo)
        assert one.Root.Metadata.read_bytes() == other.Root.Metadata.read_bytes()
        records = [each.attachments["metadata.json"].get_file() for each in (one, other)]
        assert records[0].read_bytes() == records[1].read_bytes()
        assert (records[0].md5, records[0].creation_date) == (records[1].md5, records[1].creation_date)
        assert len(one.Root.AcroForm.Fields) == 1


@pytest.mark.parametrize("slug", sorted(builders.FIELDS))
def test_a_page_from_a_plate_is_the_page_of_the_layout_engine(slug, stamped, tmp_path):
    holders = ["示例甲", "示例乙丙", "赵钱孙"]
    for serial, holder in enumerate(holders, 1):
        content = printing.print_document(sheet(slug, serial, holder=holder))
    assert stamped == [content]
    assert_same(content, laid_out(sheet(slug, 3, holder=holders[-1])), tmp_path)


def test_centred_lines_move_with_the_width_of_their_value(stamped, tmp_path):
    for serial in (11111111, 11111112, 90000000):
        content = printing.print_document(sheet("construction-permit", serial))
    assert stamped == [content]
    assert_same(content, laid_out(sheet("construction-permit", 90000000)), tmp_path)


def test_no_glyph_of_one_holder_reaches_the_file_of_another(stamped):
    for serial, holder in enumerate(["龘龘", "龘龘", "示例"], 1):
        content = printing.print_document(sheet(serial=serial, holder=holder))
    assert stamped == [content]
    with pikepdf.open(BytesIO(content)) as pdf:
        maps = [each.ToUnicode.read_bytes() for each in pdf.pages[0].Resources.Font.values()]
    assert "龘".encode("utf-16-be").hex().encode() not in b"".join(maps)
    assert "示".encode("utf-16-be").hex().encode() in b"".join(maps)


@pytest.mark.parametrize("premises", ["示例市云岩区示例路" * 4, "示例路1号A座B单元" * 9])
def test_a_value_of_more_lines_goes_the_slow_way_and_then_has_a_plate_of_its_own(premises, stamped, tmp_path):
    for serial in (1, 2):
        printing.print_document(sheet(serial=serial))
    printing.print_document(sheet(serial=3, premises=premises))
    assert stamped == []
    content = printing.print_document(sheet(serial=4, premises=premises[1:] + "室"))
    assert stamped == [content]
    assert_same(content, laid_out(sheet(serial=4, premises=premises[1:] + "室")), tmp_path)


def test_values_for_a_smaller_type_have_plates_in_that_type(stamped, tmp_path):
    long = "热食类食品制售、冷食类食品制售、生食类食品制售、糕点类食品制售；" * 7
    for serial in (1, 2, 3):
        content = printing.print_document(sheet(serial=serial, scope=long))
    assert stamped == [content]
    assert_same(content, laid_out(sheet(serial=3, scope=long)), tmp_path)


@pytest.mark.parametrize(
    "holder", ["示例𬎆𠅤", "示例  有限公司", "示例\u3000公司", "示例\u200b公司", " 示例"]
)
def test_what_a_plate_cannot_set_goes_the_slow_way(holder, stamped, tmp_path):
    for serial in (1, 2):
        printing.print_document(sheet(serial=serial))
    content = printing.print_document(sheet(serial=3, holder=holder))
    assert stamped == []
    assert_same(content, laid_out(sheet(serial=3, holder=holder)), tmp_path)


def test_values_beside_the_slots_make_another_plate(stamped):
    told = [sheet(serial=serial) for serial in range(4)]
    printing.print_document(told[0])
    printing.print_document(told[1])
    printing.print_document(replace(told[2], values={**told[2].values, "issued_on": "2027年1月1日"}))
    assert stamped == []
    printing.print_document(told[3])
    assert len(stamped) == 1


def test_every_card_has_its_own_photo(stamped, tmp_path):
    def photo(colour: tuple[int, int, int]) -> str:
        content = BytesIO()
        Image.new("RGB", (413, 531), colour).save(content, "JPEG")
        return pictures.portrait(content.getvalue())

    last = photo((200, 30, 30))
    for serial, picture in enumerate([photo((30, 30, 200)), photo((30, 200, 30)), last]):
        content = printing.print_document(sheet("senior-card", serial, picture=picture))
    assert stamped == [content]
    assert_same(content, laid_out(sheet("senior-card", 2, picture=last)), tmp_path)


def test_a_page_from_a_plate_can_be_sealed_and_is_sound(stamped, sealer):
    for serial in (1, 2, 3):
        content = printing.print_document(sheet(serial=serial))
    assert stamped == [content]
    verdict = verify(sealer.seal(content, builders.seal_of(FOOD), at=builders.AT), roots=sealer.roots())
    assert verdict.sound
    assert verdict.identifier == builders.elements(FOOD, serial=3)["ZZBS"]


def test_papers_that_come_once_push_no_plate_out(stamped):
    for serial in (1, 2):
        printing.print_document(sheet(serial=serial))
    for serial in range(printing.MOST_KINDS + 1):
        assert printing._known(replace(sheet(), author=f"示例局{serial}")) is None
    printing.print_document(sheet(serial=3))
    assert len(stamped) == 1


def test_only_so_many_kinds_are_remembered(stamped):
    for serial in range(printing.MOST_KINDS + 3):
        for _ in range(2):
            printing._known(replace(sheet(), author=f"示例局{serial}"))
    assert len(printing._KINDS) == printing.MOST_KINDS


def test_slots_are_elements_with_one_value_and_nothing_else():
    template = '<td class="x">{holder}</td><p>{a}至{b}</p><h1>{name}</h1><div>{qr}</div><span>{number}</span>'
    named = plates.with_slots(template)
    assert named.count("data-slot") == 2
    assert '<td class="x" data-slot="holder">{holder}</td>' in named
    assert '<span data-slot="number">{number}</span>' in named


def test_a_page_built_otherwise_is_no_plate(stamped, monkeypatch):
    def refuse(*_):
        raise stamping.NotAPlate

    monkeypatch.setattr(stamping, "make_plate", refuse)
    for serial in (1, 2, 3):
        assert printing.print_document(sheet(serial=serial))
    assert stamped == []


def test_a_plate_that_does_not_repeat_itself_is_thrown_away(stamped, monkeypatch):
    monkeypatch.setattr(stamping, "faithful", lambda *_: False)
    for serial in (1, 2, 3):
        assert printing.print_document(sheet(serial=serial))
    assert stamped == []
