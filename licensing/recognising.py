"""A file exactly as our sealers write it, recognised in a few milliseconds; anything else is for `examining`.

The seal covers every byte but the gap of its own digits, and the gap is one string of digits and zeros: where the
digest is signed by a certificate of ours, the file is what was sealed, and nothing of it needs to be believed
first. Only then is the record read out of it.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO

import pikepdf
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from licensing import signatures
from licensing.metadata import read_record
from licensing.verdicts import Finding, Verdict

SLOT = re.compile(rb"/M \(D:(\d{14})Z\)/ByteRange \[0 (\d+) (\d+) (\d+)\] */Contents <([0-9a-f]{600,})>>>")
"""The filled slot of a seal."""
RECORD_NAME = "metadata.json"


class _Unlike(Exception):
    """Not as our sealers write it."""


def recognise(pdf: bytes, *, roots: Sequence[x509.Certificate]) -> Verdict | None:
    """The verdict on a sound file of ours; None for any other, sound or not."""
    try:
        return _recognised(pdf, roots)
    except (
        _Unlike,
        ValueError,
        TypeError,
        IndexError,
        InvalidSignature,
        x509.ExtensionNotFound,
        pikepdf.PdfError,
    ):
        return None


def _recognised(pdf: bytes, roots: Sequence[x509.Certificate]) -> Verdict:
    slots = list(SLOT.finditer(pdf))
    if len(slots) != 1 or pdf.count(b"/ByteRange") != 1:
        raise _Unlike
    (slot,) = slots
    before, after, rest = int(slot[2]), int(slot[3]), int(slot[4])
    if (before, after) != (slot.start(5) - 1, slot.end() - 2) or after + rest != len(pdf):
        raise _Unlike
    digest = hashlib.sha256(pdf[:before])
    digest.update(pdf[after:])
    sealed_at = datetime.strptime(slot[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    certificate = _signer(bytes.fromhex(pdf[before + 1 : after - 1].decode("ascii")), digest.digest())
    known = _certificate(certificate, tuple(root.public_bytes(Encoding.DER) for root in roots))
    if not known.not_valid_before_utc <= sealed_at <= known.not_valid_after_utc:
        raise _Unlike
    kind, elements = _record(pdf) or (None, {})
    sealer, department = _names(known)
    return Verdict(Finding.SOUND, sealer, department, sealed_at, kind, elements)


def _signer(gap: bytes, digest: bytes) -> bytes:
    """The certificate behind a signature of this digest, as DER; everything around it as our sealers write it."""
    content, padding = _first(gap)
    if any(padding):
        raise _Unlike
    _, data = _parts(_body(content))
    *_, certificates, signers = _parts(_body(_body(data)))
    certificate = _body(certificates)
    *_, signature = _parts(_body(_body(signers)))
    made = signatures.parts(certificate)
    # Made again from what is signed: nothing else may stand in between.
    if made.around(digest, _body(signature)) != content:
        raise _Unlike
    _key(certificate).verify(_body(signature), made.to_sign(digest), ec.ECDSA(hashes.SHA256()))
    return certificate


def _first(content: bytes) -> tuple[bytes, bytes]:
    """The first element of DER content with its head, and what follows (X.690 8.1)."""
    length, start = content[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(content[2:start])
    if start + length > len(content):
        raise _Unlike
    return content[: start + length], content[start + length :]


def _parts(content: bytes) -> Iterator[bytes]:
    while content:
        part, content = _first(content)
        yield part


def _body(element: bytes) -> bytes:
    return element[2 + (element[1] & 0x7F if element[1] & 0x80 else 0) :]


@lru_cache(maxsize=1024)
def _key(certificate: bytes) -> ec.EllipticCurvePublicKey:
    key = x509.load_der_x509_certificate(certificate).public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise _Unlike
    return key


@lru_cache(maxsize=1024)
def _certificate(certificate: bytes, roots: tuple[bytes, ...]) -> x509.Certificate:
    """The certificate, once one of the roots stands behind it and it may sign documents."""
    known = x509.load_der_x509_certificate(certificate)
    usage = known.extensions.get_extension_for_class(x509.KeyUsage).value
    if not usage.digital_signature or usage.key_cert_sign:
        raise _Unlike
    for root in roots:
        try:
            known.verify_directly_issued_by(x509.load_der_x509_certificate(root))
        except (ValueError, TypeError, InvalidSignature):
            continue
        return known
    raise _Unlike


def _names(certificate: x509.Certificate) -> tuple[str | None, str | None]:
    """Who sealed, as bearer and seal, and the department's code."""
    told = {part.oid: str(part.value) for part in certificate.subject}
    bearer, seal = told.get(NameOID.ORGANIZATION_NAME), told.get(NameOID.ORGANIZATIONAL_UNIT_NAME)
    whole = bearer + seal if bearer and seal else told.get(NameOID.COMMON_NAME)
    return whole, told.get(NameOID.ORGANIZATION_IDENTIFIER)


def _record(pdf: bytes) -> tuple[str, dict[str, str]] | None:
    """The record of a file that is known to be sound."""
    content = record_of(pdf)
    return read_record(content) if content else None


def record_of(pdf: bytes) -> bytes:
    """The embedded record as it is, or nothing. Believe it only of a sound file."""
    with pikepdf.open(BytesIO(pdf)) as file:
        attached = file.Root.get("/Names", pikepdf.Dictionary()).get("/EmbeddedFiles", pikepdf.Dictionary())
        names = list(attached.get("/Names", pikepdf.Array()))
        for place in range(1, len(names), 2):
            if str(names[place].UF) == RECORD_NAME:
                return bytes(names[place].EF.F.read_bytes())
    return b""
