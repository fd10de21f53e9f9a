"""The legal grounds on which a case ends without a decision, and on which a grant is taken back. Pure.

Sources: 行政许可法 69 (撤销), 70 (注销); the grounds of ending an application are the city's own rule, because the law
has none but the applicant's being gone (70) and the terms of 容缺受理 and of a correction notice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.applications.errors import GroundNotOpen, NotYourDeed, StillInTime
from services.applications.rules import Deed, State

LAW = "中华人民共和国行政许可法"


class Ending(StrEnum):
    """终止办理的理由."""

    NOT_CORRECTED = "not-corrected"  # 逾期没有补正
    NOT_FOLLOWED = "not-followed"  # 容缺受理后逾期没有补交
    APPLICANT_GONE = "applicant-gone"  # 申请人死亡、丧失行为能力或者终止
    MATTER_GONE = "matter-gone"  # 不可抗力等使申请事项无法实施


UNDER_WAY = frozenset({State.CORRECTING, State.ACCEPTED, State.SUSPENDED})
ENDINGS: Mapping[Ending, tuple[frozenset[State], str]] = {
    Ending.NOT_CORRECTED: (frozenset({State.CORRECTING}), "在规定期限内没有补正申请材料"),
    Ending.NOT_FOLLOWED: (frozenset({State.ACCEPTED}), "没有按照容缺受理承诺在期限内补交材料"),
    Ending.APPLICANT_GONE: (UNDER_WAY, "申请人死亡、丧失行为能力，或者法人、其他组织依法终止"),
    Ending.MATTER_GONE: (UNDER_WAY, "因不可抗力等情形，申请事项已经无法实施"),
}
"""Where each ground applies, and how the decision prints it."""

APPLICANTS_TIME = frozenset({Ending.NOT_CORRECTED, Ending.NOT_FOLLOWED})
"""Grounds that need the applicant's own time to be over."""


class Revoking(StrEnum):
    """撤销的情形 (行政许可法 69)."""

    ABUSE = "69-1-1"  # 滥用职权、玩忽职守
    BEYOND_POWERS = "69-1-2"  # 超越法定职权
    PROCEDURE = "69-1-3"  # 违反法定程序
    NOT_ELIGIBLE = "69-1-4"  # 不具备申请资格或者不符合法定条件
    OTHER = "69-1-5"  # 依法可以撤销的其他情形
    DECEIT = "69-2"  # 以欺骗、贿赂等不正当手段取得


class Cancelling(StrEnum):
    """注销的情形 (行政许可法 70)."""

    RAN_OUT = "70-1"  # 有效期届满未延续
    PERSON_GONE = "70-2"  # 公民死亡或者丧失行为能力
    BODY_GONE = "70-3"  # 法人或者其他组织依法终止
    TAKEN_BACK = "70-4"  # 被撤销、撤回或者证件被吊销
    IMPOSSIBLE = "70-5"  # 因不可抗力无法实施
    OTHER = "70-6"  # 法律、法规规定的其他情形


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground as the decision prints it: its article and what it says."""

    article: str
    text: str


def _of(article: str, text: str) -> Ground:
    return Ground(f"《{LAW}》{article}", text)


REVOKING: Mapping[Revoking, Ground] = {
    Revoking.ABUSE: _of("第六十九条第一款第一项", "工作人员滥用职权、玩忽职守作出准予决定"),
    Revoking.BEYOND_POWERS: _of("第六十九条第一款第二项", "准予决定超越法定职权"),
    Revoking.PROCEDURE: _of("第六十九条第一款第三项", "准予决定违反法定程序"),
    Revoking.NOT_ELIGIBLE: _of("第六十九条第一款第四项", "申请人不具备申请资格或者不符合法定条件"),
    Revoking.OTHER: _of("第六十九条第一款第五项", "存在依法可以撤销的其他情形"),
    Revoking.DECEIT: _of("第六十九条第二款", "被许可人以欺骗、贿赂等不正当手段取得准予决定"),
}
CANCELLING: Mapping[Cancelling, Ground] = {
    Cancelling.RAN_OUT: _of("第七十条第一项", "有效期届满未延续"),
    Cancelling.PERSON_GONE: _of("第七十条第二项", "被许可人死亡或者丧失行为能力"),
    Cancelling.BODY_GONE: _of("第七十条第三项", "法人或者其他组织依法终止"),
    Cancelling.TAKEN_BACK: _of("第七十条第四项", "准予决定依法被撤销、撤回，或者证件依法被吊销"),
    Cancelling.IMPOSSIBLE: _of("第七十条第五项", "因不可抗力导致许可事项无法实施"),
    Cancelling.OTHER: _of("第七十条第六项", "存在法律、法规规定应当注销的其他情形"),
}


def require_ending(ground: Ending, state: State, *, until: date | None, today: date) -> str:
    """What the decision prints for an ending on `ground`; `until` is the last day of the applicant's own time.

    Raises GroundNotOpen where the ground does not fit the state, StillInTime while that day is not over.
    """
    states, text = ENDINGS[ground]
    if state not in states or (ground in APPLICANTS_TIME and until is None):
        raise GroundNotOpen(ground)
    if ground in APPLICANTS_TIME and until is not None and today <= until:
        raise StillInTime(until)
    return text


def require_ender(state: State, roles: frozenset[str]) -> None:
    """Before acceptance the window ends a case, afterwards who decides it. Raises NotYourDeed."""
    role = "window" if state is State.CORRECTING else "approver"
    if role not in roles:
        raise NotYourDeed(Deed.TERMINATE, role)
