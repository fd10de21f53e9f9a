"""The hub is away in the middle: the applicant is asked for what it would have said, and the tour ends well."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGCONT, SIGSTOP

from tests.bench.processes import family
from tests.faults.walking import Tour, walk
from tests.support.demonstration import Demonstration


@contextmanager
def standing_still(demo: Demonstration, part: str) -> Iterator[None]:
    """The part takes connections and never answers: worse than one that is gone."""
    pids = list(family(demo.pid(part)))
    for pid in pids:
        os.kill(pid, SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, SIGCONT)


def test_the_tour_ends_by_the_fallback_and_says_so(demo: Demonstration, out: Path) -> None:
    tour = walk(demo, out)
    tour.wait_for_step(1)
    with standing_still(demo, "hub"):
        assert tour.wait() == 0, tour.told()
    assert "fallback" in tour.told(), tour.told()


def test_afterwards_facts_come_from_the_registers_again(tour: Tour) -> None:
    assert "fallback" not in tour.told(), tour.told()
