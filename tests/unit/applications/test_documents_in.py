import base64
import contextlib
import io

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from services.applications import documents_in
from services.applications.errors import FileEmpty, FileNotAllowed, FileTooLarge, FileUnreadable
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
