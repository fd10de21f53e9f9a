"""The second factor: time-based one-time codes (TOTP, RFC 6238: SHA-1, 6 digits, 30 seconds).

Pure: the secret, the code and the moment come in, the time step comes out.
"""

import base64
import binascii
import hmac
from datetime import datetime

import pyotp

STEP_SECONDS = 30
DRIFT_STEPS = 1
ISSUER = "Yiwang"


def new_secret() -> str:
    """160 random bits in base32, as authenticators read them."""
    return pyotp.random_base32()


def is_secret(text: str) -> bool:
    """Whether `text` is base32 of at least 128 bits (RFC 4226 R6)."""
    try:
        return len(base64.b32decode(text)) >= 16
    except (binascii.Error, ValueError):
        return False


def code_at(secret: str, at: datetime) -> str:
    """The code an authenticator shows at `at`."""
    return pyotp.TOTP(secret).generate_otp(_step(at))


def step_of(secret: str, code: str, at: datetime, *, used: int | None) -> int | None:
    """The time step this code belongs to, one step of drift allowed; None if it is wrong or not after `used`.

    A code is good once (RFC 6238 §5.2): the caller keeps the returned step as the next `used`.
    """
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return None
    now = _step(at)
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        same = hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step), digits)
        if same and (used is None or step > used):
            return step
    return None


def enrolment_address(secret: str, account: str) -> str:
    """The `otpauth://` address an authenticator scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def _step(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS
