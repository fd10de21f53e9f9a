"""Every rule of the catalogue: one case that keeps it, one that breaks it, and what the event says."""

from datetime import datetime, timedelta

import pytest

from services.oversight.checks.facts import Facts
from services.oversight.checks.rules import ALL, BY_ID
from services.oversight.errors import WarningClosed, WarningNotOpenTo
from services.oversight.measures.stepping import Event, Step
from services.oversight.warnings.rules import MOVES, OPEN, Said, Standing, require, standing
from services.oversight.warnings.rules import Step as Turn
from services.workflow.rules import ZONE, Calendar

START = datetime(2026, 11, 16, 9, tzinfo=ZONE)
HOUR = timedelta(hours=1)
FLOW = ("accept", "review", "decide")


def event(deed, hours, **details):
    return Event(0, 0, START + hours * HOUR, deed, "a", "示例甲", details)


def step(deed, node, officer="a", *, minutes=10, hours=0):
    at = START + hours * HOUR
    return Step(0, 0, deed, node, officer, f"示例{officer}", officer, at, at, minutes, 0)


def facts(*events, steps=(), **known):
    return Facts("1", events, steps, **known)


ACCEPT, GRANT = "application accepted", "application granted"
SOUND = facts(
    event("application submitted", 0),
    event(ACCEPT, 1),
    event("special procedure begun", 2, days=5),
    event("special procedure ended", 24),
    event(GRANT, 30),
    steps=[
        step(ACCEPT, "accept"),
        step("step reviewed", "review", "b", minutes=400),
        step(GRANT, "decide", "c"),
    ],
    flow=FLOW,
    limits={"review": 1},
    sources={"id": "hub", "plan": "upload"},
)
DAYS = Calendar({}, frozenset({2026}))
BROKEN = {
    "T1": facts(
        event(ACCEPT, 0),
        event("special procedure begun", 24, days=2),
        event("special procedure ended", 72),
        event(GRANT, 24 * 10),
        legal_days=5,
        calendar=DAYS,
    ),
    "T1Y": facts(event(ACCEPT, 0), legal_days=5, calendar=DAYS, at=START + 48 * HOUR + 24 * HOUR),
    "T3": facts(steps=[step("step reviewed", "review", minutes=421)], limits={"review": 1}),
    "T4": facts(event("hearing called", 0, days=5), event("hearing closed", 24 * 9), calendar=DAYS),
    "F1": facts(event(GRANT, 1), event(ACCEPT, 2)),
    "F2": facts(event("special procedure begun", 5), event("special procedure ended", 4)),
    "F3": facts(event("correction requested", 5), event("application corrected", 4)),
    "F4": facts(event(GRANT, 1), steps=[step(ACCEPT, "accept"), step(GRANT, "decide", "b")], flow=FLOW),
    "B1": facts(event("application submitted", 5), event(ACCEPT, 2)),
    "S1": facts(steps=[step(ACCEPT, "accept"), step("step reviewed", "review"), step(GRANT, "decide")]),
    "N1": facts(steps=[step(ACCEPT, "accept", hours=12)]),
    "X1": facts(event(ACCEPT, 0), event(GRANT, 0.02)),
    "R1": facts(
        event("correction requested", 0, targets=["question:name", "material:id"]), sources={"id": "licence"}
    ),
    "C1": facts(event("application terminated", 0)),
    "C2": facts(event("application refused", 0), reason_given=False),
    "C3": facts(event(ACCEPT, 0), wanting=["plan"]),
    "M1": facts(event("fee taken", 0, amount=8000, due=0), event("fee refunded", 1, amount=8000)),
    "M2": facts(event("fee taken", 0, amount=3000, due=8000), event(GRANT, 1, fee=8000)),
    "J1": facts(event(ACCEPT, 0), calendar=DAYS, joint_by=START.date(), at=START + 24 * HOUR),
    "H1": facts(event("person asked for", 0, due="2026-11-17"), at=START + 48 * HOUR),
}


def judged(rule, case):
    return BY_ID[rule].judge(case, BY_ID[rule].thresholds)


@pytest.mark.parametrize("rule", BY_ID)
def test_a_sound_case_keeps_and_its_broken_one_breaks_each_rule(rule):
    assert judged(rule, SOUND) is None
    assert judged(rule, BROKEN[rule])


