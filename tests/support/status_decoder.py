"""A status list read by a program that shares no line with ours: the draft's text, JSON, zlib and `cryptography`."""

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature


def octets(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def decoded(token: str, jwks: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of a signed list, with `values` as one number a place. Raises InvalidSignature."""
    head, body, signature = token.split(".")
    header = json.loads(octets(head))
    assert (header["typ"], header["alg"]) == ("statuslist+jwt", "ES256")
    (key,) = (each for each in jwks["keys"] if each["kid"] == header["kid"])
    x, y = (int.from_bytes(octets(key[name])) for name in "xy")
    raw = octets(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    public.verify(der, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    claims = json.loads(octets(body))
    bits, packed = claims["status_list"]["bits"], zlib.decompress(octets(claims["status_list"]["lst"]))
    claims["values"] = [byte >> shift & 2**bits - 1 for byte in packed for shift in range(0, 8, bits)]
    return dict(claims)
