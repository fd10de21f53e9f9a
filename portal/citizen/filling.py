"""Filling in, one page at a time. What was typed is always kept, right or wrong, finished or not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from identity.actor import Actor
from portal import drafting, forms, words
from portal.citizen import tasks, telling
from portal.citizen.case import Case, as_saved, open_case
from portal.forms import Form, Typed
from portal.guards import citizen
from portal.language import pick
from portal.request import Request
from services.applications.commands.drafting import names_of
from services.applications.errors import NotInDraft
from services.catalogue import rows, showing
from services.catalogue.codes import QuestionType
from services.catalogue.definition import Page, Question
from services.catalogue.readers import SEVERAL, longest
from services.catalogue.regions import REGIONS
from storage.database import Session

LARGEST_PAGE = 12_000_000
"""Bytes of a posted page: somebody who pastes a book into a field is told so on the page, with all the rest kept."""
CHECK = "check"
UNFINISHED = frozenset({"missing", "too-few-rows"})
"""What is told only once the page is sent."""


class Anything(forms.Fields):
    """A page of the form: its answers are read by the item's own rules."""


class FillingPages(Controller):
    path = "/applications"
    guards = [citizen]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/{number:str}/pages/{key:str}", name="filling:show")
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        key: FromPath[str],
        to: FromQuery[str] = "",
        more: FromQuery[str] = "",
    ) -> Template:
        case = await open_case(session, actor, number, now)
        page = page_of(case, key)
        return _shown(case, page, _as_kept(case, page), to=to, more=bool(more))

    @post("/{number:str}/pages/{key:str}", name="filling:save", request_max_body_size=LARGEST_PAGE)
    async def save(
        self,
        request: Request,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
        number: FromPath[str],
        key: FromPath[str],
    ) -> Template | Redirect:
        """Keep the page; `later` goes back to the list, `next` on to the next page once nothing is wrong here."""
        case = await open_case(session, actor, number, now, lock=True)
        page = page_of(case, key)
        form = await forms.read(request, Anything)
        before = _open_questions(case, page)
        typed = _blank(case, before) if "decline" in form.typed else typed_of(before, form.typed)
        await drafting.save_answers(session, actor, number, case.definition, typed, at=now)
        case = await as_saved(session, actor, case, now)
        to = CHECK if form.typed.get("to") == CHECK else ""
        if "decline" in form.typed:
            return Redirect(tasks.page_address(case, key), status_code=303)
        if "later" in form.typed:
            return Redirect(f"/applications/{case.number}", status_code=303)
        if row := row_address(case, page, form.typed):
            return Redirect(row, status_code=303)
        errors = mistakes(case, page, before, form)
        if errors:
            return _shown(case, page, Form(form.typed, errors), to=to, status=422)
        return Redirect(_onward(case, page, before, to), status_code=303)


def page_of(case: Case, key: str) -> Page:
    """A page of the form that is asked in this case. 404 otherwise; NotInDraft once nothing can be changed."""
    if not case.changeable:
        raise NotInDraft(case.application.state)
    page = next((page for page in case.pages() if page.key == key), None)
    if page is None:
        raise NotFoundException
    return page


def _open_questions(case: Case, page: Page) -> list[Question]:
    """What may be changed on this page now."""
    return [one for one in case.questions(page) if case.may_change("question", one.key)]


def typed_of(questions: Sequence[Question], posted: Typed) -> Typed:
    """What was posted for these questions; a choice left empty is not posted at all and counts as emptied."""
    typed: Typed = {}
    for question in questions:
        # The rows of a group have pages of their own.
        for name in _fields_of(question) if question.type is not QuestionType.GROUP else ():
            value = posted.get(name, [] if question.type in SEVERAL else "")
            typed[name] = [value] if question.type in SEVERAL and isinstance(value, str) else value
    return typed


def row_address(case: Case, page: Page, typed: Typed) -> str | None:
    """Where the row is that somebody asked for on a page: `add` a group's next one, or `edit` one that there is."""
    row = typed.get("edit")
    if isinstance(row, str) and (place := rows.split(f"{row}-")) is not None:
        return f"{tasks.page_address(case, page.key)}/{place[0]}/{place[1]}"
    group = next((one for one in page.questions if one.key == typed.get("add")), None)
    number = rows.free(group, case.application.answers) if group else None
    return f"{tasks.page_address(case, page.key)}/{group.key}/{number}" if group and number else None


