"""`python -m tests.bench`: everything in one run, a few minutes, one table."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from tempfile import TemporaryDirectory

from portal.settings import APPLICATION_ROLE, DATABASE, HUB_DATABASE, OWNER_ROLE
from storage.embedded import Cluster
from tests.bench import exchange, finding, ledger, licences, pages, processes, queue, sign_in, submissions
from tests.bench.table import Results, show
from tests.support.demonstration import Demonstration, start, stop


def main() -> None:
    """Measure and print; an exit code other than 0 only if something could not be measured at all."""
    results = Results()
    with TemporaryDirectory(prefix="yiwang-bench-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        told("start-up: the first in an empty folder, then a second")
        data = Path(folder) / "data"
        first = start(data)
        stop(first)
        again = start(data)
        try:
            results.add(
                "first start, empty folder", first.seconds, "s", note="database, migrations, sample city"
            )
            results.add("second start", again.seconds, "s")
            measure_running(results, again)
        finally:
            stop(again)
    told("licences")
    licences.measure(results)
    told("the work list among a million cases")
    for line in queue.measure(results):
        told(f"slower than promised: {line}")
    show(results)


def measure_running(results: Results, demo: Demonstration) -> None:
    cluster = Cluster(demo.data / "postgres")
    owner, application = (cluster.url(DATABASE, role) for role in (OWNER_ROLE, APPLICATION_ROLE))
    told("memory")
    processes.measure_memory(results, demo)
    with paused(demo, "worker"):
        told("cases handed in")
        submissions.measure(results, demo, owner_url=owner, application_url=application)
        told("exchanges through the hub")
        hub_url = cluster.url(HUB_DATABASE, APPLICATION_ROLE)
        exchange.measure(results, demo, application_url=application, hub_url=hub_url)
        told("pages")
        pages.measure(results, demo, application_url=application)
        told("ledger")
        ledger.measure(results, owner_url=owner, application_url=application)
        told("searches")
        finding.measure(results, owner_url=owner, application_url=application)
        told("what the clock tells of accounts")
        sign_in.measure(results, demo)


@contextmanager
def paused(demo: Demonstration, part: str) -> Iterator[None]:
    """The part stands still meanwhile: what is measured is not what it would do later."""
    demo.kill(part, SIGSTOP)
    try:
        yield
    finally:
        demo.kill(part, SIGCONT)


def told(what: str) -> None:
    sys.stderr.write(f"measuring {what} …\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
