"""An officer at the pages of the window."""

from tests.browser.applying import follow
from tests.browser.visiting import Visitor


def deed(visitor: Visitor, number: str, name: str) -> None:
    """Do one deed on the case's page, through its own form."""
    form = visitor.page.locator(f"form[action='/window/cases/{number}/{name}']")
    opener = visitor.page.locator(
        f"details:has(form[action='/window/cases/{number}/{name}']):not([open]) > summary"
    )
    if opener.count():
        opener.first.click()
    follow(visitor, form.locator("button[type=submit]").first)
    assert visitor.page.locator(".govuk-error-summary").count() == 0, visitor.page.inner_text("main")


def take_and_accept(visitor: Visitor, number: str) -> None:
    """Claim a case and accept it, as the first officer does."""
    visitor.go(f"/window/cases/{number}")
    deed(visitor, number, "claim")
    deed(visitor, number, "accept")
