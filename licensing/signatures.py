"""The signature in a seal's slot: CMS with the attributes of PAdES B-B (ETSI EN 319 142-1), by a key that stays loaded."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer

from licensing.authority import SealKey
from licensing.errors import PrintFailed
from licensing.finishing import EMPTY_CONTENTS, EMPTY_RANGE, EMPTY_TIME, ROOM, SLOT
from licensing.stepping import run_through


def filled_slot(pdf: bytes, signer: Signer, at: datetime) -> bytes:
    """`pdf` with its signature slot filled: time, the range of everything but the signature, the signature.

    Raises PrintFailed for a file that has no slot, more than one, or whose slot is too narrow.
    """
    if pdf.count(SLOT) != 1:
        raise PrintFailed("seal", "the file has no single signature slot")
    start = pdf.index(SLOT)
    before = start + SLOT.index(EMPTY_CONTENTS) + len("/Contents ")
    after = before + ROOM + len("<>")
    told = f"/ByteRange [0 {before} {after} {len(pdf) - after}]".encode().ljust(len(EMPTY_RANGE))
    moment = f"/M (D:{at.astimezone(UTC):%Y%m%d%H%M%S}Z)".encode()
    slot = SLOT.replace(EMPTY_TIME, moment).replace(EMPTY_RANGE, told)
    content = bytearray(pdf)
    content[start : start + len(SLOT)] = slot
    digest = hashlib.sha256(content[:before])
    digest.update(content[after:])
    signature = run_through(_signature(signer, digest.digest(), at)).hex().encode()
    if len(signature) > ROOM:
        raise PrintFailed("seal", "the signature does not fit its slot")
    content[before + 1 : after - 1] = signature.ljust(ROOM, b"0")
    return bytes(content)


async def _signature(signer: Signer, digest: bytes, at: datetime) -> bytes:
    """A detached CMS signature with the attributes of PAdES B-B: the time stands in the dictionary, not here."""
    attributes = PdfCMSSignedAttributes(signing_time=at)
    signed = await signer.async_sign(digest, "sha256", use_pades=True, signed_attr_settings=attributes)
    return bytes(signed.dump())


class KeptKey(Signer):
    """Signs with a key object that stays loaded: reading one from PEM costs more than the signature."""

    def __init__(self, seal_key: SealKey) -> None:
        certificate = asn1_x509.Certificate.load(seal_key.certificate.public_bytes(Encoding.DER))
        super().__init__(signing_cert=certificate, embed_roots=False)
        self._key = seal_key.key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> Any:
        del digest_algorithm, dry_run  # always SHA-256, as `_signature` asks
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))
