"""The measures' arithmetic against numbers reckoned by other means."""

from datetime import UTC, date, datetime, timedelta
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.oversight.measures import conformance, deviation, intimacy, overdue, workload
from services.oversight.measures.chance import (
    benjamini_hochberg,
    binomial_tail,
    binomial_two_sided,
    normal_two_sided,
    robust_z,
    spread,
)
from services.oversight.measures.deviation import Aspect, Share, Timed
from services.oversight.measures.intimacy import Met, Pool
from services.oversight.measures.office import A_DAY, office
from services.oversight.measures.ordering import Clock, Waited, Written, jumps
from services.oversight.measures.overdue import Late
from services.oversight.measures.stepping import DEEDS, Event, steps_of
from services.oversight.measures.workload import Done
from services.workflow.rules import ZONE, Calendar

HOURS = office(
    Calendar({date(2026, 10, 1): False, date(2026, 10, 10): True}, frozenset({2026})),
    date(2026, 9, 1),
    date(2026, 12, 31),
)


def at(day, hour=9, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def event(deed, moment, *, officer="", entry=0, **details):
    return Event(entry, entry, moment, deed, officer, officer, details)


@given(st.integers(0, 40), st.integers(0, 45), st.floats(0.01, 0.99))
def test_the_binomial_tail_is_the_sum_of_its_terms(n, k, p):
    plain = sum(comb(n, x) * p**x * (1 - p) ** (n - x) for x in range(k, n + 1))
    assert binomial_tail(k, n, p) == pytest.approx(plain, abs=1e-12)


def test_known_chances():
    assert binomial_tail(0, 10, 0.3) == 1.0
    assert binomial_tail(3, 10, 0.0) == 0.0
    assert binomial_tail(11, 10, 1.0) == 0.0
    assert binomial_tail(8, 10, 0.5) == pytest.approx(56 / 1024)
    assert binomial_tail(600, 1000, 0.5) == pytest.approx(1.364e-10, rel=1e-3)
    assert binomial_two_sided(5, 10, 0.5) == 1.0
    assert normal_two_sided(1.959964) == pytest.approx(0.05, abs=1e-6)
    assert spread([1, 2, 3, 4, 100]) == (3, 1)
    assert robust_z(100, 3, 1) == pytest.approx(65.43, abs=0.01)
    assert robust_z(5, 3, 0) is None
    with pytest.raises(ValueError):
        spread([])


def test_benjamini_hochberg_as_in_the_paper():
    """Benjamini and Hochberg 1995, example of section 3.2: four of fifteen stand at five in a hundred."""
    chances = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719]
    assert benjamini_hochberg([*chances, 0.6528, 0.7590, 1.0], 0.05) == {0, 1, 2, 3}
    assert benjamini_hochberg([0.01], 0.05, tested=100) == set()
    assert benjamini_hochberg([], 0.05) == set()


def test_office_minutes_skip_nights_lunch_weekends_and_holidays():
    assert HOURS.between(at(20, 16), at(23, 10)) == 120  # Friday to Monday
    assert HOURS.between(at(20, 11, 30), at(20, 13, 30)) == 60
    assert HOURS.between(at(21), at(22, 17)) == 0
    assert HOURS.between(at(23), at(20)) == 0
    october = datetime(2026, 10, 10, 9, tzinfo=ZONE)
    assert HOURS.between(october, october + timedelta(hours=8)) == A_DAY
    assert HOURS.between(datetime(2026, 10, 1, 9, tzinfo=ZONE), datetime(2026, 10, 1, 17, tzinfo=ZONE)) == 0


@given(st.integers(0, 60 * A_DAY - 1))
def test_the_moment_after_so_many_minutes_is_that_many_minutes_later(minutes):
    assert HOURS.elapsed(HOURS.moment(minutes)) == minutes


def test_a_case_is_charged_to_whoever_held_it_and_never_while_the_applicant_has_it():
    events = [
        event("application submitted", at(16, 9), due="2026-11-16"),
        event("application claimed", at(17, 9), officer="a"),
        event("number unmasked", at(17, 9, 5), officer="a"),
        event("correction requested", at(17, 10), officer="a"),
        event("application corrected", at(19, 10), due="2026-11-26"),
        event("application claimed", at(19, 11), officer="b"),
        event("case handed over", at(19, 12), officer="b", to="c"),
        event("application accepted", at(19, 14), officer="c", due="2026-11-20"),
        event("special procedure begun", at(20, 9), officer="c"),
        event("special procedure ended", at(25, 9), officer="c", due="2026-11-25"),
        event("application granted", at(26, 10), officer="d"),
        event("result delivered", at(27, 9), officer="d"),
    ]
    steps = steps_of(events, HOURS)
    assert [(one.deed, one.node, one.holder, one.minutes, one.late) for one in steps] == [
        ("application submitted", "", None, 0, 0),
        ("application claimed", "accept", None, 420, 0),
        ("correction requested", "accept", "a", 60, 60),
        ("application corrected", "", None, 0, 0),
        ("application claimed", "accept", None, 60, 0),
        ("case handed over", "", "b", 60, 0),
        ("application accepted", "accept", "c", 60, 0),
        ("special procedure begun", "review", None, 180, 0),
        ("special procedure ended", "", None, 0, 0),
        ("application granted", "decide", None, 480, 60),
        ("result delivered", "deliver", None, 360, 0),
    ]


