"""Every page that anybody can reach: strict HTML, no other host, nothing in the console, axe without a finding at both
widths, no sideways scrolling; in Chinese, in English and in the larger type."""

import re

import pytest

from tests.browser.conftest import Visit
from tests.browser.crawling import pages
from tests.browser.visiting import DESKTOP, PHONE, Visitor
from tests.faults.walking import walk
from tests.support.demonstration import Demonstration

READINGS = {"Chinese": {}, "English": {"lang": "en"}, "larger type": {"size": "large"}}
CITIZEN = ("/my", "/acting-for", "/apply/senior-card", "/apply/individual-registration")
ADMIN = ("/admin",)
PEOPLE: dict[str, tuple[str | None, tuple[str, ...]]] = {
    "a stranger": (
        None,
        ("/", "/items?q=x", "/sign-in", "/sign-up", "/progress", "/verify", "/api/docs", "/none"),
    ),
    "who runs a firm": ("19900000001", CITIZEN),
    "who lost her work": ("19900000004", ("/my",)),
    "a window clerk": ("market-window", ("/window",)),
    "a reviewer": ("market-reviewer-1", ("/window",)),
    "an approver": ("market-approver", ("/window",)),
    "a supervisor": ("supervisor-1", ("/supervision",)),
    "who keeps the catalogue": ("catalogue", ADMIN),
    "the system administrator": ("system-admin", ADMIN),
    "the security administrator": ("security-admin", ADMIN),
    "the audit administrator": ("audit-admin", ADMIN),
}

PUBLIC = re.compile(r"/$|/(items|themes|help|progress|verify|sign-in|sign-up|api)\b")
"""Pages that are the same for everybody are looked at as a stranger."""


@pytest.fixture(scope="module")
def worked(demo: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """The demonstration after a tour: there are cases, papers, licences, records of use."""
    tour = walk(demo, tmp_path_factory.mktemp("tour"))
    assert tour.wait() == 0, tour.told()
    return demo


@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_holds(visit: Visit, worked: Demonstration, who: str) -> None:
    account, starts = PEOPLE[who]
    visitor = visit(account)
    paths, found = [], []
    for path in pages(visitor, starts, PUBLIC if account else None):
        paths.append(path)
        found += faults_at_both_widths(visitor)
        visitor.picture(f"{who.replace(' ', '-')}{path.split('?')[0].replace('/', '_')}"[:90])
    for reading in ("English", "larger type"):
        found += [f"{reading}: {fault}" for fault in faults_in(visitor, paths, READINGS[reading])]
    assert paths
    assert found == []


def faults_at_both_widths(visitor: Visitor) -> list[str]:
    found = []
    for size in (PHONE, DESKTOP):
        visitor.page.set_viewport_size(size)
        found += visitor.faults()
    return found


def faults_in(visitor: Visitor, paths: list[str], reading: dict[str, str]) -> list[str]:
    """What is wrong with the same pages read in another way."""
    kept = [{"name": name, "value": value, "url": visitor.url} for name, value in reading.items()]
    visitor.context.add_cookies(kept)  # type: ignore[arg-type]  # the type is Playwright's own
    found = []
    for path in paths:
        visitor.go(path)
        found += faults_at_both_widths(visitor)
    for name in reading:
        visitor.context.clear_cookies(name=name)
    return found
