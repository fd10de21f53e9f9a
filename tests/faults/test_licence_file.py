"""The licence that the tour took home, in the hands of tools that are not ours; and one changed byte of it."""

import re
import subprocess
from pathlib import Path

import httpx
import pikepdf
import pytest

from portal.cli.demo import people
from tests.faults.walking import Tour
from tests.support.demonstration import Demonstration

HOLDER = people.firm("firm-restaurant").name


def tool(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def licence(tour: Tour) -> Path:
    return tour.file(".pdf")


@pytest.fixture
def altered(licence: Path, tmp_path: Path) -> Path:
    """The same with one byte of its content changed, still a PDF."""
    content = bytearray(licence.read_bytes())
    place = content.index(b"stream\n") + 40
    content[place] ^= 1
    path = tmp_path / "altered.pdf"
    path.write_bytes(content)
    return path


def test_pdfsig_finds_a_valid_signature_over_the_whole_document(licence: Path) -> None:
    told = tool("pdfsig", "-nocert", str(licence))
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    assert told.count("Signature #") == 1


def test_it_says_its_holder_as_text(licence: Path) -> None:
    assert HOLDER in tool("pdftotext", "-layout", str(licence), "-")


def test_all_fonts_are_embedded(licence: Path) -> None:
    fonts = tool("pdffonts", str(licence)).splitlines()[2:]
    assert fonts
    assert [line for line in fonts if not re.search(r"\byes\s+(yes|no)\s+(yes|no)\s+\d+\s+\d+$", line)] == []


def test_it_has_a_language_a_title_and_tags(licence: Path) -> None:
    with pikepdf.open(licence) as document:
        assert str(document.Root.Lang) == "zh-CN"
        assert HOLDER in str(document.docinfo.Title)
        assert document.Root.MarkInfo.Marked
        assert document.Root.ViewerPreferences.DisplayDocTitle


def test_yiwang_licence_verify_says_who_sealed_it(demo: Demonstration, licence: Path) -> None:
    verified = demo.yiwang("licence", "verify", str(licence))
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "示例市市场监督管理局" in verified.stdout


def test_one_changed_byte_fails_the_command(demo: Demonstration, altered: Path) -> None:
    verified = demo.yiwang("licence", "verify", str(altered))
    assert verified.returncode == 1, verified.stdout
    assert "Traceback" not in verified.stdout + verified.stderr


def test_one_changed_byte_fails_the_page_and_the_api(
    demo: Demonstration, licence: Path, altered: Path
) -> None:
    with httpx.Client(base_url=demo.url, timeout=30) as client:
        answers = [
            client.post(
                "/api/v1/verifications", files={"file": (path.name, path.read_bytes(), "application/pdf")}
            )
            for path in (licence, altered)
        ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["valid"] for answer in answers] == [True, False]
