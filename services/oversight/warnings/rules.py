"""How a warning climbs, who may say what when, and when it has ended. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.oversight.errors import WarningClosed, WarningNotOpenTo
from services.oversight.rules import CardKind


class Level(StrEnum):
    HANDLER = "handler"  # 个人预警
    LEADER = "leader"  # 个人+领导预警
    YELLOW = "yellow"  # 黄牌
    RED = "red"  # 红牌


NEXT: Mapping[Level, Level | None] = {
    Level.HANDLER: Level.LEADER,
    Level.LEADER: Level.YELLOW,
    Level.YELLOW: Level.RED,
    Level.RED: None,
}
REPLY_DAYS: Mapping[Level, int] = {Level.HANDLER: 1, Level.LEADER: 1, Level.YELLOW: 2, Level.RED: 3}
"""Working days to reply at each level; a red warning that stays silent stands on the supervisors' list as late."""
OF_CARD: Mapping[CardKind, Level] = {CardKind.YELLOW: Level.YELLOW, CardKind.RED: Level.RED}
APPEAL_DAYS = 5
"""Working days after the disposal in which the officer may appeal."""


class Step(StrEnum):
    """What may be done with a warning, as those who do it would say."""

    REPLY = "reply"  # 回复
    DISPOSE = "dispose"  # 处治
    RETRACT = "retract"  # 撤销
    APPEAL = "appeal"  # 申诉
    DECIDE = "decide"  # 申诉决定


class Standing(StrEnum):
    WAITING = "waiting"  # 待回复
    LATE = "late"  # 逾期未回复
    ANSWERED = "answered"  # 已回复, 待处治
    DISPOSED = "disposed"  # 已处治
    RETRACTED = "retracted"  # 已撤销
    APPEALED = "appealed"  # 申诉中
    UPHELD = "upheld"  # 申诉不成立


MOVES: Mapping[Step, frozenset[Standing]] = {
    Step.REPLY: frozenset({Standing.WAITING, Standing.LATE}),
    Step.DISPOSE: frozenset({Standing.WAITING, Standing.LATE, Standing.ANSWERED}),
    Step.RETRACT: frozenset({Standing.WAITING, Standing.LATE, Standing.ANSWERED}),
    Step.APPEAL: frozenset({Standing.DISPOSED}),
    Step.DECIDE: frozenset({Standing.APPEALED}),
}
"""In which standing each step may be taken."""
OPEN = frozenset({Standing.WAITING, Standing.LATE, Standing.ANSWERED, Standing.APPEALED})


@dataclass(frozen=True, slots=True)
class Said:
    """What has happened to a warning so far."""

    late: bool = False
    replied: bool = False
    disposed: bool = False
    retracted: bool = False
    appealed: bool = False
    decided: bool = False


def standing(said: Said) -> Standing:
    if said.retracted:
        return Standing.RETRACTED
    if said.decided:
        return Standing.UPHELD
    if said.appealed:
        return Standing.APPEALED
    if said.disposed:
        return Standing.DISPOSED
    if said.replied:
        return Standing.ANSWERED
    return Standing.LATE if said.late else Standing.WAITING


def require(step: Step, now: Standing, number: str) -> None:
    """Raises WarningClosed for one that has ended, WarningNotOpenTo for a step out of turn."""
    if now in MOVES[step]:
        return
    if now not in OPEN and step is not Step.APPEAL:
        raise WarningClosed(number)
    raise WarningNotOpenTo(number, step.value)
