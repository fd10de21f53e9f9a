"""What may happen to an application, by whom, and what the law asks for it. No database, no clock, no web.

Sources: 行政许可法 (2019) Art. 32 (intake), 34 (two verifiers), 38 (reasons), 42 (limits), 44 (delivery), 45 (pauses).
"""

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum

from services.applications.errors import (
    AcceptorMayNotDecide,
    AlreadySpoke,
    AuthorityMissing,
    NothingBefore,
    NotYourDeed,
    ReasonMissing,
    StepNotOpen,
    TimeNotStated,
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
    NOT_NEEDED = "not-needed"  # 不需许可, 即时告知
    TERMINATED = "terminated"  # 终止
    REVOKED = "revoked"  # 撤销
    CANCELLED = "cancelled"  # 注销


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
    TELL_NOT_NEEDED = "tell-not-needed"  # 不需许可, 即时告知
    REFER = "refer"  # 不属本机关职权, 不予受理并告知向谁申请
    CORRECT_ON_THE_SPOT = "correct-on-the-spot"  # 当场更正
    ACCEPT_TO_FOLLOW = "accept-to-follow"  # 容缺受理
    FOLLOW_UP = "follow-up"  # 容缺后补
    DEEM_ACCEPTED = "deem-accepted"  # 逾期视为受理
    SEND_BACK = "send-back"  # 退回上一环节
    OFFER_HEARING = "offer-hearing"  # 告知听证权利
    ASK_FOR_HEARING = "ask-for-hearing"  # 要求听证
    CALL_HEARING = "call-hearing"  # 通知听证
    CLOSE_HEARING = "close-hearing"  # 听证结束
    TERMINATE = "terminate"  # 终止办理
    VERIFY_COMMITMENT = "verify-commitment"  # 承诺核查
    REVOKE = "revoke"  # 撤销
    CANCEL = "cancel"  # 注销
    ARCHIVE = "archive"  # 归档
    DECIDE_BY_RULES = "decide-by-rules"  # 秒批
    ASK_FOR_A_PERSON = "ask-for-a-person"  # 请人工审查
    REVIEW_DECISION = "review-decision"  # 人工审查按规则作出的决定


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
    NOT_NEEDED = "not-needed"
    TERMINATED = "terminated"


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
    (State.SUBMITTED, Deed.TELL_NOT_NEEDED): State.NOT_NEEDED,
    (State.SUBMITTED, Deed.REFER): State.NOT_ACCEPTED,
    (State.SUBMITTED, Deed.CORRECT_ON_THE_SPOT): State.SUBMITTED,
    (State.SUBMITTED, Deed.ACCEPT_TO_FOLLOW): State.ACCEPTED,
    (State.SUBMITTED, Deed.DEEM_ACCEPTED): State.ACCEPTED,
    (State.ACCEPTED, Deed.FOLLOW_UP): State.ACCEPTED,
    (State.SUSPENDED, Deed.FOLLOW_UP): State.SUSPENDED,
    (State.ACCEPTED, Deed.SEND_BACK): State.ACCEPTED,
    (State.ACCEPTED, Deed.OFFER_HEARING): State.ACCEPTED,
    (State.ACCEPTED, Deed.ASK_FOR_HEARING): State.ACCEPTED,
    (State.ACCEPTED, Deed.CALL_HEARING): State.SUSPENDED,
    (State.SUSPENDED, Deed.CLOSE_HEARING): State.ACCEPTED,
    (State.CORRECTING, Deed.TERMINATE): State.TERMINATED,
    (State.ACCEPTED, Deed.TERMINATE): State.TERMINATED,
    (State.SUSPENDED, Deed.TERMINATE): State.TERMINATED,
    (State.GRANTED, Deed.VERIFY_COMMITMENT): State.GRANTED,
    (State.DELIVERED, Deed.VERIFY_COMMITMENT): State.DELIVERED,
    (State.DELIVERED, Deed.REVOKE): State.REVOKED,
    (State.DELIVERED, Deed.CANCEL): State.CANCELLED,
    (State.DELIVERED, Deed.ARCHIVE): State.DELIVERED,
    (State.NOT_ACCEPTED, Deed.ARCHIVE): State.NOT_ACCEPTED,
    (State.NOT_NEEDED, Deed.ARCHIVE): State.NOT_NEEDED,
    (State.WITHDRAWN, Deed.ARCHIVE): State.WITHDRAWN,
    (State.TERMINATED, Deed.ARCHIVE): State.TERMINATED,
    (State.REVOKED, Deed.ARCHIVE): State.REVOKED,
    (State.CANCELLED, Deed.ARCHIVE): State.CANCELLED,
    (State.SUBMITTED, Deed.DECIDE_BY_RULES): State.GRANTED,
    (State.SUBMITTED, Deed.ASK_FOR_A_PERSON): State.SUBMITTED,
    (State.GRANTED, Deed.ASK_FOR_A_PERSON): State.GRANTED,
    (State.DELIVERED, Deed.ASK_FOR_A_PERSON): State.DELIVERED,
    (State.GRANTED, Deed.REVIEW_DECISION): State.GRANTED,
    (State.DELIVERED, Deed.REVIEW_DECISION): State.DELIVERED,
}

OPEN = frozenset({State.SUBMITTED, State.CORRECTING, State.ACCEPTED, State.SUSPENDED})
"""Handed in and not decided: what the queue and the board count."""

CLOSED = frozenset(
    {
        State.NOT_ACCEPTED,
        State.NOT_NEEDED,
        State.DELIVERED,
        State.WITHDRAWN,
        State.TERMINATED,
        State.REVOKED,
        State.CANCELLED,
    }
)
"""Over for the applicant; what was granted can still be taken back by law (行政许可法 69, 70)."""

