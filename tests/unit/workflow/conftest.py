import pytest

from services.workflow.calendar import seed_rows
from services.workflow.rules import Calendar


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    """The published calendar of 2004–2026."""
    known = seed_rows()
    return Calendar({day.day: day.is_workday for day in known.days}, frozenset(known.years))
