"""The code an authenticator shows (RFC 6238, SHA-1, 30 seconds, six digits)."""

import base64
import hmac
import struct

STEP = 30


def code_at(secret: str, moment: float) -> str:
    """The code of a base32 secret at a moment in seconds since 1970."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(moment) // STEP), "sha1")
    place = digest[-1] & 15
    (number,) = struct.unpack(">I", digest[place : place + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06d}"


def until_next(moment: float) -> float:
    """Seconds until the authenticator shows another code."""
    return STEP - moment % STEP
