"""偏离度: does an officer differ from everybody who does the same node of the same item? Both directions are questions.

Durations are compared by rank, so that one extreme case proves nothing, and must differ by the peers' own spread as
well; shares (corrections asked, applications refused, fees let off) by their binomial tails. Fees have published rates
(许可法 59), so how much is taken differs by what is let off. Pure.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from services.oversight.measures.chance import (
    benjamini_hochberg,
    binomial_two_sided,
    normal_two_sided,
    robust_z,
)

FEWEST = 20
FALSE_SHARE = 0.01
LEAST_Z = 1.0
LEAST_LIFT = 2.0


class Aspect(StrEnum):
    DURATION = "duration"  # 办理用时
    CORRECTIONS = "corrections"  # 补正
    REFUSALS = "refusals"  # 不予
    WAIVERS = "waivers"  # 减免收费


@dataclass(frozen=True, slots=True)
class Timed:
    """An officer's durations at one node of one item: mean rank among all (0…1), medians, and the peers' spread."""

    officer: str
    item: str
    node: str
    count: int
    rank: float
    middle: float
    peer_middle: float
    peer_mad: float


@dataclass(frozen=True, slots=True)
class Share:
    """How often an officer did something among chances to do it, beside everybody in the same pools."""

    officer: str
    count: int
    of: int
    expected: float


@dataclass(frozen=True, slots=True)
class Deviation:
    """An officer in one aspect: `value` beside `peer`, how far apart (`size`), how likely by chance."""

    officer: str
    aspect: Aspect
    n: int
    value: float
    peer: float
    size: float
    chance: float
    flagged: bool

    @property
    def direction(self) -> str:
        return "above" if self.value > self.peer else "below"


Raw = tuple[str, Aspect, int, float, float, float, float, bool]


def durations(timed: Iterable[Timed]) -> list[Deviation]:
    """Every officer with at least 20 durations: faster or slower than the peers, over all of their pools."""
    grouped: dict[str, list[Timed]] = {}
    for one in timed:
        grouped.setdefault(one.officer, []).append(one)
    return _judged([_duration(officer, rows) for officer, rows in grouped.items()])


def _duration(officer: str, rows: Sequence[Timed]) -> Raw:
    n = sum(row.count for row in rows)
    mean = sum(row.rank * row.count for row in rows) / n
    chance = normal_two_sided((mean - 0.5) * sqrt(12 * n))
    size = _weighted(rows, lambda row: robust_z(row.middle, row.peer_middle, row.peer_mad) or 0.0)
    value, peer = _weighted(rows, lambda row: row.middle), _weighted(rows, lambda row: row.peer_middle)
    even = all(not row.peer_mad for row in rows)  # nothing spreads: the ranks alone decide
    large = abs(mean - 0.5) >= 0.25 if even else abs(size) >= LEAST_Z
    return (officer, Aspect.DURATION, n, value, peer, size, chance, large)


def _weighted(rows: Sequence[Timed], value: Callable[[Timed], float]) -> float:
    return sum(value(row) * row.count for row in rows) / sum(row.count for row in rows)


def shares(aspect: Aspect, found: Iterable[Share]) -> list[Deviation]:
    """Every officer with at least 20 chances: more often or more seldom than the peers in the same pools."""
    raw: list[Raw] = []
    for one in found:
        value, peer = (one.count / one.of, one.expected / one.of) if one.of else (0.0, 0.0)
        size = value / peer if peer else 0.0
        large = bool(peer) and (size >= LEAST_LIFT or size <= 1 / LEAST_LIFT)
        chance = binomial_two_sided(one.count, one.of, peer) if peer else 1.0
        raw.append((one.officer, aspect, one.of, value, peer, size, chance, large))
    return _judged(raw)


def _judged(raw: Sequence[Raw]) -> list[Deviation]:
    """Those with enough cases, flagged when large and beyond what chance leaves among all compared."""
    known = [one for one in raw if one[2] >= FEWEST]
    standing = benjamini_hochberg([one[6] for one in known], FALSE_SHARE)
    found = [Deviation(*one[:7], flagged=place in standing and one[7]) for place, one in enumerate(known)]
    return sorted(found, key=lambda one: (one.chance, one.officer))
