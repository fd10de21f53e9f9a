"""The examination behind `verifying.verify`: the seal, what it covers, and the certificate behind it."""

import logging
import re
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from licensing import signatures, stamping
from licensing.metadata import read_record
from licensing.stepping import run_through
from licensing.verdicts import Finding, Verdict

RECORD_NAME = "metadata.json"


def examine(pdf: bytes, *, roots: Sequence[x509.Certificate]) -> Verdict:
    """The verdict on a PDF of bounded size, whatever is in it."""
    try:
        reader = PdfFileReader(BytesIO(pdf))
        signatures = list(reader.embedded_signatures)
    except Exception:
        return Verdict(Finding.ALTERED if HAS_SEAL.search(pdf) else Finding.UNREADABLE)
    if not signatures:
        return Verdict(Finding.ALTERED if HAS_SEAL.search(pdf) else Finding.UNSEALED)
    try:
        return _judged(reader, signatures, pdf, roots)
    except Exception:
        return Verdict(Finding.ALTERED)


# A refusal is an answer here, not an event: the library would log a traceback for every forged file.
logging.getLogger("pyhanko.sign.validation").setLevel(logging.CRITICAL)

COVERING = {SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION}
HAS_SEAL = re.compile(rb"/ByteRange\s*\[")


def _judged(
    reader: PdfFileReader,
    signatures: list[EmbeddedPdfSignature],
    pdf: bytes,
    roots: Sequence[x509.Certificate],
) -> Verdict:
    first = signatures[0]
    when = first.self_reported_timestamp
    status = run_through(async_validate_pdf_signature(first, _trust(roots, when)))
    finding = _finding(status, first, pdf, alone=len(signatures) == 1)
    sealer, department = _names(status.signing_cert)
    # Metadata are read from what was sealed, not from what somebody may have appended.
    root = reader.get_historical_root(first.signed_revision)
    kind, elements = _record(root) or (None, {})
    return Verdict(finding, sealer, department, when, kind, elements)


def _finding(
    status: PdfSignatureStatus, signature: EmbeddedPdfSignature, pdf: bytes, *, alone: bool
) -> Finding:
    if not (status.intact and status.valid) or status.coverage not in COVERING:
        return Finding.ALTERED
    if not _gap_exact(signature, pdf):
        return Finding.ALTERED
    if not alone or not _nothing_but_evidence(status, signature):
        return Finding.APPENDED
    if not status.trusted:
        return Finding.UNKNOWN_SEALER
    return Finding.SOUND if _der(signature) == _rebuilt(signature) else Finding.ALTERED


def _gap_exact(signature: EmbeddedPdfSignature, pdf: bytes) -> bool:
    """Whether the gap of the byte range is one hex string with the signature and zeros, and nothing else.

    The gap is the one place a seal does not cover: nothing may hide there.
    """
    start, first, second, rest = (int(number) for number in signature.byte_range)
    expected = b"<" + _der(signature).hex().encode().ljust(second - first - 2, b"0") + b">"
    return start == 0 and second + rest <= len(pdf) and pdf[first:second] == expected


def _der(signature: EmbeddedPdfSignature) -> bytes:
    """The signature without its padding, as long as its own header says."""
    content = bytes(signature.pkcs7_content)
    octets = content[1] & 0x7F
    return content[: 2 + octets + int.from_bytes(content[2 : 2 + octets], "big")]


def _nothing_but_evidence(status: PdfSignatureStatus, signature: EmbeddedPdfSignature) -> bool:
    """Whether nothing follows what was sealed, or only certificates and revocation lists (PAdES B-LT)."""
    if status.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return True
    if status.modification_level is not ModificationLevel.LTA_UPDATES:
        return False
    later = signature.reader.xrefs.total_revisions - 1 - signature.signed_revision
    return later == 1 and "/DSS" in signature.reader.root


def _rebuilt(signature: EmbeddedPdfSignature) -> bytes:
    """The signature as our sealers write one, made again from the parts that are themselves signed.

    Versions, lengths and lists of algorithms around them are checked by nobody else (RFC 5652 covers only the
    signed attributes).
    """
    info = signature.signer_info
    told = {each["type"].native: each["values"][0] for each in info["signed_attrs"]}
    made = signatures.parts(signature.signer_cert.dump())
    token = stamping.token_of(info)
    return made.around(told["message_digest"].native, info["signature"].native, token)


def _trust(roots: Sequence[x509.Certificate], when: datetime | None) -> ValidationContext:
    known = [asn1_x509.Certificate.load(root.public_bytes(Encoding.DER)) for root in roots]
    return ValidationContext(
        trust_roots=known, moment=when, allow_fetching=False, revocation_mode="soft-fail"
    )


def _names(certificate: Any) -> tuple[str | None, str | None]:
    """Who sealed, as bearer and seal, and the department's code."""
    parts = certificate.subject.native
    told = (parts.get("organization_name"), parts.get("organizational_unit_name"))
    whole = "".join(told) if all(isinstance(part, str) for part in told) else parts.get("common_name")
    return whole, parts.get("organization_identifier")


def _record(root: Any) -> tuple[str, dict[str, str]] | None:
    try:
        names = root["/Names"]["/EmbeddedFiles"]["/Names"]
    except KeyError:
        return None
    for place in range(1, len(names), 2):
        if str(names[place]["/UF"]) == RECORD_NAME:
            return read_record(names[place]["/EF"]["/F"].data)
    return None
