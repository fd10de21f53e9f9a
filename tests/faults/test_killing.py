"""`kill -9` of every part at seeded random moments of a tour: nothing acknowledged is missing, nothing happens twice."""

import hashlib
import random
import time
from pathlib import Path

import pytest

from tests.faults.walking import Tour, rows, walk
from tests.support.demonstration import Demonstration

PARTS = ("web", "worker", "hub", "postgresql")
RUNS = {"every part once": (20261121, PARTS), "any part, often": (7, (*PARTS, "web", "worker"))}
FIRST, LAST = 0.3, 4.0
"""Seconds between one kill and the next."""
SETTLE_SECONDS = 40.0

TWICE = {
    "two licences for one case": "SELECT application_number FROM licence GROUP BY 1 HAVING count(*) > 1",
    "one number for two licences": "SELECT number FROM licence GROUP BY type_code, number HAVING count(*) > 1",
    "one paper twice": "SELECT application_id, kind, ordinal FROM application_document"
    " GROUP BY 1, 2, 3 HAVING count(*) > 1",
    "a deed of once recorded twice": "SELECT chain, deed FROM ledger_entry WHERE deed IN ('application submitted',"
    " 'application accepted', 'application granted', 'application delivered', 'licence intended', 'licence issued')"
    " GROUP BY 1, 2 HAVING count(*) > 1",
    "two clocks of one kind at once": "SELECT case_number, kind FROM case_clock WHERE finished_at IS NULL"
    " GROUP BY 1, 2 HAVING count(*) > 1",
}
MISSING = {
    "handed in without its record": "SELECT number FROM application AS a WHERE submitted_at IS NOT NULL AND NOT EXISTS"
    " (SELECT FROM ledger_entry WHERE chain = a.number AND deed = 'application submitted')",
    "recorded as handed in and not so": "SELECT chain FROM ledger_entry AS e WHERE deed = 'application submitted'"
    " AND NOT EXISTS (SELECT FROM application WHERE number = e.chain AND submitted_at IS NOT NULL)",
    "granted without its record": "SELECT number FROM application AS a WHERE outcome = 'granted' AND NOT EXISTS"
    " (SELECT FROM ledger_entry WHERE chain = a.number AND deed = 'application granted')",
    "handed in without a receipt": "SELECT number FROM application AS a WHERE submitted_at IS NOT NULL AND NOT EXISTS"
    " (SELECT FROM application_document WHERE application_id = a.id AND kind = 'receipt')",
}
UNFINISHED = (
    "SELECT count(*) AS open FROM application_document WHERE digest IS NULL",
    "SELECT count(*) AS open FROM licence WHERE document IS NULL",
    "SELECT count(*) AS open FROM procrastinate_jobs WHERE status = 'doing'",
)


def walk_while_killing(demo: Demonstration, out: Path, seed: int, parts: tuple[str, ...]) -> Tour:
    """A tour during which each of `parts` is killed, in an order and at moments drawn from the seed."""
    chance = random.Random(seed)
    tour = walk(demo, out)
    tour.wait_for_step(1)
    for part in chance.sample(parts, len(parts)):
        time.sleep(chance.uniform(FIRST, LAST))
        if tour.running:
            kill_when_there(demo, part)
            tour.killed.append(part)
    return tour


def kill_when_there(demo: Demonstration, part: str) -> None:
    """Kill the part; one that is being started again at this very moment has gone already."""
    try:
        demo.kill(part)
    except ProcessLookupError:
        return


@pytest.fixture(scope="module", params=RUNS)
def killed(
    demo: Demonstration, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Tour:
    seed, parts = RUNS[request.param]
    return walk_while_killing(demo, tmp_path_factory.mktemp("killed"), seed, parts)


def test_the_tour_ends_well_although_parts_are_killed(killed: Tour) -> None:
    assert killed.wait() == 0, killed.told()
    assert [step["step"] for step in killed.steps if not step["ok"]] == []
    assert set(killed.killed) == set(PARTS), "the tour was over before everything was killed"


def test_every_acknowledged_case_is_decided_once(demo: Demonstration, killed: Tour) -> None:
    assert killed.wait() == 0, killed.told()
    kept = rows(demo, "SELECT number, outcome FROM application WHERE number = ANY(%s)", killed.cases())
    assert {row["number"]: row["outcome"] for row in kept} == dict.fromkeys(killed.cases(), "granted")
    assert len(killed.cases()) == 2


def test_everything_that_was_begun_is_finished(demo: Demonstration, killed: Tour) -> None:
    assert killed.wait() == 0, killed.told()
    deadline, left = time.monotonic() + SETTLE_SECONDS, [1]
    while any(left) and time.monotonic() < deadline:
        time.sleep(0.5)
        left = [int(rows(demo, query)[0]["open"]) for query in UNFINISHED]
    assert left == [0, 0, 0]


@pytest.mark.parametrize("what", TWICE)
def test_nothing_happened_twice(demo: Demonstration, killed: Tour, what: str) -> None:
    assert killed.wait() == 0, killed.told()
    assert rows(demo, TWICE[what]) == []


@pytest.mark.parametrize("what", MISSING)
def test_nothing_acknowledged_is_missing(demo: Demonstration, killed: Tour, what: str) -> None:
    assert killed.wait() == 0, killed.told()
    assert rows(demo, MISSING[what]) == []


def test_the_ledger_is_whole_afterwards(demo: Demonstration, killed: Tour) -> None:
    assert killed.wait() == 0, killed.told()
    verified = demo.yiwang("ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_every_kept_object_is_what_was_written(demo: Demonstration, killed: Tour) -> None:
    """The digests that papers, licences and uploads point to are in the store, and are the digest of the content."""
    assert killed.wait() == 0, killed.told()
    digests = {
        row["digest"]
        for query in (
            "SELECT digest FROM application_document WHERE digest IS NOT NULL",
            "SELECT digest FROM application_file",
            "SELECT document AS digest FROM licence WHERE document IS NOT NULL",
        )
        for row in rows(demo, query)
    }
    kept = {path.name: path for path in (demo.data / "objects").rglob("*") if path.is_file()}
    assert digests - set(kept) == set()
    assert [name for name in digests if hashlib.sha256(kept[name].read_bytes()).hexdigest() != name] == []
