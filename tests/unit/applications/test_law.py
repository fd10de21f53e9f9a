"""行政许可法, rule by rule (L1–L18): the table names a place for each, and each place refuses what its article forbids."""

import importlib
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from licensing import documents, papers
from licensing import rules as licences
from licensing.errors import RenewalNotOpen
from licensing.types import load_types
from portal import templating
from services.applications import errors, grounds, rules
from services.applications.afterwards import rules as afterwards
from services.applications.commands import papers as case_papers
from services.applications.commands import timing
from services.applications.grounds import Ending
from services.applications.hearing import rules as hearing
from services.applications.hearing.rules import Days, Standing
from services.applications.law import LAW
from services.applications.rules import MOVES, Deed, State
from services.catalogue import commands
from services.catalogue.lint import lint
from services.workflow.calendar import seed_rows
from services.workflow.rules import PAUSES, Calendar, ClockKind, PauseKind, due_on

ITEMS = {item.code: item for item in commands.shipped()}
FOOD = ITEMS["food-business"]
KNOWN = seed_rows()
CALENDAR = Calendar({day.day: day.is_workday for day in KNOWN.days}, frozenset(KNOWN.years))
WORDINGS = [
    templating.TEMPLATES / "window" / "words.html",
    templating.TEMPLATES / "window" / "law_words.html",
    *Path(templating.TEMPLATES, "errors", "refusals").glob("*/*.html"),
]
TOLD = "".join(path.stem + path.read_text("utf-8") for path in WORDINGS)
MONDAY = date(2026, 11, 2)
DAY = timedelta(days=1)


def problems(item):
    return {one.code for one in lint(item)}


@pytest.mark.parametrize("key", LAW)
def test_every_rule_has_a_place_and_every_refusal_of_it_is_told_in_words(key):
    module, _, name = LAW[key].place.partition(":")
    assert callable(getattr(importlib.import_module(module), name))
    assert LAW[key].articles
    for refusal in LAW[key].refusals:
        assert refusal in TOLD


def test_the_eighteen_rules_are_all_there():
    assert list(LAW) == [f"L{number}" for number in range(1, 19)]


def test_l1_nothing_is_asked_that_the_item_does_not_need():
    catch_all = replace(FOOD.materials[2], name=replace(FOOD.materials[2].name, zh="其他材料"))
    assert problems(replace(FOOD, materials=(*FOOD.materials[:2], catch_all, *FOOD.materials[3:])))


def test_l2_what_must_be_published_is_published_or_the_item_is_not():
    assert problems(FOOD) == set()
    assert {"basis-missing", "none"} <= problems(replace(FOOD, basis=(), conditions=(), places=()))


def test_l3_intake_ends_in_one_of_five_ways_and_silence_is_acceptance():
    ends = {rules.next_state(State.SUBMITTED, deed) for start, deed in MOVES if start is State.SUBMITTED}
    assert {State.NOT_NEEDED, State.NOT_ACCEPTED, State.CORRECTING, State.ACCEPTED, State.SUBMITTED} <= ends
    with pytest.raises(errors.AuthorityMissing):
        rules.require_authority("  某局")
    assert rules.require_authority(" 示例县市场监督管理局 ") == "示例县市场监督管理局"
    last = due_on(MONDAY, rules.INTAKE_DAYS, CALENDAR).on
    assert [rules.lapsed(last, last + DAY * n) for n in (-1, 0, 1)] == [False, False, True]
    assert [rules.is_oversight_event(count) for count in (0, 1, 2, 3)] == [False, False, True, True]


def test_l4_every_end_of_intake_has_a_numbered_paper_under_the_authoritys_seal():
    kinds = {papers.DocumentKind(one.value) for one in case_papers.Paper}
    assert kinds == set(papers.DocumentKind) == set(papers.TITLES) == set(documents.BODIES)
    assert set(case_papers.SERIES) == set(case_papers.Paper)
    assert len(set(case_papers.SERIES.values())) == len(case_papers.SERIES)
    assert documents.DOCUMENT_SEAL == "行政审批专用章"


def test_l5_what_can_be_decided_on_the_spot_promises_no_days():
    spot = ITEMS["individual-registration"]
    assert spot.decided_on_the_spot
    assert "promise-on-the-spot" in problems(
        replace(spot, promised_limit=replace(spot.promised_limit, days=1))
    )


