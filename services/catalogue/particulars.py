"""Elements of the 实施清单 beyond the five questions of a guide: powers, bodies, procedures, services around the item.

Source: GB/T 39046-2020 table 4 and the national exchange schema; digits in comments are the standard's own codes.
"""

from enum import StrEnum

from msgspec import Struct

from services.catalogue.conditions import ALWAYS, Expression
from services.catalogue.form import Pair


class PowerSource(StrEnum):
    """权力来源."""

    OWN = "own"  # 法定本级行使, 1
    PASSED_DOWN = "passed-down"  # 上级下放, 2
    AUTHORISED_ABOVE = "authorised-from-above"  # 上级授权, 3
    AUTHORISED_BESIDE = "authorised-from-beside"  # 同级授权, 4
    ENTRUSTED_ABOVE = "entrusted-from-above"  # 上级委托, 5
    ENTRUSTED_BESIDE = "entrusted-from-beside"  # 同级委托, 6


ENTRUSTED = frozenset({PowerSource.ENTRUSTED_ABOVE, PowerSource.ENTRUSTED_BESIDE})


class BodyKind(StrEnum):
    """实施主体性质."""

    AUTHORITY = "authority"  # 法定机关, 1
    AUTHORISED = "authorised"  # 授权组织, 2
    ENTRUSTED = "entrusted"  # 受委托组织, 3
    OTHER = "other"  # 其他, 9


class Reach(StrEnum):
    """通办范围: how far from home one may apply."""

    NATION = "nation"  # 全国, 1
    PROVINCES = "provinces"  # 跨省, 2
    CITIES = "cities"  # 跨市, 3
    COUNTIES = "counties"  # 跨县, 4


class Way(StrEnum):
    """办理形式."""

    WINDOW = "window"  # 窗口, 1
    COMPUTER = "computer"  # 电脑端, 2
    MOBILE = "mobile"  # 移动端, 3
    EXPRESS = "express"  # 快递申请, 4
    TERMINAL = "terminal"  # 自助终端, 9


class AfterHours(StrEnum):
    """下班后收到的申请: on which day it counts as received; the law leaves it to how the authority keeps its hours."""

    SAME_DAY = "same-day"  # 当日收到: received by machines at any hour
    NEXT_WORKING_DAY = "next-working-day"  # 下班后、休息日提交的, 下一个工作日收到


class ProcedureKind(StrEnum):
    """特别程序种类: an extension of the limit, or days that do not count (行政许可法 42, 45)."""

    EXTENSION = "extension"  # 延长审批, 1
    OUTSIDE = "outside"  # 除延长审批之外的情况, 2


class Procedure(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """特别程序: 听证, 检验, 检测, 鉴定, 专家评审, 延期."""

    kind: ProcedureKind
    name: Pair
    basis: Pair
    days: int


class Intermediary(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """中介服务 that a law demands before one applies; who pays is said, not guessed."""

    name: Pair
    basis: Pair
    paid_by: Pair


class FeeLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """收费项目, with 减免 where the law allows it; `amount` fen for a case of which `when` holds."""

    name: Pair
    standard: Pair
    basis: Pair
    reduction: Pair | None = None
    amount: int | None = None
    when: Expression = ALWAYS


class RegularCheck(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """年审年检: what has to be done again after the result, every `months` months."""

    name: Pair
    basis: Pair
    months: int
