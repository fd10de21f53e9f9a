"""The kinds of findings about an officer."""

from enum import StrEnum


class MeasureKind(StrEnum):
    WORKLOAD = "workload"  # 工作量
    INTIMACY = "intimacy"  # 亲密度
    DURATION = "duration"  # 偏离度: 用时
    CORRECTIONS = "corrections"  # 偏离度: 补正
    REFUSALS = "refusals"  # 偏离度: 不予
    WAIVERS = "waivers"  # 偏离度: 减免收费
    OVERDUE = "overdue"  # 超期量
