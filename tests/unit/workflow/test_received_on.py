"""After office hours and on days off: on which day an application counts as received."""

from datetime import datetime, time

import pytest

from services.workflow.rules import ZONE, Calendar, DueDate, due_on, received_on

CLOSES = time(17, 0)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-20 09:00", "2026-11-20"),  # Friday, in office hours
        ("2026-11-20 16:59", "2026-11-20"),
        ("2026-11-20 17:00", "2026-11-23"),  # Friday, closed: Monday
        ("2026-11-21 10:00", "2026-11-23"),  # Saturday
        ("2026-11-22 23:59", "2026-11-23"),  # Sunday night
        ("2026-11-23 00:01", "2026-11-23"),  # Monday before the doors open
        ("2026-02-14 10:00", "2026-02-14"),  # a Saturday that is worked
        ("2026-02-14 18:00", "2026-02-24"),  # closed, and the Spring Festival begins
        ("2026-10-01 10:00", "2026-10-08"),  # in the National Day
        ("2026-12-31 18:00", "2027-01-04"),  # the New Year and a weekend of a year not published
    ],
)
def test_the_day_of_receipt(calendar: Calendar, moment: str, day: str):
    at = datetime.fromisoformat(moment).replace(tzinfo=ZONE)
    found = received_on(at, CLOSES, calendar)
    assert str(found.on) == day
    assert found.provisional is (found.on.year > 2026)
    assert calendar.is_working_day(found.on)


def test_one_evening_costs_the_authority_nothing_and_the_applicant_one_day_at_most(calendar: Calendar):
    friday, evening = (datetime(2026, 11, 20, hour, tzinfo=ZONE) for hour in (16, 18))
    early, late = (due_on(received_on(at, CLOSES, calendar).on, 5, calendar) for at in (friday, evening))
    assert (early, late) == (DueDate(early.on), DueDate(late.on))
    assert (str(early.on), str(late.on)) == ("2026-11-27", "2026-11-30")
