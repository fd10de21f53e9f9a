"""Does a case follow its item's own flow? Mandatory nodes left out, done twice or out of order; and variants. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What of the defined flow a sequence of nodes leaves out, repeats, or does too early."""

    skipped: tuple[str, ...]
    extra: tuple[str, ...]
    disordered: tuple[str, ...]

    @property
    def conforms(self) -> bool:
        return not (self.skipped or self.extra or self.disordered)


def check(sequence: Sequence[str], flow: Sequence[str], *, finished: bool = True) -> Finding:
    """Hold what was done against the flow. Of a case still running only what should have come before is missed.

    Doing a node again counts as extra only when the flow does not name it; rework shows in `repeats`.
    """
    known = set(flow)
    done = [node for node in sequence if node in known]
    reached = len(flow) if finished else max((flow.index(node) + 1 for node in done), default=0)
    skipped = tuple(node for node in flow[:reached] if node not in done)
    extra = tuple(sorted({node for node in sequence if node not in known}))
    first = {node: done.index(node) for node in dict.fromkeys(done)}
    disordered = tuple(
        node
        for place, node in enumerate(flow)
        if node in first and any(first.get(before, -1) > first[node] for before in flow[:place])
    )
    return Finding(skipped, extra, disordered)


def repeats(sequence: Sequence[str]) -> Mapping[str, int]:
    """The nodes done more than once: rework (返工)."""
    return {node: count for node, count in Counter(sequence).items() if count > 1}


@dataclass(frozen=True, slots=True)
class Variant:
    """One way in which cases went, and how many did."""

    sequence: tuple[str, ...]
    count: int
    share: float


def variants(counted: Mapping[tuple[str, ...], int]) -> list[Variant]:
    """The ways cases went, the most frequent first. The path part of a case's deviation is 1 − share."""
    total = sum(counted.values())
    found = [Variant(sequence, count, count / total) for sequence, count in counted.items()]
    return sorted(found, key=lambda one: (-one.count, one.sequence))
