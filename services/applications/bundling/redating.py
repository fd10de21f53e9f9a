"""联办时限: the joint date of a bundle follows what lawfully moves one of its parts.

A part's limit grows by an extension (行政许可法 42), by a special procedure that stopped it (45), by corrections (32),
by a holiday notice. Then what waits for that part begins later too. The date never comes nearer, and lateness of an
authority moves it nowhere: it is counted from the lawful last day of the part, whatever the authority does.
"""

from collections.abc import Sequence
from datetime import date, datetime

from services.applications.bundling import reading
from services.applications.bundling.merging import Member, Whole
from services.applications.bundling.queries import BEHIND
from services.applications.bundling.recording import record
from services.applications.commands import timing
from services.applications.rules import INTAKE_DAYS, State
from services.workflow import calendar
from services.workflow.rules import Calendar, due_on
from storage.database import Session

DECIDING = (State.ACCEPTED, State.SUSPENDED)


async def follow(session: Session, number: str, *, at: datetime) -> date | None:
    """The joint date as it must now be after the limit of the part `number` moved; None where it stays."""
    whole = await reading.of_case(session, number)
    part = next((one for one in whole.members if one.application.number == number), None) if whole else None
    if whole is None or part is None or whole.bundle.promised_on is None:
        return None
    wanted = lawful_end(whole, part, await calendar.load(session))
    was = whole.bundle.promised_on
    if wanted is None or wanted <= was:
        return None
    whole.bundle.promised_on, whole.bundle.updated_at = wanted, at
    moved = {"case": number, "was": str(was), "due": str(wanted)}
    await record(session, None, whole.bundle, "joint date moved", at=at, **moved)
    return wanted


def lawful_end(whole: Whole, part: Member, days: Calendar) -> date | None:
    """The last lawful day of a part and of all that waits for it; None where its limit does not run."""
    own = last_day(part, days)
    return max([own, *_behind(whole, part, own, days)]) if own else None


def _behind(whole: Whole, part: Member, after: date, days: Calendar) -> Sequence[date]:
    found: list[date] = []
    for one in whole.members:
        told = whole.definition.part(one.item)
        if told is None or part.item not in told.after or one.branch.part.standing not in BEHIND:
            continue
        others = (last_day(other, days) for name in told.after if (other := whole.member(name)))
        begun = max([after, *(day for day in others if day)])
        end = due_on(due_on(begun, INTAKE_DAYS, days).on, _limit(one), days).on
        found += [end, *_behind(whole, one, end, days)]
    return found


def last_day(part: Member, days: Calendar) -> date | None:
    """The last lawful day of the decision on a part handed in; None where no limit of it runs."""
    case = part.application
    if part.branch.part.standing in BEHIND or case.due_on is None:
        return None
    if case.state is State.SUBMITTED:
        return due_on(case.due_on, _limit(part), days).on
    return case.due_on if case.state in DECIDING else None


def _limit(part: Member) -> int:
    return timing.decision_limit(part.definition)[1]
