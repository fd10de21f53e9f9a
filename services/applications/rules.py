"""What may happen to an application, by whom, and what the law asks for it. No database, no clock, no web.

Sources: 行政许可法 (2019) Art. 32 (intake), 34 (two verifiers), 38 (reasons), 42 (limits), 44 (delivery), 45 (pauses).
"""

from collections.abc import Collection
from enum import StrEnum

from services.applications.errors import (
    AcceptorMayNotDecide,
    AlreadySpoke,
    NotYourDeed,
    ReasonMissing,
    StepNotOpen,
)


class State(StrEnum):
    """办件状态."""

    DRAFT = "draft"  # 草稿
    SUBMITTED = "submitted"  # 已提交 (收件)
    CORRECTING = "correcting"  # 待补正
    ACCEPTED = "accepted"  # 受理, 审查中
    SUSPENDED = "suspended"  # 特别程序, 挂起
    NOT_ACCEPTED = "not-accepted"  # 不予受理
    GRANTED = "granted"  # 准予
    REFUSED = "refused"  # 不予
    DELIVERED = "delivered"  # 办结, 已送达
    WITHDRAWN = "withdrawn"  # 撤回


class Deed(StrEnum):
    """What can be done with a case, as the counter clerk would say it."""

    SUBMIT = "submit"
    CLAIM = "claim"
    ACCEPT = "accept"
    REQUEST_CORRECTION = "request-correction"
    CORRECT = "correct"
    REFUSE_ACCEPTANCE = "refuse-acceptance"
    REVIEW = "review"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXTEND = "extend"
    GRANT = "grant"
    REFUSE = "refuse"
    DELIVER = "deliver"
    WITHDRAW = "withdraw"


class Channel(StrEnum):
    """申请渠道."""

    ONLINE = "online"
    API = "api"
    WINDOW = "window"


class Outcome(StrEnum):
    """办结结果; kept when the state moves on to delivered."""

    GRANTED = "granted"
    REFUSED = "refused"
    NOT_ACCEPTED = "not-accepted"
    WITHDRAWN = "withdrawn"


class Delivery(StrEnum):
    ELECTRONIC = "electronic"  # 电子送达
    COUNTER = "counter"  # 窗口领取


MOVES: dict[tuple[State, Deed], State] = {
    (State.DRAFT, Deed.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Deed.CLAIM): State.SUBMITTED,
    (State.SUBMITTED, Deed.ACCEPT): State.ACCEPTED,
    (State.SUBMITTED, Deed.REQUEST_CORRECTION): State.CORRECTING,
    (State.SUBMITTED, Deed.REFUSE_ACCEPTANCE): State.NOT_ACCEPTED,
    (State.SUBMITTED, Deed.WITHDRAW): State.WITHDRAWN,
    (State.CORRECTING, Deed.CORRECT): State.SUBMITTED,
    (State.CORRECTING, Deed.WITHDRAW): State.WITHDRAWN,
    (State.ACCEPTED, Deed.CLAIM): State.ACCEPTED,
    (State.ACCEPTED, Deed.REVIEW): State.ACCEPTED,
    (State.ACCEPTED, Deed.SUSPEND): State.SUSPENDED,
    (State.ACCEPTED, Deed.EXTEND): State.ACCEPTED,
    (State.ACCEPTED, Deed.GRANT): State.GRANTED,
    (State.ACCEPTED, Deed.REFUSE): State.REFUSED,
    (State.ACCEPTED, Deed.WITHDRAW): State.WITHDRAWN,
    (State.SUSPENDED, Deed.RESUME): State.ACCEPTED,
    (State.SUSPENDED, Deed.WITHDRAW): State.WITHDRAWN,
    (State.GRANTED, Deed.DELIVER): State.DELIVERED,
    (State.REFUSED, Deed.DELIVER): State.DELIVERED,
}

OPEN = frozenset({State.SUBMITTED, State.CORRECTING, State.ACCEPTED, State.SUSPENDED})
"""Handed in and not decided: what the queue and the board count."""

CHANGEABLE = frozenset({State.DRAFT, State.CORRECTING})
"""The states in which the applicant may change answers and materials."""

APPLICANTS_DEEDS = frozenset({Deed.SUBMIT, Deed.CORRECT, Deed.WITHDRAW})

ROLES: dict[Deed, frozenset[str]] = {
    Deed.CLAIM: frozenset({"window", "reviewer", "approver"}),
    Deed.ACCEPT: frozenset({"window"}),
    Deed.REQUEST_CORRECTION: frozenset({"window"}),
    Deed.REFUSE_ACCEPTANCE: frozenset({"window"}),
    Deed.REVIEW: frozenset({"reviewer"}),
    Deed.SUSPEND: frozenset({"reviewer", "approver"}),
    Deed.RESUME: frozenset({"reviewer", "approver"}),
    Deed.EXTEND: frozenset({"approver"}),
    Deed.GRANT: frozenset({"approver"}),
    Deed.REFUSE: frozenset({"approver"}),
    Deed.DELIVER: frozenset({"window"}),
}
"""Which of an officer's roles does which deed; the values are those of `identity.actor.Role`."""

REASONED = frozenset({Deed.REFUSE_ACCEPTANCE, Deed.REFUSE, Deed.SUSPEND, Deed.EXTEND})
"""Deeds that are void without a written reason (行政许可法 32, 38, 42, 45)."""

SHORTEST_REASON = 4

INTAKE_DAYS = 5
"""五个工作日: accept, refuse or tell once what to correct (行政许可法 32)."""

DELIVERY_DAYS = 10
"""十个工作日 from the decision to the delivered licence (行政许可法 44)."""

EXTENSION_DAYS = 10
"""延长十个工作日, once, with the approval of the head of the authority (行政许可法 42)."""


def next_state(state: State, deed: Deed) -> State:
    """The state after `deed`. Raises StepNotOpen."""
    try:
        return MOVES[state, deed]
    except KeyError:
        raise StepNotOpen(state, deed) from None


def open_deeds(state: State) -> frozenset[Deed]:
    """What may be done from `state`, whoever does it."""
    return frozenset(deed for (start, deed) in MOVES if start is state)


def require_role(deed: Deed, roles: Collection[str]) -> None:
    """Raises NotYourDeed when none of the officer's roles does this deed."""
    if ROLES[deed].isdisjoint(roles):
        raise NotYourDeed(deed, min(ROLES[deed]))


def require_reason(deed: Deed, reason: str) -> str:
    """The reason without blank edges. Raises ReasonMissing."""
    text = reason.strip()
    if deed in REASONED and len(text) < SHORTEST_REASON:
        raise ReasonMissing(deed)
    return text


def require_separation(number: str, decider: str, received_by: Collection[str]) -> None:
    """接办分离: who received the case never decides it. Raises AcceptorMayNotDecide."""
    if decider in received_by:
        raise AcceptorMayNotDecide(number)


def require_second_person(step: str, officer: str, spoken: Collection[str]) -> None:
    """Two persons verify substance (行政许可法 34), and the same person twice is one. Raises AlreadySpoke."""
    if officer in spoken:
        raise AlreadySpoke(step)
