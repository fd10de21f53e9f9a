"""The form of an assisted application as the clerk fills it in: every question that is asked, on one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal import words
from portal.forms import Form, Typed
from portal.language import pick
from portal.templating import day
from services.applications import queries
from services.applications.commands.submitting import facts_by_name, missing_materials
from services.catalogue import answers, rows
from services.catalogue import queries as catalogue
from services.catalogue.answers import Checked
from services.catalogue.codes import QuestionType
from services.catalogue.conditions import holds
from services.catalogue.definition import ItemDefinition, Material, Question
from services.catalogue.mistakes import Mistake
from services.catalogue.readers import SEVERAL, longest
from services.workflow.rules import local_day
from storage.database import Session

UNFINISHED = frozenset({"missing", "too-few-rows"})
"""What is told only when the case is to be handed in."""
BOUNDS = frozenset({"earliest", "latest"})
CHOSEN = frozenset({QuestionType.CHOICE, QuestionType.CHOICES, QuestionType.YES_NO})


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft at the counter, with everything that follows from what is filled in so far."""

    application: Any
    definition: ItemDefinition
    facts: Mapping[str, object]
    materials: Mapping[str, Any]
    files: Sequence[Any]
    checked: Checked
    lacking: Sequence[str]
    today: date

    def wanted(self) -> list[Material]:
        """The materials the case needs, given its answers."""
        known = {**self.facts, **self.checked.values}
        return [one for one in self.definition.materials if holds(one.ask_when, known, today=self.today)]

    def questions(self) -> list[Question]:
        """Every question that is asked now; those of a group row by row, with one more row to begin."""
        asked = set(self.checked.asked)
        found: list[Question] = []
        for question in self.definition.form.questions():
            if question.key in asked:
                found += self.in_rows(question) if question.type is QuestionType.GROUP else [question]
        return found

    def in_rows(self, group: Question) -> list[Question]:
        typed = self.application.answers
        free = rows.free(group, typed)
        numbers = [*rows.numbers(group.key, typed), *([free] if free else [])]
        return [question for row in numbers for question in self._row(group, row)]

    def _row(self, group: Question, row: int) -> tuple[Question, ...]:
        return answers.asked_in_row(
            group,
            row,
            self.application.answers,
            self.checked.values,
            today=self.today,
            facts=self.facts,
        )


async def read(session: Session, application: Any, now: datetime) -> Draft:
    """The draft as it stands."""
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    facts = facts_by_name(await queries.facts_of(session, application))
    materials = await queries.materials_of(session, application)
    today = local_day(now)
    checked = answers.check(
        item.definition.form, application.answers, today=today, complete=False, facts=facts
    )
    lacking = missing_materials(item.definition, materials, facts | checked.values, now)
    return Draft(
        application=application,
        definition=item.definition,
        facts=facts,
        materials={material.code: material for material in materials},
        files=await queries.files_of(session, application),
        checked=checked,
        lacking=[one.key for one in lacking],
        today=today,
    )


def typed_of(questions: Sequence[Question], posted: Typed) -> Typed:
    """What was posted for these questions; a choice left empty is not posted at all and counts as emptied."""
    typed: Typed = {}
    for question in questions:
        for name in rows.names_of(question)[1:] or rows.names_of(question):
            value = posted.get(name, [] if question.type in SEVERAL else "")
            typed[name] = [value] if question.type in SEVERAL and isinstance(value, str) else value
    return typed


def sections(draft: Draft) -> list[dict[str, Any]]:
    """The questions by page of the form, as the macro `question_field` takes them."""
    asked = set(draft.checked.asked)
    found = []
    for page in draft.definition.form.pages():
        here = [question for question in page.questions if question.key in asked]
        parts = [part for question in here for part in _parts(draft, question)]
        if parts:
            found.append({"title": page.title, "guidance": page.guidance, "parts": parts})
    return found


def _parts(draft: Draft, question: Question) -> list[dict[str, Any]]:
    """One question, or a group with a heading for every row."""
    if question.type is not QuestionType.GROUP:
        return [{"title": "", "fields": [_field(question)]}]
    by_row: dict[int, list[dict[str, Any]]] = {}
    for one in draft.in_rows(question):
        place = rows.split(one.key)
        by_row.setdefault(place[1] if place else 0, []).append(_field(one))
    return [{"title": pick(rows.title(question, row)), "fields": fields} for row, fields in by_row.items()]


def _field(question: Question) -> dict[str, Any]:
    options = [(one.value, pick(one.label), pick(one.hint) if one.hint else None) for one in question.options]
    return {
        "question": question,
        "origin": None,
        "at": None,
        "defect": None,
        "longest": longest(question) if question.type is QuestionType.LONG_TEXT else None,
        "rows": [],
        "room": False,
        "options": options,
    }


def as_kept(draft: Draft, *, complete: bool = False) -> Form[Any]:
    """The form as it was left, with the mistakes of what is answered; `complete`: and with what is still missing."""
    checked = draft.checked
    if complete:
        checked = answers.check(
            draft.definition.form,
            draft.application.answers,
            today=draft.today,
            complete=True,
            facts=draft.facts,
        )
    told = [one for one in checked.mistakes if complete or one.code not in UNFINISHED]
    return Form(dict(draft.application.answers), {one.key: sentence(draft, one) for one in told})


def sentence(draft: Draft, mistake: Mistake) -> str:
    """A mistake as the clerk reads it to the applicant."""
    question = rows.asker(draft.definition.form, mistake.key)
    if question is None:
        return words.mistake(mistake.code)
    code = "not-chosen" if mistake.code == "missing" and question.type in CHOSEN else mistake.code
    data = {
        name: day(date.fromisoformat(str(value))) if name in BOUNDS else value
        for name, value in mistake.data.items()
    }
    return words.mistake(Mistake(mistake.key, code, data), pick(question.label))
