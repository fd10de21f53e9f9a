"""One case through the pages by everybody who has a part in it: applicant, clerk, approver, supervisor, stranger."""

from pathlib import Path

import pytest

from portal.cli.demo import people
from tests.browser import applying
from tests.browser.applying import follow
from tests.browser.conftest import Visit
from tests.browser.handling import deed
from tests.support.demonstration import Demonstration
from tests.support.sample_answers import ANSWERS
from tests.support.waiting import until

SHOP = "individual-registration"
APPLICANT, OTHER = people.person("person-c"), people.person("person-h")
CLERK, APPROVER, SUPERVISOR = "market-window", "market-approver", "supervisor-1"
ELSEWHERE = "civil-window"


@pytest.fixture(scope="module")
def case() -> dict[str, str]:
    """What one step of the walk leaves for the next: the number of the case."""
    return {}


@pytest.fixture
def number(case: dict[str, str]) -> str:
    if "number" not in case:
        pytest.skip("the first step, handing in, did not succeed")
    return case["number"]


def test_a_citizen_finds_the_item_and_hands_in(visit: Visit, case: dict[str, str], tmp_path: Path) -> None:
    visitor = visit(APPLICANT.phone)
    visitor.go("/")
    search = visitor.page.locator("form[action='/items']:visible").first
    search.locator("input[name=q]").fill("开店")
    follow(visitor, search.locator("button[type=submit]"))
    assert visitor.page.locator(f"main a[href='/items/{SHOP}']").count()
    case["number"] = applying.apply(visitor, SHOP, ANSWERS[SHOP], tmp_path)
    visitor.picture("journey-submitted")
    assert visitor.faults() == []


def test_the_clerk_takes_it_and_accepts_but_may_not_decide(visit: Visit, number: str) -> None:
    visitor = visit(CLERK)
    visitor.go("/window")
    assert visitor.page.locator(f"a[href^='/window/cases/{number}']").count()
    visitor.go(f"/window/cases/{number}")
    deed(visitor, number, "claim")
    deed(visitor, number, "accept")
    visitor.go(f"/window/cases/{number}")
    visitor.picture("journey-accepted")
    assert visitor.page.locator(f"form[action='/window/cases/{number}/grant']").count() == 0


@pytest.mark.parametrize(
    "account", [None, OTHER.phone, ELSEWHERE], ids=["stranger", "other citizen", "other clerk"]
)
def test_nobody_else_sees_it(visit: Visit, number: str, account: str | None) -> None:
    visitor = visit(account)
    for path in (f"/applications/{number}", f"/window/cases/{number}"):
        answer = visitor.go(path)
        assert number not in visitor.page.inner_text("main")
        assert answer.status in {200, 403, 404}
        assert answer.status != 200 or visitor.path == "/sign-in"


def test_the_approver_grants_it(visit: Visit, number: str) -> None:
    visitor = visit(APPROVER)
    visitor.go(f"/window/cases/{number}")
    if visitor.page.locator("form[action$='/claim']").count():
        deed(visitor, number, "claim")
    deed(visitor, number, "grant")
    visitor.picture("journey-granted")


def test_the_applicant_finds_the_licence(visit: Visit, number: str) -> None:
    visitor = visit(APPLICANT.phone)

    def there() -> bool:
        visitor.go("/my/licences")
        visitor.page.locator("main a[href*='/my/licences/']").first.click()
        return visitor.page.locator("main a[href$='/document']").count() > 0

    until(there, seconds=60)
    visitor.picture("journey-licence")
    with visitor.page.expect_download() as fetched:
        visitor.page.locator("main a[href$='/document']").first.click()
    assert fetched.value.path().read_bytes().startswith(b"%PDF-")
    visitor.go(f"/applications/{number}")
    assert "准予" in visitor.page.inner_text("main")


def test_the_supervisor_follows_every_step_of_it(visit: Visit, number: str) -> None:
    visitor = visit(SUPERVISOR)
    visitor.go("/supervision")
    visitor.picture("journey-board")
    visitor.go(f"/supervision/cases/{number}")
    told = visitor.page.inner_text("main")
    assert all(word in told for word in ("提交", "受理", "准予"))
    visitor.picture("journey-supervised")


def test_the_ledger_of_the_walk_is_whole(demo: Demonstration, number: str) -> None:
    verified = demo.yiwang("ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
