"""The rules of process, content and time that a case's own record can break: facts in, inputs of the event out. Pure.

A rule's thresholds are data with a version; the numbers here are those of version 1.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from services.oversight.checks.facts import DECISIONS, SHARED, Facts, Inputs, Thresholds
from services.oversight.checks.fees import charged_though_free, granted_unpaid
from services.oversight.checks.limits import (
    beyond_the_law,
    joint_date_missed,
    nearly_beyond_the_law,
    person_kept_waiting,
    procedure_too_long,
)
from services.oversight.measures import conformance
from services.oversight.measures.office import A_DAY
from services.oversight.measures.stepping import NODES
from services.oversight.rules import CardKind
from services.workflow.rules import ZONE


@dataclass(frozen=True, slots=True)
class Check:
    """One rule: `judge` gives the inputs of the event, or None where the case keeps the rule."""

    id: str
    kind: CardKind
    name: Mapping[str, str]
    basis: Mapping[str, str]
    judge: Callable[[Facts, Thresholds], Inputs | None]
    thresholds: Thresholds = field(default_factory=dict)


def decided_before_accepted(facts: Facts, _thresholds: Thresholds) -> Inputs | None:
    accepted, decided = facts.moments("application accepted"), facts.moments(*DECISIONS)
    if accepted and decided and accepted[-1] > decided[-1]:
        return {"accepted": accepted[-1].isoformat(), "decided": decided[-1].isoformat()}
    return None


def procedure_ended_before_begun(facts: Facts, _thresholds: Thresholds) -> Inputs | None:
    begun = facts.moments("special procedure begun", "hearing called")
    ended = facts.moments("special procedure ended", "hearing closed")
    wrong = [(first, last) for first, last in zip(begun, ended, strict=False) if last < first]
    return {"begun": wrong[0][0].isoformat(), "ended": wrong[0][1].isoformat()} if wrong else None


def corrected_before_told(facts: Facts, _thresholds: Thresholds) -> Inputs | None:
    told, answered = facts.moments("correction requested"), facts.moments("application corrected")
    wrong = [(first, last) for first, last in zip(told, answered, strict=False) if last < first]
    return {"told": wrong[0][0].isoformat(), "corrected": wrong[0][1].isoformat()} if wrong else None


def steps_left_out(facts: Facts, _thresholds: Thresholds) -> Inputs | None:
    if not facts.flow or not facts.did(*DECISIONS):
        return None
    done = [one.node for one in facts.steps if one.deed in NODES or one.deed == "application deemed accepted"]
    skipped = conformance.check(done, facts.flow).skipped
    return {"skipped": list(skipped)} if skipped else None


def node_too_long(facts: Facts, thresholds: Thresholds) -> Inputs | None:
    worst: Inputs | None = None
    for node, days in facts.limits.items():
        minutes = sum(one.minutes for one in facts.steps if one.node == node)
        if days and minutes * 100 > days * A_DAY * thresholds["percent"]:
            worst = {"node": node, "minutes": minutes, "limit": days}
    return worst


def dated_back(facts: Facts, thresholds: Thresholds) -> Inputs | None:
    for before, event in pairwise(facts.events):
        if (before.at - event.at).total_seconds() > thresholds["minutes"] * 60:
            return {"deed": event.deed, "at": event.at.isoformat(), "after": before.at.isoformat()}
    return None


def single_handed(facts: Facts, thresholds: Thresholds) -> Inputs | None:
    nodes = [one for one in facts.steps if one.deed in NODES and one.officer]
    officers = {one.officer for one in nodes}
    if len(nodes) >= thresholds["nodes"] and len(officers) == 1 and not facts.on_the_spot:
        return {"officer": nodes[0].name, "nodes": [one.node for one in nodes]}
    return None


def after_hours(facts: Facts, thresholds: Thresholds) -> Inputs | None:
    for one in facts.steps:
        local = one.at.astimezone(ZONE)
        late = local.hour >= thresholds["latest"] or local.hour < thresholds["earliest"]
        if one.officer and one.deed == "application accepted" and late:
            return {"deed": one.deed, "at": one.at.isoformat(), "officer": one.name}
    return None


def decided_too_fast(facts: Facts, thresholds: Thresholds) -> Inputs | None:
    accepted, decided = facts.moments("application accepted"), facts.moments(*DECISIONS)
    if facts.on_the_spot or not accepted or not decided:
        return None
    seconds = (decided[-1] - accepted[-1]).total_seconds()
    return {"seconds": int(seconds)} if 0 <= seconds < thresholds["minutes"] * 60 else None


def asked_though_shared(facts: Facts, _thresholds: Thresholds) -> Inputs | None:
    for event in facts.events:
        if event.deed == "correction requested":
            asked = [str(target).removeprefix("material:") for target in event.details.get("targets", ())]
            shared = [code for code in asked if facts.sources.get(code) in SHARED]
            if shared:
                return {"materials": shared}
    return None


def refused_without_reason(facts: Facts, _thresholds: Thresholds) -> Inputs | None:
    """The record of a refusal says whether it was reasoned; of older ones the case itself does."""
    refused = [event for event in facts.events if event.deed in {"acceptance refused", "application refused"}]
    if not refused or refused[-1].details.get("reasoned", facts.reason_given):
        return None
    return {"deed": refused[-1].deed}


def ended_without_ground(facts: Facts, _thresholds: Thresholds) -> Inputs | None:
    ended = [event for event in facts.events if event.deed == "application terminated"]
    return {"deed": ended[-1].deed} if ended and not ended[-1].details.get("ground") else None


def accepted_incomplete(facts: Facts, _thresholds: Thresholds) -> Inputs | None:
    """The record of an acceptance says what was missing and what may follow (容缺); of older ones the case does."""
    for event in facts.events:
        if event.deed == "application accepted":
            follows = set(event.details.get("to_follow", ()))
            wanting = [one for one in event.details.get("missing", facts.wanting) if one not in follows]
            if wanting:
                return {"materials": wanting}
    return None


def _pair(zh: str, en: str) -> Mapping[str, str]:
    return {"zh": zh, "en": en}


ORDER_716 = "国务院令第716号第七条"
ART_32 = _pair("行政许可法第三十二条", "Administrative Licensing Law, Art. 32")
ART_34 = _pair("行政许可法第三十四条", "Administrative Licensing Law, Art. 34")
ART_38 = _pair("行政许可法第三十八条", "Administrative Licensing Law, Art. 38")
ART_42 = _pair("行政许可法第四十二条", "Administrative Licensing Law, Art. 42")
ART_45 = _pair("行政许可法第四十五条", "Administrative Licensing Law, Art. 45")
ART_58 = _pair("行政许可法第五十八条、第五十九条", "Administrative Licensing Law, Art. 58, 59")
ART_26 = _pair(
    "行政许可法第二十六条，一件事联办时限", "Administrative Licensing Law, Art. 26; joint date of the bundle"
)
PIPL_24 = _pair("个人信息保护法第二十四条", "Personal Information Protection Law, Art. 24")
SHARING = _pair(ORDER_716, "State Council Order 716, Art. 7")
FLOW = _pair("事项办理流程", "The item's defined flow")
RED, YELLOW = CardKind.RED, CardKind.YELLOW

CHECKS: Sequence[Check] = (
    Check("T1", RED, _pair("超过法定时限", "Later than the law allows"), ART_42, beyond_the_law),
    Check("T1Y", YELLOW, _pair("法定时限将满", "The law's limit is about to end"), ART_42, nearly_beyond_the_law, {"days": 2}),
    Check("T3", YELLOW, _pair("环节超过时限", "A step took longer than its limit"), FLOW, node_too_long, {"percent": 100}),
    Check("T4", YELLOW, _pair("特别程序超过告知的期限", "A special procedure took longer than told"), ART_45, procedure_too_long, {"grace": 1}),
    Check("F1", RED, _pair("受理晚于决定", "Accepted after the decision"), ART_42, decided_before_accepted),
    Check("F2", RED, _pair("特别程序结束早于开始", "A special procedure ended before it began"), ART_45, procedure_ended_before_begun),
    Check("F3", RED, _pair("补正早于补正告知", "Corrected before the notice"), ART_32, corrected_before_told),
    Check("F4", RED, _pair("缺少规定的环节", "Steps of the defined flow are missing"), FLOW, steps_left_out),
    Check("B1", RED, _pair("记录时间倒签", "A record was dated back"), ART_32, dated_back, {"minutes": 60}),
    Check("S1", YELLOW, _pair("一人办理全程", "One officer did every step"), ART_34, single_handed, {"nodes": 2}),
    Check("N1", YELLOW, _pair("非工作时间受理", "Accepted outside working hours"), FLOW, after_hours, {"earliest": 7, "latest": 20}),
    Check("X1", YELLOW, _pair("受理后过快作出决定", "Decided implausibly fast after acceptance"), ART_34, decided_too_fast, {"minutes": 2}),
    Check("R1", YELLOW, _pair("要求提交可以共享取得的材料", "Asked for what sharing supplies"), SHARING, asked_though_shared),
    Check("C1", YELLOW, _pair("终止办理没有法定事由", "Terminated without a ground"), ART_38, ended_without_ground),
    Check("C2", RED, _pair("不予受理或者不予许可没有理由", "Refused without a reason"), ART_38, refused_without_reason),
    Check("C3", YELLOW, _pair("缺少必要材料仍受理", "Accepted although a required material is missing"), ART_32, accepted_incomplete),
    Check("M1", RED, _pair("免费事项收了费", "Free of charge, but a fee was taken"), ART_58, charged_though_free),
    Check("M2", YELLOW, _pair("应当收费没有收", "A fee was due and not taken when it was granted"), ART_58, granted_unpaid, {"fen": 0}),
    Check("J1", YELLOW, _pair("一件事超过联办时限", "Later than the joint date of its bundle"), ART_26, joint_date_missed),
    Check("H1", YELLOW, _pair("逾期没有人工审查", "A person was asked for and did not look in time"), PIPL_24, person_kept_waiting),
)  # fmt: skip
"""监察规则目录, beside the lights and events of `services.oversight.rules`."""

BY_ID: Mapping[str, Check] = {check.id: check for check in CHECKS}

JUMPED = Check(
    "Q1",
    YELLOW,
    _pair("未按顺序办理（卡队）", "Taken before cases that had come earlier"),
    _pair("先收先办", "First come, first served"),
    lambda _facts, _thresholds: None,
    {"over": 5},
)
"""卡队 is judged over a whole queue, once a night; a case with the privilege 特权 is excused."""
ALL: Sequence[Check] = (*CHECKS, JUMPED)
