"""From a filled form to the result: everybody who has a part in a case, each at their own pages."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from identity.actor import Role
from portal.cli.demo import people
from services.catalogue import rows, samples
from services.catalogue.codes import QuestionType, StepRole
from services.catalogue.definition import ItemDefinition, Step
from services.catalogue.form import Form, Page, Question
from services.workflow.rules import local_day
from tests.browser.applying import case_number, fill_page, follow, hand_in, submit
from tests.browser.handling import deed
from tests.browser.visiting import ARTEFACTS, Visitor
from tests.support.waiting import until

PICTURES = bool(os.environ.get("YIWANG_PICTURES"))
"""Whether a picture of every screen and every paper is kept."""
MOST_PAGES = 40
OPINION = "经核查，材料齐全，符合法定条件（示例）"


@dataclass
class Album:
    """The pictures and papers of one walk, numbered in the order in which they were looked at."""

    name: str
    taken: int = 0
    papers: set[str] = field(default_factory=set)

    def keep(self, visitor: Visitor, what: str) -> None:
        """Look at the page as it stands; nothing may be wrong with it."""
        assert visitor.page.locator("main h1").count() == 1, f"{visitor.path}: not one heading"
        self.taken += 1
        if PICTURES:
            visitor.picture(f"results/{self.name}-{self.taken:02d}-{what}")

    def paper(self, visitor: Visitor, address: str) -> None:
        """Open a paper; it must be a PDF of at least one page."""
        if address in self.papers:
            return
        self.papers.add(address)
        answer = visitor.context.request.get(f"{visitor.url}{address}")
        content = answer.body()
        assert answer.ok, f"{address} answers {answer.status}"
        assert content.startswith(b"%PDF-"), address
        if PICTURES:
            folder = ARTEFACTS / "results"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{self.name}-paper-{len(self.papers):02d}.pdf").write_bytes(content)


def answers(questions: Iterable[Question]) -> samples.Typed:
    """What somebody types for these questions; groups have pages of their own."""
    today = local_day(datetime.now(UTC))
    found: samples.Typed = {}
    for question in questions:
        if question.type is not QuestionType.GROUP:
            found |= samples.answer(question, today=today)
    return found


def fill_in(visitor: Visitor, form: Form, album: Album) -> None:
    """Every page of the form that is asked, the rows of a group before the page they belong to."""
    number = case_number(visitor)
    for page in form.pages():
        address = f"/applications/{number}/pages/{page.key}"
        if visitor.go(address).status == 404:
            continue
        fill_rows(visitor, address, page, album)
        visitor.go(address)
        onward(visitor, answers(page.questions), album, page.key)


def fill_rows(visitor: Visitor, address: str, page: Page, album: Album) -> None:
    for group in (one for one in page.questions if one.type is QuestionType.GROUP):
        for row in range(1, rows.least(group) + 1):
            if visitor.go(f"{address}/{group.key}/{row}").status == 200:
                onward(visitor, answers(rows.placed(group, row)), album, f"{group.key}-{row}")


def onward(visitor: Visitor, said: samples.Typed, album: Album, what: str) -> None:
    """Fill the page and go on, once more for every question that an answer opened on it."""
    here = visitor.path
    for _ in range(MOST_PAGES):
        if visitor.path != here or not visitor.page.locator("main form button[name=next]").count():
            return
        before = visitor.page.locator("main form [name]").count()
        fill_page(visitor, said)
        album.keep(visitor, what)
        follow(visitor, visitor.page.locator("main form button[name=next]"))
        assert visitor.page.locator(".govuk-error-summary").count() == 0, visitor.page.inner_text("main")
        if visitor.path == here and visitor.page.locator("main form [name]").count() == before:
            return
    raise AssertionError(f"still asked: {visitor.path}")


def supply_and_submit(visitor: Visitor, number: str, folder: Path, album: Album, *, counter: bool) -> None:
    """Meet every material that waits for something, look once more at everything, and hand in."""
    visitor.go(f"/applications/{number}")
    album.keep(visitor, "tasks")
    links = visitor.page.locator("main a[href*='/materials/']")
    for address in dict.fromkeys(links.evaluate_all("found => found.map(one => one.pathname)")):
        visitor.go(address)
        hand_in(visitor, folder)
        album.keep(visitor, f"material-{address.rpartition('/')[2]}")
    visitor.go(f"/applications/{number}/check")
    album.keep(visitor, "check")
    submit(visitor, number, delivery="counter" if counter else "electronic")
    album.keep(visitor, "submitted")


def officers(item: ItemDefinition, step: Step, *, earlier: int) -> list[str]:
    """The accounts that do a step: two where the law asks for two, another one than at the review before."""
    role = {StepRole.WINDOW: Role.WINDOW, StepRole.REVIEWER: Role.REVIEWER, StepRole.APPROVER: Role.APPROVER}
    logins = [
        one.login
        for one in people.STAFF
        if one.department == item.department.code and role[step.role] in one.roles
    ]
    first = earlier % len(logins)
    return [*logins[first:], *logins[:first]][: 2 if step.two_persons else 1]


def do_step(visitor: Visitor, number: str, step: Step, album: Album) -> None:
    """What the step asks of an officer: accept, review or grant, claimed first."""
    visitor.go(f"/window/cases/{number}")
    if visitor.page.locator(f"form[action='/window/cases/{number}/claim']").count():
        deed(visitor, number, "claim")
    album.keep(visitor, f"{step.key}-before")
    if step.role is StepRole.REVIEWER:
        form = visitor.page.locator(f"form[action='/window/cases/{number}/review']")
        form.locator("input[name=favourable][value=yes]").check()
        form.locator("textarea[name=review_opinion]").fill(OPINION)
        deed(visitor, number, "review")
    else:
        deed(visitor, number, "accept" if step.role is StepRole.WINDOW else "grant")
    album.keep(visitor, f"{step.key}-after")


def ready(visitor: Visitor, number: str) -> bool:
    """Whether every paper and the licence of a granted case is made."""
    visitor.go(f"/applications/{number}")
    told = visitor.page.inner_text("main")
    return "正在制作，一会儿" not in told and any(word in told for word in ("已准予", "已办结"))


def hand_out(visitor: Visitor, number: str, album: Album) -> None:
    """The result over the counter, to somebody who shows an identity card."""
    visitor.go("/window/hand-out")
    album.keep(visitor, "hand-out")
    visitor.page.locator("main input[name=number]").fill(number)
    follow(visitor, visitor.page.locator("main form button[type=submit]").first)
    visitor.page.locator("input[name=collector_name]").fill(people.person("person-a").name)
    visitor.page.locator("input[name=collector_number]").fill(people.person("person-a").id_number)
    visitor.page.locator("input[name=shown]").check()
    album.keep(visitor, "hand-out-case")
    follow(visitor, visitor.page.locator(f"form[action='/window/hand-out/{number}'] button[type=submit]"))
    assert visitor.path == f"/window/cases/{number}", visitor.page.inner_text("main")
    album.keep(visitor, "handed-out")


def verify(visitor: Visitor, number: str, album: Album) -> None:
    """Every commitment of the granted case looked at (承诺核查) and found true."""
    visitor.go("/window/verifications")
    album.keep(visitor, "verifications")
    for _ in range(MOST_PAGES):
        visitor.go(f"/window/cases/{number}")
        form = visitor.page.locator(f"form[action='/window/cases/{number}/verify-commitment']")
        if not form.count():
            return
        visitor.page.locator("#deed-verify-commitment > summary").click()
        choice = form.locator("select[name=verify_code]")
        values = choice.locator("option").evaluate_all("found => found.map(one => one.value)")
        choice.select_option(next(value for value in values if value))
        form.locator("input[name=verify_holds][value=yes]").check()
        form.locator("textarea[name=verify_finding]").fill("现场核查，与承诺一致（示例）")
        album.keep(visitor, "verify-commitment")
        deed_button = form.locator("button[type=submit]").first
        follow(visitor, deed_button)
        assert visitor.page.locator(".govuk-error-summary").count() == 0, visitor.page.inner_text("main")
    raise AssertionError(number)


def result(visitor: Visitor, number: str, album: Album) -> None:
    """The applicant's end: the case page, every paper on it, and the licence where there is one."""
    until(lambda: ready(visitor, number), seconds=90)
    album.keep(visitor, "result")
    for address in papers(visitor):
        album.paper(visitor, address)
    licence = visitor.page.locator("main a[href*='/my/licences/']")
    if licence.count():
        visitor.go(urlsplit(licence.first.get_attribute("href") or "").path)
        album.keep(visitor, "licence")
        for address in papers(visitor):
            album.paper(visitor, address)


def papers(visitor: Visitor) -> Iterator[str]:
    """Addresses of the PDFs the page links to."""
    found = visitor.page.locator(
        "main a[href*='/documents/'], main a[href$='/document'], main a[href$='/receipt']"
    )
    yield from dict.fromkeys(found.evaluate_all("found => found.map(one => one.pathname)"))
