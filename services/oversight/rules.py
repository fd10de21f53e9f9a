"""Lights, the rules that raise cards, and the indicators: values in, values out. No database, no clock.

Thresholds are those of the default profile: prompt at one working day left or 75 % used, yellow at 90 %, red over
100 % of the promised limit. They are applied once, where a limit starts (`services.workflow`), and stand on the
case as two dates: the first yellow day and the last day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from services.applications.rules import OPEN, State
from services.oversight.errors import DueTooSoon, OrderAnswered, OrderClosed, OrderNotAnswered, TextMissing
from services.workflow.rules import DEFAULT_PROFILE, ClockKind

WATCHED = OPEN | {State.GRANTED, State.REFUSED}
"""What the board counts: handed in and not delivered yet."""

STOPPED = frozenset({State.CORRECTING, State.SUSPENDED})
"""Waiting for the applicant or in a special procedure: no working day counts (行政许可法 32, 45)."""

FEWEST = 5
"""Below this number of cases a share says nothing (样本不足)."""

SHORTEST_TEXT = 4


class CaseLight(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    PAUSED = "paused"


class CardKind(StrEnum):
    YELLOW = "yellow"  # 黄牌
    RED = "red"  # 红牌


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the catalogue (监察规则目录): an event keeps its id and version. `percent` of the limit used."""

    id: str
    version: int
    kind: CardKind
    clock: ClockKind
    percent: int
    name: Mapping[str, str]
    basis: Mapping[str, str]


INTAKE_LAW = {"zh": "行政许可法第三十二条", "en": "Administrative Licensing Law, Art. 32"}
DECISION_LAW = {
    "zh": "行政许可法第四十二条，承诺办结时限",
    "en": "Administrative Licensing Law, Art. 42; promised limit",
}
DELIVERY_LAW = {"zh": "行政许可法第四十四条", "en": "Administrative Licensing Law, Art. 44"}
NEAR = DEFAULT_PROFILE.yellow_percent

RULES: tuple[Rule, ...] = (
    Rule(
        "T0Y",
        1,
        CardKind.YELLOW,
        ClockKind.INTAKE,
        NEAR,
        {"zh": "受理即将超期", "en": "Acceptance nearly late"},
        INTAKE_LAW,
    ),
    Rule(
        "T0R", 1, CardKind.RED, ClockKind.INTAKE, 100, {"zh": "受理超期", "en": "Acceptance late"}, INTAKE_LAW
    ),
    Rule(
        "T2Y",
        1,
        CardKind.YELLOW,
        ClockKind.DECISION,
        NEAR,
        {"zh": "办理即将超期", "en": "Decision nearly late"},
        DECISION_LAW,
    ),
    Rule(
        "T2R",
        1,
        CardKind.RED,
        ClockKind.DECISION,
        100,
        {"zh": "办理超期", "en": "Decision late"},
        DECISION_LAW,
    ),
    Rule(
        "T6Y",
        1,
        CardKind.YELLOW,
        ClockKind.DELIVERY,
        NEAR,
        {"zh": "送达即将超期", "en": "Delivery nearly late"},
        DELIVERY_LAW,
    ),
    Rule(
        "T6R",
        1,
        CardKind.RED,
        ClockKind.DELIVERY,
        100,
        {"zh": "送达超期", "en": "Delivery late"},
        DELIVERY_LAW,
    ),
)

DEEMED = Rule(
    "E1R",
    1,
    CardKind.RED,
    ClockKind.INTAKE,
    100,
    {"zh": "逾期未告知，视为受理", "en": "Nobody answered in time: deemed accepted"},
    INTAKE_LAW,
)
CORRECTED_AGAIN = Rule(
    "E2Y",
    1,
    CardKind.YELLOW,
    ClockKind.INTAKE,
    0,
    {"zh": "补正告知超过一次", "en": "More than one correction notice"},
    INTAKE_LAW,
)
EVENTS: tuple[Rule, ...] = (DEEMED, CORRECTED_AGAIN)
"""Rules that an event breaks, whatever the light of the case shows; a case gets each of these cards once."""

