"""Every page that anybody can reach: strict HTML, no other host, nothing in the console, no sideways scrolling at either
width, axe without a finding at both; one of each kind on a phone also in English in the larger type."""

import os
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from portal.cli.demo import people
from tests.browser.applying import act_for, apply, start
from tests.browser.conftest import Doorman, Visit
from tests.browser.crawling import differs, kind_of, pages
from tests.browser.handling import take_and_accept
from tests.browser.visiting import DESKTOP, PHONE, Visitor, visiting
from tests.faults.walking import walk
from tests.support.demonstration import Demonstration
from tests.support.sample_answers import ANSWERS

SHOP, FOOD = "individual-registration", "food-business"
FIRM = people.firm("firm-restaurant").name
PICTURES = bool(os.environ.get("YIWANG_PICTURES"))
"""Whether a picture of every page is kept."""
ENOUGH = 2
"""Pages of one kind are opened by so many people and read with axe by the first; pages of an item or a case are opened by
everybody who can reach them and read by so many."""
READING = {"lang": "en", "size": "large"}
"""English in the larger type: what breaks lines most."""


def nothing(visitor: Visitor) -> tuple[str, ...]:
    """Nothing has to be done before one looks around."""
    return ()


def acting_for_a_firm(visitor: Visitor) -> tuple[str, ...]:
    act_for(visitor, FIRM)
    return ("/my", *draft_of(FOOD)(visitor))


def draft_of(item: str) -> Callable[[Visitor], tuple[str, ...]]:
    """Begin an application: its task list leads to all its pages."""

    def begin(visitor: Visitor) -> tuple[str, ...]:
        start(visitor, item)
        return (visitor.path, f"{visitor.path}/check")

    return begin


def a_draft_of_an_item(visitor: Visitor) -> tuple[str, ...]:
    """The pages of the editor."""
    visitor.go("/admin/items/senior-card/draft")
    if "/draft" in visitor.path and visitor.page.get_by_role("button", name="开始编辑").count():
        visitor.press("开始编辑")
    return ("/admin/items/senior-card/draft",)


@dataclass(frozen=True)
class Somebody:
    """Who looks around: the account, where they begin, and what they do first (it leads to more beginnings)."""

    account: str | None
    starts: tuple[str, ...]
    first: Callable[[Visitor], tuple[str, ...]] = nothing
    same: str = ""
    """What stays unread: pages that are the same for others of their kind, who are sent there instead."""


ACCOUNT = r"/(my|acting-for|staff)\b"
CITIZEN = ("/my", "/my/settings", "/acting-for")
PEOPLE = {
    "a stranger": Somebody(
        None, ("/", "/items?q=x", "/sign-in", "/sign-up", "/progress", "/verify", "/api/docs", "/none")
    ),
    "who runs a firm": Somebody("19900000001", CITIZEN, acting_for_a_firm),
    "who lost her work": Somebody("19900000004", CITIZEN, draft_of("unemployment-benefit")),
    "who opens a shop": Somebody("19900000003", (), draft_of(SHOP), ACCOUNT),
    "who is old": Somebody("19900000007", (), draft_of("senior-card"), ACCOUNT),
    "a window clerk": Somebody("market-window", ("/window",)),
    "a reviewer": Somebody("market-reviewer-1", ("/window",), same=ACCOUNT),
    "an approver": Somebody("market-approver", ("/window",), same=ACCOUNT),
    "a supervisor": Somebody("supervisor-1", ("/supervision",), same=ACCOUNT),
    "who keeps the catalogue": Somebody("catalogue", ("/admin",), a_draft_of_an_item, ACCOUNT),
    "the system administrator": Somebody("system-admin", ("/admin",), same=ACCOUNT),
    "the security administrator": Somebody("security-admin", ("/admin",)),
    "the audit administrator": Somebody("audit-admin", ("/admin",), same=ACCOUNT),
}
PUBLIC = re.compile(r"/$|/(items|themes|help|progress|verify|sign-in|sign-up|api)\b")
"""Pages that are the same for everybody are looked at as a stranger."""


