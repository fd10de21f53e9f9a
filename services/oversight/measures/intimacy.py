"""亲密度: does one officer get one party's cases more often than chance in the officer's own pool allows? Pure.

A pool is the officers who do one node of one item: where work is given out by speciality, comparing with the whole
department would flag the speciality.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from services.oversight.measures.chance import benjamini_hochberg, binomial_tail

FEWEST_CASES = 5
LEAST_LIFT = 2.0
RARE = 0.01
"""The share of false flags that is allowed among all flags (Benjamini-Hochberg), and the tail of a single one."""


@dataclass(frozen=True, slots=True)
class Met:
    """How often an officer did one node of one item for one party."""

    item: str
    node: str
    officer: str
    party: str
    count: int


@dataclass(frozen=True, slots=True)
class Pool:
    """How often each officer did one node of one item, for anybody."""

    item: str
    node: str
    officer: str
    count: int


@dataclass(frozen=True, slots=True)
class Pair:
    """`k` of the party's `n` cases at this node were handled by the officer, where `expected` were to be expected."""

    officer: str
    party: str
    node: str
    k: int
    n: int
    expected: float
    chance: float
    flagged: bool

    @property
    def lift(self) -> float:
        return self.k / self.expected if self.expected else float("inf")


def pairs(met: Iterable[Met], pools: Iterable[Pool]) -> list[Pair]:
    """Every pair of an officer and a party with at least five cases at a node, the rarest first.

    The officer's share is taken over the others' cases of the same pool, never over the party's own. Over several
    items the expectation is summed and the tail taken at its mean, which errs to the careful side.
    """
    share, size = _shares(pools)
    own, totals = _own(met)
    tested, raw = 0, list[tuple[str, str, str, int, int, float, float]]()
    for (party, node), items in totals.items():
        n = sum(items.values())
        if n < FEWEST_CASES:
            continue
        officers = {officer for item in items for officer in share[item, node]}
        tested += len(officers)
        for officer in own[party, node]:
            counts = own[party, node][officer]
            k = sum(counts.values())
            expected = sum(
                held * _others(share[item, node].get(officer, 0), size[item, node], counts.get(item, 0), held)
                for item, held in items.items()
            )
            raw.append((officer, party, node, k, n, expected, binomial_tail(k, n, min(1.0, expected / n))))
    standing = benjamini_hochberg([one[-1] for one in raw], RARE, tested=tested)
    found = [
        Pair(*one, flagged=place in standing and one[-1] < RARE and one[3] >= LEAST_LIFT * one[5] > 0)
        for place, one in enumerate(raw)
    ]
    return sorted(found, key=lambda pair: (pair.chance, pair.officer, pair.party, pair.node))


def _shares(
    pools: Iterable[Pool],
) -> tuple[dict[tuple[str, str], dict[str, int]], dict[tuple[str, str], int]]:
    share: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    size: dict[tuple[str, str], int] = defaultdict(int)
    for one in pools:
        share[one.item, one.node][one.officer] = one.count
        size[one.item, one.node] += one.count
    return share, size


def _own(
    met: Iterable[Met],
) -> tuple[dict[tuple[str, str], dict[str, dict[str, int]]], dict[tuple[str, str], dict[str, int]]]:
    own: dict[tuple[str, str], dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    totals: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in met:
        own[one.party, one.node][one.officer][one.item] = one.count
        totals[one.party, one.node][one.item] += one.count
    return own, totals


def _others(done: int, size: int, k: int, n: int) -> float:
    """The officer's share among everybody else's cases; a pool that served this party alone proves nothing."""
    others = size - n
    return (done - k) / others if others > 0 else 1.0