CLOCKS: Mapping[State, ClockKind] = {
    State.SUBMITTED: ClockKind.INTAKE,
    State.ACCEPTED: ClockKind.DECISION,
    State.GRANTED: ClockKind.DELIVERY,
    State.REFUSED: ClockKind.DELIVERY,
}
"""Which limit a case is under in each state in which one runs."""


def light(state: State, due_on: date | None, yellow_on: date | None, today: date) -> CaseLight:
    """The light of a case. A case whose limit is stopped shows that, whatever its dates say."""
    if state in STOPPED:
        return CaseLight.PAUSED
    if due_on is not None and due_on < today:
        return CaseLight.RED
    if yellow_on is not None and yellow_on <= today:
        return CaseLight.YELLOW
    return CaseLight.GREEN


def rule_for(state: State, shown: CaseLight) -> Rule | None:
    """The rule under which a case in this state with this light gets a card; None when it gets none."""
    clock = CLOCKS.get(state)
    return next((rule for rule in RULES if rule.clock is clock and rule.kind.value == shown.value), None)


def rule(identifier: str) -> Rule | None:
    return next((one for one in (*RULES, *EVENTS) if one.id == identifier), None)


class Indicator(StrEnum):
    """Definitions: what is counted, of what. The periods are days in China, both ends included."""

    ON_TIME = "on-time"  # 按时办结率: decided by the promised day / decided in the period
    FIRST_TIME = "first-time"  # 一次办成率: without a correction notice / accepted in the period
    SPARED = "spared"  # 材料免提交率: required materials had from registers and licences / required, of cases handed in
    ONLINE = "online"  # 网办率: handed in online / handed in, in the period
    SATISFIED = "satisfied"  # 满意率: grades 1 to 3 / ratings given, in the period; there are no default ones


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with what it is made of, so that it can be judged: numerator, denominator."""

    numerator: int
    denominator: int

    @property
    def enough(self) -> bool:
        """Whether there are enough cases for a share to mean something."""
        return self.denominator >= FEWEST

    @property
    def percent(self) -> Decimal | None:
        """In hundredths with one decimal, or None where the sample is too small."""
        if not self.enough:
            return None
        return (Decimal(100 * self.numerator) / self.denominator).quantize(Decimal("0.1"))


class OrderState(StrEnum):
    OPEN = "open"  # 待回复
    LATE = "late"  # 逾期未回复
    ANSWERED = "answered"  # 已回复, 待办结
    CLOSED = "closed"  # 已办结


def order_state(*, due_on: date, answered: bool, closed: bool, today: date) -> OrderState:
    if closed:
        return OrderState.CLOSED
    if answered:
        return OrderState.ANSWERED
    return OrderState.LATE if due_on < today else OrderState.OPEN


def require_text(field: str, text: str) -> str:
    """The words without blank edges. Raises TextMissing for fewer than four characters."""
    words = text.strip()
    if len(words) < SHORTEST_TEXT:
        raise TextMissing(field)
    return words


def require_time(due_on: date, today: date) -> None:
    """Raises DueTooSoon: whoever must answer has at least until tomorrow."""
    if due_on <= today:
        raise DueTooSoon(due_on)


def require_answerable(number: str, *, answered: bool, closed: bool) -> None:
    """Raises OrderClosed, OrderAnswered: one reply to one order."""
    if closed:
        raise OrderClosed(number)
    if answered:
        raise OrderAnswered(number)


def require_closable(number: str, *, answered: bool, closed: bool, remark: str) -> None:
    """Raises OrderClosed, and OrderNotAnswered when there is neither a reply nor a reason to do without one."""
    if closed:
        raise OrderClosed(number)
    if not answered and len(remark.strip()) < SHORTEST_TEXT:
        raise OrderNotAnswered(number)


def latest_months(today: date, count: int) -> list[date]:
    """The first days of this month and of those before it, `count` in all, the latest first."""
    found = [today.replace(day=1)]
    while len(found) < count:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found
