"""A visitor with a real browser who complains about everything: other hosts, errors, breaches, sideways scrolling."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, ViewportSize

from identity import second_factor
from portal.cli.demo import people
from tests.support.demonstration import ROOT
from tests.support.pages import complaints

ARTEFACTS = ROOT / "tests" / "artefacts"
AXE = (ROOT / "portal" / "assets" / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
LONGEST_WAIT = 20_000
"""Milliseconds for anything a page does."""
DESKTOP, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """
async (rules) => {
  const found = await axe.run(document, {
    runOnly: {type: "tag", values: rules}, preload: false, resultTypes: ["violations"]
  });
  return found.violations.map(one => one.id + ": " + one.nodes.slice(0, 3).map(
    node => node.target.join(" ") + " " + (node.failureSummary || "").replace(/\\s+/g, " ")).join(" | "));
}
"""
EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of (4\d\d|503)")
"""What the browser itself writes about a page that answers with an error on purpose."""


@dataclass
class Visitor:
    """One person's browser. `wrong` collects what the browser reported while pages were loaded."""

    context: BrowserContext
    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)

    def go(self, path: str) -> Response:
        """Open a page of the portal; its HTML as it came over the line is looked at strictly."""
        answer = self.page.goto(f"{self.url}{path}", wait_until="load")
        assert answer is not None, path
        self.look_at(answer)
        return answer

    def look_at(self, answer: Response) -> None:
        if "text/html" in (answer.headers.get("content-type") or ""):
            self.wrong += [f"{urlsplit(answer.url).path}: {one}" for one in complaints(answer.text())]

    @property
    def path(self) -> str:
        """Where the browser is now, without the query."""
        return urlsplit(self.page.url).path

    def press(self, name: str) -> None:
        """Press the button called `name` and wait for the page that follows."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).first.click()

    def picture(self, name: str) -> Path:
        """A screenshot kept as an artefact of the run."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        path = ARTEFACTS / f"{name}.png"
        self.page.screenshot(path=path, full_page=True)
        return path

    def faults(self) -> list[str]:
        """What is wrong with the page as it stands, at the present width: sideways scrolling and what axe finds."""
        page = self.page
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE)
        found = page.evaluate(RUN_AXE, RULES)
        width = page.evaluate("document.documentElement.clientWidth")
        return [*self.sideways(), *(f"{self.path} at {width} px: {one}" for one in found)]

    def sideways(self) -> list[str]:
        """Whether the page scrolls sideways at the present width."""
        widths: list[int] = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        wide = widths[0] > widths[1]
        return [f"{self.path} at {widths[1]} px: scrolls sideways: {widths[0]} px"] if wide else []


@contextmanager
def visiting(browser: Browser, url: str, *, scripts: bool = True, **options: Any) -> Iterator[Visitor]:
    """A new browser profile; `options` go to Playwright (viewport, storage_state …)."""
    settings: dict[str, Any] = {"viewport": DESKTOP, "locale": "zh-CN"} | options
    context = browser.new_context(java_script_enabled=scripts, **settings)
    try:
        context.set_default_timeout(LONGEST_WAIT)
        visitor = Visitor(context, context.new_page(), url)
        _watch(visitor)
        yield visitor
    finally:
        context.close()


def _watch(visitor: Visitor) -> None:
    """Write down requests to other hosts, reports of breaches, and errors in the console."""

    def requested(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and not request.url.startswith(visitor.url):
            visitor.wrong.append(f"asks another host: {request.url}")
        if address.path == "/csp-reports":
            visitor.wrong.append(f"breach of the policy reported: {request.post_data}")

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not EXPECTED.match(message.text):
            visitor.wrong.append(f"{urlsplit(visitor.page.url).path}: console {message.type}: {message.text}")

    visitor.context.on("request", requested)
    visitor.page.on("console", said)
    visitor.page.on("pageerror", lambda error: visitor.wrong.append(f"script failed: {error}"))


def sign_in(visitor: Visitor, account: str) -> None:
    """Sign in through the pages; staff take the code their authenticator shows, as the sample secret gives it."""
    visitor.go("/sign-in")
    visitor.page.get_by_label("账号", exact=True).fill(account)
    visitor.page.get_by_label("密码", exact=True).fill(people.PASSWORD)
    visitor.press("登录")
    if visitor.path == "/sign-in/code":
        _give_code(visitor, account)
    assert visitor.path not in {"/sign-in", "/sign-in/code"}, visitor.page.inner_text("main")


def _give_code(visitor: Visitor, account: str) -> None:
    from datetime import UTC, datetime

    secret = people.staff(account).totp_secret
    visitor.page.locator("input[name=code]").fill(second_factor.code_at(secret, datetime.now(UTC)))
    with visitor.page.expect_navigation():
        visitor.page.locator("main form button[type=submit]").first.click()
