"""One row of a group (a shareholder, a member of staff): filled in on a page of its own, changed, removed."""

from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity.actor import Actor
from portal import drafting, forms
from portal.citizen import filling, tasks
from portal.citizen.case import Case, as_saved, open_case
from portal.forms import Form
from portal.guards import citizen
from portal.language import pick
from portal.request import Request
from services.applications.errors import NotAskedToCorrect
from services.catalogue import answers, rows
from services.catalogue.codes import QuestionType
from services.catalogue.definition import Page, Question
from services.catalogue.regions import REGIONS
from storage.database import Session


class RowPages(Controller):
    path = "/applications/{number:str}/pages/{key:str}/{group:str}/{row:int}"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="rows:show")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        key: FromPath[str],
        group: FromPath[str],
        row: FromPath[int],
    ) -> Template:
        case = await open_case(session, actor, number, now)
        page, asked = _group(case, key, group, row)
        return _shown(case, page, asked, row, Form(dict(case.application.answers)))

    @post("/", name="rows:save", request_max_body_size=filling.LARGEST_PAGE)
    async def save(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        key: FromPath[str],
        group: FromPath[str],
        row: FromPath[int],
    ) -> Template | Redirect:
        """Keep the row, right or wrong; back to the list once nothing is wrong, or on to the next new row."""
        case = await open_case(session, actor, number, now, lock=True)
        page, asked = _group(case, key, group, row)
        form = await forms.read(request, filling.Anything)
        before = _questions(case, asked, row)
        typed = filling.typed_of(before, form.typed)
        await drafting.save_answers(session, actor, number, case.definition, typed, at=now)
        case = await as_saved(session, actor, case, now)
        errors = filling.mistakes(case, page, before, form)
        if errors:
            return _shown(case, page, asked, row, Form(form.typed, errors), status=422)
        if {one.key for one in _questions(case, asked, row)} - {one.key for one in before}:
            return Redirect(f"{_address(case, page, asked, row)}#more", status_code=303)
        another = "another" in form.typed and case.may_change_rows(group)
        following = rows.free(asked, case.application.answers) if another else None
        if following is not None:
            return Redirect(_address(case, page, asked, following), status_code=303)
        return Redirect(f"{tasks.page_address(case, page.key)}#{asked.key}", status_code=303)

    @post("/removal", name="rows:remove")
    async def remove(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        key: FromPath[str],
        group: FromPath[str],
        row: FromPath[int],
    ) -> Redirect:
        """Take the row out; the following ones move up."""
        case = await open_case(session, actor, number, now, lock=True)
        page, asked = _group(case, key, group, row)
        if not case.may_change_rows(group):
            raise NotAskedToCorrect(f"question:{group}")
        typed = rows.without(asked.key, case.application.answers, row)
        await drafting.save_answers(session, actor, number, case.definition, typed, at=now)
        return Redirect(f"{tasks.page_address(case, page.key)}#{asked.key}", status_code=303)


def _group(case: Case, key: str, group: str, row: int) -> tuple[Page, Question]:
    """The page and the group, where this row is or may be begun. 404 otherwise; NotInDraft, NotAskedToCorrect."""
    page = filling.page_of(case, key)
    asked = next((one for one in case.questions(page) if one.key == group), None)
    if asked is None or asked.type is not QuestionType.GROUP:
        raise NotFoundException
    typed = case.application.answers
    if row not in {*rows.numbers(group, typed), rows.free(asked, typed)}:
        raise NotFoundException
    if not case.may_change_row(group, row):
        raise NotAskedToCorrect(f"question:{rows.row_key(group, row)}")
    return page, asked


def _questions(case: Case, group: Question, row: int) -> tuple[Question, ...]:
    return answers.asked_in_row(
        group,
        row,
        case.application.answers,
        case.checked(complete=False).values,
        today=case.today,
        facts=case.facts,
    )


def _address(case: Case, page: Page, group: Question, row: int) -> str:
    return f"{tasks.page_address(case, page.key)}/{group.key}/{row}"


def _shown(
    case: Case, page: Page, group: Question, row: int, form: Form[Any], *, status: int = 200
) -> Template:
    questions = _questions(case, group, row)
    context: dict[str, Any] = {
        "case": case,
        "group": group,
        "row": row,
        "form": form,
        "fields": [filling.field(case, question) for question in questions],
        "labels": {question.key: pick(question.label) for question in questions},
        "action": _address(case, page, group, row),
        "back": f"{tasks.page_address(case, page.key)}#{group.key}",
        "begun": case.may_change_rows(group.key) and row in rows.numbers(group.key, case.application.answers),
        "room": case.may_change_rows(group.key) and row < rows.most(group),
        "defect": case.row_defects(group.key).get(row),
        "regions": [(code, pick(name)) for code, name in REGIONS.items()],
    }
    return Template("citizen/row.html", context=context, status_code=status)
