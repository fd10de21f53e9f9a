import asyncio
import os
import random
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from licensing import printing, verifying
from licensing.authority import open_authority
from licensing.finishing import ROOM
from licensing.sealing import SoftwareSealer
from licensing.verdicts import Finding
from licensing.verifying import verify
from tests.support import licences as builders

BYTES = int(os.environ.get("YIWANG_BYTES", "120"))
"""Bytes changed one by one; the issue names 1,000."""


@pytest.fixture(scope="module")
def roots(sealer):
    return sealer.roots()


def test_a_sealed_licence_is_sound_and_says_what_it_is(licence, roots):
    verdict = verify(licence, roots=roots)
    assert verdict.finding is Finding.SOUND
    assert verdict.sealer == "示例市市场监督管理局行政审批专用章"
    assert verdict.department == builders.MARKET.code
    assert verdict.sealed_at == builders.AT
    assert verdict.kind == "licence"
    assert verdict.elements == builders.elements("food-business-licence")
    assert verdict.identifier == verdict.elements["ZZBS"]


def test_it_may_be_asked_from_inside_an_event_loop(licence, sealer, printed):
    async def ask():
        again = sealer.seal(printed, builders.seal_of("food-business-licence"), at=builders.AT)
        return verify(licence, roots=sealer.roots()).sound, verify(again, roots=sealer.roots()).sound

    assert asyncio.run(ask()) == (True, True)


def test_one_changed_byte_anywhere_is_seen(licence, roots):
    chance = random.Random(20261121)
    for _ in range(BYTES):
        content = bytearray(licence)
        content[chance.randrange(len(content))] ^= chance.randrange(1, 256)
        assert not verify(bytes(content), roots=roots).sound


def test_one_changed_byte_in_the_signature_itself_is_seen(licence, roots):
    start = licence.index(b"/Contents <") + len(b"/Contents <")
    chance = random.Random(20261122)
    for place in [*range(0, 40), *(chance.randrange(ROOM) for _ in range(80))]:
        content = bytearray(licence)
        old = content[start + place]
        content[start + place] = chance.choice(
            [each for each in b"0123456789abcdefABCDEF \x00>" if each != old]
        )
        assert not verify(bytes(content), roots=roots).sound


def test_a_later_change_is_reported_and_the_sealed_metadata_are_still_read(licence, roots):
    writer = IncrementalPdfFileWriter(BytesIO(licence))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = page["/MediaBox"][3]
    writer.update_container(page)
    changed = BytesIO()
    writer.write(changed)
    verdict = verify(changed.getvalue(), roots=roots)
    assert verdict.finding is Finding.APPENDED
    assert verdict.identifier == builders.elements("food-business-licence")["ZZBS"]


def test_bytes_at_the_end_are_reported(licence, roots):
    assert verify(licence + b"\n% hello", roots=roots).finding is Finding.APPENDED


def test_a_cut_file_is_not_sound(licence, roots):
    for length in (10, len(licence) // 2, len(licence) - 1):
        assert not verify(licence[:length], roots=roots).sound


def test_a_seal_of_another_authority_is_not_ours(printed, roots, tmp_path):
    other = open_authority(tmp_path, b"x", builders.AT)
    seal = builders.seal_of("food-business-licence")
    other.enrol(seal, builders.AT)
    forged = SoftwareSealer(other).seal(printed, seal, at=builders.AT)
    assert verify(forged, roots=roots).finding is Finding.UNKNOWN_SEALER
    assert verify(forged, roots=()).finding is Finding.UNKNOWN_SEALER


def test_a_seal_from_outside_the_certificates_time_is_not_ours(printed, sealer):
    seal = builders.seal_of("food-business-licence")
    late = sealer.seal(printed, seal, at=builders.AT.replace(year=2036))
    assert verify(late, roots=sealer.roots()).finding is Finding.UNKNOWN_SEALER


def test_a_page_rewritten_by_another_program_is_not_sound(licence, roots):
    kept = BytesIO()
    with pikepdf.open(BytesIO(licence)) as document:
        document.save(kept)
    assert verify(kept.getvalue(), roots=roots).finding is Finding.ALTERED


def test_a_pdf_without_a_seal_is_unsealed(roots):
    kept = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(kept)
    assert verify(kept.getvalue(), roots=roots).finding is Finding.UNSEALED


def test_a_printed_page_that_was_never_sealed_is_not_sound(printed, roots):
    assert verify(printed, roots=roots).finding is Finding.ALTERED


@given(st.binary(max_size=400))
def test_no_bytes_whatever_make_it_raise(content):
    assert verify(content, roots=()).finding in {Finding.UNREADABLE, Finding.UNSEALED, Finding.ALTERED}
    verify(b"%PDF-1.7\n" + content, roots=())


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_mangled_licence_makes_it_raise_or_passes(licence, roots, data):
    start = data.draw(st.integers(0, len(licence) - 1))
    width = data.draw(st.integers(1, 3000))
    content = licence[:start] + data.draw(st.binary(max_size=60)) + licence[start + width :]
    assert not verify(content, roots=roots).sound or content == licence


def test_an_enormous_file_is_not_even_opened(monkeypatch):
    monkeypatch.setattr(verifying, "LARGEST", 100)
    assert verify(b"%PDF-1.7" + bytes(200), roots=()).finding is Finding.UNREADABLE


def test_a_preview_bears_no_seal(roots):
    preview = printing.print_document(replace(builders.sheet("senior-card"), sealable=False))
    assert verify(preview, roots=roots).finding is Finding.UNSEALED
