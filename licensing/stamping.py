"""Time stamps over seals (RFC 3161), and what a verifier needs years later, laid into the file: PAdES B-LT.

A time-stamp authority is asked over HTTP for each seal. The certificates of both chains and their revocation lists
follow behind the sealed bytes as a document security store (ETSI EN 319 142-1 5.4): nothing that was sealed changes.
"""

import hashlib
import re
import secrets
import struct
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from asn1crypto import algos, cms, core, tsp
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509

from licensing.errors import PrintFailed, StampMissing
from licensing.finishing import SLOT, slot
from licensing.printing.assembling import stream

ROOM = 20_000
"""Hex digits kept free for a signature with its time stamp."""
QUERY = "application/timestamp-query"
LARGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is laid into a stamped file: certificates and revocation lists of both chains, as DER."""

    certificates: Sequence[bytes]
    revocations: Sequence[bytes]


class TimeStamper:
    """Asks one authority at `url`. Raises StampMissing where it gives none."""

    def __init__(self, url: str, *, seconds: float = 10.0) -> None:
        self._url, self._seconds = url, seconds

    def __call__(self, signature: bytes) -> bytes:
        """The time stamp token over a signature, as DER."""
        digest, nonce = hashlib.sha256(signature).digest(), secrets.randbits(63)
        imprint = tsp.MessageImprint(
            {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest}
        )
        wanted = tsp.TimeStampReq(
            {"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True}
        )
        try:
            answer = tsp.TimeStampResp.load(self._asked(wanted.dump()))
            token = answer["time_stamp_token"]
            told = token["content"]["encap_content_info"]["content"].parsed
            right = (told["message_imprint"]["hashed_message"].native, told["nonce"].native) == (
                digest,
                nonce,
            )
            granted = answer["status"]["status"].native in {"granted", "granted_with_mods"}
        except (ValueError, TypeError, KeyError, AttributeError) as exc:
            raise StampMissing("its answer cannot be read") from exc
        if not (granted and right):
            raise StampMissing("it did not stamp what was asked")
        return bytes(token.dump())

    def _asked(self, query: bytes) -> bytes:
        request = urllib.request.Request(self._url, data=query, headers={"Content-Type": QUERY})  # noqa: S310 the operator's own address
        try:
            with urllib.request.urlopen(request, timeout=self._seconds) as answer:  # noqa: S310 the same
                return bytes(answer.read(LARGEST))
        except (urllib.error.URLError, OSError) as exc:
            raise StampMissing(type(exc).__name__) from exc


def widened(pdf: bytes, room: int = ROOM) -> bytes:
    """An unsealed file with a wider slot, as a second revision before the seal. Raises PrintFailed."""
    found = re.search(rb"(\d+) 0 obj\s" + re.escape(SLOT), pdf)
    end = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", pdf)
    if found is None or end is None:
        raise PrintFailed("seal", "the file has no single signature slot")
    number, before = int(found[1]), int(end[1])
    told = {key: _entry(pdf[before : end.start()], key) for key in (b"Size", b"Root", b"Info", b"ID")}
    size, at = int(told[b"Size"]), len(pdf) + 1
    body = b"%d 0 obj\n%s\nendobj\n" % (number, slot(room))
    rows = struct.pack(">BIHBIH", 1, at, 0, 1, at + len(body), 0)
    entries = b"/Type /XRef /W [1 4 2] /Size %d /Index [%d 1 %d 1] /Prev %d" % (
        size + 1,
        number,
        size,
        before,
    )
    entries += b"".join(b"/%s %s" % (key, told[key]) for key in (b"Root", b"Info", b"ID") if told[key])
    table = b"%d 0 obj\n%s\nendobj\n" % (size, stream(rows, entries))
    return pdf + b"\n" + body + table + b"startxref\n%d\n%%%%EOF\n" % (at + len(body))


def _entry(trailer: bytes, key: bytes) -> bytes:
    found = re.search(rb"/" + key + rb"\s*(\[[^\]]*\]|\d+ \d+ R|\d+)", trailer)
    return found[1] if found else b""


def with_evidence(sealed: bytes, evidence: Evidence) -> bytes:
    """The sealed file with the means to verify it long after its authorities are gone, appended."""
    # The signing library takes a second to load; processes that stamp nothing do without.
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.dss import DocumentSecurityStore

    (signature,) = PdfFileReader(BytesIO(sealed)).embedded_signatures
    output = BytesIO(sealed)
    DocumentSecurityStore.add_dss(
        output,
        signature.pkcs7_content.hex().encode(),
        certs=[asn1_x509.Certificate.load(each) for each in evidence.certificates],
        crls=[asn1_crl.CertificateList.load(each) for each in evidence.revocations],
    )
    return output.getvalue()


def token_of(signer: cms.SignerInfo) -> bytes | None:
    """The time stamp token in a signature, as DER, where there is one."""
    attributes = signer["unsigned_attrs"]
    if isinstance(attributes, core.Void):
        return None
    for attribute in attributes:
        if attribute["type"].native == "signature_time_stamp_token":
            return bytes(attribute["values"][0].dump())
    return None
