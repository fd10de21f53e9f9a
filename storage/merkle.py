"""The Merkle tree of RFC 6962, section 2: hashes, inclusion and consistency proofs. Pure.

A tree of n leaves is described by its complete subtrees: `Node(level, place)` covers the leaves from
`place << level` up to, not including, `(place + 1) << level`, and its hash never changes once those leaves are
there. Everything else is folded from such nodes, so a proof needs a logarithmic number of stored hashes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

EMPTY = sha256(b"").digest()
"""The root of the tree without leaves."""


class Node(NamedTuple):
    """A complete subtree of `2 ** level` leaves."""

    level: int
    place: int


class Span(NamedTuple):
    """The leaves from `start` up to, not including, `end`."""

    start: int
    end: int


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def complete(hashes: Sequence[bytes]) -> bytes:
    """The root over 2**k hashes of one level."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def cover(span: Span) -> list[Node]:
    """The complete subtrees of a span of the tree, left to right, each smaller than the one before.

    Only for spans that RFC 6962 splits off: `start` is a multiple of the largest subtree.
    """
    nodes, start = [], span.start
    while start < span.end:
        level = (span.end - start).bit_length() - 1
        nodes.append(Node(level, start >> level))
        start += 1 << level
    return nodes


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over the subtrees that `cover` names; EMPTY over none."""
    if not hashes:
        return EMPTY
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def root(size: int, known: Mapping[Node, bytes]) -> bytes:
    """The root of the first `size` leaves, from the hashes of `cover(Span(0, size))`."""
    return fold([known[node] for node in cover(Span(0, size))])


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Whose roots make the inclusion proof of leaf `index` in the tree of `size` leaves (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in this tree")
    spans: list[Span] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        spans.append(Span(middle, end) if index < middle else Span(start, middle))
        start, end = (start, middle) if index < middle else (middle, end)
    return spans[::-1]


def consistency_spans(first: int, size: int) -> list[Span]:
    """Whose roots make the proof that the tree of `first` leaves is a beginning of that of `size` (2.1.2)."""
    if not 0 < first <= size:
        raise ValueError("no such tree inside this one")
    spans: list[Span] = []
    start, end, whole = 0, size, True
    while first < end:
        middle = start + _split(end - start)
        if first <= middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start, whole = middle, False
    return spans[::-1] if whole else [Span(start, end), *spans[::-1]]


def proof(spans: Iterable[Span], known: Mapping[Node, bytes]) -> list[bytes]:
    """The hashes of a proof, from the complete subtrees that its spans are made of."""
    return [fold([known[node] for node in cover(span)]) for span in spans]


def nodes_of(spans: Iterable[Span]) -> set[Node]:
    """Every complete subtree that is needed for the roots of these spans."""
    return {node for span in spans for node in cover(span)}


def includes(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Whether `path` proves that the leaf with this hash stands at `index` of the tree with this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == expected


def extends(first: int, first_root: bytes, size: int, size_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the tree of `first` leaves is a beginning of that of `size` (RFC 9162, 2.1.4.2)."""
    if not 0 <= first <= size:
        return False
    if first in {0, size}:
        same = first_root == (size_root if first else EMPTY)
        return not path and same
    whole = first & (first - 1) == 0
    steps = [first_root, *path] if whole else list(path)
    return bool(steps) and _climb(first - 1, size - 1, steps) == (first_root, size_root)


def _climb(place: int, last: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Both roots that the path leads to, or none when it has the wrong length."""
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None


class Frontier:
    """A tree that grows: only the roots of its complete subtrees are kept, at most one for each level."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        self._peaks.append(leaf)
        self.size += 1
        for _ in _trailing_zeros(self.size):
            right = self._peaks.pop()
            self._peaks[-1] = node_hash(self._peaks[-1], right)

    def root(self) -> bytes:
        return fold(self._peaks)


def _trailing_zeros(number: int) -> Iterator[int]:
    while number & 1 == 0:
        yield number
        number >>= 1


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)
