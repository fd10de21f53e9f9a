"""Which days reports cover."""

from datetime import date, timedelta

import pytest

from services.oversight.reports.rules import ReportKind, due, ended_before

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("today", "ten_days", "month", "quarter"),
    [
        (
            "2026-11-22",
            ("2026-11-11", "2026-11-20"),
            ("2026-10-01", "2026-10-31"),
            ("2026-07-01", "2026-09-30"),
        ),
        (
            "2026-11-21",
            ("2026-11-11", "2026-11-20"),
            ("2026-10-01", "2026-10-31"),
            ("2026-07-01", "2026-09-30"),
        ),
        (
            "2026-11-20",
            ("2026-11-01", "2026-11-10"),
            ("2026-10-01", "2026-10-31"),
            ("2026-07-01", "2026-09-30"),
        ),
        (
            "2028-03-01",
            ("2028-02-21", "2028-02-29"),
            ("2028-02-01", "2028-02-29"),
            ("2027-10-01", "2027-12-31"),
        ),
        (
            "2027-01-01",
            ("2026-12-21", "2026-12-31"),
            ("2026-12-01", "2026-12-31"),
            ("2026-10-01", "2026-12-31"),
        ),
    ],
)
def test_the_newest_period_that_is_over(today, ten_days, month, quarter):
    found = [(str(one.first), str(one.last)) for one in due(date.fromisoformat(today))]
    assert found == [ten_days, month, quarter]


@pytest.mark.parametrize("kind", ReportKind)
def test_periods_follow_one_another_without_a_gap(kind):
    today, last = date(2025, 1, 1), None
    while today < date(2029, 1, 1):
        covered = ended_before(kind, today)
        assert covered.first <= covered.last < today
        if last is not None and covered != last:
            assert covered.first == last.last + DAY
        last, today = covered, today + DAY
