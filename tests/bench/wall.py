"""`python -m tests.bench.wall`: a board on a wall for a day, pressed into minutes: what grows in page, web process and worker.

A day of a city with 2,000 cases of eight deeds each goes by in fourteen minutes: the page's clock and the times of the
stream run so many times faster, deeds are done at that pace, and a worker takes them up. YIWANG_WALL_MINUTES says how
many of the fourteen (1). Needs the demonstration's packages and Chromium. Asserts nothing; says what grew.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import exp

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.bench import processes, wall_deeds
from tests.bench.table import Results, show
from tests.bench.wall_deeds import DAY_SECONDS, DEEDS, FASTER, OFFICE_SECONDS
from tests.bench.wall_serving import serving
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.visiting import sign_in, visiting
from tests.support.demonstration import Demonstration, demonstrating

SAMPLES, LOOKS_FIRST, PATIENCE = 10, 10, 600
SOONEST, QUIET_LOOK = 1.0, 67.5
"""Seconds, of `live.js`: between two looks at least, and after which it looks although nobody called."""
LIMITS = {
    "page, script's memory": 0.5,
    "page, nodes": 200,
    "page, listeners": 10,
    "page, documents": 1,
    "web": 4,
    "worker": 4,
}
"""Growth after the first tenth that is noise: MiB of memory, or how many."""
MEASURED = {
    "page, script's memory": "JSHeapUsedSize",
    "page, nodes": "Nodes",
    "page, listeners": "JSEventListeners",
    "page, documents": "Documents",
}
QUICK = """(() => {
  const [wait, again, now] = [window.setTimeout, window.setInterval, Date.now], begun = now();
  window.setTimeout = (deed, after, ...more) => wait(deed, after / FASTER, ...more);
  window.setInterval = (deed, after, ...more) => again(deed, after / FASTER, ...more);
  Date.now = () => begun + (now() - begun) * FASTER;
  const [asked, Stream] = [window.fetch, window.EventSource];
  window.looks = window.opened = 0;
  window.fetch = (...what) => { window.looks += 1; return asked(...what); };
  window.EventSource = class extends Stream {
    constructor(...what) { super(...what); this.addEventListener("open", () => { window.opened += 1; }); }
  };
})()""".replace("FASTER", str(FASTER))


@dataclass
class Grown:
    """Samples of everything that could grow, in the order in which they were taken."""

    samples: dict[str, list[float]] = field(default_factory=dict)

    def take(self, page: Page, line: CDPSession, parts: dict[str, int]) -> None:
        tries = [self._counted(page, line) for _ in range(5)]
        for what, name in MEASURED.items():
            self._add(what, min(told[name] for told in tries))
        for name, pid in parts.items():
            self._add(name, sum(processes.proportional(one) for one in processes.family(pid)))

    def _counted(self, page: Page, line: CDPSession) -> dict[str, float]:
        """What the page holds now; a page that was just fetched and not yet taken up stands beside it for a moment."""
        page.wait_for_timeout(40)
        line.send("HeapProfiler.collectGarbage")
        told = {one["name"]: one["value"] for one in line.send("Performance.getMetrics")["metrics"]}
        return told | {"JSHeapUsedSize": told["JSHeapUsedSize"] / 2**20}

    def _add(self, what: str, value: float) -> None:
        self.samples.setdefault(what, []).append(value)


def looks_of_a_day() -> int:
    """How often the page looks in 24 hours: after each deed, but a second apart at least; seldom while nobody works."""
    gap = OFFICE_SECONDS / DEEDS
    busy = OFFICE_SECONDS / (SOONEST + gap * exp(-SOONEST / gap))
    return round(busy + (DAY_SECONDS - OFFICE_SECONDS) / QUIET_LOOK)


def measure(demo: Demonstration, results: Results, minutes: float) -> list[str]:
    with serving(demo) as web, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with visiting(browser, demo.url) as visitor:
            sign_in(visitor, "supervisor-1")
            page = visitor.page
            page.add_init_script(QUICK)
            page.goto(f"{web.url}/supervision?wall=yes")
            line = visitor.context.new_cdp_session(page)
            line.send("Performance.enable")
            cookies = {one["name"]: one["value"] for one in visitor.context.cookies()}
            parts = {"web": web.process.pid, "worker": demo.pid("worker")}
            with _driven(demo, web.url, cookies) as driven:
                grown = _watched(page, line, parts, minutes)
            looks, opened = page.evaluate("[window.looks, window.opened]")
            failed = [one for one in visitor.wrong if "script failed" in one]
        browser.close()
    share = minutes * 60 * FASTER / DAY_SECONDS
    results.add("of a day", 100 * share, "%", note=f"{FASTER:.0f} times faster")
    results.add(
        "looks of the page", looks, "", note=f"{looks_of_a_day() * share:,.0f} in that share of a day"
    )
    results.add(
        "streams of the page", opened, "", note=f"{DAY_SECONDS / 603 * share:,.0f} in that share of a day"
    )
    told = f"beside them a plain stream: {driven.events:,} events in {driven.streams:,} streams"
    results.add("deeds", driven.deeds, "", note=told)
    return [*_told(grown, results), *driven.wrong, *failed]


def _watched(page: Page, line: CDPSession, parts: dict[str, int], minutes: float) -> Grown:
    """Samples at the start and after every tenth."""
    for _ in range(PATIENCE):
        if page.evaluate("window.looks") >= LOOKS_FIRST:
            break
        page.wait_for_timeout(100)
    grown, begun = Grown(), time.monotonic()
    grown.take(page, line, parts)
    for tenth in range(1, SAMPLES + 1):
        page.wait_for_timeout(max(0.0, begun + minutes * 60 * tenth / SAMPLES - time.monotonic()) * 1000)
        grown.take(page, line, parts)
    return grown


def _told(grown: Grown, results: Results) -> list[str]:
    """A line for each thing; what grew by more than noise."""
    wrong = []
    for what, values in grown.samples.items():
        more = values[-1] - values[1]
        unit = "MiB" if what in {"page, script's memory", "web", "worker"} else ""
        row = " ".join(f"{one:.1f}" if unit else f"{one:.0f}" for one in values)
        results.add(what, values[-1], unit, note=f"{more:+.1f} after the first tenth: {row}")
        wrong += [f"{what} grew by {more:.1f} {unit}"] if more > LIMITS[what] else []
    return wrong


@contextmanager
def _driven(demo: Demonstration, url: str, cookies: dict[str, str]) -> Iterator[wall_deeds.Driven]:
    """Deeds and one plain stream, in a thread of their own."""
    driven = wall_deeds.Driven()
    thread = threading.Thread(target=wall_deeds.drive, args=(demo, url, cookies, driven))
    thread.start()
    try:
        yield driven
    finally:
        driven.ended.set()
        thread.join()


def main() -> None:
    minutes, results = float(os.environ.get("YIWANG_WALL_MINUTES", "1")), Results()
    with demonstrating() as demo:
        wrong = measure(demo, results, minutes)
    show(results)
    raise SystemExit("grew: " + "; ".join(wrong) if wrong else 0)


if __name__ == "__main__":
    main()