def test_the_events_say_what_raised_them():
    assert judged("F4", BROKEN["F4"]) == {"skipped": ["review"]}
    assert judged("T3", BROKEN["T3"]) == {"node": "review", "minutes": 421, "limit": 1}
    assert judged("R1", BROKEN["R1"]) == {"materials": ["id"]}
    assert judged("X1", BROKEN["X1"]) == {"seconds": 72}


def test_rules_leave_alone_what_the_law_allows():
    at_once = facts(event(ACCEPT, 0), event(GRANT, 0.01), steps=BROKEN["S1"].steps, on_the_spot=True)
    assert judged("X1", at_once) is judged("S1", at_once) is None
    to_follow = facts(event(ACCEPT, 0, to_follow=["plan"], missing=["plan"]), wanting=["plan"])
    assert judged("C3", to_follow) is None
    told = facts(event(ACCEPT, 0, missing=[]), event("application refused", 1, reasoned=True))
    assert judged("C3", told) is judged("C2", told) is None
    grant = event(GRANT, 3, fee=8000)
    paid = facts(event("fee taken", 1, amount=8000, due=8000), grant)
    assert judged("M1", paid) is judged("M2", paid) is None
    assert judged("M2", facts(event("fee waived", 1, due=8000), grant)) is None
    back = facts(event("fee taken", 1, amount=8000, due=8000), event("fee refunded", 2, amount=8000), grant)
    assert judged("M2", back) == {"due": 8000, "taken": 0}
    late = facts(grant, event("fee taken", 4, amount=8000, due=8000))
    assert judged("M2", late)


def test_no_joint_date_is_missed_while_a_part_waits_for_others_and_no_person_in_time_is_late():
    known = {"calendar": DAYS, "joint_by": START.date()}
    corrected = [event("correction requested", 0), event("application corrected", 24)]
    assert judged("J1", facts(*corrected, event(GRANT, 25), **known))
    assert judged("J1", facts(event(GRANT, 3), at=START + 99 * HOUR, **known)) is None
    assert judged("J1", facts(corrected[0], at=START + 99 * HOUR, **known)) is None
    assert judged("J1", facts(event("hearing called", 0), at=START + 99 * HOUR, **known)) is None
    asked = event("person asked for", 0, due="2026-11-17")
    looked = event("decision by rules reviewed", 24)
    assert judged("H1", facts(asked, looked, at=START + 99 * HOUR)) is None
    assert judged("H1", facts(asked, event("decision by rules reviewed", 48)))
    assert judged("H1", facts(event("person asked for", 0), at=START + 99 * HOUR)) is None
    assert judged(
        "T4", facts(event("special procedure begun", 0, days=1), calendar=DAYS, at=START + 72 * HOUR)
    )


def test_a_threshold_moves_the_line():
    assert BY_ID["T3"].judge(BROKEN["T3"], {"percent": 101}) is None
    assert BY_ID["N1"].judge(BROKEN["N1"], {"earliest": 7, "latest": 22}) is None


def test_every_rule_has_names_and_a_basis_in_both_languages():
    assert len({one.id for one in ALL}) == len(ALL) == 21
    assert all(one.name[tongue] and one.basis[tongue] for one in ALL for tongue in ("zh", "en"))


@pytest.mark.parametrize("turn", Turn)
@pytest.mark.parametrize("now", Standing)
def test_each_turn_of_a_warning_is_open_exactly_when_the_table_says_so(turn, now):
    if now in MOVES[turn]:
        require(turn, now, "1")
    else:
        with pytest.raises((WarningClosed, WarningNotOpenTo)):
            require(turn, now, "1")


def test_the_standing_of_a_warning_is_what_happened_last():
    assert standing(Said()) is Standing.WAITING
    assert standing(Said(late=True)) is Standing.LATE
    assert standing(Said(late=True, replied=True)) is Standing.ANSWERED
    assert standing(Said(replied=True, disposed=True)) is Standing.DISPOSED
    assert standing(Said(disposed=True, appealed=True)) is Standing.APPEALED
    assert standing(Said(disposed=True, appealed=True, decided=True)) is Standing.UPHELD
    assert standing(Said(disposed=True, appealed=True, decided=True, retracted=True)) is Standing.RETRACTED
    assert Standing.DISPOSED not in OPEN
