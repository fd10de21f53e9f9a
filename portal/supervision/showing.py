"""Rows as supervisors' tables show them: the light, and how many working days are left or too many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol

from identity import queries as identity
from identity.actor import PartyKind
from identity.numbers import mask_name
from portal.language import Pair, pick
from portal.supervision import wording
from services.applications.rules import State
from services.oversight.records import Event
from services.oversight.rules import CaseLight, light
from services.workflow import calendar
from services.workflow.rules import Calendar, working_days_between
from storage.database import Session

SEPARATOR = "~"


class CaseSeen(Protocol):
    """What these pages use of a case; they know no tables."""

    number: str
    item_name: dict[str, str]
    department_code: str
    state: State
    applicant_kind: PartyKind
    applicant_name: str
    filed_by_name: str
    claimed_by_name: str | None
    due_on: date | None
    yellow_on: date | None
    submitted_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseRow:
    """`days`: working days left, negative for days too many; None while nothing runs out. Names are masked."""

    number: str
    item: str
    department: str
    state_word: str
    light: CaseLight
    due_on: date | None
    days: int | None
    applicant: str
    officer: str
    submitted_at: datetime | None


async def departments(session: Session) -> Mapping[str, str]:
    """The short name of every department, by code, in the reader's language."""
    return {
        one.code: pick(Pair(one.short, one.short_en)) or one.name
        for one in await identity.departments(session)
    }


async def case_rows(session: Session, cases: Sequence[CaseSeen], today: date) -> list[CaseRow]:
    names = await departments(session)
    days = await calendar.load(session)
    return [case_row(case, names, days, today) for case in cases]


def case_row(case: CaseSeen, names: Mapping[str, str], days: Calendar, today: date) -> CaseRow:
    shown = light(case.state, case.due_on, case.yellow_on, today)
    running = shown is not CaseLight.PAUSED and case.due_on is not None and case.closed_at is None
    return CaseRow(
        number=case.number,
        item=pick(case.item_name),
        department=names.get(case.department_code, case.department_code),
        state_word=wording.state(case.state),
        light=shown,
        due_on=case.due_on,
        days=working_days_between(today, case.due_on, days) if running and case.due_on else None,
        applicant=applicant(case),
        officer=case.claimed_by_name or "",
        submitted_at=case.submitted_at,
    )


def applicant(case: CaseSeen) -> str:
    """An organisation by its name, a person masked: supervision looks at how a case is handled, not at whom it is for."""
    organisation = case.applicant_kind is PartyKind.ORGANISATION
    return case.applicant_name if organisation else mask_name(case.applicant_name)


def shown_events(events: Sequence[Event], case: CaseSeen) -> list[Event]:
    """The record with the applicant's own name masked as everywhere on these pages; officers stand by their names."""
    hidden = {case.applicant_name, case.filed_by_name}
    return [
        replace(
            event, by=mask_name(event.by) if event.by in hidden else event.by, details=_shown(event, case)
        )
        for event in events
    ]


def _shown(event: Event, case: CaseSeen) -> Mapping[str, Any]:
    """The details, with the name of the party acted for as `applicant` shows it."""
    return {**event.details, "for": applicant(case)} if event.details.get("for") else event.details


def cursor(*parts: object) -> str:
    """Where the next page begins, for its address."""
    return SEPARATOR.join(part.isoformat() if isinstance(part, date) else str(part) for part in parts)


def day_and_text(text: str) -> tuple[date, str] | None:
    """A cursor read back; None for anything that is not one."""
    first, rest = _parts(text)
    try:
        return (date.fromisoformat(first), rest) if rest else None
    except ValueError:
        return None


def moment_and_text(text: str) -> tuple[datetime, str] | None:
    first, rest = _parts(text)
    try:
        at = datetime.fromisoformat(first)
    except ValueError:
        return None
    return (at, rest) if rest and at.tzinfo else None


def _parts(text: str) -> tuple[str, str]:
    """Both halves of a cursor; the second empty where it is missing or holds what no number does."""
    first, _, rest = text.partition(SEPARATOR)
    return first, rest if rest.isprintable() else ""