@pytest.fixture(scope="module")
def worked(
    demo: Demonstration, browser: Browser, doorman: Doorman, tmp_path_factory: pytest.TempPathFactory
) -> Demonstration:
    """The demonstration after a tour: papers, licences, records of use; and with open cases at every step."""
    folder = tmp_path_factory.mktemp("tour")
    tour = walk(demo, folder)
    assert tour.wait() == 0, tour.told()
    with visiting(browser, demo.url, storage_state=doorman.state("19900000003")) as citizen:
        shops = [apply(citizen, SHOP, ANSWERS[SHOP], folder) for _ in range(2)]
    with visiting(browser, demo.url, storage_state=doorman.state("19900000001")) as citizen:
        act_for(citizen, FIRM)
        food = apply(citizen, FOOD, ANSWERS[FOOD], folder)
    with visiting(browser, demo.url, storage_state=doorman.state("market-window")) as clerk:
        take_and_accept(clerk, shops[0])
        take_and_accept(clerk, food)
    return demo


Readers = dict[str, list[str]]
"""Who opened the pages of each kind, in this order."""


@pytest.fixture(scope="module")
def readers() -> Readers:
    return defaultdict(list)


@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_holds(visit: Visit, worked: Demonstration, readers: Readers, who: str) -> None:
    somebody = PEOPLE[who]
    visitor = visit(somebody.account)
    starts = (*somebody.starts, *somebody.first(visitor))
    paths, found = [], []
    for path in pages(visitor, starts, elsewhere(who, readers)):
        reads = reading(who, kind_of(path), readers)
        found += faults_at_both_widths(visitor, axe=reads)
        paths += [path] * reads
        if PICTURES:
            visitor.picture(f"{who.replace(' ', '-')}{path.split('?')[0].replace('/', '_')}"[:90])
    found += faults_in(visitor, one_of_a_kind(paths), READING)
    assert any(who in those for those in readers.values())
    assert found == []


def elsewhere(who: str, readers: Readers) -> Callable[[str], bool]:
    """What this person need not open."""
    somebody = PEOPLE[who]
    same = re.compile(f"{PUBLIC.pattern}|{somebody.same}" if somebody.same else PUBLIC.pattern)

    def told(path: str) -> bool:
        if somebody.account is not None and same.match(path):
            return True
        others = [one for one in readers[kind_of(path)] if one != who]
        return len(others) >= ENOUGH and not differs(kind_of(path))

    return told


def reading(who: str, kind: str, readers: Readers) -> bool:
    """Note who opens a page of this kind; whether they read it with axe: enough do."""
    those = readers[kind]
    if who not in those:
        those.append(who)
    return who in those[: ENOUGH if differs(kind) else 1]


def faults_at_both_widths(visitor: Visitor, *, axe: bool) -> list[str]:
    found = []
    for size in (PHONE, DESKTOP):
        visitor.page.set_viewport_size(size)
        found += visitor.faults() if axe else visitor.sideways()
    return found


def one_of_a_kind(paths: list[str]) -> list[str]:
    """The first page of each kind: two cases break their lines alike in the other language."""
    return list({kind_of(path): path for path in reversed(paths)}.values())


def faults_in(visitor: Visitor, paths: list[str], reading: dict[str, str]) -> list[str]:
    """Which of the same pages scroll sideways read in another way, on a phone."""
    kept = [{"name": name, "value": value, "url": visitor.url} for name, value in reading.items()]
    visitor.context.add_cookies(kept)  # type: ignore[arg-type]  # the type is Playwright's own
    found = []
    visitor.page.set_viewport_size(PHONE)
    for path in paths:
        visitor.go(path)
        found += visitor.sideways()
    for name in reading:
        visitor.context.clear_cookies(name=name)
    return found
