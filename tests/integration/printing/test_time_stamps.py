"""B-LT: time stamp and revocation data in the file, judged by programs that are not ours."""

import subprocess
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import ades_with_time_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

from licensing import stamping
from licensing.authority import open_authority
from licensing.errors import PrintFailed, StampMissing
from licensing.sealing import SoftwareSealer, Stamping
from licensing.stepping import run_through
from licensing.verdicts import Finding
from licensing.verifying import verify
from tests.support import licences as builders
from tests.support import timestamps

FOOD = "food-business-licence"
SEAL = builders.seal_of(FOOD)


@pytest.fixture(scope="module")
def tsa(tmp_path_factory):
    with timestamps.authority(tmp_path_factory.mktemp("tsa")) as by:
        yield by


@pytest.fixture(scope="module")
def stamped(tsa, authority, printed):
    return SoftwareSealer(authority, tsa).seal(printed, SEAL, at=datetime.now(UTC))


def judged_by_pyhanko(pdf, roots):
    """What pyHanko's validation of signatures with time and long-term material (ETSI EN 319 102-1 5.5) says: every
    revocation must be known, and nothing is known but what lies in the file."""
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    laid = DocumentSecurityStore.read_dss(signature.reader)
    revocations = [asn1_crl.CertificateList.load(each.get_object().data) for each in laid.crls]
    policy = CertValidationPolicySpec(
        SimpleTrustManager.build(trust_roots=roots), CertRevTrustPolicy(REQUIRE_REVINFO)
    )
    spec = SignatureValidationSpec(
        policy,
        RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
        ts_cert_validation_policy=policy,
        local_knowledge=LocalKnowledge(
            known_crls=[CRLContainer(each) for each in revocations], known_certs=list(laid.load_certs())
        ),
    )
    return run_through(
        ades_with_time_validation(signature.signed_data, spec, raw_digest=signature.compute_digest())
    )


def test_pyhanko_finds_everything_for_the_long_term_in_the_file(stamped, tsa, authority):
    roots = [
        asn1_x509.Certificate.load(each)
        for each in (authority.root.certificate.public_bytes(timestamps.Encoding.DER), tsa.certificates[0])
    ]
    judged = judged_by_pyhanko(stamped, roots)
    assert judged.ades_subindic is AdESPassed.OK, judged.failure_msg
    assert abs(judged.best_signature_time - datetime.now(UTC)) < timedelta(hours=1)
    stranger = judged_by_pyhanko(stamped, roots[:1])  # the time stamp's root is not trusted there
    assert stranger.ades_subindic is not AdESPassed.OK


def test_openssl_verifies_the_time_stamp_and_pdfsig_the_seal(stamped, tsa, tmp_path):
    (signature,) = PdfFileReader(BytesIO(stamped)).embedded_signatures
    (tmp_path / "token.der").write_bytes(stamping.token_of(signature.signer_info))
    (tmp_path / "signature").write_bytes(signature.signer_info["signature"].native)
    root = x509.load_der_x509_certificate(tsa.certificates[0])
    (tmp_path / "root.pem").write_bytes(root.public_bytes(timestamps.Encoding.PEM))
    command = [
        "openssl",
        "ts",
        "-verify",
        "-token_in",
        "-in",
        "token.der",
        "-data",
        "signature",
        "-CAfile",
        "root.pem",
    ]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path, timeout=30)
    assert "Verification: OK" in told.stdout + told.stderr
    path = tmp_path / "sealed.pdf"
    path.write_bytes(stamped)
    assert "Signature is Valid" in builders.tool("pdfsig", str(path))
    checked = subprocess.run(
        ["qpdf", "--check", path], check=False, capture_output=True, text=True, timeout=30
    )
    assert checked.returncode == 0, checked.stdout


def test_ours_calls_it_sound_and_every_change_and_addition_not(stamped, authority):
    roots = (authority.root.certificate,)
    verdict = verify(stamped, roots=roots)
    assert verdict.finding is Finding.SOUND
    assert verdict.identifier == builders.elements(FOOD)["ZZBS"]
    assert verify(stamped[:5000] + b"\0" + stamped[5001:], roots=roots).finding is not Finding.SOUND
    writer = IncrementalPdfFileWriter(BytesIO(stamped))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = page["/MediaBox"][3]
    writer.update_container(page)
    changed = BytesIO()
    writer.write(changed)
    assert verify(changed.getvalue(), roots=roots).finding is Finding.APPENDED


def test_an_authority_that_is_away_or_answers_nonsense_stamps_nothing(authority, printed, monkeypatch):
    sealer = SoftwareSealer(authority, Stamping("http://127.0.0.1:9/"))
    with pytest.raises(StampMissing):
        sealer.seal(printed, SEAL, at=builders.AT)
    for answer in (b"", b"nonsense", b"0\x03\x02\x01\x00"):
        monkeypatch.setattr(stamping.TimeStamper, "_asked", lambda _, __, told=answer: told)
        with pytest.raises(StampMissing):
            sealer.seal(printed, SEAL, at=builders.AT)
    with pytest.raises(PrintFailed):
        stamping.widened(b"%PDF-1.7 no slot")


def test_a_rotated_key_seals_on_and_what_the_old_one_sealed_stays_sound(tmp_path, printed):
    authority = opened(tmp_path)
    before = SoftwareSealer(authority).seal(printed, SEAL, at=builders.AT)
    old = authority.rotate(SEAL, builders.AT + timedelta(days=1))
    after = SoftwareSealer(authority).seal(printed, SEAL, at=builders.AT + timedelta(days=1))
    roots = (authority.root.certificate,)
    assert verify(before, roots=roots).sound
    assert verify(after, roots=roots).sound
    assert authority.key_of(SEAL).certificate.serial_number != old.serial_number
    authority.revoke(old, builders.AT)
    authority.revoke(old, builders.AT + timedelta(days=9))
    listed = x509.load_der_x509_crl(authority.revocations(builders.AT))
    assert [each.serial_number for each in listed] == [old.serial_number]
    assert listed.is_signature_valid(authority.root.key.public_key())


def opened(folder):
    authority = open_authority(folder, b"x", builders.AT)
    authority.enrol(SEAL, builders.AT)
    return authority
