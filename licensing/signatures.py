"""The signature in a seal's slot: CMS with the attributes of PAdES B-B (ETSI EN 319 142-1), by a key that stays loaded.

A library puts the same five parts together in 20 ms that change in two places: the digest and the signature. The
parts are made by it once for each key; a sealed document costs half a millisecond.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.general import as_signing_certificate_v2

from licensing.authority import SealKey
from licensing.errors import PrintFailed
from licensing.finishing import EMPTY_RANGE, EMPTY_TIME, ROOM, SLOT, slot

Stamp = Callable[[bytes], bytes]
"""From the signature of a seal to the time stamp token over it (RFC 3161), as DER."""


def filled_slot(
    pdf: bytes, key: "KeptKey", at: datetime, *, room: int = ROOM, stamp: Stamp | None = None
) -> bytes:
    """`pdf` with its signature slot of `room` digits filled: time, the range of everything but the signature, the
    signature, with a time stamp where there is one to ask.

    Raises PrintFailed for a file that has no slot, more than one, or whose slot is too narrow.
    """
    empty = SLOT if room == ROOM else slot(room)
    if pdf.count(empty) != 1:
        raise PrintFailed("seal", "the file has no single signature slot")
    start = pdf.index(empty)
    before = start + empty.index(b"/Contents ") + len("/Contents ")
    after = before + room + len("<>")
    told = f"/ByteRange [0 {before} {after} {len(pdf) - after}]".encode().ljust(len(EMPTY_RANGE))
    moment = f"/M (D:{at.astimezone(UTC):%Y%m%d%H%M%S}Z)".encode()
    content = bytearray(pdf)
    content[start : start + len(empty)] = empty.replace(EMPTY_TIME, moment).replace(EMPTY_RANGE, told)
    digest = hashlib.sha256(content[:before])
    digest.update(content[after:])
    signature = key.signed(digest.digest(), stamp).hex().encode()
    if len(signature) > room:
        raise PrintFailed("seal", "the signature does not fit its slot")
    content[before + 1 : after - 1] = signature.ljust(room, b"0")
    return bytes(content)


class KeptKey:
    """A key object that stays loaded, with what its signatures are made of."""

    def __init__(self, seal_key: SealKey) -> None:
        self._key = seal_key.key
        self.certificate = seal_key.certificate.public_bytes(Encoding.DER)
        self._parts = parts(self.certificate)

    def signed(self, digest: bytes, stamp: Stamp | None = None) -> bytes:
        """The CMS over a document of this SHA-256 digest. The time stands in the dictionary, not here."""
        signature = self._key.sign(self._parts.to_sign(digest), ec.ECDSA(hashes.SHA256()))
        token = None if stamp is None else stamp(signature)
        return self._parts.around(digest, signature, token)


class Parts:
    """The parts of a certificate's signatures that never change (RFC 5652, RFC 5035)."""

    def __init__(self, certificate: bytes) -> None:
        known = asn1_x509.Certificate.load(certificate)
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256", "parameters": core.Null()}).dump()
        sid = cms.IssuerAndSerialNumber({"issuer": known.issuer, "serial_number": known.serial_number}).dump()
        self._attributes = [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}).dump(),
            cms.CMSAttribute(
                {"type": "signing_certificate_v2", "values": [as_signing_certificate_v2(known)]}
            ).dump(),
        ]
        self._head = VERSION + sid + sha256
        self._kind = cms.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}).dump()
        content = cms.EncapsulatedContentInfo({"content_type": "data"}).dump()
        self._around = VERSION + der(SET, sha256) + content + der(FIRST, certificate)

    def to_sign(self, digest: bytes) -> bytes:
        """What a signature of a document of this digest is over."""
        return der(SET, self._told(digest))

    def _told(self, digest: bytes) -> bytes:
        told = cms.CMSAttribute({"type": "message_digest", "values": [digest]}).dump()
        return b"".join(sorted([*self._attributes, told]))

    def around(self, digest: bytes, signature: bytes, token: bytes | None = None) -> bytes:
        """The whole CMS of a signature, with the time stamp over it if there is one."""
        unsigned = b"" if token is None else der(SECOND, _stamped(token))
        attributes = der(FIRST, self._told(digest))
        signer = self._head + attributes + self._kind + der(OCTETS, signature) + unsigned
        data = der(SEQUENCE, self._around + der(SET, der(SEQUENCE, signer)))
        return der(SEQUENCE, SIGNED_DATA + der(FIRST, data))


@lru_cache(maxsize=1024)
def parts(certificate: bytes) -> Parts:
    """The parts of a certificate's signatures, by its DER."""
    return Parts(certificate)


def _stamped(token: bytes) -> bytes:
    """The attribute that holds a time stamp over a signature (RFC 3161 appendix A)."""
    return der(SEQUENCE, core.ObjectIdentifier("1.2.840.113549.1.9.16.2.14").dump() + der(SET, token))


SEQUENCE, SET, OCTETS, FIRST, SECOND = 0x30, 0x31, 0x04, 0xA0, 0xA1
VERSION = core.Integer(1).dump()
SIGNED_DATA = core.ObjectIdentifier("1.2.840.113549.1.7.2").dump()


def der(tag: int, content: bytes) -> bytes:
    """`content` under a tag, its length in the shortest form (X.690 10.1)."""
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + content
