"""工作量 W = Σ weight(item, node) over what an officer did; the weight is the peers' median minutes of that node. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

FEWEST_PEERS = 3
OVERLOADED, IDLE = 2.0, 0.5
WEIGHT_UNKNOWN = 1.0


@dataclass(frozen=True, slots=True)
class Done:
    """How often an officer of a department did one node of one item in the period."""

    department: str
    officer: str
    item: str
    node: str
    count: int


@dataclass(frozen=True, slots=True)
class Load:
    """An officer's work in weighted minutes beside the median of those who mostly do the same node there.

    `ratio` is None while fewer than three peers worked: then nothing is compared.
    """

    department: str
    officer: str
    post: str
    acts: int
    minutes: float
    peer: float
    peers: int

    @property
    def ratio(self) -> float | None:
        return self.minutes / self.peer if self.peers >= FEWEST_PEERS and self.peer else None

    @property
    def flag(self) -> str:
        """«overloaded», «idle» or nothing: protects staff as much as it supervises them."""
        ratio = self.ratio
        if ratio is None:
            return ""
        return "overloaded" if ratio > OVERLOADED else "idle" if ratio < IDLE else ""


def loads(done: Iterable[Done], weights: Mapping[tuple[str, str], float]) -> list[Load]:
    """The load of every officer, by department and the heaviest first. `weights`: (item, node) → median minutes.

    Peers are the officers of the department whose work lies mostly at the same node: who receives at the counter is
    not compared with who decides.
    """
    minutes: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    acts: dict[tuple[str, str], int] = defaultdict(int)
    for one in done:
        weight = weights.get((one.item, one.node)) or WEIGHT_UNKNOWN
        minutes[one.department, one.officer][one.node] += one.count * weight
        acts[one.department, one.officer] += one.count
    posts = {who: max(sorted(nodes), key=lambda node: nodes[node]) for who, nodes in minutes.items()}
    pools: dict[tuple[str, str], list[float]] = defaultdict(list)
    for who, nodes in minutes.items():
        pools[who[0], posts[who]].append(sum(nodes.values()))
    found = []
    for who, nodes in minutes.items():
        pool = pools[who[0], posts[who]]
        found.append(Load(*who, posts[who], acts[who], sum(nodes.values()), median(pool), len(pool)))
    return sorted(found, key=lambda load: (load.department, -load.minutes, load.officer))