def test_l6_substance_is_verified_by_two_and_on_site_always():
    needed = [(True, True, 2), (True, False, 2), (False, True, 2), (False, False, 1)]
    for two, on_site, persons in needed:
        assert rules.persons_needed(two_persons=two, on_site=on_site) == persons
    with pytest.raises(errors.AlreadySpoke):
        rules.require_second_person("inspect", "a", {"a"})


def test_l7_a_case_goes_back_one_step_and_never_to_the_applicant():
    steps = ["inspect", "review", "decide"]
    assert [rules.step_before(steps, step) for step in steps[1:]] == ["inspect", "review"]
    for first in ("inspect", "nowhere"):
        with pytest.raises(errors.NothingBefore):
            rules.step_before(steps, first)
    assert {after for (start, _), after in MOVES.items() if start is State.ACCEPTED} & {
        State.CORRECTING,
        State.SUBMITTED,
        State.DRAFT,
    } == set()


def test_l8_whoever_is_touched_is_told_and_nobody_decides_before_they_could_speak():
    assert Deed.OFFER_HEARING in rules.REASONED
    told = Days(ask_by=hearing.ask_by(MONDAY))
    with pytest.raises(errors.HearingOpen):
        hearing.require_over("1", [told], MONDAY + hearing.ASK_DAYS * DAY)
    hearing.require_over("1", [told], MONDAY + (hearing.ASK_DAYS + 1) * DAY)


def test_l9_a_refusal_gives_reasons_and_remedies():
    for deed in (Deed.REFUSE, Deed.REFUSE_ACCEPTANCE, Deed.REFER, Deed.TERMINATE, Deed.REVOKE, Deed.CANCEL):
        with pytest.raises(errors.ReasonMissing):
            rules.require_reason(deed, " 不行 ")
    assert "六十日" in papers.REMEDIES
    assert "六个月" in papers.REMEDIES


def test_l10_every_licence_bears_a_seal():
    assert all(one.seal for one in load_types().values())


def test_l11_twenty_days_unless_promised_shorter_and_ten_more_once():
    limit = FOOD.statutory_limit
    bare = replace(FOOD, statutory_limit=replace(limit, days=20), promised_limit=replace(limit, days=20))
    assert timing.decision_limit(bare)[:2] == (ClockKind.DECISION, 20)
    assert timing.decision_limit(FOOD)[1] == 8
    assert timing.extension_days(FOOD, ClockKind.DECISION) == 10
    shorter = replace(FOOD, procedures=(replace(FOOD.procedures[0], days=5),))
    assert timing.extension_days(shorter, ClockKind.DECISION) == 5


def test_l12_what_several_decide_together_takes_forty_five_at_most_and_fifteen_more():
    together = replace(
        FOOD,
        joint=(FOOD.department,),
        procedures=(),
        statutory_limit=replace(FOOD.statutory_limit, days=60),
        promised_limit=replace(FOOD.promised_limit, days=60),
    )
    assert timing.decision_limit(together)[:2] == (ClockKind.JOINT, 45)
    assert timing.extension_days(together, ClockKind.JOINT) == 15


def test_l13_the_result_is_delivered_within_ten_days_that_nothing_stops():
    assert rules.DELIVERY_DAYS == 10
    assert PAUSES[ClockKind.DELIVERY] == frozenset()


def test_l14_only_eight_procedures_stop_the_clock_and_their_time_is_told():
    assert len(PAUSES[ClockKind.DECISION]) == 8
    assert PauseKind.CORRECTION not in PAUSES[ClockKind.DECISION]
    for days in (0, -1, 366):
        with pytest.raises(errors.TimeNotStated):
            rules.require_time(days)
    assert rules.require_time(15) == 15
    assert set(case_papers.PROCEDURES) == set(PauseKind)


def test_l15_a_hearing_keeps_its_days_its_chair_and_its_minutes():
    asked = MONDAY
    first, last = hearing.span(asked, asked, CALENDAR)
    assert (first, last) == (date(2026, 11, 11), date(2026, 11, 30))
    for day in (first, last):
        hearing.require_day(day, asked, asked, CALENDAR)
    for day in (first - DAY, last + DAY):
        with pytest.raises(errors.HearingDateWrong):
            hearing.require_day(day, asked, asked, CALENDAR)
    late = asked + 25 * DAY
    assert hearing.span(asked, late, CALENDAR)[0] == hearing.span(asked, late, CALENDAR)[1]
    with pytest.raises(errors.ChairNotFree):
        hearing.require_chair("a", "示例甲", {"a", "b"})
    hearing.require_chair("c", "示例丙", {"a", "b"})
    with pytest.raises(errors.ReasonMissing):
        hearing.require_place(" 三楼 ")


