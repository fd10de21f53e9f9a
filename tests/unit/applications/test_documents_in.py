import base64
import contextlib
import io
import zlib

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from services.applications import documents_in, pdfs_in
from services.applications.errors import FileEmpty, FileNotAllowed, FileTooLarge, FileTooLong, FileUnreadable
from services.catalogue.codes import Format, Source
from services.catalogue.definition import Material, Pair

WORDS = Pair("一", "one")


def material(**changes):
    values = {
        "code": "photo",
        "name": WORDS,
        "source": Source.UPLOAD,
        "why": WORDS,
        "basis": WORDS,
        "max_mb": 1,
    }
    return Material(**(values | changes))


def picture(kind="JPEG", size=(40, 30), **options):
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind, **options)
    return out.getvalue()


def pdf():
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(out)
    return out.getvalue()


def test_a_picture_is_written_anew_without_what_the_camera_added():
    exif = Image.Exif()
    exif[0x010F] = "somebody's phone"
    received = documents_in.receive("me.jpg", picture(exif=exif), material())
    assert received.media_type == "image/jpeg"
    assert b"somebody's phone" not in received.content
    with Image.open(io.BytesIO(received.content)) as opened:
        assert opened.size == (40, 30)


def test_a_picture_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    received = documents_in.receive("me.jpg", picture(size=(40, 20), exif=exif), material())
    with Image.open(io.BytesIO(received.content)) as opened:
        assert opened.size == (20, 40)


RED_SQUARE = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAaptZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "AA5waXRtAAAAAAACAAAAEGlkYXQAAAAAAEAAMAAAADhpbG9jAQAAAERAAAIAAQAAAAAAAAHOAAEAAAAAAAAAHgACAAEAAAAAAAAA"
    "AQAAAAAAAAAIAAAAOGlpbmYAAAAAAAIAAAAVaW5mZQIAAAEAAQAAaHZjMQAAAAAVaW5mZQIAAAAAAgAAZ3JpZAAAAADVaXBycAAA"
    "ALNpcGNvAAAAc2h2Y0MBA3AAAAAAAAAAAAAe8AD8/fj4AAAPAyAAAQAYQAEMAf//A3AAAAMAkAAAAwAAAwAeugJAIQABACdCAQED"
    "cAAAAwCQAAADAAADAB6gIIEFlurkprmwIAAAAwAgAAADACEiAAEABkQBwXPAiQAAABRpc3BlAAAAAAAAAEAAAABAAAAAFGlzcGUA"
    "AAAAAAAAQAAAADAAAAAQcGl4aQAAAAADCAgIAAAAGmlwbWEAAAAAAAAAAgABAoECAAICA4QAAAAaaXJlZgAAAAAAAAAOZGltZwAC"
    "AAEAAQAAACZtZGF0AAAAGigBrxOA+BDhp//8TSj/+rHPD9PMe/OikM+A"
)
"""64 by 48 red pixels as HEIC, made once with an encoder that is not shipped here."""


def test_a_phones_picture_becomes_one_that_every_browser_shows():
    received = documents_in.receive("IMG_1.HEIC", RED_SQUARE, material(formats=(Format.HEIC,)))
    assert received.media_type == "image/jpeg"
    with Image.open(io.BytesIO(received.content)) as opened:
        assert (opened.format, opened.size) == ("JPEG", (64, 48))


HEIC = bytes.fromhex("00000018667479706865696300000000") + b"mif1heic" + bytes(64)


def test_what_only_looks_like_a_phones_picture_is_unreadable():
    with pytest.raises(FileUnreadable):
        documents_in.receive("IMG_1.HEIC", HEIC, material(formats=(Format.HEIC,)))


def test_a_pdf_is_kept_as_it_came():
    content = pdf()
    received = documents_in.receive("plan.pdf", content, material())
    assert (received.media_type, received.content) == ("application/pdf", content)


@pytest.mark.parametrize(
    "content",
    [b"MZ\x90\x00" + bytes(200), b"\x7fELF\x02\x01\x01" + bytes(200), b"<html><script>", b"#!/bin/sh\nrm"],
)
def test_a_program_called_photo_is_refused_by_its_content(content):
    with pytest.raises(FileNotAllowed) as refused:
        documents_in.receive("photo.jpg", content, material())
    assert refused.value.allowed == ("pdf", "jpg", "png")


def test_an_empty_file_and_one_over_the_limit_are_refused():
    with pytest.raises(FileEmpty):
        documents_in.receive("a.jpg", b"", material())
    with pytest.raises(FileTooLarge) as refused:
        documents_in.receive("a.pdf", b"%PDF-" + bytes(1024 * 1024), material())
    assert refused.value.max_mb == 1


def test_what_only_begins_like_a_file_is_unreadable():
    for name, content in (
        ("a.jpg", picture()[:60]),
        ("a.png", b"\x89PNG\r\n\x1a\n rest"),
        ("a.pdf", b"%PDF-1.7 rest"),
    ):
        with pytest.raises(FileUnreadable):
            documents_in.receive(name, content, material())


