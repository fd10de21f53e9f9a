"""The measures over a scope and a period: what the statements count, judged by the rules."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from identity.actor import EVERYWHERE, Actor, Role
from services.oversight.measures import (
    deviation,
    intimacy,
    ordering,
    overdue,
    statements,
    workload,
)
from services.oversight.measures.deviation import Aspect, Deviation, Share, Timed
from services.oversight.measures.intimacy import Met, Pair, Pool
from services.oversight.measures.ordering import BackDated, Jump, Waited, Written
from services.oversight.measures.overdue import Amount, Late
from services.oversight.measures.workload import FEWEST_PEERS, Done, Load
from storage.database import Session

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose steps, and when: departments (None: all) and a half-open span of time."""

    since: datetime
    until: datetime
    departments: frozenset[str] | None = None

    @property
    def binds(self) -> dict[str, Any]:
        return {
            "since": self.since,
            "until": self.until,
            "everywhere": self.departments is None,
            "departments": sorted(self.departments or ()),
        }


def scope_of(actor: Actor, since: datetime, until: datetime) -> Scope:
    """What this actor may measure: supervisors their departments, nobody else anything."""
    if not actor.has(Role.SUPERVISOR):
        return Scope(since, until, NOBODY)
    return Scope(since, until, None if EVERYWHERE in actor.departments else actor.departments)


async def workloads(session: Session, scope: Scope) -> list[Load]:
    done = [Done(*row) for row in await session.execute(statements.WORK, scope.binds)]
    weighed = await session.execute(statements.WEIGHTS, scope.binds)
    return workload.loads(done, {(row.item_code, row.node): float(row.middle) for row in weighed})


async def intimacies(session: Session, scope: Scope) -> list[Pair]:
    met = await session.execute(statements.MET, scope.binds | {"fewest": intimacy.FEWEST_CASES})
    pools = await session.execute(statements.POOLS, scope.binds)
    return intimacy.pairs([Met(*row) for row in met], [Pool(*row) for row in pools])


async def deviations(session: Session, scope: Scope) -> list[Deviation]:
    """Every aspect of every officer, the least likely by chance first."""
    timed = await session.execute(statements.TIMED, scope.binds | {"fewest": deviation.FEWEST})
    rows = [
        Timed(
            row.officer,
            row.item_code,
            row.node,
            row.times,
            float(row.place),
            float(row.own_middle),
            float(row.middle),
            float(row.mad),
        )
        for row in timed
    ]
    found = deviation.durations(rows)
    for aspect, statement in (
        (Aspect.CORRECTIONS, statements.CORRECTIONS),
        (Aspect.REFUSALS, statements.REFUSALS),
        (Aspect.WAIVERS, statements.WAIVERS),
    ):
        counted = (await session.execute(statement, scope.binds)).all()
        found += deviation.shares(aspect, _expected(counted))
    return sorted(found, key=lambda one: (one.chance, one.officer))


def _expected(rows: Sequence[Any]) -> list[Share]:
    """Each officer beside the median of the others in the same pool, for as many chances.

    The median, because one officer who differs must not make the others look as if they did; the others' mean
    where the median is nothing.
    """
    pools: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        pools[row.item_code].append(row)
    counted: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0.0])
    for pool in pools.values():
        for row in pool if len(pool) > FEWEST_PEERS else ():
            others = [one for one in pool if one is not row]
            usual = median(one.times / one.chances for one in others)
            mean = sum(one.times for one in others) / sum(one.chances for one in others)
            own = counted[row.officer]
            own[0] += row.times
            own[1] += row.chances
            own[2] += row.chances * (usual or mean)
    return [Share(officer, int(own[0]), int(own[1]), own[2]) for officer, own in counted.items()]


async def overdues(session: Session, scope: Scope) -> list[Amount]:
    rows = await session.execute(statements.LATE, scope.binds)
    return overdue.amounts(Late(row[0], row[1], row[2], row.cases, int(row.minutes)) for row in rows)


async def jumped(session: Session, scope: Scope) -> list[Jump]:
    """Every case that was taken before many that had come earlier to the same queue."""
    queues: dict[tuple[str, str, str], list[Waited]] = defaultdict(list)
    for row in await session.execute(statements.STAYS, scope.binds):
        place = (row.department_code, row.item_code, row.node)
        queues[place].append(Waited(row.number, row.officer, row.since, row.taken))
    found = [jump for queue in queues.values() for jump in ordering.jumps(queue)]
    return sorted(found, key=lambda jump: (-jump.over, jump.number))


async def dated_back(session: Session, scope: Scope) -> list[BackDated]:
    """Entries dated before what was written before them; the whole ledger is read in the order of writing."""
    clock, found = ordering.Clock(), []
    rows = await session.stream(
        statements.WRITTEN, {"since": scope.since}, execution_options={"yield_per": 20_000}
    )
    async for row in rows:
        if judged := clock.judge(Written(row.number, row.deed, row.at)):
            found.append(judged)
    return found
