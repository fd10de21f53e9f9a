"""How an applicant says yes to what a clerk filled in."""

from enum import StrEnum


class Consent(StrEnum):
    """The two ways of signing at the counter."""

    SCREEN = "screen"  # 屏幕签名
    PAPER = "paper"  # 纸面签名扫描
