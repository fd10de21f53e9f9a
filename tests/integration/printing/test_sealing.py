import stat
from datetime import timedelta

import pikepdf
import pytest
from cryptography import x509

from licensing import printing, verifying
from licensing.authority import Authority, Seal, load_passphrase, open_authority
from licensing.errors import KeysUnreadable, PrintFailed, SealMissing
from licensing.sealing import SoftwareSealer
from licensing.signatures import KeptKey, filled_slot
from tests.support import licences as builders


def test_pdfsig_calls_the_seal_valid_over_the_whole_document(licence_file):
    told = builders.tool("pdfsig", str(licence_file))
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told
    assert "Nov 23 2026 04:00:00" in told
    assert told.count("Signature #") == 1


@pytest.mark.parametrize("slug", sorted(builders.FIELDS))
def test_every_type_can_be_sealed(slug, sealer, tmp_path):
    pdf = printing.print_document(builders.sheet(slug))
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealer.seal(pdf, builders.seal_of(slug), at=builders.AT))
    assert "Signature is Valid" in builders.tool("pdfsig", str(path))
    assert path.stat().st_size == len(pdf)


def test_one_changed_byte_is_seen_by_pdfsig_too(licence_file):
    content = bytearray(licence_file.read_bytes())
    content[1200] ^= 1
    licence_file.write_bytes(content)
    assert "Signature is Valid" not in builders.tool("pdfsig", str(licence_file))


def test_sealing_adds_no_second_revision(licence, licence_file):
    assert licence.count(b"%%EOF") == 1
    with pikepdf.open(licence_file) as document:
        assert int(document.Root.AcroForm.SigFlags) == 3
        assert not document.check_pdf_syntax()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"no slot at all"])
def test_a_file_without_a_slot_is_refused(sealer, content):
    with pytest.raises(PrintFailed):
        sealer.seal(content, builders.seal_of("senior-card"), at=builders.AT)


def test_a_file_with_two_slots_or_one_already_filled_is_refused(sealer, printed, licence):
    seal = builders.seal_of("food-business-licence")
    for content in (printed + printed, licence):
        with pytest.raises(PrintFailed):
            sealer.seal(content, seal, at=builders.AT)


def test_a_signature_wider_than_its_slot_is_refused(printed, authority):
    key = KeptKey(authority.key_of(builders.seal_of("food-business-licence")))
    with pytest.raises(PrintFailed):
        filled_slot(printed, key, builders.AT, stamp=lambda _: bytes(10_000))


def test_a_seal_that_was_not_enrolled_is_missing(sealer, printed):
    with pytest.raises(SealMissing):
        sealer.seal(printed, Seal("1" * 18, "示例局", "章"), at=builders.AT)


def test_keys_are_made_once_and_kept_encrypted(tmp_path):
    folder = tmp_path / "keys" / "seals"
    first = open_authority(folder, b"one", builders.AT)
    seal = builders.seal_of("senior-card")
    first.enrol(seal, builders.AT)
    again = open_authority(folder, b"one", builders.AT + timedelta(days=9))
    again.enrol(seal, builders.AT + timedelta(days=9))
    assert again.root.certificate == first.root.certificate
    assert again.key_of(seal).certificate == first.key_of(seal).certificate
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert b"BEGIN ENCRYPTED PRIVATE KEY" in path.read_bytes()
    assert len(list(folder.iterdir())) == 2


def test_another_passphrase_opens_nothing(tmp_path):
    open_authority(tmp_path, b"one", builders.AT)
    with pytest.raises(KeysUnreadable):
        open_authority(tmp_path, b"two", builders.AT)


def test_a_damaged_or_foreign_key_file_is_named(tmp_path, authority):
    with pytest.raises(KeysUnreadable):
        _ = Authority(tmp_path, b"x").root
    seal = builders.seal_of("senior-card")
    (tmp_path / seal.file).write_bytes(b"not a key")
    with pytest.raises(KeysUnreadable):
        Authority(tmp_path, b"x").key_of(seal)


def test_a_passphrase_is_made_once(tmp_path):
    path = tmp_path / "keys" / "seals.passphrase"
    assert load_passphrase(path) == load_passphrase(path)
    assert len(load_passphrase(path)) >= 32


def test_certificates_say_whose_seal_it_is_and_may_do_nothing_else(authority):
    certificate = authority.key_of(builders.seal_of("senior-card")).certificate
    certificate.verify_directly_issued_by(authority.root.certificate)
    names = {each.oid: each.value for each in certificate.subject}
    assert names[x509.NameOID.ORGANIZATION_IDENTIFIER] == builders.CIVIL.code
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.content_commitment
    assert not usage.key_cert_sign
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_a_long_department_name_still_gets_a_certificate(tmp_path):
    authority = open_authority(tmp_path, b"x", builders.AT)
    seal = Seal("11520100MADEM00119", "示例" * 40, "章")
    authority.enrol(seal, builders.AT)
    assert authority.key_of(seal)


def test_a_sealer_names_its_roots(sealer: SoftwareSealer, authority, licence):
    assert list(sealer.roots()) == [authority.root.certificate]
    assert verifying.verify(licence, roots=sealer.roots()).sound
