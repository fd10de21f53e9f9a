"""The numbers of a report, from the same summaries as the board."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from identity.actor import EVERYWHERE, Actor, Party, PartyKind, Role
from services.oversight import board
from services.oversight.board import Cut, Period
from services.oversight.boarding.cutting import Sums
from services.oversight.indicators.definitions import INDICATORS
from services.oversight.reports.rules import Covered
from services.oversight.rules import Rate
from storage.database import Session

DAY = timedelta(days=1)
SYSTEM = UUID(int=0)
READER = Actor(
    person_id=SYSTEM,
    name="system:oversight",
    roles=frozenset({Role.SUPERVISOR}),
    acting_for=Party(PartyKind.PERSON, SYSTEM, "system:oversight"),
    departments=frozenset({EVERYWHERE}),
)
"""The worker itself, which counts for every department."""
FLOWS = (*board.EVENTS, *board.CARDS.values())
SHARES = tuple(one.key for one in INDICATORS)


async def numbers(session: Session, covered: Covered, department: str) -> dict[str, Any]:
    """What happened and every share in the period and in the one as long before it, and by item; `department` "" for all."""
    period = Period(covered.first, covered.last)
    length = covered.last - covered.first
    before = Period(covered.first - length - DAY, covered.first - DAY)
    cut = Cut(department or None)
    now = await board.sums(session, READER, cut, period, (*FLOWS, *SHARES))
    then = await board.sums(session, READER, cut, before, (*FLOWS, *SHARES))
    return {
        "flows": {key: [_total(now, key).denominator, _total(then, key).denominator] for key in FLOWS},
        "shares": {key: [*_pair(_total(now, key)), *_pair(_total(then, key))] for key in SHARES},
        "items": _items(now),
    }


def _items(sums: Sums) -> list[list[Any]]:
    """Department, item, received, decided, on time of how many: the most received first."""
    places = {place for key in ("received", "decided") for place in sums.get(key, {})}
    found = []
    for department, item in places:
        received, decided, on_time = (
            sums.get(key, {}).get((department, item), Rate(0, 0))
            for key in ("received", "decided", "on-time")
        )
        found.append([department, item, received.denominator, decided.denominator, *_pair(on_time)])
    return sorted(found, key=lambda row: (-row[2], row[0], row[1]))


def _total(sums: Sums, key: str) -> Rate:
    rates = sums.get(key, {}).values()
    return Rate(sum(one.numerator for one in rates), sum(one.denominator for one in rates))


def _pair(rate: Rate) -> tuple[int, int]:
    return rate.numerator, rate.denominator


def anything(numbers: Mapping[str, Any]) -> bool:
    """Whether there is anything to report."""
    return any(pair[0] for pair in numbers["flows"].values())