CHANGEABLE = frozenset({State.DRAFT, State.CORRECTING})
"""The states in which the applicant may change answers and materials."""

APPLICANTS_DEEDS = frozenset(
    {Deed.SUBMIT, Deed.CORRECT, Deed.WITHDRAW, Deed.FOLLOW_UP, Deed.ASK_FOR_A_PERSON}
)

PORTALS_DEEDS = frozenset({Deed.DEEM_ACCEPTED, Deed.DECIDE_BY_RULES})
"""What the law, or the item's published rules, do without anybody: nobody's post, done by a worker."""

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
    Deed.TELL_NOT_NEEDED: frozenset({"window"}),
    Deed.REFER: frozenset({"window"}),
    Deed.CORRECT_ON_THE_SPOT: frozenset({"window"}),
    Deed.ACCEPT_TO_FOLLOW: frozenset({"window"}),
    Deed.SEND_BACK: frozenset({"reviewer", "approver"}),
    Deed.OFFER_HEARING: frozenset({"reviewer", "approver"}),
    Deed.ASK_FOR_HEARING: frozenset({"window", "reviewer", "approver"}),
    Deed.CALL_HEARING: frozenset({"reviewer", "approver"}),
    Deed.CLOSE_HEARING: frozenset({"reviewer", "approver"}),
    Deed.TERMINATE: frozenset({"window", "approver"}),
    Deed.VERIFY_COMMITMENT: frozenset({"reviewer"}),
    Deed.REVOKE: frozenset({"approver"}),
    Deed.CANCEL: frozenset({"approver"}),
    Deed.ARCHIVE: frozenset({"window"}),
    Deed.REVIEW_DECISION: frozenset({"approver"}),
}
"""Which of an officer's roles does which deed; the values are those of `identity.actor.Role`."""

REASONED = frozenset(
    {
        Deed.REFUSE_ACCEPTANCE,
        Deed.REFUSE,
        Deed.SUSPEND,
        Deed.EXTEND,
        Deed.TELL_NOT_NEEDED,
        Deed.REFER,
        Deed.SEND_BACK,
        Deed.OFFER_HEARING,
        Deed.CLOSE_HEARING,
        Deed.TERMINATE,
        Deed.REVOKE,
        Deed.CANCEL,
        Deed.REVIEW_DECISION,
    }
)
"""Deeds that are void without a written reason (行政许可法 32, 38, 42, 45, 47, 48, 69, 70)."""

SHORTEST_REASON = 4

INTAKE_DAYS = 5
"""五个工作日: accept, refuse or tell once what to correct (行政许可法 32)."""

DELIVERY_DAYS = 10
"""十个工作日 from the decision to the delivered licence (行政许可法 44)."""

EXTENSION_DAYS = 10
"""延长十个工作日, once, with the approval of the head of the authority (行政许可法 42)."""

JOINT_EXTENSION_DAYS = 15
"""联合办理延长十五个工作日, with the approval of the government of the same level (行政许可法 42)."""

REPLY_DAYS = 30
"""Calendar days an applicant has for a correction before the case may be ended; the law leaves them to the city."""

LONGEST_PROCEDURE = 365
"""Working days a notice may name for a special procedure: a slip of the pen is caught, no law is meant."""


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
    return require_words(deed, reason) if deed in REASONED else reason.strip()


def require_words(deed: str, said: str) -> str:
    """What has to be said with a deed, without blank edges. Raises ReasonMissing."""
    text = said.strip()
    if len(text) < SHORTEST_REASON:
        raise ReasonMissing(deed)
    return text


def require_separation(number: str, decider: str, received_by: Collection[str]) -> None:
    """接办分离: who received the case never decides it. Raises AcceptorMayNotDecide."""
    if decider in received_by:
        raise AcceptorMayNotDecide(number)


def require_authority(named: str) -> str:
    """不属本机关职权: to whom one must turn is told with the refusal (行政许可法 32 (2)). Raises AuthorityMissing."""
    text = named.strip()
    if len(text) < SHORTEST_REASON:
        raise AuthorityMissing
    return text


def require_time(days: int) -> int:
    """特别程序所需时间 is told in writing before the clock stops (行政许可法 45). Raises TimeNotStated."""
    if not 1 <= days <= LONGEST_PROCEDURE:
        raise TimeNotStated(days)
    return days


def persons_needed(*, two_persons: bool, on_site: bool) -> int:
    """How many verify a step: two where the substance is verified, as it always is on site (行政许可法 34)."""
    return 2 if two_persons or on_site else 1


def step_before(steps: Sequence[str], current: str) -> str:
    """The step a case goes back to; what was accepted stays accepted (行政许可法 35). Raises NothingBefore."""
    place = steps.index(current) if current in steps else 0
    if place == 0:
        raise NothingBefore(current)
    return steps[place - 1]


def is_oversight_event(corrections: int) -> bool:
    """一次性告知: a second notice is possible, and always an event for the supervisors (行政许可法 32 (4))."""
    return corrections > 1


def lapsed(due_on: date, today: date) -> bool:
    """逾期不告知: whether the limit for telling the applicant ended with nobody having told anything (32 (4))."""
    return today > due_on


def require_second_person(step: str, officer: str, spoken: Collection[str]) -> None:
    """Two persons verify substance (行政许可法 34), and the same person twice is one. Raises AlreadySpoke."""
    if officer in spoken:
        raise AlreadySpoke(step)
