"""The process that traces describe: who follows whom how often and after how long, variants, rework, lateness. Pure.

Traces are added one at a time and forgotten; what stays grows with the kinds of activities and variants, and eight
bytes for each trace's duration.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Any

START, END = "▶", "■"
MOST_VARIANTS = 20
LONGEST_KEPT = 1000
"""Waiting times kept for each pair that follow one another: beyond these the median is of every second one, and so on."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event as discovery sees it; `at` may be missing in foreign logs."""

    activity: str
    at: datetime | None
    resource: str = ""


@dataclass
class _Times:
    """A sample of waiting times that halves itself when it is full, so that memory stays bounded and no chance is used."""

    kept: "array[float]" = field(default_factory=lambda: array("d"))
    every: int = 1
    seen: int = 0

    def add(self, seconds: float) -> None:
        if self.seen % self.every == 0:
            self.kept.append(seconds)
            if len(self.kept) > LONGEST_KEPT:
                self.kept, self.every = self.kept[::2], self.every * 2
        self.seen += 1

    def median(self) -> float | None:
        return median(self.kept) if self.kept else None


@dataclass
class Discovery:
    """Everything counted so far."""

    traces: int = 0
    events: int = 0
    timeless: int = 0
    activities: Counter[str] = field(default_factory=Counter)
    resources: Counter[str] = field(default_factory=Counter)
    follows: Counter[tuple[str, str]] = field(default_factory=Counter)
    waits: dict[tuple[str, str], _Times] = field(default_factory=lambda: defaultdict(_Times))
    variants: Counter[tuple[str, ...]] = field(default_factory=Counter)
    positions: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    durations: "array[float]" = field(default_factory=lambda: array("d"))
    reworked: Counter[str] = field(default_factory=Counter)
    reworked_traces: int = 0
    with_due: int = 0
    late: int = 0

    def add(self, events: Sequence[Happened], due: datetime | None = None) -> None:
        """Count one trace, its events in order; `due`: when it should have ended."""
        self.traces += 1
        self.events += len(events)
        names = tuple(event.activity for event in events)
        self.variants[names] += 1
        counted = Counter(names)
        self.activities.update(counted)
        self.resources.update(event.resource for event in events if event.resource)
        again = [name for name, count in counted.items() if count > 1]
        self.reworked.update(again)
        self.reworked_traces += bool(again)
        for place, name in enumerate(dict.fromkeys(names)):
            self.positions[name][0] += place
            self.positions[name][1] += 1
        self._follow(events)
        self._time(events, due)

    def _follow(self, events: Sequence[Happened]) -> None:
        if not events:
            return
        self.follows[START, events[0].activity] += 1
        for before, after in pairwise(events):
            pair = (before.activity, after.activity)
            self.follows[pair] += 1
            if before.at is not None and after.at is not None:
                self.waits[pair].add((after.at - before.at).total_seconds())
        self.follows[events[-1].activity, END] += 1

    def _time(self, events: Sequence[Happened], due: datetime | None) -> None:
        moments = [event.at for event in events if event.at is not None]
        self.timeless += len(events) - len(moments)
        if moments:
            self.durations.append((max(moments) - min(moments)).total_seconds())
        if due is not None and moments:
            self.with_due += 1
            self.late += max(moments) > due

    def summary(self) -> dict[str, Any]:
        """Everything as JSON has it: what pages and commands show."""
        ordered = sorted(self.durations)
        return {
            "traces": self.traces,
            "events": self.events,
            "timeless": self.timeless,
            "mean": sum(ordered) / len(ordered) if ordered else None,
            "median": median(ordered) if ordered else None,
            "p90": ordered[max(0, -(-len(ordered) * 9 // 10) - 1)] if ordered else None,
            "activities": self._ordered(),
            "follows": [
                {"from": first, "to": second, "count": count, "median": self._wait(first, second)}
                for (first, second), count in sorted(self.follows.items(), key=lambda one: (-one[1], one[0]))
            ],
            "variants": [
                {"activities": list(names), "count": count}
                for names, count in sorted(self.variants.items(), key=lambda one: (-one[1], one[0]))[
                    :MOST_VARIANTS
                ]
            ],
            "variant_count": len(self.variants),
            "resources": [
                list(one) for one in sorted(self.resources.items(), key=lambda one: (-one[1], one[0]))
            ][:MOST_VARIANTS],
            "rework": [list(one) for one in sorted(self.reworked.items(), key=lambda one: (-one[1], one[0]))],
            "reworked_traces": self.reworked_traces,
            "with_due": self.with_due,
            "late": self.late,
        }

    def _ordered(self) -> list[dict[str, Any]]:
        """The activities from the beginning of the process to its end."""
        place = {name: total / count for name, (total, count) in self.positions.items()}
        names = sorted(self.activities, key=lambda name: (place[name], name))
        return [{"name": name, "count": self.activities[name]} for name in names]

    def _wait(self, first: str, second: str) -> float | None:
        times = self.waits.get((first, second))
        return times.median() if times else None
