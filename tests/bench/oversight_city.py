"""A generated city: ten departments, two hundred officers, two years of cases, and what was planted in it.

Everything follows from the seed. Cases go through real queues, so that nobody jumps one unless it was planted, and
their steps are made by the same rules as a worker makes them from the ledger.
"""

import heapq
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from services.oversight.measures.deviation import Aspect
from services.oversight.measures.office import A_DAY, Office, office
from services.oversight.measures.stepping import Event, Step, steps_of
from services.workflow.rules import Calendar

FIRST, LAST = date(2024, 1, 1), date(2026, 6, 30)
TWO_YEARS = 522 * A_DAY
DEPARTMENTS = 10
POSTS = {"accept": 7, "review": 7, "decide": 6}
FLOW = tuple(POSTS)
MINUTES = {"accept": 12.0, "review": 60.0, "decide": 25.0}
LIMITS = {"accept": 5, "decide": 20}
CORRECTED, REFUSED, SHARED = 0.05, 0.05, 0.3
PAIRS, DEVIATING, JUMPERS, BACK_DATED, SKIPPED = 40, 25, 30, 300, 200
COLLUDING = 0.75
MEETINGS = 24
DONE = {"accept": "application accepted", "review": "step reviewed"}


@dataclass
class Planted:
    """What the measures have to find, and nothing else."""

    pairs: set[tuple[str, str, str]] = field(default_factory=set)
    deviating: dict[str, Aspect] = field(default_factory=dict)
    jumpers: set[str] = field(default_factory=set)
    back_dated: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Officer:
    """`pace` multiplies the usual minutes; `corrections` and `refusals` are the officer's own shares."""

    id: str
    name: str
    weight: float
    pace: float
    corrections: float = CORRECTED
    refusals: float = REFUSED


@dataclass(slots=True)
class Case:
    number: str
    item: str
    department: str
    applicant: UUID
    filed_by: UUID
    submitted: int
    friend: Mapping[str, Officer]
    jumper: bool = False
    back_dated: int = 0
    skips: bool = False
    corrections: int = 0
    refused: bool = False
    events: list[Event] = field(default_factory=list)

    def accepted_at(self) -> datetime:
        return next(event.at for event in self.events if event.deed == "application accepted")


def department(place: int) -> str:
    return f"11520100SAMPLE{place:03d}X"


def officer_id(place: int, node: str, turn: int) -> str:
    return str(UUID(int=(place << 16) + (FLOW.index(node) << 8) + turn + 1))


@dataclass
class City:
    """`cases` in all; without `plant` the city is honest."""

    cases: int
    seed: int = 2026
    plant: bool = True
    planted: Planted = field(default_factory=Planted)

    @cached_property
    def hours(self) -> Office:
        return office(Calendar({}, frozenset({2024, 2025, 2026})), FIRST, LAST)

    @property
    def items(self) -> int:
        """Items of each department: a queue needs enough cases to be one."""
        return 4 if self.cases >= 200_000 else 1

    def officers(self, place: int) -> dict[str, list[Officer]]:
        """The officers of a department by node; at most one deviating officer in each pool."""
        chance = random.Random(f"{self.seed} officers {place}")
        found: dict[str, list[Officer]] = {}
        for post, (node, count) in enumerate(POSTS.items()):
            pool = [self._officer(chance, place, node, turn) for turn in range(count)]
            if self.plant and place * len(POSTS) + post < DEVIATING:
                pool[0] = self._deviating(pool[0], node, place)
            found[node] = pool
        return found

    def _officer(self, chance: random.Random, place: int, node: str, turn: int) -> Officer:
        name = f"示例{node}{place}-{turn}"
        return Officer(
            officer_id(place, node, turn), name, chance.uniform(0.7, 1.3), chance.uniform(0.9, 1.1)
        )

    def _deviating(self, one: Officer, node: str, place: int) -> Officer:
        aspects = {"accept": (Aspect.CORRECTIONS,), "decide": (Aspect.REFUSALS,)}
        odd = aspects.get(node, ()) if place % 2 else ()
        aspect = odd[0] if odd else Aspect.DURATION
        self.planted.deviating[one.id] = aspect
        if aspect is Aspect.CORRECTIONS:
            return Officer(one.id, one.name, one.weight, one.pace, corrections=0.3)
        if aspect is Aspect.REFUSALS:
            return Officer(one.id, one.name, one.weight, one.pace, refusals=0.35)
        return Officer(one.id, one.name, one.weight, 0.15 if place % 3 else 4.0)

    def walk(self, places: Iterable[int] = range(DEPARTMENTS)) -> Iterator[Case]:
        """Every case, item by item, with its events; `planted` is complete when the last one was given.

        `places`: only these departments; each has its own chance, so that they may be walked side by side.
        """
        each = self.cases // (DEPARTMENTS * self.items)
        for place in places:
            staff = self.officers(place)
            for turn in range(self.items):
                yield from _Item(self, place, turn, each, staff).walk()


