"""超期量: overdue cases and overdue working minutes, by whose desk and node they passed on. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Late:
    """Overdue minutes of one holder (empty: the queue, nobody's desk) at one node of one department."""

    department: str
    holder: str
    node: str
    cases: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Amount:
    """One holder's overdue amount and its share of the department's."""

    department: str
    holder: str
    cases: int
    minutes: int
    share: float
    nodes: tuple[tuple[str, int], ...]


def amounts(rows: Iterable[Late]) -> list[Amount]:
    """The overdue amount of every holder, the largest first; the queue's own share stands among them.

    `cases` counts a case once for each node at which it was late, so it may exceed the number of cases.
    """
    grouped: dict[tuple[str, str], list[Late]] = defaultdict(list)
    totals: dict[str, int] = defaultdict(int)
    for row in rows:
        grouped[row.department, row.holder].append(row)
        totals[row.department] += row.minutes
    found = []
    for (department, holder), own in grouped.items():
        minutes = sum(row.minutes for row in own)
        nodes = tuple(sorted(((row.node, row.minutes) for row in own), key=lambda one: (-one[1], one[0])))
        share = minutes / totals[department] if totals[department] else 0.0
        found.append(Amount(department, holder, sum(row.cases for row in own), minutes, share, nodes))
    return sorted(found, key=lambda one: (one.department, -one.minutes, one.holder))
