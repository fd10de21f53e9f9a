"""Means of signing in besides the password: what holds about them without looking anyone up."""

from datetime import timedelta
from enum import StrEnum

CODE_LASTS = timedelta(minutes=5)
CODE_TRIES = 5
PROOF_LASTS = timedelta(minutes=10)
"""How long a code that was right lets one go on with what it was for."""

CHALLENGE_LASTS = timedelta(minutes=5)
MOST_PASSKEYS = 20
LABEL_LENGTH = 40

RECOVERY_WAITS = timedelta(hours=24)
"""The owner is told at once on every proven channel and may object so long (GB/T 35273-2020 8.1, usual practice)."""
RECOVERY_LASTS = timedelta(days=7)
"""Once it is ready, a recovery must be used within this time."""

STAFF_RECOVERY_LASTS = timedelta(hours=24)
STAFF_RECOVERY_TRIES = 5
NOTICE_LASTS = timedelta(days=1)


class Channel(StrEnum):
    """How a notice reaches a person."""

    SMS = "sms"
    EMAIL = "email"


class News(StrEnum):
    """What concerns an account and no case, told in the portal itself."""

    MANDATE_ASKED = "mandate-asked"  # 有人请您确认委托
    MANDATE_IN_FORCE = "mandate-in-force"  # 委托生效
    MANDATE_DECLINED = "mandate-declined"  # 对方没有同意
    MANDATE_OVER = "mandate-over"  # 委托结束
    MANDATE_ENDING = "mandate-ending"  # 委托快到期
    STANDING_IN = "standing-in"  # 指定为代理人
    STANDING_IN_OVER = "standing-in-over"  # 代理结束


class Purpose(StrEnum):
    """What a one-time code is for; a code for one purpose is worth nothing for another."""

    SIGN_IN = "sign-in"
    RECOVERY = "recovery"
    CONTACT = "contact"
    PROVE = "prove"  # before a sensitive deed, where nothing stronger is at hand


class Standing(StrEnum):
    """Where a recovery stands after the code was right."""

    STARTED = "started"  # waits from now on
    WAITING = "waiting"  # began earlier, still waits
    OPEN = "open"  # a new password may be set now
    AT_THE_WINDOW = "at-the-window"  # not online: staff


def masked(channel: Channel, address: str) -> str:
    """An address as its owner recognises it and nobody else: `138****0001`, `z***@example.org`."""
    if channel is Channel.SMS:
        return f"{address[:3]}****{address[-4:]}"
    name, _, domain = address.partition("@")
    return f"{name[:1]}***@{domain}"
