"""Codes of one's own data. No database, no clock, no web."""

from enum import StrEnum

CORRECTION_DAYS = 10
"""Working days in which a department checks what somebody says is wrong (校核)."""


class About(StrEnum):
    """Which data is said to be wrong."""

    PERSON = "person"  # 姓名, 证件号码
    CONTACT = "contact"  # 手机, 邮箱
    REGISTER = "register"  # what a department's register says
    LICENCE = "licence"
    CASE = "case"


class Verdict(StrEnum):
    """What a department answers."""

    CORRECTED = "corrected"
    RIGHT = "right"  # checked: it is right as it stands
    ELSEWHERE = "elsewhere"  # another department keeps it


class Hindrance(StrEnum):
    """Why an account cannot be closed yet."""

    POST = "post"  # holds a post as staff
    REPRESENTATIVE = "representative"  # is a firm's legal representative
    RUNNING = "running"  # a case is not finished


class Kept(StrEnum):
    """What must stay when an account is closed."""

    CASES = "cases"  # 办件档案
    LICENCES = "licences"  # 电子证照
    LEDGER = "ledger"  # 操作记录
    SIGN_INS = "sign-ins"  # 网络日志, 网络安全法 21


ALWAYS_KEPT = frozenset({Kept.LEDGER, Kept.SIGN_INS})
NAMED = frozenset({Kept.CASES, Kept.LICENCES})
"""What needs the name and the number to stay with it."""