class _Item:
    """One item of one department: its cases, from the queue at the counter to the decision."""

    def __init__(
        self, city: City, place: int, turn: int, count: int, staff: Mapping[str, Sequence[Officer]]
    ) -> None:
        self.city, self.place, self.turn, self.count, self.staff = city, place, turn, count, staff
        self.chance = random.Random(f"{city.seed} item {place} {turn}")
        self.code = f"sample-{place}-{turn}"
        self.gap = TWO_YEARS * 0.95 / count
        self.sequence = ((place * 8 + turn) << 20) + 1
        self.weights = {node: [one.weight for one in pool] for node, pool in staff.items()}

    def walk(self) -> Iterator[Case]:
        cases = self._cases()
        arrivals = [(case.submitted, place) for place, case in enumerate(cases)]
        arrivals = self._queue(cases, arrivals, "accept")
        skipping = [one for one in arrivals if cases[one[1]].skips]
        arrivals = self._queue(cases, [one for one in arrivals if not cases[one[1]].skips], "review")
        arrivals = self._queue(cases, sorted(arrivals + skipping), "decide")
        for moment, place in arrivals:
            case = cases[place]
            self._event(case, moment + 5, "result delivered", None)
            yield case

    def _cases(self) -> list[Case]:
        moments = sorted(int(self.chance.random() * TWO_YEARS * 0.95) for _ in range(self.count))
        agents = self._agents()
        cases = []
        for n, moment in enumerate(moments):
            number = f"115201{self.place:02d}{self.turn:02d}{n:08d}"
            applicant = UUID(int=self.chance.getrandbits(122) | 1 << 122)
            agent, friend = agents.pop() if agents and self.chance.random() < SHARED * 2 else (applicant, {})
            case = Case(number, self.code, department(self.place), applicant, agent, moment, friend)
            self._event(case, moment, "application submitted", None, due=self._day(moment, LIMITS["accept"]))
            cases.append(case)
        if self.city.plant:
            self._plant(cases)
        return cases

    def _agents(self) -> list[tuple[UUID, Mapping[str, Officer]]]:
        """Who files for others, once for each of their cases, in any order; some have an officer of their own."""
        found: list[tuple[UUID, Mapping[str, Officer]]] = []
        share = DEPARTMENTS * self.city.items
        own = PAIRS // share + (self.place * self.city.items + self.turn < PAIRS % share)
        place = 0
        while len(found) < self.count * SHARED:
            agent = UUID(int=(1 << 121) + (self.place << 40) + (self.turn << 32) + place)
            friend: dict[str, Officer] = {}
            if self.city.plant and place < own:
                node = FLOW[place % len(FLOW)]
                officer = self.staff[node][1 + place % (len(self.staff[node]) - 1)]
                friend = {node: officer}
                self.city.planted.pairs.add((officer.id, str(agent), node))
            found += [(agent, friend)] * (MEETINGS if friend else self.chance.randint(2, 24))
            place += 1
        self.chance.shuffle(found)
        return found

    def _plant(self, cases: list[Case]) -> None:
        """Spread what is planted over the items, never two things on one case."""
        items, own = DEPARTMENTS * self.city.items, self.place * self.city.items + self.turn
        middle = [case for case in cases[60:-60] if not case.friend]
        chosen = iter(self.chance.sample(middle, min(len(middle), 600)))
        planted = self.city.planted
        for kind, total in (
            (planted.jumpers, JUMPERS),
            (planted.back_dated, BACK_DATED),
            (planted.skipped, SKIPPED),
        ):
            for _ in range(total // items + (own < total % items)):
                case = next(chosen, None)
                if case is None:  # a small city has room for fewer
                    break
                kind.add(case.number)
                case.jumper = kind is planted.jumpers
                case.skips = kind is planted.skipped
                case.back_dated = self.chance.randint(A_DAY, 5 * A_DAY) if kind is planted.back_dated else 0

    def _queue(self, cases: list[Case], arrivals: list[tuple[int, int]], node: str) -> list[tuple[int, int]]:
        """First come, first served; who was told to correct comes again. Gives when each case leaves the node."""
        waiting = list(arrivals)
        heapq.heapify(waiting)
        leaving, last = [], 0
        while waiting:
            arrived, place = heapq.heappop(waiting)
            case = cases[place]
            if case.jumper and node == "accept":
                taken = arrived + 1
            else:
                last = max(last, arrived + int(self.gap * self.chance.uniform(12, 18)))
                taken = last
            officer = self._pick(case, node)
            done = taken + self._minutes(officer, node)
            self._event(case, taken, "application claimed", officer)
            if node == "accept" and not case.corrections and self.chance.random() < officer.corrections:
                case.corrections = 1
                self._event(case, done, "correction requested", officer)
                again = done + self.chance.randint(A_DAY, 3 * A_DAY)
                self._event(
                    case, again, "application corrected", None, due=self._day(again, LIMITS["accept"])
                )
                case.jumper = False
                heapq.heappush(waiting, (again, place))
                continue
            self._finish(case, node, done, officer)
            leaving.append((done, place))
        return sorted(leaving)

    def _pick(self, case: Case, node: str) -> Officer:
        friend = case.friend.get(node)
        if friend is not None and self.chance.random() < COLLUDING:
            return friend
        return self.chance.choices(self.staff[node], self.weights[node])[0]

    def _minutes(self, officer: Officer, node: str) -> int:
        return max(1, round(MINUTES[node] * officer.pace * self.chance.lognormvariate(0.0, 0.5)))

    def _finish(self, case: Case, node: str, done: int, officer: Officer) -> None:
        if node == "decide":
            case.refused = self.chance.random() < officer.refusals
            deed = "application refused" if case.refused else "application granted"
            self._event(case, done, deed, officer)
        elif node == "review":
            self._event(case, done, DONE[node], officer, step="review")
        else:
            due = self._day(done, LIMITS["decide"])
            self._event(case, done, DONE[node], officer, back=case.back_dated, due=due)

    def _day(self, minute: int, working_days: int) -> str:
        """The last day of a limit that begins at this minute."""
        at = self.city.hours.moment((minute // A_DAY + working_days) * A_DAY)
        return at.date().isoformat()

    def _event(
        self, case: Case, minute: int, deed: str, officer: Officer | None, *, back: int = 0, **details: Any
    ) -> None:
        at = self.city.hours.moment(max(0, minute - back)).astimezone(UTC)
        entry = (minute << 28) + self.sequence
        self.sequence += 1
        position = len(case.events) + 1
        named = {"by": officer.name} if officer else {}
        event = Event(
            entry, position, at, deed, officer.id if officer else "", named.get("by", ""), named | details
        )
        case.events.append(event)


def steps(city: City, case: Case) -> list[Step]:
    """The steps of a case, by the rules that a worker reads the ledger with."""
    return steps_of(case.events, city.hours)


def body(case: Case, event: Event) -> str:
    """The entry as the ledger keeps it."""
    return json.dumps(
        {
            "actor": event.officer or "system:portal",
            "at": event.at.isoformat(),
            "chain": case.number,
            "deed": event.deed,
            "details": dict(event.details),
            "on_behalf_of": None,
            "subject": case.number,
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


SPAN = (
    datetime.combine(FIRST, datetime.min.time(), UTC) - timedelta(days=1),
    datetime.combine(LAST, datetime.min.time(), UTC),
)
"""Everything that happens in the city."""
