"""An applicant at the pages of an application: fills what is asked, hands in what is wanted, with or without scripts."""

import re
from pathlib import Path

from playwright.sync_api import Locator

from tests.browser.visiting import Visitor
from tests.support.sample_answers import Typed, pdf, photo

PAGE = re.compile(r"^/applications/[^/]+/pages/")
NUMBER = re.compile(r"^/applications/([^/]+)")
MOST_STEPS = 40


def apply(visitor: Visitor, item: str, answers: Typed, folder: Path) -> str:
    """From the item's guide to the confirmation; the number of the case."""
    start(visitor, item)
    number = case_number(visitor)
    fill_in(visitor, answers)
    hand_in_materials(visitor, number, folder)
    submit(visitor, number)
    return number


def start(visitor: Visitor, item: str) -> None:
    visitor.go(f"/items/{item}")
    with visitor.page.expect_navigation():
        visitor.page.locator(f"main a[href^='/apply/{item}']").first.click()
    follow(visitor, visitor.page.locator(f"main form[action='/apply/{item}'] button[type=submit]").first)


def act_for(visitor: Visitor, party: str) -> None:
    """Choose for whom one acts."""
    visitor.go("/acting-for")
    visitor.page.get_by_label(party).check()
    follow(visitor, visitor.page.locator("main form button[type=submit]"))


def case_number(visitor: Visitor) -> str:
    found = NUMBER.match(visitor.path)
    assert found, f"no case at {visitor.path}: {visitor.page.inner_text('main')[:300]}"
    return found[1]


def fill_in(visitor: Visitor, answers: Typed) -> None:
    """Every page of the form, one after another, until none is left."""
    first = visitor.page.locator("main a[href*='/pages/']").first
    follow(visitor, first)
    for _ in range(MOST_STEPS):
        if not PAGE.match(visitor.path):
            return
        before = visitor.page.url
        fill_page(visitor, answers)
        follow(visitor, visitor.page.locator("main form button[name=next]"))
        assert visitor.page.locator(".govuk-error-summary").count() == 0, visitor.page.inner_text("main")
        assert visitor.page.url != before or visitor.page.locator("main form").count(), before
    raise AssertionError(f"still asked after {MOST_STEPS} pages: {visitor.path}")


def fill_page(visitor: Visitor, answers: Typed) -> None:
    """Answer what stands empty on the page; what a register said stays."""
    for name, value in answers.items():
        for text in [value] if isinstance(value, str) else value:
            fill_field(visitor.page.locator(f"main form [name='{name}']"), text)


def fill_field(field: Locator, text: str) -> None:
    if field.count() == 0:
        return
    kind = field.first.evaluate("one => one.tagName === 'INPUT' ? one.type : one.tagName.toLowerCase()")
    if kind in {"radio", "checkbox"}:
        field.page.locator(f"main form [name='{field.first.get_attribute('name')}'][value='{text}']").check()
    elif kind == "select":
        if not field.first.input_value():
            field.first.select_option(text)
    elif kind not in {"hidden", "file"} and not field.first.input_value():
        field.first.fill(text)


def hand_in_materials(visitor: Visitor, number: str, folder: Path) -> None:
    """Open every material that still waits for something and give it."""
    visitor.go(f"/applications/{number}")
    links = visitor.page.locator("main a[href*='/materials/']")
    for address in dict.fromkeys(links.evaluate_all("found => found.map(one => one.pathname)")):
        visitor.go(address)
        hand_in(visitor, folder)


def hand_in(visitor: Visitor, folder: Path) -> None:
    """Sign the commitment if one is offered, else upload a picture or a PDF, as it asks; nothing where it is met already."""
    main = visitor.page.locator("main")
    promise = main.locator("form[action$='/commitment']")
    if promise.count():
        promise.locator("input[type=checkbox]").check()
        follow(visitor, promise.locator("button[type=submit]"))
    elif main.locator("input[type=file]").count() and not main.get_by_text("免交：").count():
        field = main.locator("input[type=file]")
        taken = field.first.get_attribute("accept") or ""
        paper = folder / ("sample.jpg" if "jp" in taken else "sample.pdf")
        paper.write_bytes(photo() if "jp" in taken else pdf())
        field.set_input_files(paper)
        follow(visitor, main.locator("form:has(input[type=file]) button[type=submit]"))
    assert main.locator(".govuk-error-summary").count() == 0, main.inner_text()


def submit(visitor: Visitor, number: str, *, delivery: str = "electronic") -> None:
    """Check the answers, declare them true, hand in."""
    visitor.go(f"/applications/{number}/check")
    visitor.page.locator(f"main input[name=delivery][value={delivery}]").check()
    visitor.page.locator("main input[name=declared]").check()
    follow(visitor, visitor.page.locator("main form[action$='/submission'] button[type=submit]").first)
    assert visitor.path == f"/applications/{number}/submitted", visitor.page.inner_text("main")


def follow(visitor: Visitor, control: Locator) -> None:
    """Use a link or button that leads to another page, and look at that page strictly."""
    with visitor.page.expect_navigation():
        control.click()