def test_every_deed_that_moves_a_case_is_known_to_officers_pages():
    from portal.supervision import wording

    assert all(wording.known(deed) for deed in DEEDS)


def test_workload_compares_within_one_post():
    done = [Done("m", f"w{n}", "i", "accept", 10) for n in range(4)] + [Done("m", "busy", "i", "accept", 50)]
    done += [Done("m", "decider", "i", "decide", 1)]
    loads = {one.officer: one for one in workload.loads(done, {("i", "accept"): 12.0})}
    assert (loads["busy"].flag, loads["w0"].flag, loads["busy"].ratio) == ("overloaded", "", 5.0)
    assert (loads["decider"].ratio, loads["decider"].flag, loads["decider"].minutes) == (None, "", 1.0)


def test_a_pair_beyond_chance_is_flagged_and_a_specialist_is_not():
    pools = [Pool("i", "accept", f"o{n}", 100) for n in range(6)] + [Pool("rare", "accept", "expert", 40)]
    met = [Met("i", "accept", "o0", "friend", 18), Met("i", "accept", "o1", "friend", 2)]
    met += [Met("i", "accept", f"o{n}", "firm", 3) for n in range(6)]
    met += [Met("rare", "accept", "expert", "regular", 30), Met("i", "accept", "o2", "seldom", 4)]
    pairs = {(one.officer, one.party): one for one in intimacy.pairs(met, pools)}
    assert [key for key, one in pairs.items() if one.flagged] == [("o0", "friend")]
    friend = pairs["o0", "friend"]
    assert (friend.k, friend.n, friend.expected) == (18, 20, pytest.approx(20 * 82 / 580))
    assert pairs["expert", "regular"].lift == pytest.approx(1.0)
    assert ("o2", "seldom") not in pairs


def test_deviation_needs_size_and_rarity_in_either_direction():
    def timed(officer, rank, middle, count=100):
        return Timed(officer, "i", "review", count, rank, middle, 60.0, 20.0)

    found = {
        one.officer: one
        for one in deviation.durations(
            [
                timed("fast", 0.05, 8.0),
                timed("slow", 0.95, 240.0),
                timed("usual", 0.5, 60.0),
                timed("new", 0.0, 1.0, 19),
            ]
        )
    }
    assert (found["fast"].flagged, found["fast"].direction) == (True, "below")
    assert (found["slow"].flagged, found["slow"].direction) == (True, "above")
    assert not found["usual"].flagged
    assert "new" not in found
    counted = [Share("strict", 60, 200, 10.0), Share("mild", 12, 200, 10.0), Share("none", 0, 300, 0.0)]
    shares = {one.officer: one.flagged for one in deviation.shares(Aspect.REFUSALS, counted)}
    assert shares == {"strict": True, "mild": False, "none": False}


def test_durations_without_spread_are_judged_by_rank():
    rows = [
        Timed("odd", "i", "accept", 200, 0.99, 5.0, 1.0, 0.0),
        Timed("even", "i", "accept", 200, 0.5, 1.0, 1.0, 0.0),
    ]
    assert [one.officer for one in deviation.durations(rows) if one.flagged] == ["odd"]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60), st.booleans()), max_size=40))
def test_jumps_are_those_of_the_plain_count(rows):
    start = at(2)
    queue = [
        Waited(
            f"{place:03d}",
            "o",
            start + timedelta(minutes=since),
            start + timedelta(minutes=since + wait) if taken else None,
        )
        for place, (since, wait, taken) in enumerate(rows)
    ]

    def plain(own):
        return sum(
            one.since < own.since
            and (one.taken is None or (one.taken, one.since, one.number) > (own.taken, own.since, own.number))
            for one in queue
        )

    expected = {(one.number, plain(one)) for one in queue if one.taken and plain(one) >= 2}
    assert {(jump.number, jump.over) for jump in jumps(queue, least=2)} == expected


def test_one_entry_dated_ahead_makes_nobody_else_look_dated_back():
    clock, start = Clock(), datetime(2026, 11, 2, 1, tzinfo=UTC)
    days = [0, 1, 2, 300, 3, 4, -40, 5]
    found = [clock.judge(Written(str(hour), "accepted", start + timedelta(hours=hour))) for hour in days]
    assert [one.number for one in found if one] == ["-40"]


def test_conformance_names_what_is_missing_extra_and_out_of_order():
    flow = ("accept", "review", "decide")
    assert conformance.check(flow, flow).conforms
    assert conformance.check(("accept", "decide"), flow).skipped == ("review",)
    assert conformance.check(("accept",), flow, finished=False).conforms
    assert conformance.check(("review", "accept", "decide"), flow).disordered == ("review",)
    assert conformance.check(("accept", "visit", "review", "decide"), flow).extra == ("visit",)
    assert conformance.repeats(("accept", "review", "review")) == {"review": 2}
    ways = conformance.variants({flow: 3, ("accept", "decide"): 1})
    assert [(one.sequence, one.share) for one in ways] == [(flow, 0.75), (("accept", "decide"), 0.25)]


def test_the_overdue_amount_is_split_by_desk_and_node():
    rows = [Late("m", "a", "review", 2, 90), Late("m", "a", "accept", 1, 30), Late("m", "", "accept", 3, 180)]
    queue, desk = overdue.amounts(rows)
    assert (queue.holder, queue.share, desk.minutes, desk.cases) == ("", 0.6, 120, 3)
    assert desk.nodes == (("review", 90), ("accept", 30))