def _fields_of(question: Question) -> tuple[str, ...]:
    """The names of a question's fields on the page: those of its parts where it has parts."""
    return names_of(question)[1:] or names_of(question)


def _blank(case: Case, questions: Sequence[Question]) -> Typed:
    """Empty every answer that a register gave, so that it stays empty and is the person's own to fill."""
    return typed_of([one for one in questions if one.key in case.application.origins], {})


def mistakes(case: Case, page: Page, questions: Sequence[Question], form: Form[Anything]) -> dict[str, str]:
    """Every mistake of the questions that were on the page, and what no answer can hold at all."""
    found = dict(tasks.sentences(questions, case.checked(page=page.key).mistakes))
    found |= tasks.row_sentences(case, questions, page)
    for question in questions:
        unfit = next((form.errors[name] for name in _fields_of(question) if name in form.errors), None)
        if unfit is not None:
            found[question.key] = words.mistake(unfit, pick(question.label))
    return found


def _onward(case: Case, page: Page, before: Sequence[Question], to: str) -> str:
    """The same page if an answer opened more questions on it, else the next one, the list or the check page."""
    seen = {question.key for question in before}
    if any(question.key not in seen for question in _open_questions(case, page)):
        return f"{tasks.page_address(case, page.key)}?more=1&to={to}"
    if to == CHECK:
        return f"/applications/{case.number}/check"
    keys = [one.key for one in case.pages()]
    following = keys[keys.index(page.key) + 1 :] if page.key in keys and case.is_draft else []
    return tasks.page_address(case, following[0]) if following else f"/applications/{case.number}"


def _as_kept(case: Case, page: Page) -> Form[Anything]:
    """The page as it was left: what was typed, with the mistakes of what was answered wrongly."""
    mistakes = [one for one in case.checked(page=page.key).mistakes if one.code not in UNFINISHED]
    found = dict(tasks.sentences(page.questions, mistakes)) | tasks.row_sentences(case, page.questions, page)
    return Form(dict(case.application.answers), found)


def _shown(
    case: Case, page: Page, form: Form[Anything], *, to: str = "", more: bool = False, status: int = 200
) -> Template:
    keys = [one.key for one in case.pages()]
    place = keys.index(page.key) if page.key in keys else 0
    back = (
        tasks.page_address(case, keys[place - 1])
        if place and case.is_draft
        else f"/applications/{case.number}"
    )
    open_ones = _open_questions(case, page)
    context: dict[str, Any] = {
        "case": case,
        "page": page,
        "form": form,
        "fields": [field(case, question) for question in open_ones],
        "fixed": _fixed(case, page, open_ones),
        "labels": {question.key: pick(question.label) for question in open_ones},
        "back": f"/applications/{case.number}/check" if to == CHECK else back,
        "to": to if to == CHECK else "",
        "more": more,
        "declinable": any(question.key in case.application.origins for question in open_ones),
        "step": (place + 1, len(keys)),
        "regions": [(code, pick(name)) for code, name in REGIONS.items()],
    }
    return Template("citizen/page.html", context=context, status_code=status)


def field(case: Case, question: Question) -> dict[str, Any]:
    """A question with what the page says beside it: its origin and date, the note of a correction, its length."""
    found = case.application.origins.get(question.key)
    return {
        "question": question,
        "origin": telling.origin(found) if found else None,
        "at": datetime.fromisoformat(found["at"]) if found else None,
        "defect": case.defects.get(f"question:{question.key}"),
        "longest": longest(question) if question.type is QuestionType.LONG_TEXT else None,
        "rows": tasks.rows_told(case, question) if question.type is QuestionType.GROUP else [],
        "room": case.may_change_rows(question.key)
        and rows.free(question, case.application.answers) is not None,
        "table": f"/applications/{case.number}/table" if case.is_draft else None,
        "options": [
            (one.value, pick(one.label), pick(one.hint) if one.hint else None) for one in question.options
        ],
    }


def _fixed(case: Case, page: Page, open_ones: Sequence[Question]) -> list[dict[str, str]]:
    """What stands on the page and may not be changed in this correction."""
    values = case.checked(complete=False).values
    return [
        {"key": pick(one.label), "value": showing.shown(one, values.get(one.key))}
        for one in case.questions(page)
        if one not in open_ones
    ]
