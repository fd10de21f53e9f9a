"""Which deeds are told, by which ways, how often it is tried, and what a delivery may become. No database, no clock."""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from identity.means.rules import Channel
from services.catalogue.messages import Node
from services.notices.errors import ReportForged


class Stage(StrEnum):
    """Where one message stands on one way."""

    WAITING = "waiting"  # 待发送
    HANDING = "handing"  # 正在交付: the intent, written before the hand-over
    SENT = "sent"  # 已交付, no word yet whether it arrived
    DELIVERED = "delivered"  # 已送达, by the gateway's report
    UNDELIVERED = "undelivered"  # 未送达


class Why(StrEnum):
    """Why a message did not arrive, as the clerk is told."""

    REFUSED = "refused"  # the other side will not take it
    GIVEN_UP = "given-up"  # tried for half a day
    UNCERTAIN = "uncertain"  # handed over, no answer: sending again could deliver twice
    NO_ADDRESS = "no-address"  # the proven address is gone
    NO_DOOR = "no-door"  # this way is not set up any more
    TOO_LATE = "too-late"  # the portal stood still for a week
    REPORTED = "reported"  # the gateway says so


DEEDS: Mapping[str, Node] = {
    "application submitted": Node.SUBMITTED,
    "bundle submitted": Node.SUBMITTED,
    "joint date moved": Node.JOINT_MOVED,
    "application accepted": Node.ACCEPTED,
    "application deemed accepted": Node.ACCEPTED,
    "acceptance refused": Node.NOT_ACCEPTED,
    "no licence needed": Node.NOT_NEEDED,
    "correction requested": Node.CORRECTION,
    "application corrected": Node.CORRECTED,
    "special procedure begun": Node.SUSPENDED,
    "special procedure ended": Node.RESUMED,
    "limit extended": Node.EXTENDED,
    "due date recounted": Node.RECOUNTED,
    "application granted": Node.GRANTED,
    "application decided by rules": Node.GRANTED,
    "decision by rules reviewed": Node.REVIEWED,
    "application refused": Node.REFUSED,
    "licence issued": Node.LICENCE_READY,
    "end told": Node.LICENCE_ENDING,
    "licence suspended": Node.LICENCE_SUSPENDED,
    "licence restored": Node.LICENCE_RESTORED,
    "licence revoked": Node.LICENCE_ENDED,
    "licence cancelled": Node.LICENCE_ENDED,
    "licence handed to its holder": Node.LICENCE_FOUND,
    "result delivered": Node.DELIVERED,
    "application withdrawn": Node.WITHDRAWN,
    "application terminated": Node.TERMINATED,
    "grant revoked": Node.ANNULLED,
    "grant cancelled": Node.ANNULLED,
    "hearing offered": Node.HEARING,
    "hearing called": Node.HEARING,
    "hearing closed": Node.RESUMED,
    "left to the applicant": Node.LEFT,
    "warning raised": Node.OVERSIGHT,
    "warning escalated": Node.OVERSIGHT,
    "warning left unanswered": Node.OVERSIGHT,
    "supervision order issued": Node.OVERSIGHT,
    "supervision order reminded": Node.OVERSIGHT,
}
"""The deeds of the ledger somebody is told of: the applicant, the holder of a licence, or what oversight waits for the officers concerned."""

LEGAL = frozenset(
    {
        Node.ACCEPTED,
        Node.NOT_ACCEPTED,
        Node.NOT_NEEDED,
        Node.CORRECTION,
        Node.SUSPENDED,
        Node.EXTENDED,
        Node.GRANTED,
        Node.REVIEWED,
        Node.REFUSED,
        Node.DELIVERED,
        Node.TERMINATED,
        Node.ANNULLED,
        Node.HEARING,
        Node.LICENCE_SUSPENDED,
        Node.LICENCE_RESTORED,
        Node.LICENCE_REPLACED,
        Node.LICENCE_ENDED,
    }
)
"""What the law has the authority tell (行政许可法 32, 38, 42, 44, 45, 47, 69, 70): nobody can opt out of it."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 480))
"""How long to wait after each refusal; after the last, the clerk is shown that it did not arrive."""

KNOWN_BY_ID = frozenset({Channel.SMS})
"""Where the other side keeps our identifier and sends once, so that an unknown outcome is simply tried again."""

HAND_OVER_LASTS = timedelta(minutes=2)
"""A hand-over that began longer ago than this has ended, whatever became of the worker."""

WORTH_SENDING = timedelta(days=7)
REMIND_AFTER = timedelta(days=10)
REMIND_BEFORE = timedelta(days=3)
"""补正: so long before the day that was set, else so long after it was asked for, the applicant is reminded, once."""

REMIND_CHECK_BEFORE = timedelta(days=7)
"""承诺核查: so long before its last day the reviewers are reminded, once."""

REPORT_SKEW = timedelta(minutes=5)
REPORT = "delivery-report"
"""Stands before what a gateway signs, so that none of our own requests passes for a report."""
LONGEST_ID = 100


def channels_for(
    node: Node, proven: Collection[Channel], silenced: Collection[Channel], open_ways: Collection[Channel]
) -> list[Channel]:
    """By which ways a person is told besides the portal."""
    wanted = set(proven) & set(open_ways)
    return sorted(wanted if node in LEGAL else wanted - set(silenced))


def pause_after(tries: int) -> timedelta | None:
    """How long to wait after so many tries; None: that was the last."""
    return PAUSES[tries - 1] if tries <= len(PAUSES) else None


def after_report(stage: Stage, arrived: bool) -> Stage:
    """What a report makes of a delivery: that it arrived is final, that it did not can be put right by a later one."""
    if stage is Stage.DELIVERED or arrived:
        return Stage.DELIVERED
    return Stage.UNDELIVERED


def require_signed(
    key: str, *, moment: str, identifier: str, signature: str, body: bytes, now: datetime
) -> None:
    """Raises ReportForged. The gateway signs purpose, time, id and body, joined by line feeds (HMAC-SHA-256, hex)."""
    if not key:
        raise ReportForged("no gateway")
    if not (moment.isascii() and moment.isdigit() and len(moment) <= 12):
        raise ReportForged("time")
    if not (0 < len(identifier) <= LONGEST_ID and identifier.isascii() and identifier.isprintable()):
        raise ReportForged("id")
    signed = b"\n".join((REPORT.encode(), moment.encode(), identifier.encode(), body))
    wanted = hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted.encode(), signature.encode()):
        raise ReportForged("signature")
    if abs(now.timestamp() - int(moment)) > REPORT_SKEW.total_seconds():
        raise ReportForged("old")