def test_l15_a_hearing_goes_from_offer_to_minutes_or_is_waived():
    ask_by = hearing.ask_by(MONDAY)
    course = [
        (Days(ask_by), MONDAY, Standing.OFFERED),
        (Days(ask_by), ask_by + DAY, Standing.WAIVED),
        (Days(ask_by, MONDAY), ask_by + DAY, Standing.ASKED),
        (Days(ask_by, MONDAY, MONDAY), MONDAY, Standing.CALLED),
        (Days(ask_by, MONDAY, MONDAY, MONDAY + 9 * DAY), MONDAY, Standing.CLOSED),
    ]
    for days, today, standing in course:
        assert hearing.standing(days, today) is standing
        hearing.require_standing(standing, standing, "x")
        with pytest.raises(errors.HearingNotOpen):
            hearing.require_standing(None, standing, "x")
        if standing in hearing.OPEN:
            with pytest.raises(errors.HearingOpen):
                hearing.require_over("1", [days], today)
        else:
            hearing.require_over("1", [days], today)


def test_l16_renewal_is_asked_for_thirty_days_before_the_end():
    until = date(2026, 12, 31)
    assert licences.require_renewal(until, date(2026, 12, 1)) == until
    with pytest.raises(RenewalNotOpen):
        licences.require_renewal(until, date(2026, 12, 2))


def test_l17_nothing_is_charged_without_a_law():
    assert "fee-without-basis" in problems(replace(FOOD, fee=replace(FOOD.fee, charged=True, basis=None)))


def test_l18_the_authoritys_days_are_working_days():
    assert due_on(date(2026, 2, 12), 5, CALENDAR).on == date(2026, 2, 26)


@pytest.mark.parametrize("ground", Ending)
@pytest.mark.parametrize("state", State)
def test_a_case_is_ended_only_on_a_ground_that_fits_and_never_in_the_applicants_time(ground, state):
    states, text = grounds.ENDINGS[ground]
    until = MONDAY if ground in grounds.APPLICANTS_TIME else None
    if state not in states:
        with pytest.raises(errors.GroundNotOpen):
            grounds.require_ending(ground, state, until=until, today=MONDAY + DAY)
        return
    assert grounds.require_ending(ground, state, until=until, today=MONDAY + DAY) == text
    if until:
        with pytest.raises(errors.StillInTime) as told:
            grounds.require_ending(ground, state, until=until, today=until)
        assert told.value.until == until
        with pytest.raises(errors.GroundNotOpen):
            grounds.require_ending(ground, state, until=None, today=MONDAY)


def test_before_acceptance_the_window_ends_a_case_afterwards_who_decides_it():
    for state, role, other in (
        (State.CORRECTING, "window", "approver"),
        (State.ACCEPTED, "approver", "window"),
        (State.SUSPENDED, "approver", "window"),
    ):
        grounds.require_ender(state, frozenset({role}))
        with pytest.raises(errors.NotYourDeed):
            grounds.require_ender(state, frozenset({other}))


def test_every_ground_names_its_article():
    assert set(grounds.REVOKING) == set(grounds.Revoking)
    assert set(grounds.CANCELLING) == set(grounds.Cancelling)
    assert all("第六十九条" in one.article for one in grounds.REVOKING.values())
    assert all("第七十条" in one.article for one in grounds.CANCELLING.values())


def test_what_may_follow_is_published_missing_and_promised():
    afterwards.require_may_follow(["a"], {"a", "b"}, {"b"})
    for wanted in ([], ["b"], ["c"], ["a", "c"]):
        with pytest.raises(errors.MaterialNotSpared):
            afterwards.require_may_follow(wanted, {"a", "b"}, {"b"})
    assert [afterwards.require_days(days) for days in (0, 3, 99)] == [1, 3, afterwards.FOLLOW_DAYS]
    afterwards.require_followed([])
    with pytest.raises(errors.MaterialsOutstanding) as told:
        afterwards.require_followed(["a"])
    assert told.value.codes == ("a",)
