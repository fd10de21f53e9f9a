"""The moments the law fixes, whenever somebody looks. No database, no clock."""

from datetime import date, datetime, time, timedelta

from services.workflow.rules import DAY, ZONE

ARCHIVED_AFTER = timedelta(days=30)
"""How long a closed case stays open for rating and questions before it is archived; the city's own rule."""


def ended_at(due_on: date) -> datetime:
    """The end of a last day: 24:00 in China."""
    return datetime.combine(due_on + DAY, time.min, ZONE)


def archivable_before(at: datetime) -> datetime:
    """Cases closed before this moment are archived."""
    return at - ARCHIVED_AFTER
