"""The rules of time that are reckoned in working days from a case's own record. Pure."""

from collections.abc import Iterator
from datetime import date

from services.oversight.checks.facts import (
    ACCEPTED,
    BY_RULES,
    DECISIONS,
    ENDED,
    GOES_ON,
    STOPS,
    TURNED_AWAY,
    Facts,
    Inputs,
    Thresholds,
)
from services.oversight.measures.stepping import Event
from services.workflow.rules import Clock, Pause, due, local_day, working_days_between


def legal_limit(facts: Facts) -> tuple[date, date] | None:
    """The last day the law leaves for the decision, and the day it was decided, ended or is looked at; None before acceptance.

    What stopped the limit (行政许可法 45) is not counted, and an extension (42) counts on top.
    """
    accepted, decided = facts.moments(*ACCEPTED), facts.moments(*DECISIONS, *ENDED)
    until = decided[-1] if decided else facts.at
    if not accepted or until is None or facts.calendar is None or not facts.legal_days:
        return None
    pauses: list[Pause] = []
    extra = 0
    for event in facts.events:
        if event.deed in STOPS:
            pauses.append(Pause(local_day(event.at)))
        elif event.deed in GOES_ON and pauses:
            pauses[-1] = Pause(pauses[-1].since, local_day(event.at))
        elif event.deed == "limit extended":
            extra += int(event.details.get("days", 0))
    if pauses and pauses[-1].until is None:
        return None
    clock = Clock(local_day(accepted[-1]), facts.legal_days + extra, tuple(pauses))
    return due(clock, facts.calendar).on, local_day(until)


def beyond_the_law(facts: Facts, _thresholds: Thresholds) -> Inputs | None:
    limit = legal_limit(facts)
    if limit is None or limit[1] <= limit[0]:
        return None
    return {"legal": limit[0].isoformat(), "until": limit[1].isoformat(), "days": facts.legal_days}


def nearly_beyond_the_law(facts: Facts, thresholds: Thresholds) -> Inputs | None:
    """Of cases still running only, from so many working days before the last one."""
    limit = legal_limit(facts)
    if limit is None or facts.calendar is None or facts.did(*DECISIONS, *ENDED) or limit[1] > limit[0]:
        return None
    first = due(Clock(limit[1], thresholds["days"]), facts.calendar).on
    return {"legal": limit[0].isoformat(), "until": limit[1].isoformat()} if limit[0] <= first else None


def procedure_too_long(facts: Facts, thresholds: Thresholds) -> Inputs | None:
    """Told in working days (行政许可法 45), so it is reckoned in them; one that goes on, up to the moment of looking."""
    if facts.calendar is None:
        return None
    for begun, ended in _procedures(facts):
        told = begun.details.get("days")
        until = ended.at if ended else facts.at
        if not isinstance(told, int) or until is None:
            continue
        days = working_days_between(local_day(begun.at), local_day(until), facts.calendar)
        if days > told + thresholds["grace"]:
            return {"days": days, "told": told}
    return None


def _procedures(facts: Facts) -> Iterator[tuple[Event, Event | None]]:
    """Every special procedure and hearing, with what ended it."""
    begun: Event | None = None
    for event in facts.events:
        if event.deed in STOPS:
            begun = event
        elif begun is not None and event.deed in GOES_ON | ENDED:
            yield begun, event
            begun = None
    if begun is not None:
        yield begun, None


def joint_date_missed(facts: Facts, _thresholds: Thresholds) -> Inputs | None:
    """联办时限, as it stands: it follows what lawfully moves a part. Silent while a part waits for others (32, 45)."""
    over = facts.moments(*DECISIONS, BY_RULES, *ENDED, *TURNED_AWAY)
    until = over[-1] if over else facts.at
    if facts.joint_by is None or until is None or local_day(until) <= facts.joint_by:
        return None
    stopped = False
    for event in facts.events:
        if event.deed in STOPS | {"correction requested"}:
            stopped = True
        elif event.deed in GOES_ON | {"application corrected"}:
            stopped = False
    if stopped and not over:
        return None
    return {"joint": facts.joint_by.isoformat(), "until": local_day(until).isoformat()}


def person_kept_waiting(facts: Facts, _thresholds: Thresholds) -> Inputs | None:
    """人工审查: asked for after a decision by rules, and not concluded by the day that was told."""
    asked: Event | None = None
    for event in facts.events:
        if event.deed == "person asked for" and event.details.get("due"):
            asked = event
        elif event.deed == "decision by rules reviewed" and asked is not None:
            late = _late(asked, local_day(event.at))
            if late:
                return late
            asked = None
    return _late(asked, local_day(facts.at)) if asked is not None and facts.at else None


def _late(asked: Event, until: date) -> Inputs | None:
    day = date.fromisoformat(str(asked.details["due"]))
    return {"due": day.isoformat(), "until": until.isoformat()} if until > day else None
