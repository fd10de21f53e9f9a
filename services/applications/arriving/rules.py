"""How files arrive, what a scanner may say of them, and how far they are trusted. Pure."""

from datetime import date, timedelta
from enum import StrEnum

from services.catalogue.codes import Issuer

PIECE = 512 * 1024
"""Bytes of one piece of an upload: what a phone sends in some seconds over a bad line."""
LARGEST_PIECE = 2 * PIECE
LONGEST_MARK = 64
MOST_UPLOADS = 10
"""Uploads one person may have begun and not finished; the oldest makes way."""
BEGUN_LASTS = timedelta(days=3)
UNDER_WAY = timedelta(minutes=10)
"""An upload of which a piece came within this time is on its way: nothing is handed in before it has arrived."""


class Verdict(StrEnum):
    """What is known of a file's harmlessness."""

    UNSCANNED = "unscanned"  # no scanner is set up
    WAITING = "waiting"  # 隔离: the scanner is away, nobody opens it until it has looked
    CLEAN = "clean"
    INFECTED = "infected"  # its content is gone


HELD = frozenset({Verdict.WAITING, Verdict.INFECTED})
"""What nobody may open."""


class Trust(StrEnum):
    """材料可信等级 (技术体系建设指南, 电子证照): who stands for what the file shows."""

    A = "A"  # from the issuing organ: usable directly
    B = "B"  # compared with the original by window staff: usable again
    C = "C"  # uploaded by the user: the window looks at the original first
    D = "D"  # made by the user, who promises that it is true


def first_trust(issuer: Issuer) -> Trust:
    """Of what an applicant uploads: their own work, or a copy of what another body issued."""
    return Trust.D if issuer is Issuer.APPLICANT else Trust.C


def watermark(trust: Trust, office: str, until: date | None = None) -> str | None:
    """信息加注: what a copy carries; nothing below level B (domain.md 1.3)."""
    if trust is Trust.A:
        lasting = f"，有效期至{until.year}年{until.month}月{until.day}日" if until else ""
        return f"此件由{office}提供，仅供办理政务服务事项时使用{lasting}"
    return "此件经与原件核对无误，仅供办理政务服务事项时使用" if trust is Trust.B else None
