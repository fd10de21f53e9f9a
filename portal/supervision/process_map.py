"""Laying out a directly-follows graph: activities from top to bottom, what goes on down the middle or at the right,
what goes back at the left. Pure: numbers in, numbers out; the template draws them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, BOX, HEIGHT, GAP = 760, 250, 46, 52
LEAST_SHARE = 0.02
MOST_EDGES = 40
LANES = 6
START, END = "▶", "■"


@dataclass(frozen=True, slots=True)
class Node:
    name: str
    label: str
    count: int
    x: int
    y: int

    @property
    def middle(self) -> int:
        return self.x + BOX // 2


@dataclass(frozen=True, slots=True)
class Edge:
    """`path`: what is drawn; the label stands at (x, y). `width` follows how often it was gone."""

    path: str
    count: int
    x: int
    y: int
    width: float
    back: bool


@dataclass(frozen=True, slots=True)
class Map:
    nodes: Sequence[Node]
    edges: Sequence[Edge]
    width: int
    height: int
    left_out: int


def drawn(summary: Mapping[str, Any], label: Callable[[str], str]) -> Map:
    """The map of a discovery's summary; edges of less than two in a hundred traces are left out and counted."""
    rows = [
        {"name": START, "count": summary["traces"]},
        *summary["activities"],
        {"name": END, "count": summary["traces"]},
    ]
    x = (WIDTH - BOX) // 2
    nodes = [
        Node(row["name"], label(row["name"]), row["count"], x, 10 + place * (HEIGHT + GAP))
        for place, row in enumerate(rows)
    ]
    places = {node.name: place for place, node in enumerate(nodes)}
    least = max(1, summary["traces"] * LEAST_SHARE)
    kept = [one for one in summary["follows"] if one["count"] >= least][:MOST_EDGES]
    most = max((one["count"] for one in kept), default=1)
    edges = [
        _edge(nodes, places[one["from"]], places[one["to"]], one["count"], most, turn)
        for turn, one in enumerate(kept)
    ]
    return Map(
        nodes, edges, WIDTH, 20 + len(nodes) * (HEIGHT + GAP) - GAP, len(summary["follows"]) - len(kept)
    )


def _edge(nodes: Sequence[Node], first: int, second: int, count: int, most: int, turn: int) -> Edge:
    one, other = nodes[first], nodes[second]
    width, back = round(1 + 5 * count / most, 1), second <= first
    if second == first + 1:
        path = f"M{one.middle} {one.y + HEIGHT}L{other.middle} {other.y - 6}"
        return Edge(path, count, one.middle + 8, one.y + HEIGHT + GAP // 2 + 4, width, back)
    side = -1 if back else 1
    edge = one.x + (BOX if side > 0 else 0)
    reach = edge + side * (40 + 28 * (turn % LANES))
    apart = 16 if first == second else 6
    begin, end = one.y + HEIGHT // 2 + apart * side, other.y + HEIGHT // 2 - apart * side
    path = f"M{edge} {begin}C{reach} {begin} {reach} {end} {edge + side * 6} {end}"
    return Edge(path, count, (edge + 3 * reach) // 4, (begin + end) // 2 + 4, width, back)
