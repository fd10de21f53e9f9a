"""Sample cases: what happened to them lies in office hours, in order and before now, and every state is among them."""

from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise

from identity import numbers
from portal.cli.demo.people import PEOPLE, STAFF
from portal.cli.demo.residents import RESIDENTS
from portal.cli.demo.running_cases import acting
from portal.cli.demo.running_cases.command import items
from portal.cli.demo.running_cases.stories import stories
from services.applications.rules import Deed
from services.oversight.measures.office import office
from services.workflow.rules import ZONE, Calendar

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
HOURS = office(Calendar({}, frozenset({2026})), date(2026, 7, 1), date(2026, 11, 20))


def test_residents_have_numbers_of_their_own_that_hold():
    known = [numbers.id_number(one.id_number) for one in RESIDENTS]
    assert len({*known, *(one.id_number for one in (*PEOPLE, *STAFF))}) == len(known) + len(PEOPLE) + len(
        STAFF
    )
    assert all(one.name.startswith("示例") and not one.signs_in for one in RESIDENTS)


def test_turns_follow_each_other_in_office_hours_and_none_is_still_to_come():
    told = stories(items(), len(RESIDENTS), 400, now=NOW, hours=HOURS, seed=1)
    for story in told:
        moments = [at for _turn, at in story.turns]
        assert all(before < after for before, after in pairwise(moments)), story
        assert moments[-1] < NOW
        assert all(9 <= at.astimezone(ZONE).hour < 17 for at in moments)
    ends = Counter(story.turns[-1][0] for story in told)
    assert set(ends) == {Deed.SUBMIT, Deed.REQUEST_CORRECTION, *acting.SAID}
    assert told == stories(items(), len(RESIDENTS), 400, now=NOW, hours=HOURS, seed=1)
    assert told != stories(items(), len(RESIDENTS), 400, now=NOW, hours=HOURS, seed=2)