def test_a_kind_the_material_does_not_take_is_refused():
    with pytest.raises(FileNotAllowed) as refused:
        documents_in.receive("plan.pdf", pdf(), material(formats=(Format.JPG,)))
    assert refused.value.found == "pdf"


@given(st.binary(max_size=400))
def test_any_bytes_are_taken_or_refused_in_words(content):
    with contextlib.suppress(FileEmpty, FileNotAllowed, FileUnreadable):
        documents_in.receive("x", content, material())


@given(st.text(max_size=300))
def test_a_kept_name_is_short_and_means_nothing_to_a_file_system(name):
    safe = documents_in.safe_name(name)
    assert 0 < len(safe) <= 120
    assert not set(safe) & set('/\\:*?"<>|\x00\n')
    assert safe not in {".", ".."}


def test_a_path_in_a_name_is_left_behind():
    assert documents_in.safe_name("..\\..\\etc/passwd") == "passwd"
    assert documents_in.safe_name("我的䶮照片.jpg") == "我的䶮照片.jpg"


def acting_pdf():
    """A PDF in which everything acts: at opening, on every page, in fields, notes, bookmarks, with a file inside."""
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('示例')")
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
    out = io.BytesIO()
    with pikepdf.new() as document:
        page = document.add_blank_page()
        document.attachments["virus.exe"] = b"MZ"
        document.Root.OpenAction = script
        document.Root.AA = pikepdf.Dictionary(WC=script)
        document.Root.Names.JavaScript = pikepdf.Dictionary(Names=pikepdf.Array(["one", script]))
        page.obj.AA = pikepdf.Dictionary(O=launch)
        link = {"Type": pikepdf.Name.Annot, "Subtype": pikepdf.Name.Link, "Rect": [0, 0, 9, 9]}
        web = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org/")
        page.obj.Annots = pikepdf.Array(
            [
                pikepdf.Dictionary(
                    **link, A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org/", Next=launch)
                ),
                pikepdf.Dictionary(**link, A=web),
                pikepdf.Dictionary(**(link | {"Subtype": pikepdf.Name.RichMedia})),
            ]
        )
        field = document.make_indirect(pikepdf.Dictionary(T="a", AA=pikepdf.Dictionary(K=script)))
        document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]), XFA="<xdp/>")
        entry = document.make_indirect(pikepdf.Dictionary(Title="一", A=launch))
        entry.Next = entry
        document.Root.Outlines = document.make_indirect(pikepdf.Dictionary(First=entry))
        document.save(out)
    return out.getvalue()


def test_a_pdf_that_acts_by_itself_comes_in_without_what_acts():
    received = documents_in.receive("form.pdf", acting_pdf(), material())
    with pikepdf.open(io.BytesIO(received.content)) as document:
        assert len(document.attachments) == 0
        kept = [one.A.URI for one in document.pages[0].Annots if "/A" in one]
        assert [str(one) for one in kept] == ["https://example.org/"]
        assert len(document.pages[0].Annots) == 2
        whole = document.Root.unparse(resolved=True)
        assert document.pages[0].obj.get("/AA") is None
        for place in (document.Root, document.Root.AcroForm, document.Root.Outlines.First):
            assert not {"/OpenAction", "/AA", "/XFA", "/A"} & set(place.keys())
        assert document.Root.AcroForm.Fields[0].get("/AA") is None
        assert b"JavaScript" not in whole
    for acting in (b"JavaScript", b"Launch", b"calc.exe", b"virus.exe", b"RichMedia"):
        assert acting not in received.content
    again = documents_in.receive("form.pdf", received.content, material())
    assert again.content == received.content, "nothing left to take out"


def test_a_quiet_pdf_is_kept_byte_for_byte_so_that_its_seal_stays_good():
    content = pdf()
    assert documents_in.receive("a.pdf", content, material()).content == content


def packed_pdf(data):
    out = io.BytesIO()
    with pikepdf.new() as document:
        page = document.add_blank_page()
        stream = pikepdf.Stream(document, b"")
        stream.write(data, filter=pikepdf.Name.FlateDecode)
        page.obj.Contents = stream
        document.save(out, compress_streams=False)
    return out.getvalue()


def test_a_pdf_that_unpacks_to_more_than_anybody_needs_is_refused():
    once = zlib.compress(bytes(pdfs_in.MOST_UNPACKED + 1), 9)
    for data in (once, zlib.compress(once, 9)):
        with pytest.raises(FileUnreadable):
            documents_in.receive("bomb.pdf", packed_pdf(data), material())
    fine = packed_pdf(zlib.compress(bytes(1_000_000)))
    assert documents_in.receive("large.pdf", fine, material()).content == fine
    nested = b"%PDF-1.7\n" + b"stream\n\x78\x9c" * 50_000
    with pytest.raises(FileUnreadable):
        documents_in.receive("ring.pdf", nested, material())


def test_a_pdf_of_endless_pages_is_refused_with_their_number():
    out = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pdfs_in.MOST_PAGES + 1):
            document.add_blank_page()
        document.save(out)
    with pytest.raises(FileTooLong) as refused:
        documents_in.receive("book.pdf", out.getvalue(), material())
    assert refused.value.most == pdfs_in.MOST_PAGES
