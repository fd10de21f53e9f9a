"""Trust levels, what copies say, and that the words are burned into pictures and PDFs of any size."""

import io
from datetime import date

import pikepdf
import pytest
from PIL import Image, ImageChops

from services.applications.copies import burning
from services.applications.copies.rules import Level, good_until, level_of, marking
from services.catalogue.codes import Issuer
from tests.support.sample_answers import pdf, photo

LINES = ("此件由申请人上传", "仅供办理政务服务事项时使用")
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("issuer", "by_clerk", "seen", "level"),
    [
        (Issuer.APPLICANT, False, False, Level.D),
        (Issuer.AUTHORITY, False, False, Level.C),
        (Issuer.AGENCY, False, False, Level.C),
        (Issuer.AUTHORITY, False, True, Level.B),
        (Issuer.AUTHORITY, True, False, Level.B),
        (Issuer.APPLICANT, True, False, Level.B),
    ],
)
def test_the_level_follows_from_who_made_it_and_who_saw_the_original(issuer, by_clerk, seen, level):
    assert level_of(issuer=issuer, by_clerk=by_clerk, original_seen=seen) is level


def test_every_level_says_what_the_copy_is_for_and_until_when():
    for level in Level:
        told = marking(level, provider="示例市民政局", until=date(2027, 5, 24))
        assert told.endswith("，仅供办理政务服务事项时使用，有效期至2027年5月24日")
    assert marking(Level.A, provider="示例市民政局", until=TODAY).startswith("此件由示例市民政局提供，")
    assert "与原件核对无误" in marking(Level.B, provider="x", until=TODAY)
    assert good_until(TODAY, None) == date(2027, 5, 24)
    assert good_until(TODAY, date(2026, 12, 1)) == date(2026, 12, 1)


def looks(content):
    with Image.open(io.BytesIO(content)) as picture:
        return picture.format, picture.convert("RGB")


@pytest.mark.parametrize("size", [(480, 640), (60, 40), (1, 1), (9000, 120)])
def test_a_picture_is_marked_whatever_its_size(size):
    original = photo(*size)
    kind, marked = looks(burning.marked(original, "image/jpeg", LINES))
    assert kind == "JPEG"
    assert max(marked.size) <= burning.LARGEST
    if min(size) > 100:
        plain = looks(original)[1].resize(marked.size)
        assert ImageChops.difference(plain, marked).getbbox() is not None


def test_every_page_of_a_pdf_is_marked_and_its_seal_is_gone():
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.add_blank_page(page_size=(14_400, 9))
        document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([]))
        out = io.BytesIO()
        document.save(out)
    with pikepdf.open(io.BytesIO(burning.marked(out.getvalue(), burning.PDF, LINES))) as copy:
        assert "/AcroForm" not in copy.Root
        for page in copy.pages:
            veil = next(iter(page.Resources.XObject.values()))
            assert max(int(veil.SMask.Width), int(veil.SMask.Height)) <= burning.LARGEST_VEIL


@pytest.mark.parametrize(
    ("content", "kind"), [(b"no picture", "image/png"), (b"%PDF-1.7 broken", burning.PDF)]
)
def test_what_cannot_be_read_is_refused(content, kind):
    with pytest.raises(ValueError, match="cannot be copied"):
        burning.marked(content, kind, LINES)
