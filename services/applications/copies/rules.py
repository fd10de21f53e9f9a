"""How far a file may be trusted (可信等级 A to D), and what its copies say (guide of 国办函〔2016〕108号, 证照 levels). Pure."""

from datetime import date, timedelta
from enum import StrEnum

from services.catalogue.codes import Issuer

GOOD_FOR = timedelta(days=183)
"""A marked copy is good for half a year, never longer than what it was copied from."""


class Level(StrEnum):
    """Whose word a file is."""

    A = "A"  # 由颁发机构提供
    B = "B"  # 窗口已与原件核对
    C = "C"  # 申请人上传, the original is still to be shown
    D = "D"  # 申请人自拟, promised to be true


def level_of(*, issuer: Issuer, by_clerk: bool, original_seen: bool) -> Level:
    """The level of an uploaded file; what an organ itself provides is A and never passes here."""
    if by_clerk or original_seen:
        return Level.B
    return Level.D if issuer is Issuer.APPLICANT else Level.C


def good_until(today: date, ends: date | None) -> date:
    """The last day on which a copy made today may be used."""
    last = today + GOOD_FOR
    return min(last, ends) if ends else last


def marking(level: Level, *, provider: str, until: date) -> str:
    """What is written over a copy of this level, in one sentence; its clauses are lines on the copy."""
    uses = "仅供办理政务服务事项时使用"
    ends = f"有效期至{until.year}年{until.month}月{until.day}日"
    origin = {
        Level.A: f"此件由{provider}提供",
        Level.B: "此件经与原件核对无误",
        Level.C: "此件由申请人上传，使用前须与原件核对",
        Level.D: "此件由申请人自拟并承诺属实",
    }[level]
    return f"{origin}，{uses}，{ends}"
