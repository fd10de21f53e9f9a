"""One real demonstration and one headless Chromium for all browser tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.visiting import Visitor, sign_in, visiting
from tests.support.demonstration import Demonstration, demonstrating

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]

Visit = Callable[..., Visitor]


@pytest.fixture(scope="package")
def demo() -> Iterator[Demonstration]:
    """Ends with the browser tests, so that it takes nothing from the others. Afterwards its log must tell of no breach of the policy and no request that failed."""
    with demonstrating() as running:
        yield running
        log = running.log("web")
        assert [line for line in log.splitlines() if "csp breach" in line or "request failed" in line] == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for each file: as long as it is driven an event loop runs, and other tests want their own."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


class Doorman:
    """Signs everybody in once: a second-factor code works only once, and pages are what is tested here."""

    def __init__(self, browser: Browser, url: str, known: dict[str, Any]) -> None:
        self.browser = browser
        self.url = url
        self.known = known

    def state(self, account: str) -> Any:
        """The cookies of somebody who is signed in."""
        if account not in self.known:
            with visiting(self.browser, self.url) as visitor:
                sign_in(visitor, account)
                self.known[account] = visitor.context.storage_state()
                assert visitor.wrong == []
        return self.known[account]


@pytest.fixture(scope="package")
def known() -> dict[str, Any]:
    """The cookies of everybody who signed in during this run."""
    return {}


@pytest.fixture(scope="module")
def doorman(browser: Browser, demo: Demonstration, known: dict[str, Any]) -> Doorman:
    return Doorman(browser, demo.url, known)


@pytest.fixture
def visit(browser: Browser, demo: Demonstration, doorman: Doorman) -> Iterator[Visit]:
    """`visit()` a stranger's browser, `visit("supervisor-1", viewport=PHONE)` somebody's; nobody may complain at the end."""
    with ExitStack() as open_ones:
        visitors: list[Visitor] = []

        def come(account: str | None = None, **options: Any) -> Visitor:
            if account is not None:
                options["storage_state"] = doorman.state(account)
            visitors.append(open_ones.enter_context(visiting(browser, demo.url, **options)))
            return visitors[-1]

        yield come
        assert [one for visitor in visitors for one in visitor.wrong] == []
